/* neon.h: what the ARM variants share: codes as bytes, scales of four blocks, dot products. */
#ifndef MZG_KERNELS_NEON_H
#define MZG_KERNELS_NEON_H

#include "groups.h"

#include <arm_neon.h>

/* The 32 codes of a block as signed bytes, in order, with the format's 8 or 16 taken off. */
typedef int8x16x2_t mzg_codes32(const uint8_t *block);

static inline int8x16x2_t mzg_q8_0_codes32(const uint8_t *block)
{
    const int8_t *codes = (const int8_t *)(block + MZG_Q8_0_CODES);
    return (int8x16x2_t){{vld1q_s8(codes), vld1q_s8(codes + 16)}};
}

MZG_INLINE int8x16x2_t mzg_nibbles32(const uint8_t *p)
{
    uint8x16_t both = vld1q_u8(p);
    return (int8x16x2_t){{vreinterpretq_s8_u8(vandq_u8(both, vdupq_n_u8(15))),
                          vreinterpretq_s8_u8(vshrq_n_u8(both, 4))}};
}

/* 16 in each of sixteen bytes whose bit of the two bytes at p is set. */
MZG_INLINE int8x16_t mzg_fifth_bits16(const uint8_t *p)
{
    const uint8x16_t bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t bytes = vcombine_u8(vdup_n_u8(p[0]), vdup_n_u8(p[1]));
    return vreinterpretq_s8_u8(vandq_u8(vtstq_u8(bytes, bit), vdupq_n_u8(16)));
}

MZG_INLINE int8x16x2_t mzg_fives32(const uint8_t *nibbles, const uint8_t *high)
{
    int8x16x2_t c = mzg_nibbles32(nibbles);
    c.val[0] = vorrq_s8(c.val[0], mzg_fifth_bits16(high));
    c.val[1] = vorrq_s8(c.val[1], mzg_fifth_bits16(high + 2));
    return c;
}

MZG_INLINE int8x16x2_t mzg_less(int8x16x2_t c, int8_t zero)
{
    c.val[0] = vsubq_s8(c.val[0], vdupq_n_s8(zero));
    c.val[1] = vsubq_s8(c.val[1], vdupq_n_s8(zero));
    return c;
}

static inline int8x16x2_t mzg_q4_0_codes32(const uint8_t *block)
{
    return mzg_less(mzg_nibbles32(block + MZG_Q4_0_CODES), 8);
}

static inline int8x16x2_t mzg_q4_1_codes32(const uint8_t *block)
{
    return mzg_nibbles32(block + MZG_Q4_1_CODES);
}

static inline int8x16x2_t mzg_q5_0_codes32(const uint8_t *block)
{
    return mzg_less(mzg_fives32(block + MZG_Q5_0_CODES, block + MZG_Q5_0_HIGH), 16);
}

static inline int8x16x2_t mzg_q5_1_codes32(const uint8_t *block)
{
    return mzg_fives32(block + MZG_Q5_1_CODES, block + MZG_Q5_1_HIGH);
}

/* The half at p, p + stride, ...: one for each of four blocks. */
MZG_INLINE float32x4_t mzg_halves4(const uint8_t *p, size_t stride)
{
    uint16x4_t h = vdup_n_u16(mzg_load16(p));
    h = vset_lane_u16(mzg_load16(p + stride), h, 1);
    h = vset_lane_u16(mzg_load16(p + 2 * stride), h, 2);
    h = vset_lane_u16(mzg_load16(p + 3 * stride), h, 3);
    return vcvt_f32_f16(vreinterpret_f16_u16(h));
}

/* mzg_scale_from on four values. */
MZG_INLINE uint16x4_t mzg_scales4(float32x4_t s)
{
    float16x4_t near = vcvt_f16_f32(s);
    uint32x4_t below = vcltq_f32(vcvt_f32_f16(near), s);
    uint32x4_t up = vandq_u32(below, vcltq_f32(s, vdupq_n_f32(0x1p-14f)));
    return vsub_u16(vreinterpret_u16_f16(near), vmovn_u32(up)); /* a mask of ones is -1 */
}

