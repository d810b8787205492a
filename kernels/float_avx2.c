/* float_avx2.c: F32, F16 and BF16 in vectors of eight. */
#include "avx2.h"
#include "list.h"

size_t mzg_f32_find_unfit_avx2(const float *x, size_t n, float limit)
{
    const __m256 max = _mm256_set1_ps(limit), sign = _mm256_set1_ps(-0.0f);
    size_t i = 0;
    for (; n - i >= 32; i += 32) {
        __m256 bad = _mm256_setzero_ps();
        MZG_UNROLL
        for (size_t j = 0; j < 32; j += 8) {
            __m256 a = _mm256_andnot_ps(sign, _mm256_loadu_ps(x + i + j));
            bad = _mm256_or_ps(bad, _mm256_cmp_ps(a, max, _CMP_NLE_UQ));
        }
        if (_mm256_movemask_ps(bad))
            break;
    }
    return i + mzg_f32_find_unfit_ref(x + i, n - i, limit);
}

void mzg_f16_quantize_avx2(const float *x, void *q, size_t n)
{
    const __m256i inf = _mm256_set1_epi16(0x7c00), nan = _mm256_set1_epi16(0x7e00);
    const __m256i magnitude = _mm256_set1_epi16(0x7fff);
    uint8_t *out = q;
    size_t i = 0;
    for (; n - i >= 16; i += 16) {
        __m128i a = _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT);
        __m128i b = _mm256_cvtps_ph(_mm256_loadu_ps(x + i + 8), _MM_FROUND_TO_NEAREST_INT);
        __m256i h = _mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1);
        __m256i is_nan = _mm256_cmpgt_epi16(_mm256_and_si256(h, magnitude), inf);
        _mm256_storeu_si256((__m256i *)(out + 2 * i), _mm256_blendv_epi8(h, nan, is_nan));
    }
    mzg_f16_quantize_ref(x + i, out + 2 * i, n - i);
}

MZG_INLINE __m256 f16_to8(const uint8_t *p)
{
    __m256 v = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
    __m256 nan = _mm256_castsi256_ps(_mm256_set1_epi32(MZG_NAN_BITS));
    return _mm256_blendv_ps(v, nan, _mm256_cmp_ps(v, v, _CMP_UNORD_Q));
}

MZG_INLINE __m256 bf16_to8(const uint8_t *p)
{
    __m256i h = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p));
    return _mm256_castsi256_ps(_mm256_slli_epi32(h, 16));
}

MZG_INLINE __m256 f32_to8(const uint8_t *p)
{
    return _mm256_loadu_ps((const float *)(const void *)p);
}

void mzg_f16_dequantize_avx2(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    size_t i = 0;
    for (; n - i >= 8; i += 8)
        _mm256_storeu_ps(x + i, f16_to8(in + 2 * i));
    mzg_f16_dequantize_ref(in + 2 * i, x + i, n - i);
}

/* Eight values rounded to bfloat16, one in the low half of each lane. */
MZG_INLINE __m256i bf16_from8(__m256 v)
{
    __m256i u = _mm256_castps_si256(v);
    __m256i odd = _mm256_and_si256(_mm256_srli_epi32(u, 16), _mm256_set1_epi32(1));
    __m256i up = _mm256_add_epi32(_mm256_add_epi32(u, _mm256_set1_epi32(0x7fff)), odd);
    __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
    return _mm256_blendv_epi8(_mm256_srli_epi32(up, 16), _mm256_set1_epi32(0x7fc0), nan);
}

void mzg_bf16_quantize_avx2(const float *x, void *q, size_t n)
{
    uint8_t *out = q;
    size_t i = 0;
    for (; n - i >= 16; i += 16) {
        __m256i a = bf16_from8(_mm256_loadu_ps(x + i)), b = bf16_from8(_mm256_loadu_ps(x + i + 8));
        __m256i h = _mm256_permute4x64_epi64(_mm256_packus_epi32(a, b), 0xd8);
        _mm256_storeu_si256((__m256i *)(out + 2 * i), h);
    }
    mzg_bf16_quantize_ref(x + i, out + 2 * i, n - i);
}

void mzg_bf16_dequantize_avx2(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    size_t i = 0;
    for (; n - i >= 8; i += 8)
        _mm256_storeu_ps(x + i, bf16_to8(in + 2 * i));
    mzg_bf16_dequantize_ref(in + 2 * i, x + i, n - i);
}

/* x[0..7] * y[0..7], y as bytes. */
MZG_INLINE __m256 product8(__m256 x, const uint8_t *y)
{
    __m256i codes = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)y));
    return _mm256_mul_ps(x, _mm256_cvtepi32_ps(codes));
}

typedef __m256 to8(const uint8_t *p);

MZG_INLINE float dot(const void *q, const void *y, size_t n, size_t bytes, to8 *load)
{
    const uint8_t *xb = q, *yb = y;
    __m256 acc0 = _mm256_setzero_ps(), acc1 = acc0;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, xb += MZG_BLOCK * bytes, yb += MZG_Q8_0_BYTES) {
        const uint8_t *codes = yb + MZG_Q8_0_CODES;
        __m256 d = mzg_half_all(yb);
        __m256 s0 = _mm256_add_ps(product8(load(xb), codes),
                                  product8(load(xb + 16 * bytes), codes + 16));
        __m256 s1 = _mm256_add_ps(product8(load(xb + 8 * bytes), codes + 8),
                                  product8(load(xb + 24 * bytes), codes + 24));
        acc0 = _mm256_add_ps(acc0, _mm256_mul_ps(d, s0));
        acc1 = _mm256_add_ps(acc1, _mm256_mul_ps(d, s1));
    }
    float sums[16];
    _mm256_storeu_ps(sums, acc0);
    _mm256_storeu_ps(sums + 8, acc1);
    return mzg_sum16(sums);
}

float mzg_f32_dot_avx2(const void *q, const void *y, size_t n)
{
    return dot(q, y, n, 4, f32_to8);
}

float mzg_f16_dot_avx2(const void *q, const void *y, size_t n)
{
    return dot(q, y, n, 2, f16_to8);
}

float mzg_bf16_dot_avx2(const void *q, const void *y, size_t n)
{
    return dot(q, y, n, 2, bf16_to8);
}
