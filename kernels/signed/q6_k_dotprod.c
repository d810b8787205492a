/* q6_k_dotprod.c: Q6_K's dot product by sdot. */
#include "../list.h"
#include "q6_k_neon.h"

MZG_INLINE int32x4_t add_sixteen(int32x4_t sum, int8x16_t codes, int8x16_t y, int16_t k)
{
    return vmlaq_n_s32(sum, vdotq_s32(vdupq_n_s32(0), codes, y), k);
}

MZG_INLINE int32x4_t dot_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_q6_k_dot_block(x, y, add_sixteen);
}

float mzg_q6_k_dot_dotprod(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_Q6_K_BYTES, MZG_Q6_K_D, y, n, dot_block);
}
