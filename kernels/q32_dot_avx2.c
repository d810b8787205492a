/* q32_dot_avx2.c: dot products of blocks of 32 with Q8_0, eight blocks at a time.
 *
 * Bytes are multiplied by maddubs, which takes one side unsigned and adds pairs into 16 bits. Codes
 * of 4 and 5 bits can never saturate there. Those of Q8_0 do when both sides hold -128, which our
 * quantizer never writes but a file may. */
#include "avx2.h"
#include "list.h"

/* From eight lanes per block to one sum per block, in order. */
MZG_INLINE __m256i sum8(const __m256i v[8])
{
    __m256i a = _mm256_hadd_epi32(_mm256_hadd_epi32(v[0], v[1]), _mm256_hadd_epi32(v[2], v[3]));
    __m256i b = _mm256_hadd_epi32(_mm256_hadd_epi32(v[4], v[5]), _mm256_hadd_epi32(v[6], v[7]));
    return _mm256_add_epi32(_mm256_permute2x128_si256(a, b, 0x20),
                            _mm256_permute2x128_si256(a, b, 0x31));
}

/* Sums of code * y of eight pairs of blocks; first: the 16-bit products' sums minus zero * y. */
MZG_INLINE __m256i code_sums(const uint8_t *x, size_t bytes, const uint8_t *y,
                             mzg_codes32 *codes_of, char zero)
{
    const __m256i ones = _mm256_set1_epi16(1), zeros = _mm256_set1_epi8(zero);
    __m256i sums[8];
    for (int b = 0; b < 8; b++, x += bytes, y += MZG_Q8_0_BYTES) {
        __m256i yc = mzg_q8_0_codes32(y);
        __m256i pairs = _mm256_maddubs_epi16(codes_of(x), yc);
        if (zero)
            pairs = _mm256_sub_epi16(pairs, _mm256_maddubs_epi16(zeros, yc));
        sums[b] = _mm256_madd_epi16(pairs, ones);
    }
    return sum8(sums);
}

/* Sums of the codes of eight Q8_0 blocks. */
MZG_INLINE __m256i y_sums(const uint8_t *y)
{
    const __m256i ones = _mm256_set1_epi16(1), units = _mm256_set1_epi8(1);
    __m256i sums[8];
    for (int b = 0; b < 8; b++, y += MZG_Q8_0_BYTES)
        sums[b] = _mm256_madd_epi16(_mm256_maddubs_epi16(units, mzg_q8_0_codes32(y)), ones);
    return sum8(sums);
}

/* Sums for any codes, -128 on both sides included: the bytes are widened first. */
static __attribute__((noinline)) __m256i wide_sums(const uint8_t *x, const uint8_t *y)
{
    __m256i sums[8];
    for (int b = 0; b < 8; b++, x += MZG_Q8_0_BYTES, y += MZG_Q8_0_BYTES) {
        __m256i xc = mzg_q8_0_codes32(x), yc = mzg_q8_0_codes32(y);
        __m256i low = _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm256_castsi256_si128(xc)),
                                        _mm256_cvtepi8_epi16(_mm256_castsi256_si128(yc)));
        __m256i high = _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm256_extracti128_si256(xc, 1)),
                                         _mm256_cvtepi8_epi16(_mm256_extracti128_si256(yc, 1)));
        sums[b] = _mm256_add_epi32(low, high);
    }
    return sum8(sums);
}

static inline void q8_0_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i sums[8], least = _mm256_setzero_si256();
    for (int b = 0; b < 8; b++) {
        __m256i xc = mzg_q8_0_codes32(x + b * MZG_Q8_0_BYTES);
        __m256i yc = mzg_q8_0_codes32(y + b * MZG_Q8_0_BYTES);
        least = _mm256_min_epi8(least, yc);
        __m256i pairs = _mm256_maddubs_epi16(_mm256_sign_epi8(xc, xc), _mm256_sign_epi8(yc, xc));
        sums[b] = _mm256_madd_epi16(pairs, ones);
    }
    /* Without -128 in y, its sign can be turned and no pair exceeds 2 * 128 * 127. */
    __m256i lowest = _mm256_cmpeq_epi8(least, _mm256_set1_epi8(-128));
    __m256i sum = _mm256_testz_si256(lowest, lowest) ? sum8(sums) : wide_sums(x, y);
    mzg_accumulate8(acc, x, MZG_Q8_0_BYTES, y, sum);
}

static inline void q4_0_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate8(acc, x, MZG_Q4_0_BYTES, y,
                    code_sums(x, MZG_Q4_0_BYTES, y, mzg_q4_0_codes32, 8));
}

static inline void q4_1_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate_min8(acc, x, MZG_Q4_1_BYTES, y,
                        code_sums(x, MZG_Q4_1_BYTES, y, mzg_q4_1_codes32, 0), y_sums(y));
}

static inline void q5_0_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate8(acc, x, MZG_Q5_0_BYTES, y,
                    code_sums(x, MZG_Q5_0_BYTES, y, mzg_q5_0_codes32, 16));
}

static inline void q5_1_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    mzg_accumulate_min8(acc, x, MZG_Q5_1_BYTES, y,
                        code_sums(x, MZG_Q5_1_BYTES, y, mzg_q5_1_codes32, 0), y_sums(y));
}

float mzg_q8_0_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q8_0_BYTES, y, n, q8_0_group);
}

float mzg_q4_0_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q4_0_BYTES, y, n, q4_0_group);
}

float mzg_q4_1_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q4_1_BYTES, y, n, q4_1_group);
}

float mzg_q5_0_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q5_0_BYTES, y, n, q5_0_group);
}

float mzg_q5_1_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_Q5_1_BYTES, y, n, q5_1_group);
}
