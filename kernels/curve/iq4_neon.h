/* iq4_neon.h: what IQ4_NL's and IQ4_XS's dot products on ARM share, with sdot and without. */
#ifndef MZG_KERNELS_CURVE_IQ4_NEON_H
#define MZG_KERNELS_CURVE_IQ4_NEON_H

#include "../k/q8_k_dot_neon.h"
#include "curve.h"

/* The values of the 32 codes in sixteen bytes of nibbles. */
MZG_INLINE int8x16x2_t mzg_curve_values32(const uint8_t *nibbles)
{
    static const int8_t values[16] = {MZG_CURVE_VALUES};
    const int8x16_t table = vld1q_s8(values);
    uint8x16_t both = vld1q_u8(nibbles);
    return (int8x16x2_t){{vqtbl1q_s8(table, vandq_u8(both, vdupq_n_u8(15))),
                          vqtbl1q_s8(table, vshrq_n_u8(both, 4))}};
}

static inline int8x16x2_t mzg_iq4_nl_codes32(const uint8_t *block)
{
    return mzg_curve_values32(block + MZG_IQ4_NL_CODES);
}

MZG_INLINE int32x4_t mzg_iq4_xs_dot_block(const uint8_t *x, const uint8_t *y, mzg_dot_block *dot)
{
    int16x8_t k = vmovl_s8(vcreate_s8(mzg_iq4_xs_scales(x)));
    const int8_t *yc = (const int8_t *)(y + MZG_Q8_K_CODES);
    int32x4_t sum = vdupq_n_s32(0);
    int16_t scale[MZG_RUNS];
    vst1q_s16(scale, k);
    MZG_UNROLL
    for (int i = 0; i < MZG_RUNS; i++) {
        int8x16x2_t codes = {{vld1q_s8(yc + 32 * i), vld1q_s8(yc + 32 * i + 16)}};
        int8x16x2_t values = mzg_curve_values32(x + MZG_IQ4_XS_CODES + 16 * i);
        sum = vmlaq_n_s32(sum, dot(values, codes), scale[i]);
    }
    return sum;
}

#endif
