/* float_avx512.c: F32, F16 and BF16 in vectors of sixteen. */
#include "avx2.h"
#include "list.h"

size_t mzg_f32_find_unfit_avx512(const float *x, size_t n, float limit)
{
    const __m512 max = _mm512_set1_ps(limit);
    size_t i = 0;
    for (; n - i >= 64; i += 64) {
        __mmask16 bad = 0;
        for (size_t j = i; j < i + 64; j += 16) {
            __m512 a = _mm512_abs_ps(_mm512_loadu_ps(x + j));
            bad = _kor_mask16(bad, _mm512_cmp_ps_mask(a, max, _CMP_NLE_UQ));
        }
        if (bad)
            break;
    }
    return i + mzg_f32_find_unfit_ref(x + i, n - i, limit);
}

void mzg_f16_quantize_avx512(const float *x, void *q, size_t n)
{
    const __m256i nan = _mm256_set1_epi16(0x7e00);
    uint8_t *out = q;
    size_t i = 0;
    for (; n - i >= 16; i += 16) {
        __m512 v = _mm512_loadu_ps(x + i);
        __m256i h = _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT);
        h = _mm256_mask_mov_epi16(h, _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q), nan);
        _mm256_storeu_si256((__m256i *)(out + 2 * i), h);
    }
    mzg_f16_quantize_ref(x + i, out + 2 * i, n - i);
}

void mzg_bf16_quantize_avx512(const float *x, void *q, size_t n)
{
    const __m512i almost = _mm512_set1_epi32(0x7fff), one = _mm512_set1_epi32(1);
    const __m256i nan = _mm256_set1_epi16(0x7fc0);
    uint8_t *out = q;
    size_t i = 0;
    for (; n - i >= 16; i += 16) {
        __m512 v = _mm512_loadu_ps(x + i);
        __m512i u = _mm512_castps_si512(v);
        __m512i odd = _mm512_and_si512(_mm512_srli_epi32(u, 16), one);
        __m512i up = _mm512_add_epi32(_mm512_add_epi32(u, almost), odd);
        __m256i h = _mm512_cvtepi32_epi16(_mm512_srli_epi32(up, 16));
        h = _mm256_mask_mov_epi16(h, _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q), nan);
        _mm256_storeu_si256((__m256i *)(out + 2 * i), h);
    }
    mzg_bf16_quantize_ref(x + i, out + 2 * i, n - i);
}

typedef __m512 to16(const uint8_t *p);

static inline __m512 f16_to16(const uint8_t *p)
{
    const __m512 nan = _mm512_castsi512_ps(_mm512_set1_epi32(MZG_NAN_BITS));
    __m512 v = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
    return _mm512_mask_mov_ps(v, _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q), nan);
}

static inline __m512 bf16_to16(const uint8_t *p)
{
    __m512i h = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(h, 16));
}

static inline __m512 f32_to16(const uint8_t *p)
{
    return _mm512_loadu_ps(p);
}

void mzg_f16_dequantize_avx512(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    size_t i = 0;
    for (; n - i >= 16; i += 16)
        _mm512_storeu_ps(x + i, f16_to16(in + 2 * i));
    mzg_f16_dequantize_ref(in + 2 * i, x + i, n - i);
}

void mzg_bf16_dequantize_avx512(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    size_t i = 0;
    for (; n - i >= 16; i += 16)
        _mm512_storeu_ps(x + i, bf16_to16(in + 2 * i));
    mzg_bf16_dequantize_ref(in + 2 * i, x + i, n - i);
}

/* x[0..15] * y[0..15], y as bytes. */
MZG_INLINE __m512 product16(__m512 x, const uint8_t *y)
{
    __m512i codes = _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)y));
    return _mm512_mul_ps(x, _mm512_cvtepi32_ps(codes));
}

MZG_INLINE float dot(const void *q, const void *y, size_t n, size_t bytes, to16 *load)
{
    const uint8_t *xb = q, *yb = y;
    __m512 acc = _mm512_setzero_ps();
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, xb += MZG_BLOCK * bytes, yb += MZG_Q8_0_BYTES) {
        const uint8_t *codes = yb + MZG_Q8_0_CODES;
        __m512 d = _mm512_cvtph_ps(_mm256_set1_epi16((short)mzg_load16(yb)));
        __m512 sum = _mm512_add_ps(product16(load(xb), codes),
                                   product16(load(xb + 16 * bytes), codes + 16));
        acc = _mm512_add_ps(acc, _mm512_mul_ps(d, sum));
    }
    float sums[16];
    _mm512_storeu_ps(sums, acc);
    return mzg_sum16(sums);
}

float mzg_f32_dot_avx512(const void *q, const void *y, size_t n)
{
    return dot(q, y, n, 4, f32_to16);
}

float mzg_f16_dot_avx512(const void *q, const void *y, size_t n)
{
    return dot(q, y, n, 2, f16_to16);
}

float mzg_bf16_dot_avx512(const void *q, const void *y, size_t n)
{
    return dot(q, y, n, 2, bf16_to16);
}
