/* iq1_neon.c: decoding and dot products of IQ1_S and IQ1_M, 8 and 16 elements at a time. */
#include "iq1_neon.h"

static inline int32x4_t fours(int8x16_t a, int8x16_t b)
{
    int16x8_t products = vmull_s8(vget_low_s8(a), vget_low_s8(b));
    return vpaddlq_s16(vmlal_high_s8(products, a, b));
}

MZG_IQ1_DOTS(neon, fours)

MZG_INLINE void put(float *x, uint64_t point, float eighth, float scale)
{
    uint16x8_t words = vmovl_u8(vcreate_u8(point));
    float32x4_t shift = vdupq_n_f32(eighth - 8.0f); /* exact, as are the sums */
    float32x4_t low = vaddq_f32(vcvtq_f32_u32(vmovl_u16(vget_low_u16(words))), shift);
    float32x4_t high = vaddq_f32(vcvtq_f32_u32(vmovl_high_u16(words)), shift);
    vst1q_f32(x, vmulq_n_f32(low, scale));
    vst1q_f32(x + 4, vmulq_n_f32(high, scale));
}

void mzg_iq1_s_dequantize_neon(const void *q, float *x, size_t n)
{
    mzg_iq1_s_decode(q, x, n, put);
}

void mzg_iq1_m_dequantize_neon(const void *q, float *x, size_t n)
{
    mzg_iq1_m_decode(q, x, n, put);
}
