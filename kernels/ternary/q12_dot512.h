/* q12_dot512.h: Q2_0 with Q8_0, 64 elements a vector, and Q1_0, 32 a vector; included for AVX-512 and for
 * VNNI. */
#ifndef MZG_KERNELS_Q12_DOT512_H
#define MZG_KERNELS_Q12_DOT512_H

#include "../narrow_avx512.h"
#include "ternary_x86.h"

/* 64 codes of two bits in order: a byte in each word, spread over its four bytes. */
MZG_INLINE __m512i mzg_q2_0_codes64(const uint8_t *p)
{
    __m512i v = _mm512_cvtepu8_epi32(mzg_load128(p));
    v = _mm512_or_si512(v, _mm512_slli_epi32(v, 6));
    v = _mm512_or_si512(v, _mm512_slli_epi32(v, 12));
    return _mm512_and_si512(v, _mm512_set1_epi8(3));
}

static inline void mzg_q2_0_add256(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    __m512i sums[4];
    MZG_UNROLL
    for (int b = 0; b < 4; b++) {
        __m512i codes = mzg_q2_0_codes64(x + b * MZG_Q2_0_BYTES + MZG_Q2_0_CODES);
        sums[b] = mzg_products64(codes, 1, mzg_q8_0_codes64(y + 2 * b * MZG_Q8_0_BYTES));
    }
    __m256 scale = _mm256_mul_ps(mzg_q2_0_scales(x), mzg_q8_0_scales512(y));
    mzg_narrow_add(acc, scale, mzg_sum_pairs(sums));
}

/* The codes of a block of Q8_0 whose bits are set, less the others, in eight parts: twice those that a load
 * under the bits leaves, which takes less than bytes made of the bits, less all. */
MZG_INLINE __m256i mzg_q1_0_products(uint32_t bits, const uint8_t *codes)
{
    const __m256i one = _mm256_set1_epi8(1), two = _mm256_set1_epi8(2);
    __m256i all = mzg_load256(codes), set = _mm256_maskz_loadu_epi8(bits, codes);
#ifdef __AVX512VNNI__
    const __m256i none = _mm256_setzero_si256();
    return _mm256_sub_epi32(_mm256_dpbusd_epi32(none, two, set), _mm256_dpbusd_epi32(none, one, all));
#else
    __m256i pairs = _mm256_sub_epi16(_mm256_maddubs_epi16(two, set), _mm256_maddubs_epi16(one, all));
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
#endif
}

static inline void mzg_q1_0_add256(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    __m256i sums[8];
    MZG_UNROLL
    for (int b = 0; b < 8; b++) {
        const uint8_t *bits = x + b / 4 * MZG_Q1_0_BYTES + MZG_Q1_0_CODES + 4 * (b % 4);
        sums[b] = mzg_q1_0_products(mzg_load32(bits), y + b * MZG_Q8_0_BYTES + MZG_Q8_0_CODES);
    }
    __m256 scale = _mm256_mul_ps(mzg_q1_0_scales(x), mzg_halves8(y, MZG_Q8_0_BYTES));
    mzg_narrow_add(acc, scale, mzg_sum_eights(sums));
}

#endif
