/* iq1_avx512.h: dot products of IQ1_S and IQ1_M in vectors of 64 elements, for AVX-512 with and without
 * VNNI. */
#ifndef MZG_KERNELS_IQ1_IQ1_AVX512_H
#define MZG_KERNELS_IQ1_IQ1_AVX512_H

#include "iq1_avx2.h"

/* sum + madd(pairs, factors) */
typedef __m512i mzg_iq1_add(__m512i sum, __m512i pairs, __m512i factors);

/* The points of eight groups. */
MZG_INLINE __m512i mzg_iq1_points64(const uint16_t index[8])
{
    __m512i points = _mm512_castsi256_si512(mzg_iq1_points32(index));
    return _mm512_inserti64x4(points, mzg_iq1_points32(index + 4), 1);
}

/* sum + values * codes * factors, of the 64 elements of number i. */
MZG_INLINE __m512i mzg_iq1_add64(__m512i sum, __m512i values, const uint8_t *y, int i, __m512i factors,
                         mzg_iq1_add *add)
{
    /* Each of four factors for eight pairs. */
    const __m512i order = _mm512_set_epi64(0x0003000300030003, 0x0003000300030003,
                                           0x0002000200020002, 0x0002000200020002,
                                           0x0001000100010001, 0x0001000100010001, 0, 0);
    __m512i codes = _mm512_loadu_si512(y + MZG_Q8_K_CODES + 64 * i);
    __m512i at = _mm512_add_epi16(order, _mm512_set1_epi16((short)(4 * i)));
    __m512i f = _mm512_permutexvar_epi16(at, factors);
    return add(sum, _mm512_maddubs_epi16(values, codes), f);
}

/* What the halves of sum add up to, less rest. */
MZG_INLINE __m256i mzg_iq1_less(__m512i sum, __m256i rest)
{
    __m256i both = _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
    return _mm256_sub_epi32(both, rest);
}

MZG_INLINE __m256i mzg_iq1_s_parts64(const uint8_t *block, const struct mzg_iq1_found *found,
                                     const uint8_t *y, mzg_iq1_add *add)
{
    __m256i factors = mzg_iq1_s_factors(block);
    __m512i sum = _mm512_setzero_si512(), all = _mm512_castsi256_si512(factors);
    MZG_UNROLL
    for (int i = 0; i < 4; i++)
        sum = mzg_iq1_add64(sum, mzg_iq1_points64(found->index + 8 * i), y, i, all, add);
    return mzg_iq1_less(sum, mzg_iq1_s_rest(block, y, factors));
}

MZG_INLINE __m256i mzg_iq1_m_parts64(const uint8_t *block, const struct mzg_iq1_found *found,
                                     const uint8_t *y, mzg_iq1_add *add)
{
    __m256i factors = mzg_iq1_m_factors(block);
    __m512i sum = _mm512_setzero_si512(), all = _mm512_castsi256_si512(factors);
    const __m512i two = _mm512_set1_epi8(2);
    __m256i four = mzg_load256(found->four);
    uint32_t plus = ~(uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(four, 4));
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        __m512i points = mzg_iq1_points64(found->index + 8 * i); /* no byte carries into the next */
        points = _mm512_mask_add_epi64(points, (__mmask8)(plus >> 8 * i), points, two);
        sum = mzg_iq1_add64(sum, points, y, i, all, add);
    }
    return mzg_iq1_less(sum, mzg_iq1_m_rest(y, factors));
}

/* The two dot products of an instruction set. */
#define MZG_IQ1_DOTS64(isa, add)                                                                   \
    static inline __m256i iq1_s_parts(const uint8_t *block, const struct mzg_iq1_found *found,     \
                                      const uint8_t *y)                                            \
    {                                                                                              \
        return mzg_iq1_s_parts64(block, found, y, add);                                            \
    }                                                                                              \
    static inline __m256i iq1_m_parts(const uint8_t *block, const struct mzg_iq1_found *found,     \
                                      const uint8_t *y)                                            \
    {                                                                                              \
        return mzg_iq1_m_parts64(block, found, y, add);                                            \
    }                                                                                              \
    MZG_IQ1_DOTS(isa)

#endif