/* mzg_inverse on four values. */
MZG_INLINE float32x4_t mzg_inverse4(float32x4_t d)
{
    uint32x4_t inv = vreinterpretq_u32_f32(vdivq_f32(vdupq_n_f32(1.0f), d));
    return vreinterpretq_f32_u32(vbicq_u32(inv, vceqzq_f32(d)));
}

/* Four partial sums of the products of two blocks' codes. */
typedef int32x4_t mzg_dot_block(int8x16x2_t x, int8x16x2_t y);

/* The codes of a block of the other side, Q8_0 or Q8_1: in both they come last. */
MZG_INLINE int8x16x2_t mzg_y_codes32(const uint8_t *y, size_t y_bytes)
{
    const int8_t *codes = (const int8_t *)(y + y_bytes - MZG_BLOCK);
    return (int8x16x2_t){{vld1q_s8(codes), vld1q_s8(codes + 16)}};
}

/* Adds what four blocks contribute: d * dy * sum, and with a minimum (then y is in Q8_1) + m * sy. */
MZG_INLINE float32x4_t mzg_dot_quad(float32x4_t acc, const uint8_t *x, size_t bytes,
                                    const uint8_t *y, mzg_codes32 *codes_of, mzg_dot_block *dot,
                                    int has_min)
{
    const size_t y_bytes = has_min ? MZG_Q8_1_BYTES : MZG_Q8_0_BYTES;
    int32x4_t s[4];
    MZG_UNROLL
    for (size_t b = 0; b < 4; b++)
        s[b] = dot(codes_of(x + b * bytes), mzg_y_codes32(y + b * y_bytes, y_bytes));
    float32x4_t dy = mzg_halves4(y, y_bytes);
    int32x4_t sum = vpaddq_s32(vpaddq_s32(s[0], s[1]), vpaddq_s32(s[2], s[3]));
    float32x4_t t = vmulq_f32(vmulq_f32(mzg_halves4(x, bytes), dy), vcvtq_f32_s32(sum));
    if (has_min) {
        float32x4_t sy = mzg_halves4(y + MZG_Q8_1_SUM, y_bytes);
        t = vaddq_f32(t, vmulq_f32(mzg_halves4(x + 2, bytes), sy));
    }
    return vaddq_f32(acc, t);
}

/* x in blocks of so many bytes, y in Q8_0, or with a minimum in Q8_1. */
MZG_INLINE float mzg_dot_quads(const void *q, size_t bytes, const void *y, size_t n,
                               mzg_codes32 *codes_of, mzg_dot_block *dot, int has_min)
{
    const size_t y_bytes = has_min ? MZG_Q8_1_BYTES : MZG_Q8_0_BYTES;
    const uint8_t *xb = q, *yb = y;
    uint8_t x_rest[MZG_GROUP_BYTES], y_rest[MZG_GROUP_BYTES];
    float32x4_t first = vdupq_n_f32(0.0f), second = first;
    while (n >= MZG_BLOCK) {
        if (n < MZG_GROUP_ELEMS) {
            memset(x_rest, 0, sizeof x_rest);
            memset(y_rest, 0, sizeof y_rest);
            xb = memcpy(x_rest, xb, n / MZG_BLOCK * bytes);
            yb = memcpy(y_rest, yb, n / MZG_BLOCK * y_bytes);
            n = MZG_GROUP_ELEMS;
        }
        first = mzg_dot_quad(first, xb, bytes, yb, codes_of, dot, has_min);
        second = mzg_dot_quad(second, xb + 4 * bytes, bytes, yb + 4 * y_bytes, codes_of, dot,
                              has_min);
        xb += MZG_GROUP * bytes;
        yb += MZG_GROUP * y_bytes;
        n -= MZG_GROUP_ELEMS;
    }
    float sums[8];
    vst1q_f32(sums, first);
    vst1q_f32(sums + 4, second);
    return mzg_sum8(sums);
}

#endif
