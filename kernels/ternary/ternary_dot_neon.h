/* ternary_dot_neon.h: TQ1_0 and TQ2_0 with Q8_K, Q2_0 and Q1_0 with Q8_0 on ARM; included without and
 * with sdot. */
#ifndef MZG_KERNELS_TERNARY_DOT_NEON_H
#define MZG_KERNELS_TERNARY_DOT_NEON_H

#include "../k/q8_k_dot_neon.h"
#include "../narrow_neon.h"
#include "ternary.h"

/* sum += codes * y of sixteen elements; codes up to 3. */
MZG_INLINE int32x4_t mzg_grow16(int32x4_t sum, uint8x16_t codes, const uint8_t *y)
{
    return vaddq_s32(sum, mzg_products16(vreinterpretq_s8_u8(codes), vld1q_s8((const int8_t *)y)));
}

/* What the stored sums of a block take off. */
MZG_INLINE int32x4_t mzg_k_less(const uint8_t *y)
{
    int16x8_t a = vreinterpretq_s16_u8(vld1q_u8(y + MZG_Q8_K_SUMS));
    int16x8_t b = vreinterpretq_s16_u8(vld1q_u8(y + MZG_Q8_K_SUMS + 16));
    return vnegq_s32(vpadalq_s16(vpaddlq_s16(a), b));
}

MZG_INLINE uint8x16_t mzg_thrice16(uint8x16_t v)
{
    return vaddq_u8(v, vaddq_u8(v, v));
}

/* The highest digits of bytes of five: a mask of ones is -1. */
MZG_INLINE uint8x16_t mzg_digits16(uint8x16_t bytes)
{
    uint8x16_t one = vcgtq_u8(bytes, vdupq_n_u8(85)), two = vcgtq_u8(bytes, vdupq_n_u8(170));
    return vsubq_u8(vsubq_u8(vdupq_n_u8(0), one), two);
}

MZG_INLINE int32x4_t mzg_tq1_0_products(const uint8_t *x, const uint8_t *y)
{
    static const uint8_t powers[16] = {1, 1, 1, 1, 3, 3, 3, 3, 9, 9, 9, 9, 27, 27, 27, 27};
    const uint8_t *yc = y + MZG_Q8_K_CODES;
    uint8x16_t a = vld1q_u8(x), b = vld1q_u8(x + 16), c = vld1q_u8(x + MZG_TQ1_0_SECOND);
    int32x4_t sum = mzg_k_less(y);
    MZG_UNROLL
    for (int n = 0; n < 5; n++) {
        sum = mzg_grow16(sum, mzg_digits16(a), yc + 32 * n);
        sum = mzg_grow16(sum, mzg_digits16(b), yc + 32 * n + 16);
        sum = mzg_grow16(sum, mzg_digits16(c), yc + 160 + 16 * n);
        a = mzg_thrice16(a);
        b = mzg_thrice16(b);
        c = mzg_thrice16(c);
    }
    uint8x16_t last = vreinterpretq_u8_u32(vdupq_n_u32(mzg_load32(x + MZG_TQ1_0_FOURS)));
    last = vmulq_u8(last, vld1q_u8(powers));
    return mzg_grow16(sum, mzg_digits16(last), yc + 240);
}

MZG_INLINE int32x4_t mzg_tq2_0_products(const uint8_t *x, const uint8_t *y)
{
    const uint8x16_t low = vdupq_n_u8(3);
    const uint8_t *yc = y + MZG_Q8_K_CODES;
    int32x4_t sum = mzg_k_less(y);
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        uint8x16_t bytes = vld1q_u8(x + 16 * i);
        const uint8_t *to = yc + 128 * (i / 2) + 16 * (i % 2);
        sum = mzg_grow16(sum, vandq_u8(bytes, low), to);
        sum = mzg_grow16(sum, vandq_u8(vshrq_n_u8(bytes, 2), low), to + 32);
        sum = mzg_grow16(sum, vandq_u8(vshrq_n_u8(bytes, 4), low), to + 64);
        sum = mzg_grow16(sum, vshrq_n_u8(bytes, 6), to + 96);
    }
    return sum;
}

