/* iq1_avx2.c: decoding and dot products of IQ1_S and IQ1_M, 8 and 32 elements at a time. */
#include "iq1_x86.h"

void mzg_iq1_s_dequantize_avx2(const void *q, float *x, size_t n)
{
    mzg_iq1_s_decode(q, x, n, mzg_iq1_put8);
}

void mzg_iq1_m_dequantize_avx2(const void *q, float *x, size_t n)
{
    mzg_iq1_m_decode(q, x, n, mzg_iq1_put8);
}

typedef __m256i values32(const uint8_t *block, int g);

MZG_INLINE int32_t block_sum(const uint8_t *block, const uint8_t *y, __m256i factors, values32 *values)
{
    int16_t factor[16];
    __m256i sum = _mm256_setzero_si256();
    _mm256_storeu_si256((__m256i *)factor, factors);
    MZG_UNROLL
    for (int i = 0; i < 8; i++) {
        __m256i codes = _mm256_loadu_si256((const __m256i *)(y + MZG_Q8_K_CODES + 32 * i));
        __m256i pairs = _mm256_maddubs_epi16(values(block, 4 * i), codes);
        __m256i f = _mm256_inserti128_si256(_mm256_set1_epi16(factor[2 * i]),
                                            _mm_set1_epi16(factor[2 * i + 1]), 1);
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, f));
    }
    return mzg_iq1_total(_mm256_sub_epi32(sum, mzg_iq1_nines(y, factors)));
}

static inline int32_t iq1_s_sum(const uint8_t *block, const uint8_t *y)
{
    return block_sum(block, y, mzg_iq1_s_factors(block), mzg_iq1_s_values32);
}

static inline int32_t iq1_m_sum(const uint8_t *block, const uint8_t *y)
{
    return block_sum(block, y, mzg_iq1_m_factors(block), mzg_iq1_m_values32);
}

float mzg_iq1_s_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_iq1_dot(q, y, n, MZG_IQ1_S_BYTES, mzg_iq1_s_scale, iq1_s_sum);
}

float mzg_iq1_m_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_iq1_dot(q, y, n, MZG_IQ1_M_BYTES, mzg_iq1_m_scale, iq1_m_sum);
}
