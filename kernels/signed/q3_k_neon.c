/* q3_k_neon.c: Q3_K on ARM. */
#include "../lanes/lanes_neon.h"

#include "q3_k_search.h"
#include "signed_neon.h"
#include "signed_kernels.h"

MZG_SEARCHER(q3_k, neon)

MZG_Q3_K_DECODER(neon, mzg_q3_k_codes)

/* Two products of codes up to 63 stay below 2^14. */
MZG_INLINE int32x4_t add_sixteen(int32x4_t sum, int8x16_t codes, int8x16_t y, int16_t k)
{
    int16x8_t pairs = vmull_s8(vget_low_s8(codes), vget_low_s8(y));
    pairs = vmlal_high_s8(pairs, codes, y);
    sum = vmlal_n_s16(sum, vget_low_s16(pairs), k);
    return vmlal_high_n_s16(sum, pairs, k);
}

MZG_INLINE int32x4_t dot_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_q3_k_dot_block(x, y, add_sixteen);
}

float mzg_q3_k_dot_neon(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_Q3_K_BYTES, MZG_Q3_K_D, y, n, dot_block);
}
