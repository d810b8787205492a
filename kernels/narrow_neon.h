/* narrow_neon.h: dot products with Q8_0 of types whose codes are few and small, 256 elements at a
 * time; with sdot where this is compiled for it. */
#ifndef MZG_KERNELS_NARROW_NEON_H
#define MZG_KERNELS_NARROW_NEON_H

#include "neon.h"

enum { MZG_NARROW_GROUP = 256, MZG_NARROW_BYTES = 144 /* of a group, in the widest type */ };

struct mzg_eight {
    float32x4_t v[2];
};

/* Adds 256 elements to the eight accumulators. */
typedef void mzg_narrow_group(struct mzg_eight *acc, const uint8_t *x, const uint8_t *y);

MZG_INLINE float mzg_eight_total(const struct mzg_eight *acc)
{
    float sums[8];
    vst1q_f32(sums, acc->v[0]);
    vst1q_f32(sums + 4, acc->v[1]);
    return mzg_sum8(sums);
}

/* x: blocks of so many elements and bytes. What is left at the end is padded with zeros, which add
 * zeros. */
MZG_INLINE float mzg_narrow_dot(const void *q, size_t elems, size_t bytes, const void *y, size_t n,
                                mzg_narrow_group *group)
{
    const uint8_t *xb = q, *yb = y;
    struct mzg_eight acc = {{vdupq_n_f32(0.0f), vdupq_n_f32(0.0f)}};
    for (; n >= MZG_NARROW_GROUP; n -= MZG_NARROW_GROUP) {
        group(&acc, xb, yb);
        xb += MZG_NARROW_GROUP / elems * bytes;
        yb += MZG_GROUP * MZG_Q8_0_BYTES;
    }
    if (n >= elems) {
        uint8_t x_rest[MZG_NARROW_BYTES] = {0}, y_rest[MZG_GROUP_BYTES] = {0};
        memcpy(x_rest, xb, n / elems * bytes);
        memcpy(y_rest, yb, n / MZG_BLOCK * MZG_Q8_0_BYTES);
        group(&acc, x_rest, y_rest);
    }
    return mzg_eight_total(&acc);
}

/* x * y of sixteen elements, fours of them added; |x| <= 31. */
MZG_INLINE int32x4_t mzg_products16(int8x16_t x, int8x16_t y)
{
#ifdef __ARM_FEATURE_DOTPROD
    return vdotq_s32(vdupq_n_s32(0), x, y);
#else
    return vpaddlq_s16(vmlal_high_s8(vmull_s8(vget_low_s8(x), vget_low_s8(y)), x, y));
#endif
}

MZG_INLINE int32x4_t mzg_products32(int8x16x2_t x, int8x16x2_t y)
{
    return vaddq_s32(mzg_products16(x.val[0], y.val[0]), mzg_products16(x.val[1], y.val[1]));
}

/* From four vectors to the sum of each. */
MZG_INLINE int32x4_t mzg_sums4(const int32x4_t v[4])
{
    return vpaddq_s32(vpaddq_s32(v[0], v[1]), vpaddq_s32(v[2], v[3]));
}

/* acc += d * dy * sum in each of eight lanes. */
MZG_INLINE void mzg_narrow_add(struct mzg_eight *acc, const float d[8], const float dy[8],
                               const int32x4_t sum[2])
{
    MZG_UNROLL
    for (int i = 0; i < 2; i++) {
        float32x4_t scale = vmulq_f32(vld1q_f32(d + 4 * i), vld1q_f32(dy + 4 * i));
        acc->v[i] = vaddq_f32(acc->v[i], vmulq_f32(scale, vcvtq_f32_s32(sum[i])));
    }
}

/* The scales of eight blocks of Q8_0. */
MZG_INLINE void mzg_q8_0_scales(const uint8_t *y, float dy[8])
{
    vst1q_f32(dy, mzg_halves4(y, MZG_Q8_0_BYTES));
    vst1q_f32(dy + 4, mzg_halves4(y + 4 * MZG_Q8_0_BYTES, MZG_Q8_0_BYTES));
}

#endif
