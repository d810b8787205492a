/* q6_k_avx512.c: Q6_K with AVX-512. */
#include "../lanes/lanes_avx512.h"

#include "../list.h"
#include "q6_k_avx512.h"
#include "q6_k_search.h"

void mzg_q6_k_search_avx512(const float *x, const float *w, void *q, size_t n,
                            enum mzg_effort effort)
{
    mzg_q6_k_search(x, w, q, n, effort);
}

void mzg_q6_k_quantize_avx512(const float *x, void *q, size_t n)
{
    mzg_q6_k_search_avx512(x, NULL, q, n, MZG_EFFORT_DEFAULT);
}

MZG_INLINE void store16(float *x, __m128i codes, float scale)
{
    __m512 v = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(codes));
    _mm512_storeu_ps(x, _mm512_mul_ps(_mm512_set1_ps(scale), v));
}

void mzg_q6_k_dequantize_avx512(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, in += MZG_Q6_K_BYTES) {
        if (mzg_f16_unusual(mzg_load16(in + MZG_Q6_K_D))) {
            mzg_q6_k_dequantize_ref(in, x, MZG_SUPER);
            x += MZG_SUPER;
            continue;
        }
        float d = mzg_f16_to(mzg_load16(in + MZG_Q6_K_D));
        const int8_t *k = (const int8_t *)(in + MZG_Q6_K_SCALES);
        for (int half = 0; half < 2; half++) {
            __m512i c[2];
            mzg_q6_k_codes128(in, half, c);
            MZG_UNROLL
            for (int i = 0; i < 2; i++, x += 64, k += 4) {
                __m512i codes = _mm512_sub_epi8(c[i], _mm512_set1_epi8(32));
                store16(x, _mm512_castsi512_si128(codes), d * (float)k[0]);
                store16(x + 16, _mm512_extracti32x4_epi32(codes, 1), d * (float)k[1]);
                store16(x + 32, _mm512_extracti32x4_epi32(codes, 2), d * (float)k[2]);
                store16(x + 48, _mm512_extracti32x4_epi32(codes, 3), d * (float)k[3]);
            }
        }
    }
}

MZG_INLINE __m512i add_scaled(__m512i sum, __m512i pairs, __m512i k)
{
    return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, k));
}

MZG_INLINE __m256i dot_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_q6_k_dot_block(x, y, add_scaled);
}

float mzg_q6_k_dot_avx512(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_Q6_K_BYTES, MZG_Q6_K_D, y, n, dot_block);
}
