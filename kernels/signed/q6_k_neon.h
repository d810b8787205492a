/* q6_k_neon.h: Q6_K's codes, and its dot product but for how sixteen products are summed. */
#ifndef MZG_KERNELS_SIGNED_Q6_K_NEON_H
#define MZG_KERNELS_SIGNED_Q6_K_NEON_H

#include "../k/q8_k_dot_neon.h"
#include "signed.h"

/* The codes of sub-block sub, 0 to 63; sub is a constant. */
MZG_INLINE uint8x16_t mzg_q6_k_codes16(const uint8_t *block, int sub)
{
    int half = sub / 8, quarter = sub % 8 / 2, odd = sub % 2;
    uint8x16_t low = vld1q_u8(block + 64 * half + 32 * (quarter % 2) + 16 * odd);
    uint8x16_t high = vld1q_u8(block + MZG_Q6_K_HIGH + 32 * half + 16 * odd);
    low = quarter < 2 ? vandq_u8(low, vdupq_n_u8(15)) : vshrq_n_u8(low, 4);
    high = vshlq_u8(high, vdupq_n_s8((int8_t)(4 - 2 * quarter)));
    return vorrq_u8(low, vandq_u8(high, vdupq_n_u8(0x30)));
}

/* Adds k times the sum of sixteen products. */
typedef int32x4_t mzg_add_sixteen(int32x4_t sum, int8x16_t codes, int8x16_t y, int16_t k);

MZG_INLINE int32x4_t mzg_q6_k_dot_block(const uint8_t *x, const uint8_t *y,
                                        mzg_add_sixteen *add_sixteen)
{
    const int8_t *k = (const int8_t *)(x + MZG_Q6_K_SCALES);
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
        int8x16_t codes = vreinterpretq_s8_u8(mzg_q6_k_codes16(x, sub));
        sum = add_sixteen(sum, codes, vld1q_s8(yc + 16 * sub), k[sub]);
    }
    return vsubq_s32(sum, vshlq_n_s32(less, 5));
}

#endif
