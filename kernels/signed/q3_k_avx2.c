/* q3_k_avx2.c: Q3_K with AVX2. */
#include "../lanes/lanes_avx2.h"

#include "q3_k_search.h"
#include "signed_avx2.h"
#include "signed_kernels.h"

MZG_SEARCHER(q3_k, avx2)

static inline void codes128(const uint8_t *block, int half, __m256i c[4])
{
    const __m256i pair = _mm256_set1_epi8(3), bit = _mm256_set1_epi8(4);
    __m256i low = _mm256_loadu_si256((const __m256i *)(block + MZG_Q3_K_LOW + 32 * half));
    __m256i third = _mm256_loadu_si256((const __m256i *)block);
    if (half)
        third = _mm256_srli_epi16(third, 4);
    const __m256i thirds[4] = {_mm256_slli_epi16(third, 2), _mm256_slli_epi16(third, 1), third,
                               _mm256_srli_epi16(third, 1)};
    const __m256i lows[4] = {low, _mm256_srli_epi16(low, 2), _mm256_srli_epi16(low, 4),
                             _mm256_srli_epi16(low, 6)};
    MZG_UNROLL
    for (int i = 0; i < 4; i++)
        c[i] = _mm256_or_si256(_mm256_and_si256(lows[i], pair), _mm256_and_si256(thirds[i], bit));
}

MZG_Q3_K_DECODER(avx2, codes128)

MZG_INLINE __m256i dot_block(const uint8_t *x, const uint8_t *y)
{
    uint64_t k[2];
    mzg_q3_k_scales(x, k);
    return mzg_signed_dot(x, _mm_set_epi64x((long long)k[1], (long long)k[0]), y, 2, codes128);
}

float mzg_q3_k_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_Q3_K_BYTES, MZG_Q3_K_D, y, n, dot_block);
}
