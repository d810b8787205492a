/* q32_dot_avx512.c: dot products of blocks of 32 with Q8_0 or Q8_1, eight blocks at a time, two a vector.
 * As in q32_dot_avx2.c, -128 on both sides of a Q8_0 product needs care. */
#include "avx512.h"
#include "list.h"

/* Pairs of codes, multiplied and added to 16 bits, then to 32. */
MZG_INLINE __m512i dot_codes(__m512i codes, __m512i y, char zero)
{
    __m512i pairs = _mm512_maddubs_epi16(codes, y);
    if (zero)
        pairs = _mm512_sub_epi16(pairs, _mm512_maddubs_epi16(_mm512_set1_epi8(zero), y));
    return _mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
}

/* Sums of (code - zero) * y of eight blocks. */
MZG_INLINE __m256i code_sums(const uint8_t *x, size_t bytes, const uint8_t *y,
                             size_t y_bytes, mzg_codes64 *codes_of, char zero)
{
    __m512i sums[4];
    MZG_UNROLL
    for (int i = 0; i < 4; i++, x += 2 * bytes, y += 2 * y_bytes)
        sums[i] = dot_codes(codes_of(x), mzg_y_codes64(y, y_bytes), zero);
    return mzg_sum_pairs(sums);
}

/* Sums for any codes, -128 on both sides included: the bytes are widened first. */
static __attribute__((noinline)) __m256i wide_sums(const uint8_t *x, const uint8_t *y)
{
    __m512i sums[4];
    MZG_UNROLL
    for (int i = 0; i < 4; i++, x += 2 * MZG_Q8_0_BYTES, y += 2 * MZG_Q8_0_BYTES) {
        __m512i first = _mm512_madd_epi16(_mm512_cvtepi8_epi16(mzg_q8_0_codes32(x)),
                                          _mm512_cvtepi8_epi16(mzg_q8_0_codes32(y)));
        __m512i second = _mm512_madd_epi16(
            _mm512_cvtepi8_epi16(mzg_q8_0_codes32(x + MZG_Q8_0_BYTES)),
            _mm512_cvtepi8_epi16(mzg_q8_0_codes32(y + MZG_Q8_0_BYTES)));
        sums[i] = _mm512_add_epi32(_mm512_shuffle_i32x4(first, second, 0x44),
                                   _mm512_shuffle_i32x4(first, second, 0xee));
    }
    return mzg_sum_pairs(sums);
}

static inline void q8_0_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    const __m512i zero = _mm512_setzero_si512();
    __m512i sums[4], least = zero;
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        __m512i xc = mzg_q8_0_codes64(x + 2 * i * MZG_Q8_0_BYTES);
        __m512i yc = mzg_q8_0_codes64(y + 2 * i * MZG_Q8_0_BYTES);
        least = _mm512_min_epi8(least, yc);
        yc = _mm512_mask_sub_epi8(yc, _mm512_movepi8_mask(xc), zero, yc);
        sums[i] = dot_codes(_mm512_abs_epi8(xc), yc, 0);
    }
    int lowest = _mm512_cmpeq_epi8_mask(least, _mm512_set1_epi8(-128)) != 0;
    __m256i sum = lowest ? wide_sums(x, y) : mzg_sum_pairs(sums);
    mzg_accumulate8(acc, x, MZG_Q8_0_BYTES, y, sum);
}

static inline void q4_0_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate8(acc, x, MZG_Q4_0_BYTES, y,
                    code_sums(x, MZG_Q4_0_BYTES, y, MZG_Q8_0_BYTES, mzg_q4_0_codes64, 8));
}

static inline void q4_1_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate_min8(acc, x, MZG_Q4_1_BYTES, y,
                        code_sums(x, MZG_Q4_1_BYTES, y, MZG_Q8_1_BYTES, mzg_q4_1_codes64, 0));
}

static inline void q5_0_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate8(acc, x, MZG_Q5_0_BYTES, y,
                    code_sums(x, MZG_Q5_0_BYTES, y, MZG_Q8_0_BYTES, mzg_q5_0_codes64, 16));
}

static inline void q5_1_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate_min8(acc, x, MZG_Q5_1_BYTES, y,
                        code_sums(x, MZG_Q5_1_BYTES, y, MZG_Q8_1_BYTES, mzg_q5_1_codes64, 0));
}

float mzg_q8_0_dot_avx512(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q8_0_BYTES, y, MZG_Q8_0_BYTES, n, q8_0_group);
}

float mzg_q4_0_dot_avx512(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q4_0_BYTES, y, MZG_Q8_0_BYTES, n, q4_0_group);
}

float mzg_q4_1_dot_avx512(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q4_1_BYTES, y, MZG_Q8_1_BYTES, n, q4_1_group);
}

float mzg_q5_0_dot_avx512(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q5_0_BYTES, y, MZG_Q8_0_BYTES, n, q5_0_group);
}

float mzg_q5_1_dot_avx512(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q5_1_BYTES, y, MZG_Q8_1_BYTES, n, q5_1_group);
}