/* Sixteen codes of two bits in order, 1 taken off. */
MZG_INLINE int8x16_t mzg_q2_0_codes16(const uint8_t *p)
{
    uint32x4_t v = vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(mzg_load32(p)))));
    v = vorrq_u32(v, vshlq_n_u32(v, 6));
    v = vorrq_u32(v, vshlq_n_u32(v, 12));
    uint8x16_t codes = vandq_u8(vreinterpretq_u8_u32(v), vdupq_n_u8(3));
    return vsubq_s8(vreinterpretq_s8_u8(codes), vdupq_n_s8(1));
}

/* 1 where a bit is set, else -1. */
MZG_INLINE int8x16_t mzg_q1_0_codes16(const uint8_t *p)
{
    const uint8x16_t bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t bytes = vcombine_u8(vdup_n_u8(p[0]), vdup_n_u8(p[1]));
    uint8x16_t set = vandq_u8(vtstq_u8(bytes, bit), vdupq_n_u8(2));
    return vsubq_s8(vreinterpretq_s8_u8(set), vdupq_n_s8(1));
}

static inline void mzg_q2_0_add256(struct mzg_eight *acc, const uint8_t *x, const uint8_t *y)
{
    float d[8], dy[8];
    int32x4_t sums[8];
    MZG_UNROLL
    for (int b = 0; b < 8; b++) {
        const uint8_t *block = x + b / 2 * MZG_Q2_0_BYTES;
        const uint8_t *codes = block + MZG_Q2_0_CODES + 8 * (b % 2);
        int8x16x2_t c = {{mzg_q2_0_codes16(codes), mzg_q2_0_codes16(codes + 4)}};
        sums[b] = mzg_products32(c, mzg_q8_0_codes32(y + b * MZG_Q8_0_BYTES));
        d[b] = mzg_f16_to(mzg_load16(block));
    }
    mzg_q8_0_scales(y, dy);
    mzg_narrow_add(acc, d, dy, (int32x4_t[2]){mzg_sums4(sums), mzg_sums4(sums + 4)});
}

static inline void mzg_q1_0_add256(struct mzg_eight *acc, const uint8_t *x, const uint8_t *y)
{
    float d[8], dy[8];
    int32x4_t sums[8];
    MZG_UNROLL
    for (int b = 0; b < 8; b++) {
        const uint8_t *block = x + b / 4 * MZG_Q1_0_BYTES;
        const uint8_t *bits = block + MZG_Q1_0_CODES + 4 * (b % 4);
        int8x16x2_t c = {{mzg_q1_0_codes16(bits), mzg_q1_0_codes16(bits + 2)}};
        sums[b] = mzg_products32(c, mzg_q8_0_codes32(y + b * MZG_Q8_0_BYTES));
        d[b] = mzg_f16_to(mzg_load16(block));
    }
    mzg_q8_0_scales(y, dy);
    mzg_narrow_add(acc, d, dy, (int32x4_t[2]){mzg_sums4(sums), mzg_sums4(sums + 4)});
}

#define MZG_TERNARY_DOTS(isa)                                                                      \
    float mzg_tq1_0_dot_##isa(const void *q, const void *y, size_t n)                              \
    {                                                                                              \
        return mzg_dot_supers(q, MZG_TQ1_0_BYTES, MZG_TQ1_0_SCALE, y, n, mzg_tq1_0_products);      \
    }                                                                                              \
    float mzg_tq2_0_dot_##isa(const void *q, const void *y, size_t n)                              \
    {                                                                                              \
        return mzg_dot_supers(q, MZG_TQ2_0_BYTES, MZG_TQ2_0_SCALE, y, n, mzg_tq2_0_products);      \
    }                                                                                              \
    float mzg_q2_0_dot_##isa(const void *q, const void *y, size_t n)                               \
    {                                                                                              \
        return mzg_narrow_dot(q, MZG_Q2_0_ELEMS, MZG_Q2_0_BYTES, y, n, mzg_q2_0_add256);           \
    }                                                                                              \
    float mzg_q1_0_dot_##isa(const void *q, const void *y, size_t n)                               \
    {                                                                                              \
        return mzg_narrow_dot(q, MZG_Q1_0_ELEMS, MZG_Q1_0_BYTES, y, n, mzg_q1_0_add256);           \
    }

#endif
