/* signed_vnni.c: dot products by dpwssd, which multiplies words and adds pairs of them to a sum. */
#include "../list.h"
#include "signed_avx512.h"

MZG_INLINE __m512i add_scaled(__m512i sum, __m512i pairs, __m512i k)
{
    return _mm512_dpwssd_epi32(sum, pairs, k);
}

MZG_INLINE __m256i q6_k_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_q6_k_dot_block(x, y, add_scaled);
}

float mzg_q6_k_dot_vnni(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_Q6_K_BYTES, MZG_Q6_K_D, y, n, q6_k_block);
}

MZG_INLINE __m256i q3_k_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_q3_k_dot_block(x, y, add_scaled);
}

float mzg_q3_k_dot_vnni(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_Q3_K_BYTES, MZG_Q3_K_D, y, n, q3_k_block);
}
