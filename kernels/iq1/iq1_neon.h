/* iq1_neon.h: dot products of IQ1_S and IQ1_M for NEON, with and without dotprod. */
#ifndef MZG_KERNELS_IQ1_IQ1_NEON_H
#define MZG_KERNELS_IQ1_IQ1_NEON_H

#include "../list.h"
#include "../neon.h"
#include "iq1.h"

/* Sixteen products of signed bytes, added up in four lanes. */
typedef int32x4_t mzg_iq1_fours(int8x16_t a, int8x16_t b);

MZG_INLINE int8x16_t mzg_iq1_two_points(uint64_t a, uint64_t b)
{
    return vreinterpretq_s8_u8(vcombine_u8(vcreate_u8(a), vcreate_u8(b)));
}

/* Two groups, 8 (v + 1) of each value v; rest: what that is too much, or too little, for the sum of the
 * codes. */
MZG_INLINE int8x16_t mzg_iq1_s_values16(const uint8_t *block, int g, int32_t *factor, int32_t *rest)
{
    uint32_t high = mzg_iq1_s_high(block, g);
    *factor = (int32_t)(2 * (high >> 12 & 7) + 1);
    *rest = high >> 15 ? 9 : 7;
    return mzg_iq1_two_points(mzg_iq1_s_point(block, high, g), mzg_iq1_s_point(block, high, g + 1));
}

/* Each group has its own eighth, which is part of the values here. */
MZG_INLINE int8x16_t mzg_iq1_m_values16(const uint8_t *block, int g, int32_t *factor, int32_t *rest)
{
    int8x16_t eighth = vcombine_s8(vdup_n_s8(mzg_iq1_m_minus(block, g) ? 0 : 2),
                                   vdup_n_s8(mzg_iq1_m_minus(block, g + 1) ? 0 : 2));
    *factor = mzg_iq1_m_factor(block, g / 2);
    *rest = 9;
    return vaddq_s8(mzg_iq1_two_points(mzg_iq1_m_point(block, g), mzg_iq1_m_point(block, g + 1)), eighth);
}

typedef int8x16_t mzg_iq1_values(const uint8_t *block, int g, int32_t *factor, int32_t *rest);

MZG_INLINE int32_t mzg_iq1_block_sum(const uint8_t *block, const uint8_t *y, mzg_iq1_values *values,
                                     mzg_iq1_fours *fours)
{
    int32x4_t sum = vdupq_n_s32(0);
    int32_t rests = 0;
    for (int i = 0; i < 16; i++) {
        int32_t factor, rest;
        int8x16_t v = values(block, 2 * i, &factor, &rest);
        int8x16_t codes = vld1q_s8((const int8_t *)(y + MZG_Q8_K_CODES + 16 * i));
        sum = vmlaq_n_s32(sum, fours(v, codes), factor);
        rests += factor * rest * (int16_t)mzg_load16(y + MZG_Q8_K_SUMS + 2 * i);
    }
    return vaddvq_s32(sum) - rests;
}

/* The two dot products of an instruction set. */
#define MZG_IQ1_DOTS(isa, fours)                                                                   \
    static inline int32_t iq1_s_sum(const uint8_t *block, const uint8_t *y)                        \
    {                                                                                              \
        return mzg_iq1_block_sum(block, y, mzg_iq1_s_values16, fours);                             \
    }                                                                                              \
    static inline int32_t iq1_m_sum(const uint8_t *block, const uint8_t *y)                        \
    {                                                                                              \
        return mzg_iq1_block_sum(block, y, mzg_iq1_m_values16, fours);                             \
    }                                                                                              \
    float mzg_iq1_s_dot_##isa(const void *q, const void *y, size_t n)                              \
    {                                                                                              \
        return mzg_iq1_dot(q, y, n, MZG_IQ1_S_BYTES, mzg_iq1_s_scale, iq1_s_sum);                  \
    }                                                                                              \
    float mzg_iq1_m_dot_##isa(const void *q, const void *y, size_t n)                              \
    {                                                                                              \
        return mzg_iq1_dot(q, y, n, MZG_IQ1_M_BYTES, mzg_iq1_m_scale, iq1_m_sum);                  \
    }

#endif
