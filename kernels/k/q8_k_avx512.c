/* q8_k_avx512.c: Q8_K. Blocks with NaN or Inf in them are left to the reference. */
#include "../avx2.h"
#include "../list.h"
#include "superblocks.h"

#include <float.h>

/* The largest magnitude, compared as integers: there NaN is above Inf and is not lost. */
MZG_INLINE float largest(const float *x)
{
    __m512i most = _mm512_setzero_si512();
    for (int i = 0; i < MZG_SUPER; i += 16) {
        __m512 a = _mm512_abs_ps(_mm512_loadu_ps(x + i));
        most = _mm512_max_epi32(most, _mm512_castps_si512(a));
    }
    return mzg_float((uint32_t)_mm512_reduce_max_epi32(most));
}

MZG_INLINE uint16_t sum16(__m128i codes)
{
    __m128i shifted = _mm_xor_si128(codes, _mm_set1_epi8(-128));
    __m128i sums = _mm_sad_epu8(shifted, _mm_setzero_si128());
    return (uint16_t)(_mm_cvtsi128_si32(sums) + _mm_extract_epi16(sums, 4) - 16 * 128);
}

void mzg_q8_k_quantize_avx512(const float *x, void *q, size_t n)
{
    uint8_t *out = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, out += MZG_Q8_K_BYTES) {
        float d = largest(x) / 127.0f;
        if (!(d <= FLT_MAX)) {
            mzg_q8_k_quantize_ref(x, out, MZG_SUPER);
            continue;
        }
        d = d < FLT_MIN ? 0.0f : d;
        __m512 inv = _mm512_set1_ps(mzg_inverse(d));
        mzg_store32(out, mzg_bits(d));
        for (int i = 0; i < MZG_SUPER; i += 16) {
            __m512i v = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(x + i), inv));
            __m128i codes = _mm512_cvtsepi32_epi8(v);
            _mm_storeu_si128((__m128i *)(out + MZG_Q8_K_CODES + i), codes);
            mzg_store16(out + MZG_Q8_K_SUMS + i / 8, sum16(codes));
        }
    }
}

void mzg_q8_k_dequantize_avx512(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q8_K_BYTES) {
        float scale = mzg_float(mzg_load32(in));
        if (!(fabsf(scale) <= FLT_MAX)) {
            mzg_q8_k_dequantize_ref(in, x, MZG_SUPER);
            continue;
        }
        __m512 d = _mm512_set1_ps(scale);
        for (int i = 0; i < MZG_SUPER; i += 16) {
            __m512i codes = _mm512_cvtepi8_epi32(mzg_load128(in + MZG_Q8_K_CODES + i));
            _mm512_storeu_ps(x + i, _mm512_mul_ps(d, _mm512_cvtepi32_ps(codes)));
        }
    }
}
