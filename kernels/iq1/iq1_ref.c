/* iq1_ref.c: decoding and dot products of IQ1_S and IQ1_M, by definition (SPEC.md, "Blocks"). */
#include "../list.h"
#include "iq1.h"

MZG_INLINE void put(float *x, uint64_t point, float eighth, float scale)
{
    for (int j = 0; j < 8; j++)
        x[j] = mzg_canonical(scale * ((float)(point >> 8 * j & 0xff) - 8.0f + eighth));
}

void mzg_iq1_s_dequantize_ref(const void *q, float *x, size_t n)
{
    mzg_iq1_s_decode(q, x, n, put);
}

void mzg_iq1_m_dequantize_ref(const void *q, float *x, size_t n)
{
    mzg_iq1_m_decode(q, x, n, put);
}

/* The sum of 8 (v + 1) * code over a group. */
static int32_t group_sum(uint64_t point, const uint8_t *codes)
{
    int32_t sum = 0;
    for (int j = 0; j < 8; j++)
        sum += (int32_t)(point >> 8 * j & 0xff) * (int8_t)codes[j];
    return sum;
}

static int32_t code_sum(const uint8_t *codes)
{
    int32_t sum = 0;
    for (int j = 0; j < 8; j++)
        sum += (int8_t)codes[j];
    return sum;
}

/* The sum of 16 codes that the block of Q8_K has. */
static int32_t stored_sum(const uint8_t *y, int sub)
{
    return (int16_t)mzg_load16(y + MZG_Q8_K_SUMS + 2 * sub);
}

static int32_t iq1_s_sum(const uint8_t *block, const uint8_t *y)
{
    int32_t sum = 0;
    for (int g = 0; g < 32; g++) {
        uint32_t high = mzg_iq1_s_high(block, g);
        int32_t factor = 2 * (int32_t)(high >> 12 & 7) + 1;
        sum += factor * group_sum(mzg_iq1_s_point(block, high, g), y + MZG_Q8_K_CODES + 8 * g);
        if (g % 2 == 0)
            sum -= factor * (high >> 15 ? 9 : 7) * stored_sum(y, g / 2);
    }
    return sum;
}

static int32_t iq1_m_sum(const uint8_t *block, const uint8_t *y)
{
    int32_t sum = 0;
    for (int g = 0; g < 32; g++) {
        const uint8_t *codes = y + MZG_Q8_K_CODES + 8 * g;
        int32_t factor = mzg_iq1_m_factor(block, g / 2), eighth = mzg_iq1_m_minus(block, g) ? 0 : 2;
        sum += factor * (group_sum(mzg_iq1_m_point(block, g), codes) + eighth * code_sum(codes));
        if (g % 2 == 0)
            sum -= factor * 9 * stored_sum(y, g / 2);
    }
    return sum;
}

float mzg_iq1_s_dot_ref(const void *q, const void *y, size_t n)
{
    return mzg_iq1_dot(q, y, n, MZG_IQ1_S_BYTES, mzg_iq1_s_scale, iq1_s_sum);
}

float mzg_iq1_m_dot_ref(const void *q, const void *y, size_t n)
{
    return mzg_iq1_dot(q, y, n, MZG_IQ1_M_BYTES, mzg_iq1_m_scale, iq1_m_sum);
}
