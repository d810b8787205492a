/* iq1_avx2.c: decoding and dot products of IQ1_S and IQ1_M, 8 and 32 elements at a time. */
#include "iq1_avx2.h"

void mzg_iq1_s_dequantize_avx2(const void *q, float *x, size_t n)
{
    mzg_iq1_s_decode(q, x, n, mzg_iq1_put8);
}

void mzg_iq1_m_dequantize_avx2(const void *q, float *x, size_t n)
{
    mzg_iq1_m_decode(q, x, n, mzg_iq1_put8);
}

/* Four points with their eighths, 2 or 0, which are a byte each in the word. */
MZG_INLINE __m256i iq1_m_values(__m256i points, uint32_t eighths)
{
    const __m256i each = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202,
                                            0x0303030303030303);
    return _mm256_add_epi8(points, _mm256_shuffle_epi8(_mm256_set1_epi32((int)eighths), each));
}

/* sum + values * codes * factors, of the 32 elements from number at on. */
MZG_INLINE __m256i add32(__m256i sum, __m256i values, const uint8_t *y, int at, const int16_t *factor)
{
    __m256i codes = _mm256_loadu_si256((const __m256i *)(y + MZG_Q8_K_CODES + at));
    __m256i f = _mm256_inserti128_si256(_mm256_set1_epi16(factor[0]), _mm_set1_epi16(factor[1]), 1);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(values, codes), f));
}

static inline __m256i iq1_s_parts(const uint8_t *block, const struct mzg_iq1_found *found,
                                  const uint8_t *y)
{
    __m256i factors = mzg_iq1_s_factors(block), sum = _mm256_setzero_si256();
    int16_t factor[16];
    _mm256_storeu_si256((__m256i *)factor, factors);
    MZG_UNROLL
    for (int i = 0; i < 8; i++)
        sum = add32(sum, mzg_iq1_points32(found->index + 4 * i), y, 32 * i, factor + 2 * i);
    return _mm256_sub_epi32(sum, mzg_iq1_s_rest(block, y, factors));
}

static inline __m256i iq1_m_parts(const uint8_t *block, const struct mzg_iq1_found *found,
                                  const uint8_t *y)
{
    uint32_t eighths[8];
    __m256i factors = mzg_iq1_m_factors(block), sum = _mm256_setzero_si256();
    int16_t factor[16];
    _mm256_storeu_si256((__m256i *)factor, factors);
    __m256i four = mzg_load256(found->four);
    four = _mm256_andnot_si256(_mm256_srli_epi16(four, 2), _mm256_set1_epi8(2));
    _mm256_storeu_si256((__m256i *)eighths, four);
    MZG_UNROLL
    for (int i = 0; i < 8; i++) {
        __m256i values = iq1_m_values(mzg_iq1_points32(found->index + 4 * i), eighths[i]);
        sum = add32(sum, values, y, 32 * i, factor + 2 * i);
    }
    return _mm256_sub_epi32(sum, mzg_iq1_m_rest(y, factors));
}

MZG_IQ1_DOTS(avx2)
