/* iq1_avx512.c: decoding and dot products of IQ1_S and IQ1_M. A group of eight decoded fills half a
 * register, so decoding is AVX2's. */
#include "iq1_avx512.h"

static inline __m512i add_products(__m512i sum, __m512i pairs, __m512i factors)
{
    return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, factors));
}

MZG_IQ1_DOTS64(avx512, add_products)

void mzg_iq1_s_dequantize_avx512(const void *q, float *x, size_t n)
{
    mzg_iq1_s_decode(q, x, n, mzg_iq1_put8);
}

void mzg_iq1_m_dequantize_avx512(const void *q, float *x, size_t n)
{
    mzg_iq1_m_decode(q, x, n, mzg_iq1_put8);
}
