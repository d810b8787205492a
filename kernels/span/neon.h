/* neon.h: what the ARM variants for blocks with scales and minima share. */
#ifndef MZG_KERNELS_SPAN_NEON_H
#define MZG_KERNELS_SPAN_NEON_H

#include "../neon.h"
#include "blocks.h"

/* A shift by a number that is known only after inlining; to the right where it is negative. */
MZG_INLINE uint8x16_t mzg_span_shift(uint8x16_t v, int by)
{
    return vshlq_u8(v, vdupq_n_s8((int8_t)by));
}

/* Sixteen codes of sub-block j of eight, from i (0 or 16) on. */
static inline int8x16_t mzg_q4_k_codes(const uint8_t *in, int j, int i)
{
    uint8x16_t both = vld1q_u8(in + MZG_Q4_K_CODES + j / 2 * 32 + i);
    return vreinterpretq_s8_u8(vandq_u8(mzg_span_shift(both, j % 2 * -4), vdupq_n_u8(15)));
}

static inline int8x16_t mzg_q5_k_codes(const uint8_t *in, int j, int i)
{
    uint8x16_t both = vld1q_u8(in + MZG_Q5_K_CODES + j / 2 * 32 + i);
    uint8x16_t fifth = mzg_span_shift(vld1q_u8(in + MZG_Q5_K_HIGH + i), 4 - j);
    both = vandq_u8(mzg_span_shift(both, j % 2 * -4), vdupq_n_u8(15));
    return vreinterpretq_s8_u8(vorrq_u8(both, vandq_u8(fifth, vdupq_n_u8(16))));
}

/* The codes of sub-block j of sixteen. */
static inline int8x16_t mzg_q2_k_codes(const uint8_t *in, int j)
{
    uint8x16_t all = vld1q_u8(in + MZG_Q2_K_CODES + j / 8 * 32 + j % 2 * 16);
    return vreinterpretq_s8_u8(vandq_u8(mzg_span_shift(all, j % 8 / 2 * -2), vdupq_n_u8(3)));
}

/* Four partial sums of the products of sixteen codes, up to 31, with y. */
typedef int32x4_t mzg_span_dot16(int8x16_t codes, int8x16_t y);

/* The two sums of a block: of s * code * y, and of m * (sums of y). */
struct mzg_span_pair {
    int32_t coded, mins;
};

MZG_INLINE int8x16_t mzg_span_y16(const uint8_t *y, int i)
{
    return vld1q_s8((const int8_t *)(y + MZG_Q8_K_CODES + i));
}

/* m of sixteen times the sixteen sums of y. */
MZG_INLINE int32_t mzg_span_min_sum(uint8x16_t m, const uint8_t *y)
{
    const uint8_t *sums = y + MZG_Q8_K_SUMS;
    int16x8_t a = vreinterpretq_s16_u8(vld1q_u8(sums)), b = vreinterpretq_s16_u8(vld1q_u8(sums + 16));
    int16x8_t ma = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(m)));
    int16x8_t mb = vreinterpretq_s16_u16(vmovl_high_u8(m));
    int32x4_t t = vmlal_high_s16(vmull_s16(vget_low_s16(a), vget_low_s16(ma)), a, ma);
    return vaddvq_s32(vmlal_high_s16(vmlal_s16(t, vget_low_s16(b), vget_low_s16(mb)), b, mb));
}

MZG_INLINE float mzg_span_scaled(const uint8_t *d, const uint8_t *dmin, const uint8_t *y,
                                 struct mzg_span_pair s)
{
    float dy = mzg_float(mzg_load32(y));
    return mzg_f16_to(mzg_load16(d)) * dy * (float)s.coded -
           mzg_f16_to(mzg_load16(dmin)) * dy * (float)s.mins;
}

MZG_INLINE struct mzg_span_pair mzg_span_pair_sixes(const uint8_t *x, const uint8_t *y,
                                                    int8x16_t (*codes)(const uint8_t *, int, int),
                                                    mzg_span_dot16 *dot)
{
    struct mzg_span_sixes a = mzg_span_load_sixes(x + MZG_Q4_K_SCALES);
    int32x4_t coded = vdupq_n_s32(0);
    uint8x8_t m = vcreate_u8(a.m);
    MZG_UNROLL
    for (int j = 0; j < 8; j++) {
        int32x4_t sum = dot(codes(x, j, 0), mzg_span_y16(y, 32 * j));
        sum = vaddq_s32(sum, dot(codes(x, j, 16), mzg_span_y16(y, 32 * j + 16)));
        coded = vmlaq_n_s32(coded, sum, (int32_t)(a.s >> 8 * j & 63));
    }
    return (struct mzg_span_pair){vaddvq_s32(coded),
                                  mzg_span_min_sum(vcombine_u8(vzip1_u8(m, m), vzip2_u8(m, m)), y)};
}

MZG_INLINE struct mzg_span_pair mzg_span_pair_fours(const uint8_t *x, const uint8_t *y,
                                                    mzg_span_dot16 *dot)
{
    uint8x16_t both = vld1q_u8(x + MZG_Q2_K_SCALES);
    int32x4_t coded = vdupq_n_s32(0);
    MZG_UNROLL
    for (int j = 0; j < 16; j++)
        coded = vmlaq_n_s32(coded, dot(mzg_q2_k_codes(x, j), mzg_span_y16(y, 16 * j)),
                            x[MZG_Q2_K_SCALES + j] & 15);
    return (struct mzg_span_pair){vaddvq_s32(coded), mzg_span_min_sum(vshrq_n_u8(both, 4), y)};
}

MZG_INLINE struct mzg_span_pair mzg_q4_k_pair(const uint8_t *x, const uint8_t *y, mzg_span_dot16 *dot)
{
    return mzg_span_pair_sixes(x, y, mzg_q4_k_codes, dot);
}

MZG_INLINE struct mzg_span_pair mzg_q5_k_pair(const uint8_t *x, const uint8_t *y, mzg_span_dot16 *dot)
{
    return mzg_span_pair_sixes(x, y, mzg_q5_k_codes, dot);
}

MZG_INLINE struct mzg_span_pair mzg_q2_k_pair(const uint8_t *x, const uint8_t *y, mzg_span_dot16 *dot)
{
    return mzg_span_pair_fours(x, y, dot);
}

/* The dot products of an instruction set; dot: of sixteen codes, in four parts. */
#define MZG_SPAN_DOT(type, TYPE, isa, dot)                                                         \
    float mzg_##type##_dot_##isa(const void *q, const void *y, size_t n)                           \
    {                                                                                              \
        const uint8_t *xb = q, *yb = y;                                                            \
        float acc[8] = {0};                                                                        \
        for (size_t b = 0; b < n / MZG_SUPER; b++) {                                               \
            acc[b % 8] += mzg_span_scaled(xb + MZG_##TYPE##_D, xb + MZG_##TYPE##_DMIN, yb,         \
                                          mzg_##type##_pair(xb, yb, dot));                         \
            xb += MZG_##TYPE##_BYTES;                                                              \
            yb += MZG_Q8_K_BYTES;                                                                  \
        }                                                                                          \
        return mzg_sum8(acc);                                                                      \
    }
#define MZG_SPAN_DOTS(isa, dot)                                                                    \
    MZG_SPAN_DOT(q4_k, Q4_K, isa, dot)                                                             \
    MZG_SPAN_DOT(q5_k, Q5_K, isa, dot)                                                             \
    MZG_SPAN_DOT(q2_k, Q2_K, isa, dot)

#endif
