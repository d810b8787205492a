/* iq1_512.h: dot products of IQ1_S and IQ1_M in vectors of 64 elements, for AVX-512 with and without
 * VNNI. Define MZG_IQ1_ISA, and MZG_IQ1_ADD(sum, pairs, factors): sum + madd(pairs, factors). */
#include "iq1_x86.h"

typedef __m256i values32(const uint8_t *block, int g);

MZG_INLINE int32_t block_sum(const uint8_t *block, const uint8_t *y, __m256i factors, values32 *values)
{
    /* Each of four factors for eight pairs. */
    const __m512i order = _mm512_set_epi64(0x0003000300030003, 0x0003000300030003,
                                           0x0002000200020002, 0x0002000200020002,
                                           0x0001000100010001, 0x0001000100010001, 0, 0);
    __m512i sum = _mm512_setzero_si512(), all = _mm512_castsi256_si512(factors);
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        __m512i codes = _mm512_loadu_si512(y + MZG_Q8_K_CODES + 64 * i);
        __m512i v = _mm512_inserti64x4(_mm512_castsi256_si512(values(block, 8 * i)),
                                       values(block, 8 * i + 4), 1);
        __m512i at = _mm512_add_epi16(order, _mm512_set1_epi16((short)(4 * i)));
        __m512i f = _mm512_permutexvar_epi16(at, all);
        sum = MZG_IQ1_ADD(sum, _mm512_maddubs_epi16(v, codes), f);
    }
    __m256i both = _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
    return mzg_iq1_total(_mm256_sub_epi32(both, mzg_iq1_nines(y, factors)));
}

static inline int32_t iq1_s_sum(const uint8_t *block, const uint8_t *y)
{
    return block_sum(block, y, mzg_iq1_s_factors(block), mzg_iq1_s_values32);
}

static inline int32_t iq1_m_sum(const uint8_t *block, const uint8_t *y)
{
    return block_sum(block, y, mzg_iq1_m_factors(block), mzg_iq1_m_values32);
}

#define DOT_(type, TYPE, isa)                                                                      \
    float mzg_##type##_dot_##isa(const void *q, const void *y, size_t n)                           \
    {                                                                                              \
        return mzg_iq1_dot(q, y, n, MZG_##TYPE##_BYTES, mzg_##type##_scale, type##_sum);           \
    }
#define DOT(type, TYPE, isa) DOT_(type, TYPE, isa)

DOT(iq1_s, IQ1_S, MZG_IQ1_ISA)
DOT(iq1_m, IQ1_M, MZG_IQ1_ISA)
