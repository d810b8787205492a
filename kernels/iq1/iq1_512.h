/* iq1_512.h: dot products of IQ1_S and IQ1_M in vectors of 64 elements, for AVX-512 with and without
 * VNNI. Define MZG_IQ1_ISA, and MZG_IQ1_ADD(sum, pairs, factors): sum + madd(pairs, factors). */
#include "iq1_x86.h"

/* The points of eight groups. */
MZG_INLINE __m512i points64(const uint64_t index[2])
{
    __m512i points = _mm512_castsi256_si512(mzg_iq1_points32(index[0]));
    return _mm512_inserti64x4(points, mzg_iq1_points32(index[1]), 1);
}

/* sum + values * codes * factors, of the 64 elements of number i. */
MZG_INLINE __m512i add64(__m512i sum, __m512i values, const uint8_t *y, int i, __m512i factors)
{
    /* Each of four factors for eight pairs. */
    const __m512i order = _mm512_set_epi64(0x0003000300030003, 0x0003000300030003,
                                           0x0002000200020002, 0x0002000200020002,
                                           0x0001000100010001, 0x0001000100010001, 0, 0);
    __m512i codes = _mm512_loadu_si512(y + MZG_Q8_K_CODES + 64 * i);
    __m512i at = _mm512_add_epi16(order, _mm512_set1_epi16((short)(4 * i)));
    __m512i f = _mm512_permutexvar_epi16(at, factors);
    return MZG_IQ1_ADD(sum, _mm512_maddubs_epi16(values, codes), f);
}

MZG_INLINE int32_t total(__m512i sum, __m256i rest)
{
    __m256i both = _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
    return mzg_iq1_total(_mm256_sub_epi32(both, rest));
}

static inline int32_t iq1_s_sum(const uint8_t *block, const uint8_t *y)
{
    uint64_t index[8];
    __m256i factors = mzg_iq1_s_factors(block);
    __m512i sum = _mm512_setzero_si512(), all = _mm512_castsi256_si512(factors);
    mzg_iq1_s_indices(block, index);
    MZG_UNROLL
    for (int i = 0; i < 4; i++)
        sum = add64(sum, points64(index + 2 * i), y, i, all);
    return total(sum, mzg_iq1_s_rest(block, y, factors));
}

static inline int32_t iq1_m_sum(const uint8_t *block, const uint8_t *y)
{
    uint64_t index[8];
    __m256i factors = mzg_iq1_m_factors(block);
    __m512i sum = _mm512_setzero_si512(), all = _mm512_castsi256_si512(factors);
    const __m512i two = _mm512_set1_epi8(2);
    __m256i four = mzg_iq1_m_indices(block, index);
    uint32_t plus = ~(uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(four, 4));
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        __m512i points = points64(index + 2 * i); /* no byte carries into the next */
        points = _mm512_mask_add_epi64(points, (__mmask8)(plus >> 8 * i), points, two);
        sum = add64(sum, points, y, i, all);
    }
    return total(sum, mzg_iq1_m_rest(y, factors));
}

#define DOT_(type, TYPE, isa)                                                                      \
    float mzg_##type##_dot_##isa(const void *q, const void *y, size_t n)                           \
    {                                                                                              \
        return mzg_iq1_dot(q, y, n, MZG_##TYPE##_BYTES, mzg_##type##_scale_fast, type##_sum);           \
    }
#define DOT(type, TYPE, isa) DOT_(type, TYPE, isa)

DOT(iq1_s, IQ1_S, MZG_IQ1_ISA)
DOT(iq1_m, IQ1_M, MZG_IQ1_ISA)
