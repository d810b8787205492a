/* q8_k_avx2.c: Q8_K. Blocks with NaN or Inf in them are left to the reference. */
#include "../avx2.h"
#include "../list.h"
#include "superblocks.h"

#include <float.h>

/* The largest magnitude, compared as integers: there NaN is above Inf and is not lost. */
MZG_INLINE float largest(const float *x)
{
    const __m256i magnitude = _mm256_set1_epi32(0x7fffffff);
    __m256i most = _mm256_setzero_si256();
    for (int i = 0; i < MZG_SUPER; i += 8) {
        __m256i v = _mm256_castps_si256(_mm256_loadu_ps(x + i));
        most = _mm256_max_epi32(most, _mm256_and_si256(v, magnitude));
    }
    __m128i m = _mm_max_epi32(_mm256_castsi256_si128(most), _mm256_extracti128_si256(most, 1));
    m = _mm_max_epi32(m, _mm_shuffle_epi32(m, 0x4e));
    m = _mm_max_epi32(m, _mm_shuffle_epi32(m, 0xb1));
    return mzg_float((uint32_t)_mm_cvtsi128_si32(m));
}

MZG_INLINE __m256i code8(const float *x, __m256 inv)
{
    return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x), inv));
}

/* Sixteen codes; what |x| * inv exceeds 127 by is below a half, so none is clipped. */
MZG_INLINE __m128i code16(const float *x, __m256 inv)
{
    __m256i words = _mm256_packs_epi32(code8(x, inv), code8(x + 8, inv));
    words = _mm256_permute4x64_epi64(words, 0xd8);
    return _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
}

MZG_INLINE uint16_t sum16(__m128i codes)
{
    __m128i shifted = _mm_xor_si128(codes, _mm_set1_epi8(-128));
    __m128i sums = _mm_sad_epu8(shifted, _mm_setzero_si128());
    return (uint16_t)(_mm_cvtsi128_si32(sums) + _mm_extract_epi16(sums, 4) - 16 * 128);
}

void mzg_q8_k_quantize_avx2(const float *x, void *q, size_t n)
{
    uint8_t *out = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, out += MZG_Q8_K_BYTES) {
        float d = largest(x) / 127.0f;
        if (!(d <= FLT_MAX)) {
            mzg_q8_k_quantize_ref(x, out, MZG_SUPER);
            continue;
        }
        d = d < FLT_MIN ? 0.0f : d;
        __m256 inv = _mm256_set1_ps(mzg_inverse(d));
        mzg_store32(out, mzg_bits(d));
        for (int i = 0; i < MZG_SUPER; i += 16) {
            __m128i codes = code16(x + i, inv);
            _mm_storeu_si128((__m128i *)(out + MZG_Q8_K_CODES + i), codes);
            mzg_store16(out + MZG_Q8_K_SUMS + i / 8, sum16(codes));
        }
    }
}

void mzg_q8_k_dequantize_avx2(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q8_K_BYTES) {
        float scale = mzg_float(mzg_load32(in));
        if (!(fabsf(scale) <= FLT_MAX)) {
            mzg_q8_k_dequantize_ref(in, x, MZG_SUPER);
            continue;
        }
        __m256 d = _mm256_set1_ps(scale);
        for (int i = 0; i < MZG_SUPER; i += 8) {
            __m128i codes = _mm_loadl_epi64((const __m128i *)(in + MZG_Q8_K_CODES + i));
            __m256 v = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(codes));
            _mm256_storeu_ps(x + i, _mm256_mul_ps(d, v));
        }
    }
}
