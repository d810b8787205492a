/* q12_dot512.h: Q2_0 and Q1_0 with Q8_0, 64 elements a vector; included for AVX-512 and for VNNI. */
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

static inline void mzg_q1_0_add256(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    __m512i sums[4];
    MZG_UNROLL
    for (int b = 0; b < 4; b++) {
        uint64_t bits;
        memcpy(&bits, x + b / 2 * MZG_Q1_0_BYTES + MZG_Q1_0_CODES + 8 * (b % 2), sizeof bits);
        __m512i codes = _mm512_maskz_mov_epi8(bits, _mm512_set1_epi8(2));
        sums[b] = mzg_products64(codes, 1, mzg_q8_0_codes64(y + 2 * b * MZG_Q8_0_BYTES));
    }
    __m256 scale = _mm256_mul_ps(mzg_q1_0_scales(x), mzg_q8_0_scales512(y));
    mzg_narrow_add(acc, scale, mzg_sum_pairs(sums));
}

#endif
