/* signed_dotprod.c: dot products by sdot. */
#include "../list.h"
#include "signed_neon.h"

MZG_INLINE int32x4_t add_sixteen(int32x4_t sum, int8x16_t codes, int8x16_t y, int16_t k)
{
    return vmlaq_n_s32(sum, vdotq_s32(vdupq_n_s32(0), codes, y), k);
}

MZG_INLINE int32x4_t q6_k_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_q6_k_dot_block(x, y, add_sixteen);
}

float mzg_q6_k_dot_dotprod(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_Q6_K_BYTES, MZG_Q6_K_D, y, n, q6_k_block);
}

MZG_INLINE int32x4_t q3_k_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_q3_k_dot_block(x, y, add_sixteen);
}

float mzg_q3_k_dot_dotprod(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_Q3_K_BYTES, MZG_Q3_K_D, y, n, q3_k_block);
}
