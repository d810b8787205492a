/* signed_neon.h: codes sixteen at a time, decoding and dot products on ARM. */
#ifndef MZG_KERNELS_SIGNED_NEON_H
#define MZG_KERNELS_SIGNED_NEON_H

#include "../k/q8_k_dot_neon.h"
#include "signed.h"

/* The codes of sub-block sub, as they are stored: from 0 on; sub is a constant. */
typedef uint8x16_t mzg_signed_codes(const uint8_t *block, int sub);

static inline uint8x16_t mzg_q6_k_codes(const uint8_t *block, int sub)
{
    int half = sub / 8, quarter = sub % 8 / 2, odd = sub % 2;
    uint8x16_t low = vld1q_u8(block + 64 * half + 32 * (quarter % 2) + 16 * odd);
    uint8x16_t high = vld1q_u8(block + MZG_Q6_K_HIGH + 32 * half + 16 * odd);
    low = quarter < 2 ? vandq_u8(low, vdupq_n_u8(15)) : vshrq_n_u8(low, 4);
    high = vshlq_u8(high, vdupq_n_s8((int8_t)(4 - 2 * quarter)));
    return vorrq_u8(low, vandq_u8(high, vdupq_n_u8(0x30)));
}

static inline uint8x16_t mzg_q3_k_codes(const uint8_t *block, int sub)
{
    int half = sub / 8, quarter = sub % 8 / 2, odd = sub % 2;
    uint8x16_t low = vld1q_u8(block + MZG_Q3_K_LOW + 32 * half + 16 * odd);
    uint8x16_t third = vld1q_u8(block + 16 * odd);
    low = vshlq_u8(low, vdupq_n_s8((int8_t)(-2 * quarter)));
    third = vshlq_u8(third, vdupq_n_s8((int8_t)(2 - 4 * half - quarter)));
    return vorrq_u8(vandq_u8(low, vdupq_n_u8(3)), vandq_u8(third, vdupq_n_u8(4)));
}

MZG_INLINE void mzg_signed_store16(float *x, int8x16_t codes, float32x4_t scale)
{
    int16x8_t low = vmovl_s8(vget_low_s8(codes)), high = vmovl_high_s8(codes);
    vst1q_f32(x, vmulq_f32(scale, vcvtq_f32_s32(vmovl_s16(vget_low_s16(low)))));
    vst1q_f32(x + 4, vmulq_f32(scale, vcvtq_f32_s32(vmovl_high_s16(low))));
    vst1q_f32(x + 8, vmulq_f32(scale, vcvtq_f32_s32(vmovl_s16(vget_low_s16(high)))));
    vst1q_f32(x + 12, vmulq_f32(scale, vcvtq_f32_s32(vmovl_high_s16(high))));
}

/* d * k * (code - zero) for a block with a finite d. */
MZG_INLINE void mzg_signed_decode(float *x, const uint8_t *block, float d,
                                  const int8_t k[MZG_SUBS], int8_t zero,
                                  mzg_signed_codes *codes_of)
{
    MZG_UNROLL
    for (int sub = 0; sub < MZG_SUBS; sub++) {
        int8x16_t codes = vreinterpretq_s8_u8(codes_of(block, sub));
        mzg_signed_store16(x + 16 * sub, vsubq_s8(codes, vdupq_n_s8(zero)),
                           vdupq_n_f32(d * (float)k[sub]));
    }
}

/* Adds k times the sum of sixteen products. */
typedef int32x4_t mzg_add_sixteen(int32x4_t sum, int8x16_t codes, int8x16_t y, int16_t k);

/* Parts of the sum of k * (code - 2^shift) * y. */
MZG_INLINE int32x4_t mzg_signed_dot(const uint8_t *block, const int8_t k[MZG_SUBS],
                                    const uint8_t *y, int shift, mzg_signed_codes *codes_of,
                                    mzg_add_sixteen *add_sixteen)
{
    const int8_t *yc = (const int8_t *)(y + MZG_Q8_K_CODES);
    int32x4_t sum = vdupq_n_s32(0), less = sum;
    for (int i = 0; i < MZG_SUBS; i += 8) {
        int16x8_t ysums = vreinterpretq_s16_u8(vld1q_u8(y + MZG_Q8_K_SUMS + 2 * i));
        int16x8_t ks = vmovl_s8(vld1_s8(k + i));
        less = vmlal_s16(less, vget_low_s16(ysums), vget_low_s16(ks));
        less = vmlal_high_s16(less, ysums, ks);
    }
    MZG_UNROLL
    for (int sub = 0; sub < MZG_SUBS; sub++) {
        int8x16_t codes = vreinterpretq_s8_u8(codes_of(block, sub));
        sum = add_sixteen(sum, codes, vld1q_s8(yc + 16 * sub), k[sub]);
    }
    return vsubq_s32(sum, vshlq_s32(less, vdupq_n_s32(shift)));
}

MZG_INLINE int32x4_t mzg_q6_k_dot_block(const uint8_t *x, const uint8_t *y,
                                        mzg_add_sixteen *add_sixteen)
{
    const int8_t *k = (const int8_t *)(x + MZG_Q6_K_SCALES);
    return mzg_signed_dot(x, k, y, 5, mzg_q6_k_codes, add_sixteen);
}

MZG_INLINE int32x4_t mzg_q3_k_dot_block(const uint8_t *x, const uint8_t *y,
                                        mzg_add_sixteen *add_sixteen)
{
    uint64_t k[2];
    mzg_q3_k_scales(x, k);
    return mzg_signed_dot(x, (const int8_t *)k, y, 2, mzg_q3_k_codes, add_sixteen);
}

#endif
