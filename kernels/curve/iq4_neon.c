/* iq4_neon.c: IQ4_NL and IQ4_XS on ARM. */
#include "../lanes/lanes_neon.h"

#include "iq4_neon.h"
#include "iq4_kernels.h"

MZG_SEARCHER(iq4_nl, neon)
MZG_SEARCHER(iq4_xs, neon)

MZG_INLINE void store16(float *x, int8x16_t values, float32x4_t scale)
{
    int16x8_t low = vmovl_s8(vget_low_s8(values)), high = vmovl_high_s8(values);
    vst1q_f32(x, vmulq_f32(scale, vcvtq_f32_s32(vmovl_s16(vget_low_s16(low)))));
    vst1q_f32(x + 4, vmulq_f32(scale, vcvtq_f32_s32(vmovl_high_s16(low))));
    vst1q_f32(x + 8, vmulq_f32(scale, vcvtq_f32_s32(vmovl_s16(vget_low_s16(high)))));
    vst1q_f32(x + 12, vmulq_f32(scale, vcvtq_f32_s32(vmovl_high_s16(high))));
}

MZG_INLINE void decode_run(float *x, const uint8_t *nibbles, float scale)
{
    int8x16x2_t values = mzg_curve_values32(nibbles);
    store16(x, values.val[0], vdupq_n_f32(scale));
    store16(x + 16, values.val[1], vdupq_n_f32(scale));
}

MZG_IQ4_DECODERS(neon, decode_run)

/* Two products stay below 2^15, four do not. */
MZG_INLINE int32x4_t dot_run(int8x16x2_t x, int8x16x2_t y)
{
    int16x8_t low = vmull_s8(vget_low_s8(x.val[0]), vget_low_s8(y.val[0]));
    int16x8_t high = vmull_s8(vget_low_s8(x.val[1]), vget_low_s8(y.val[1]));
    low = vmlal_high_s8(low, x.val[0], y.val[0]);
    high = vmlal_high_s8(high, x.val[1], y.val[1]);
    return vpadalq_s16(vpaddlq_s16(low), high);
}

float mzg_iq4_nl_dot_neon(const void *q, const void *y, size_t n)
{
    return mzg_dot_quads(q, MZG_IQ4_NL_BYTES, y, n, mzg_iq4_nl_codes32, dot_run, 0);
}

MZG_INLINE int32x4_t xs_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_iq4_xs_dot_block(x, y, dot_run);
}

float mzg_iq4_xs_dot_neon(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_IQ4_XS_BYTES, 0, y, n, xs_block);
}
