/* q32_dequantize_avx2.c: blocks of 32 back to floats. */
#include "avx2.h"
#include "list.h"

typedef void dequantize_any(const void *q, float *x, size_t n);

/* d * code for the eight signed bytes at the low end of v. */
MZG_INLINE __m256 scaled8(__m128i v, __m256 d)
{
    return _mm256_mul_ps(d, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(v)));
}

/* d * (code - zero) for blocks of so many bytes. */
MZG_INLINE void scaled(const uint8_t *in, float *x, size_t n, size_t bytes, mzg_codes32 *codes_of,
                       char zero, dequantize_any *ref)
{
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += bytes) {
        if (mzg_f16_unusual(mzg_load16(in))) {
            ref(in, x, MZG_BLOCK);
            continue;
        }
        __m256 d = mzg_half_all(in);
        __m256i codes = _mm256_sub_epi8(codes_of(in), _mm256_set1_epi8(zero));
        __m128i low = _mm256_castsi256_si128(codes), high = _mm256_extracti128_si256(codes, 1);
        _mm256_storeu_ps(x, scaled8(low, d));
        _mm256_storeu_ps(x + 8, scaled8(_mm_srli_si128(low, 8), d));
        _mm256_storeu_ps(x + 16, scaled8(high, d));
        _mm256_storeu_ps(x + 24, scaled8(_mm_srli_si128(high, 8), d));
    }
}

/* d * code + m; in every such format the minimum m follows the scale d. */
MZG_INLINE void spanned(const uint8_t *in, float *x, size_t n, size_t bytes, mzg_codes32 *codes_of,
                        dequantize_any *ref)
{
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += bytes) {
        if (mzg_f16_unusual(mzg_load16(in)) || mzg_f16_unusual(mzg_load16(in + 2))) {
            ref(in, x, MZG_BLOCK);
            continue;
        }
        __m256 d = mzg_half_all(in), m = mzg_half_all(in + 2);
        __m256i codes = codes_of(in);
        __m128i low = _mm256_castsi256_si128(codes), high = _mm256_extracti128_si256(codes, 1);
        _mm256_storeu_ps(x, _mm256_add_ps(scaled8(low, d), m));
        _mm256_storeu_ps(x + 8, _mm256_add_ps(scaled8(_mm_srli_si128(low, 8), d), m));
        _mm256_storeu_ps(x + 16, _mm256_add_ps(scaled8(high, d), m));
        _mm256_storeu_ps(x + 24, _mm256_add_ps(scaled8(_mm_srli_si128(high, 8), d), m));
    }
}

void mzg_q8_0_dequantize_avx2(const void *q, float *x, size_t n)
{
    scaled(q, x, n, MZG_Q8_0_BYTES, mzg_q8_0_codes32, 0, mzg_q8_0_dequantize_ref);
}

void mzg_q4_0_dequantize_avx2(const void *q, float *x, size_t n)
{
    scaled(q, x, n, MZG_Q4_0_BYTES, mzg_q4_0_codes32, 8, mzg_q4_0_dequantize_ref);
}

void mzg_q4_1_dequantize_avx2(const void *q, float *x, size_t n)
{
    spanned(q, x, n, MZG_Q4_1_BYTES, mzg_q4_1_codes32, mzg_q4_1_dequantize_ref);
}

void mzg_q5_0_dequantize_avx2(const void *q, float *x, size_t n)
{
    scaled(q, x, n, MZG_Q5_0_BYTES, mzg_q5_0_codes32, 16, mzg_q5_0_dequantize_ref);
}

void mzg_q5_1_dequantize_avx2(const void *q, float *x, size_t n)
{
    spanned(q, x, n, MZG_Q5_1_BYTES, mzg_q5_1_codes32, mzg_q5_1_dequantize_ref);
}
