/* q6_k_avx512.h: Q6_K's codes and scales in vectors of 64 elements. */
#ifndef MZG_KERNELS_SIGNED_Q6_K_AVX512_H
#define MZG_KERNELS_SIGNED_Q6_K_AVX512_H

#include "../k/q8_k_dot_avx2.h"
#include "signed.h"

/* The 128 codes of one half of a block, 0 to 63, in order. */
MZG_INLINE void mzg_q6_k_codes128(const uint8_t *block, int half, __m512i c[2])
{
    const __m512i nibble = _mm512_set1_epi8(15), pair = _mm512_set1_epi8(0x30);
    const __m512i up = _mm512_setr_epi64(4, 4, 4, 4, 2, 2, 2, 2);
    const __m512i down = _mm512_setr_epi64(0, 0, 0, 0, 2, 2, 2, 2);
    __m512i low = _mm512_loadu_si512(block + 64 * half);
    __m512i high = _mm512_broadcast_i64x4(
        _mm256_loadu_si256((const __m256i *)(block + MZG_Q6_K_HIGH + 32 * half)));
    __m512i first = _mm512_and_si512(_mm512_sllv_epi64(high, up), pair);
    __m512i second = _mm512_and_si512(_mm512_srlv_epi64(high, down), pair);
    c[0] = _mm512_ternarylogic_epi64(first, low, nibble, 0xf8); /* first | low & nibble */
    c[1] = _mm512_ternarylogic_epi64(second, _mm512_srli_epi16(low, 4), nibble, 0xf8);
}

/* Each of four neighbouring words of k, eight times. */
MZG_INLINE __m512i mzg_four_words(__m512i k, int first)
{
    const __m512i steps = _mm512_setr_epi64(0, 0, 0x0001000100010001, 0x0001000100010001,
                                            0x0002000200020002, 0x0002000200020002,
                                            0x0003000300030003, 0x0003000300030003);
    return _mm512_permutexvar_epi16(_mm512_add_epi16(steps, _mm512_set1_epi16((short)first)), k);
}

/* The products of pairs of codes, times their scales, added to sum. */
typedef __m512i mzg_add_scaled(__m512i sum, __m512i pairs, __m512i k);

MZG_INLINE __m256i mzg_q6_k_dot_block(const uint8_t *x, const uint8_t *y,
                                      mzg_add_scaled *add_scaled)
{
    const uint8_t *yc = y + MZG_Q8_K_CODES;
    __m256i k = _mm256_cvtepi8_epi16(mzg_load128(x + MZG_Q6_K_SCALES));
    __m256i ysums = _mm256_loadu_si256((const __m256i *)(y + MZG_Q8_K_SUMS));
    __m512i wide = _mm512_castsi256_si512(k), sum = _mm512_setzero_si512();
    MZG_UNROLL
    for (int i = 0; i < 4; i += 2) {
        __m512i c[2];
        mzg_q6_k_codes128(x, i / 2, c);
        __m512i a = _mm512_maddubs_epi16(c[0], _mm512_loadu_si512(yc + 64 * i));
        __m512i b = _mm512_maddubs_epi16(c[1], _mm512_loadu_si512(yc + 64 * i + 64));
        sum = add_scaled(sum, a, mzg_four_words(wide, 4 * i));
        sum = add_scaled(sum, b, mzg_four_words(wide, 4 * i + 4));
    }
    __m256i parts = _mm256_add_epi32(_mm512_castsi512_si256(sum),
                                     _mm512_extracti64x4_epi64(sum, 1));
    return _mm256_sub_epi32(parts, _mm256_slli_epi32(_mm256_madd_epi16(k, ysums), 5));
}

#endif
