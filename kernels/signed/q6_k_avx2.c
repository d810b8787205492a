/* q6_k_avx2.c: Q6_K with AVX2. */
#include "../lanes/lanes_avx2.h"

#include "q6_k_search.h"
#include "signed_avx2.h"
#include "signed_kernels.h"

MZG_SEARCHER(q6_k, avx2)

static inline void codes128(const uint8_t *block, int half, __m256i c[4])
{
    const __m256i nibble = _mm256_set1_epi8(15), pair = _mm256_set1_epi8(0x30);
    const __m256i *low = (const __m256i *)(block + 64 * half);
    __m256i a = _mm256_loadu_si256(low), b = _mm256_loadu_si256(low + 1);
    __m256i high = _mm256_loadu_si256((const __m256i *)(block + MZG_Q6_K_HIGH + 32 * half));
    c[0] = _mm256_or_si256(_mm256_and_si256(a, nibble),
                           _mm256_and_si256(_mm256_slli_epi16(high, 4), pair));
    c[1] = _mm256_or_si256(_mm256_and_si256(b, nibble),
                           _mm256_and_si256(_mm256_slli_epi16(high, 2), pair));
    c[2] = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(a, 4), nibble),
                           _mm256_and_si256(high, pair));
    c[3] = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(b, 4), nibble),
                           _mm256_and_si256(_mm256_srli_epi16(high, 2), pair));
}

MZG_Q6_K_DECODER(avx2, codes128)

MZG_INLINE __m256i dot_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_signed_dot(x, mzg_load128(x + MZG_Q6_K_SCALES), y, 5, codes128);
}

float mzg_q6_k_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_Q6_K_BYTES, MZG_Q6_K_D, y, n, dot_block);
}
