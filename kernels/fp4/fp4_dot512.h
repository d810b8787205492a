/* fp4_dot512.h: MXFP4 and NVFP4 with Q8_0, 64 elements a vector; included for AVX-512 and for VNNI. */
#ifndef MZG_KERNELS_FP4_DOT512_H
#define MZG_KERNELS_FP4_DOT512_H

#include "../narrow_avx512.h"
#include "fp4_scales.h"

MZG_INLINE __m512i mzg_e2m1_products(__m512i nibbles, const uint8_t *y)
{
    __m512i codes = _mm512_shuffle_epi8(_mm512_broadcast_i32x4(mzg_e2m1_table()), nibbles);
    return mzg_products64(codes, MZG_E2M1_ZERO, mzg_q8_0_codes64(y));
}

/* The first byte of each of eight blocks of 17: in which word it lies, and in which half of that. */
MZG_INLINE __m256i mzg_mxfp4_exponents512(const uint8_t *x)
{
    const __m512i at = _mm512_castsi128_si512(_mm_setr_epi16(0, 8, 17, 25, 34, 42, 51, 59));
    __m512i v = _mm512_permutex2var_epi16(_mm512_loadu_si512(x), at, _mm512_loadu_si512(x + 64));
    __m128i words = _mm_srlv_epi16(_mm512_castsi512_si128(v), _mm_setr_epi16(0, 8, 0, 8, 0, 8, 0, 8));
    return _mm256_cvtepu16_epi32(_mm_and_si128(words, _mm_set1_epi16(255)));
}

static inline void mzg_mxfp4_add256(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    __m512i sums[4];
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        const uint8_t *codes = x + 2 * i * MZG_MXFP4_BYTES + MZG_MXFP4_CODES;
        sums[i] = mzg_e2m1_products(mzg_nibbles64(codes, codes + MZG_MXFP4_BYTES),
                                    y + 2 * i * MZG_Q8_0_BYTES);
    }
    __m256 scale = _mm256_mul_ps(mzg_mxfp4_halves8(mzg_mxfp4_exponents512(x)),
                                 mzg_q8_0_scales512(y));
    mzg_narrow_add(acc, scale, mzg_sum_pairs(sums));
}

/* Four sub-blocks: each has its eight low nibbles, then its eight high ones. */
MZG_INLINE __m512i mzg_sub_nibbles64(const uint8_t *p)
{
    const __m512i twice = _mm512_setr_epi64(0, 0, 1, 1, 2, 2, 3, 3);
    const __m512i shift = _mm512_setr_epi64(0, 4, 0, 4, 0, 4, 0, 4);
    __m256i bytes = _mm256_loadu_si256((const __m256i *)p);
    __m512i both = _mm512_permutexvar_epi64(twice, _mm512_castsi256_si512(bytes));
    return _mm512_and_si512(_mm512_srlv_epi64(both, shift), _mm512_set1_epi8(15));
}

/* Four sums in each quarter of four vectors, to the sums of the sixteen quarters. */
MZG_INLINE __m512i mzg_quarter_sums(const __m512i v[4])
{
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    __m512i a = _mm512_add_epi32(_mm512_unpacklo_epi32(v[0], v[1]),
                                 _mm512_unpackhi_epi32(v[0], v[1]));
    __m512i b = _mm512_add_epi32(_mm512_unpacklo_epi32(v[2], v[3]),
                                 _mm512_unpackhi_epi32(v[2], v[3]));
    __m512i t = _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
    return _mm512_permutexvar_epi32(order, t);
}

static inline void mzg_nvfp4_add256(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    __m512i sums[4];
    MZG_UNROLL
    for (int b = 0; b < 4; b++)
        sums[b] = mzg_e2m1_products(mzg_sub_nibbles64(x + b * MZG_NVFP4_BYTES + MZG_NVFP4_CODES),
                                    y + 2 * b * MZG_Q8_0_BYTES);
    __m512i sum = mzg_quarter_sums(sums);
    __m256 dy = mzg_q8_0_scales512(y);
    mzg_nvfp4_add(acc, x, dy, 0, _mm512_castsi512_si256(sum));
    mzg_nvfp4_add(acc, x + 2 * MZG_NVFP4_BYTES, dy, 4, _mm512_extracti64x4_epi64(sum, 1));
}

#define MZG_FP4_DOTS(isa)                                                                          \
    float mzg_mxfp4_dot_##isa(const void *q, const void *y, size_t n)                              \
    {                                                                                              \
        return mzg_narrow_dot(q, MZG_MXFP4_ELEMS, MZG_MXFP4_BYTES, y, n, mzg_mxfp4_add256);        \
    }                                                                                              \
    float mzg_nvfp4_dot_##isa(const void *q, const void *y, size_t n)                              \
    {                                                                                              \
        return mzg_narrow_dot(q, MZG_NVFP4_ELEMS, MZG_NVFP4_BYTES, y, n, mzg_nvfp4_add256);        \
    }

#endif
