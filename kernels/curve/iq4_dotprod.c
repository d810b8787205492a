/* iq4_dotprod.c: dot products of IQ4_NL and IQ4_XS by sdot. */
#include "../list.h"
#include "iq4_neon.h"

MZG_INLINE int32x4_t dot_run(int8x16x2_t x, int8x16x2_t y)
{
    int32x4_t low = vdotq_s32(vdupq_n_s32(0), x.val[0], y.val[0]);
    return vdotq_s32(low, x.val[1], y.val[1]);
}

float mzg_iq4_nl_dot_dotprod(const void *q, const void *y, size_t n)
{
    return mzg_dot_quads(q, MZG_IQ4_NL_BYTES, y, n, mzg_iq4_nl_codes32, dot_run, 0);
}

MZG_INLINE int32x4_t xs_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_iq4_xs_dot_block(x, y, dot_run);
}

float mzg_iq4_xs_dot_dotprod(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_IQ4_XS_BYTES, 0, y, n, xs_block);
}
