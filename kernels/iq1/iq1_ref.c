/* iq1_ref.c: decoding and dot products of IQ1_S and IQ1_M, by definition (SPEC.md, "Blocks"). */
#include "../list.h"
#include "iq1.h"

MZG_INLINE void put(float *x, uint64_t point, float delta, float scale)
{
    for (int j = 0; j < 8; j++)
        x[j] = mzg_canonical(scale * ((float)(point >> 8 * j & 3) - 1.0f + delta));
}

void mzg_iq1_s_dequantize_ref(const void *q, float *x, size_t n)
{
    mzg_iq1_s_decode(q, x, n, put);
}

void mzg_iq1_m_dequantize_ref(const void *q, float *x, size_t n)
{
    mzg_iq1_m_decode(q, x, n, put);
}

/* Eight values with codes of Q8_K, (8 value + delta * 8 + 9) * code; the 9 is taken off again with the
 * sums that the block of Q8_K has. */
static int32_t group_sum(uint64_t point, uint32_t minus, const uint8_t *codes)
{
    int32_t sum = 0;
    for (int j = 0; j < 8; j++)
        sum += (int32_t)(8 * (point >> 8 * j & 3) + (minus ? 0 : 2)) * (int8_t)codes[j];
    return sum;
}

static int32_t code_sum(const uint8_t *y, int sub)
{
    return (int16_t)mzg_load16(y + MZG_Q8_K_SUMS + 2 * sub);
}

static int32_t iq1_s_sum(const uint8_t *block, const uint8_t *y)
{
    int32_t sum = 0;
    for (int g = 0; g < 32; g++) {
        uint32_t high = mzg_iq1_s_high(block, g);
        int32_t factor = 2 * (int32_t)(high >> 12 & 7) + 1;
        uint64_t point = mzg_iq1_s_point(block, high, g);
        sum += factor * group_sum(point, high >> 15, y + MZG_Q8_K_CODES + 8 * g);
        if (g % 2 == 0)
            sum -= factor * 9 * code_sum(y, g / 2);
    }
    return sum;
}

static int32_t iq1_m_sum(const uint8_t *block, const uint8_t *y)
{
    int32_t sum = 0;
    for (int g = 0; g < 32; g++) {
        int32_t factor = mzg_iq1_m_factor(block, g / 2);
        uint64_t point = mzg_iq1_m_point(block, g);
        sum += factor * group_sum(point, mzg_iq1_m_minus(block, g), y + MZG_Q8_K_CODES + 8 * g);
        if (g % 2 == 0)
            sum -= factor * 9 * code_sum(y, g / 2);
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
