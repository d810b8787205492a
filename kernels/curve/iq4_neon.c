/* iq4_neon.c: IQ4_NL and IQ4_XS on ARM. */
#include "../lanes/lanes_neon.h"

#include "../list.h"
#include "iq4_neon.h"
#include "iq4_nl_search.h"
#include "iq4_xs_search.h"

void mzg_iq4_nl_search_neon(const float *x, const float *w, void *q, size_t n,
                            enum mzg_effort effort)
{
    mzg_iq4_nl_search(x, w, q, n, effort);
}

void mzg_iq4_nl_quantize_neon(const float *x, void *q, size_t n)
{
    mzg_iq4_nl_search_neon(x, NULL, q, n, MZG_EFFORT_DEFAULT);
}

void mzg_iq4_xs_search_neon(const float *x, const float *w, void *q, size_t n,
                            enum mzg_effort effort)
{
    mzg_iq4_xs_search(x, w, q, n, effort);
}

void mzg_iq4_xs_quantize_neon(const float *x, void *q, size_t n)
{
    mzg_iq4_xs_search_neon(x, NULL, q, n, MZG_EFFORT_DEFAULT);
}

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

void mzg_iq4_nl_dequantize_neon(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += MZG_IQ4_NL_BYTES) {
        if (mzg_f16_unusual(mzg_load16(in)))
            mzg_iq4_nl_dequantize_ref(in, x, MZG_BLOCK);
        else
            decode_run(x, in + MZG_IQ4_NL_CODES, mzg_f16_to(mzg_load16(in)));
    }
}

void mzg_iq4_xs_dequantize_neon(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_IQ4_XS_BYTES) {
        float d = mzg_f16_to(mzg_load16(in));
        uint64_t k = mzg_iq4_xs_scales(in);
        if (mzg_f16_unusual(mzg_load16(in))) {
            mzg_iq4_xs_dequantize_ref(in, x, MZG_SUPER);
            continue;
        }
        for (int i = 0; i < MZG_RUNS; i++, k >>= 8)
            decode_run(x + MZG_BLOCK * i, in + MZG_IQ4_XS_CODES + 16 * i, d * (float)(int8_t)k);
    }
}

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
