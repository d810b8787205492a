/* neon.h: what the ARM dot products of blocks with scales and minima share. */
#ifndef MZG_KERNELS_SPAN_NEON_H
#define MZG_KERNELS_SPAN_NEON_H

#include "../scalar.h"
#include "blocks.h"

#include <arm_neon.h>

/* Four partial sums of the products of sixteen codes, up to 31, with y. */
typedef int32x4_t mzg_span_dot16(int8x16_t codes, int8x16_t y);

/* The sums of one block: of s * code * y, and of m * (sums of y). */
struct mzg_span_sums_of {
    int32_t coded, sums;
};

MZG_INLINE int8x16_t mzg_span_y16(const uint8_t *y, int i)
{
    return vld1q_s8((const int8_t *)(y + MZG_Q8_K_CODES + i));
}

/* m of eight sub-blocks of 32 times the sums of y that are stored of each sixteen. */
MZG_INLINE int32_t mzg_span_min_sum8(uint64_t m, const uint8_t *y)
{
    const uint8_t *sums = y + MZG_Q8_K_SUMS;
    int32x4_t first = vpaddlq_s16(vreinterpretq_s16_u8(vld1q_u8(sums)));
    int32x4_t second = vpaddlq_s16(vreinterpretq_s16_u8(vld1q_u8(sums + 16)));
    uint16x8_t words = vmovl_u8(vcreate_u8(m));
    int32x4_t low = vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(words)));
    int32x4_t high = vreinterpretq_s32_u32(vmovl_high_u16(words));
    return vaddvq_s32(vmlaq_s32(vmulq_s32(first, low), second, high));
}

MZG_INLINE float mzg_span_scaled(const uint8_t *d, const uint8_t *dmin, const uint8_t *y,
                                 struct mzg_span_sums_of s)
{
    float dy = mzg_float(mzg_load32(y));
    return mzg_f16_to(mzg_load16(d)) * dy * (float)s.coded -
           mzg_f16_to(mzg_load16(dmin)) * dy * (float)s.sums;
}

MZG_INLINE struct mzg_span_sums_of mzg_q4_k_sums(const uint8_t *x, const uint8_t *y,
                                                 mzg_span_dot16 *dot)
{
    struct mzg_span_sixes a = mzg_span_load_sixes(x + MZG_Q4_K_SCALES);
    int32x4_t coded = vdupq_n_s32(0);
    for (int c = 0; c < 4; c++) {
        int32x4_t first = vdupq_n_s32(0), second = first;
        for (int i = 0; i < 32; i += 16) {
            uint8x16_t both = vld1q_u8(x + MZG_Q4_K_CODES + 32 * c + i);
            int8x16_t low = vreinterpretq_s8_u8(vandq_u8(both, vdupq_n_u8(15)));
            int8x16_t high = vreinterpretq_s8_u8(vshrq_n_u8(both, 4));
            first = vaddq_s32(first, dot(low, mzg_span_y16(y, 64 * c + i)));
            second = vaddq_s32(second, dot(high, mzg_span_y16(y, 64 * c + 32 + i)));
        }
        coded = vmlaq_n_s32(coded, first, (int32_t)(a.s >> 16 * c & 63));
        coded = vmlaq_n_s32(coded, second, (int32_t)(a.s >> (16 * c + 8) & 63));
    }
    return (struct mzg_span_sums_of){vaddvq_s32(coded), mzg_span_min_sum8(a.m, y)};
}

MZG_INLINE float mzg_q4_k_dot_by(const void *q, const void *y, size_t n, mzg_span_dot16 *dot)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, xb += MZG_Q4_K_BYTES, yb += MZG_Q8_K_BYTES)
        acc[b % 8] += mzg_span_scaled(xb + MZG_Q4_K_D, xb + MZG_Q4_K_DMIN, yb,
                                      mzg_q4_k_sums(xb, yb, dot));
    return mzg_sum8(acc);
}

#endif
