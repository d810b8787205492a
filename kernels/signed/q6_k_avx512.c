/* q6_k_avx512.c: Q6_K with AVX-512. */
#include "../lanes/lanes_avx512.h"

#include "q6_k_search.h"
#include "signed_avx512.h"
#include "signed_kernels.h"

MZG_SEARCHER(q6_k, avx512)

MZG_Q6_K_DECODER(avx512, mzg_q6_k_codes)

MZG_INLINE __m512i add_scaled(__m512i sum, __m512i pairs, __m512i k)
{
    return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, k));
}

MZG_INLINE __m256i dot_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_q6_k_dot_block(x, y, add_scaled);
}

float mzg_q6_k_dot_avx512(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_Q6_K_BYTES, MZG_Q6_K_D, y, n, dot_block);
}
