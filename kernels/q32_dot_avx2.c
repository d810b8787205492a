/* q32_dot_avx2.c: dot products of blocks of 32 with Q8_0 or Q8_1, eight blocks at a time.
 *
 * Bytes are multiplied by maddubs, which takes one side unsigned and adds pairs into 16 bits. Codes
 * of 4 and 5 bits can never saturate there. Those of Q8_0 do when both sides hold -128, which our
 * quantizer never writes but a file may. */
#include "avx2.h"
#include "list.h"

/* (code - zero) * y of one block, added by fours. */
MZG_INLINE __m256i products(__m256i codes, __m256i yc, char zero)
{
    __m256i pairs = _mm256_maddubs_epi16(codes, yc);
    if (zero)
        pairs = _mm256_sub_epi16(pairs, _mm256_maddubs_epi16(_mm256_set1_epi8(zero), yc));
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

/* Sums of (code - zero) * y of eight blocks. */
MZG_INLINE __m256i code_sums(const uint8_t *x, size_t bytes, const uint8_t *y, size_t y_bytes,
                             mzg_codes32 *codes_of, char zero)
{
    __m256i parts[8];
    MZG_UNROLL
    for (int b = 0; b < 8; b++, x += bytes, y += y_bytes)
        parts[b] = products(codes_of(x), mzg_y_codes32(y, y_bytes), zero);
    return mzg_sum_eights(parts);
}

/* The same of one Q8_0 block, if no y is -128: then its sign can be turned, and no pair exceeds
 * 2 * 128 * 127. The least y goes into *least. */
MZG_INLINE __m256i signed_products(const uint8_t *x, const uint8_t *y, __m256i *least)
{
    __m256i xc = mzg_q8_0_codes32(x), yc = mzg_q8_0_codes32(y);
    *least = _mm256_min_epi8(*least, yc);
    __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(xc), _mm256_sign_epi8(yc, xc));
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

/* The same for any codes: the bytes are widened first. */
MZG_INLINE __m256i wide_products(const uint8_t *x, const uint8_t *y)
{
    __m256i xc = mzg_q8_0_codes32(x), yc = mzg_q8_0_codes32(y);
    __m256i low = _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm256_castsi256_si128(xc)),
                                    _mm256_cvtepi8_epi16(_mm256_castsi256_si128(yc)));
    __m256i high = _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm256_extracti128_si256(xc, 1)),
                                     _mm256_cvtepi8_epi16(_mm256_extracti128_si256(yc, 1)));
    return _mm256_add_epi32(low, high);
}

static __attribute__((noinline)) __m256i wide_sums(const uint8_t *x, const uint8_t *y)
{
    __m256i parts[8];
    for (int b = 0; b < 8; b++)
        parts[b] = wide_products(x + b * MZG_Q8_0_BYTES, y + b * MZG_Q8_0_BYTES);
    return mzg_sum_eights(parts);
}

static inline void q8_0_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    __m256i parts[8], least = _mm256_setzero_si256();
    MZG_UNROLL
    for (int b = 0; b < 8; b++)
        parts[b] = signed_products(x + b * MZG_Q8_0_BYTES, y + b * MZG_Q8_0_BYTES, &least);
    __m256i lowest = _mm256_cmpeq_epi8(least, _mm256_set1_epi8(-128));
    int fits = _mm256_testz_si256(lowest, lowest);
    mzg_accumulate8(acc, x, MZG_Q8_0_BYTES, y, fits ? mzg_sum_eights(parts) : wide_sums(x, y));
}

static inline void q4_0_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate8(acc, x, MZG_Q4_0_BYTES, y,
                    code_sums(x, MZG_Q4_0_BYTES, y, MZG_Q8_0_BYTES, mzg_q4_0_codes32, 8));
}

static inline void q4_1_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate_min8(acc, x, MZG_Q4_1_BYTES, y,
                        code_sums(x, MZG_Q4_1_BYTES, y, MZG_Q8_1_BYTES, mzg_q4_1_codes32, 0));
}

static inline void q5_0_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate8(acc, x, MZG_Q5_0_BYTES, y,
                    code_sums(x, MZG_Q5_0_BYTES, y, MZG_Q8_0_BYTES, mzg_q5_0_codes32, 16));
}

static inline void q5_1_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate_min8(acc, x, MZG_Q5_1_BYTES, y,
                        code_sums(x, MZG_Q5_1_BYTES, y, MZG_Q8_1_BYTES, mzg_q5_1_codes32, 0));
}

float mzg_q8_0_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q8_0_BYTES, y, MZG_Q8_0_BYTES, n, q8_0_group);
}

float mzg_q4_0_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q4_0_BYTES, y, MZG_Q8_0_BYTES, n, q4_0_group);
}

float mzg_q4_1_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q4_1_BYTES, y, MZG_Q8_1_BYTES, n, q4_1_group);
}

float mzg_q5_0_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q5_0_BYTES, y, MZG_Q8_0_BYTES, n, q5_0_group);
}

float mzg_q5_1_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q5_1_BYTES, y, MZG_Q8_1_BYTES, n, q5_1_group);
}
