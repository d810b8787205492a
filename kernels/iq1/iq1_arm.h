/* iq1_arm.h: dot products of IQ1_S and IQ1_M for NEON, with and without dotprod. Define MZG_IQ1_ISA, and
 * MZG_IQ1_FOURS(a, b): sixteen products of signed bytes, added up in four lanes. */
#include "../list.h"
#include "../neon.h"
#include "iq1.h"

/* Two groups, a value v with its eighth d as 8 v + 8 d + 9; minus: whether each one's is taken off. */
MZG_INLINE int8x16_t values16(uint64_t a, uint64_t b, uint32_t a_minus, uint32_t b_minus)
{
    uint8x16_t points = vcombine_u8(vcreate_u8(a), vcreate_u8(b));
    uint8x16_t eighth = vcombine_u8(vdup_n_u8((uint8_t)(a_minus ? 0 : 2)),
                                    vdup_n_u8((uint8_t)(b_minus ? 0 : 2)));
    return vreinterpretq_s8_u8(vaddq_u8(vshlq_n_u8(points, 3), eighth));
}

MZG_INLINE int8x16_t iq1_s_values16(const uint8_t *block, int g, int32_t *factor)
{
    uint32_t high = mzg_iq1_s_high(block, g), minus = high >> 15;
    *factor = (int32_t)(2 * (high >> 12 & 7) + 1);
    return values16(mzg_iq1_s_point(block, high, g), mzg_iq1_s_point(block, high, g + 1), minus, minus);
}

MZG_INLINE int8x16_t iq1_m_values16(const uint8_t *block, int g, int32_t *factor)
{
    *factor = mzg_iq1_m_factor(block, g / 2);
    return values16(mzg_iq1_m_point(block, g), mzg_iq1_m_point(block, g + 1),
                    mzg_iq1_m_minus(block, g), mzg_iq1_m_minus(block, g + 1));
}

typedef int8x16_t values_of(const uint8_t *block, int g, int32_t *factor);

MZG_INLINE int32_t block_sum(const uint8_t *block, const uint8_t *y, values_of *values)
{
    int32x4_t sum = vdupq_n_s32(0);
    int32_t nines = 0;
    for (int i = 0; i < 16; i++) {
        int32_t factor;
        int8x16_t v = values(block, 2 * i, &factor);
        int8x16_t codes = vld1q_s8((const int8_t *)(y + MZG_Q8_K_CODES + 16 * i));
        sum = vmlaq_n_s32(sum, MZG_IQ1_FOURS(v, codes), factor);
        nines += factor * (int16_t)mzg_load16(y + MZG_Q8_K_SUMS + 2 * i);
    }
    return vaddvq_s32(sum) - 9 * nines;
}

static inline int32_t iq1_s_sum(const uint8_t *block, const uint8_t *y)
{
    return block_sum(block, y, iq1_s_values16);
}

static inline int32_t iq1_m_sum(const uint8_t *block, const uint8_t *y)
{
    return block_sum(block, y, iq1_m_values16);
}

#define DOT_(type, TYPE, isa)                                                                      \
    float mzg_##type##_dot_##isa(const void *q, const void *y, size_t n)                           \
    {                                                                                              \
        return mzg_iq1_dot(q, y, n, MZG_##TYPE##_BYTES, mzg_##type##_scale, type##_sum);           \
    }
#define DOT(type, TYPE, isa) DOT_(type, TYPE, isa)

DOT(iq1_s, IQ1_S, MZG_IQ1_ISA)
DOT(iq1_m, IQ1_M, MZG_IQ1_ISA)
