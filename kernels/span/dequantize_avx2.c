/* dequantize_avx2.c: blocks with scales and minima back to floats. Blocks whose halves are Inf or NaN are
 * left to the reference. */
#include "../list.h"
#include "avx2.h"

/* scale * code - min of the lowest eight codes. */
MZG_INLINE void store8(float *x, __m128i codes, __m256 scale, __m256 min)
{
    __m256 v = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(codes));
    _mm256_storeu_ps(x, _mm256_sub_ps(_mm256_mul_ps(scale, v), min));
}

/* Of 32 codes; the first sixteen and the rest may be different sub-blocks'. */
MZG_INLINE void store32(float *x, __m256i codes, const float *s, const float *m)
{
    __m128i half[2] = {_mm256_castsi256_si128(codes), _mm256_extracti128_si256(codes, 1)};
    MZG_UNROLL
    for (int i = 0; i < 2; i++) {
        __m256 scale = _mm256_set1_ps(s[i]), min = _mm256_set1_ps(m[i]);
        store8(x + 16 * i, half[i], scale, min);
        store8(x + 16 * i + 8, _mm_srli_si128(half[i], 8), scale, min);
    }
}

typedef __m256i codes_of(const uint8_t *in, int j);

MZG_INLINE void decode_sixes(const uint8_t *in, float *x, size_t n, size_t bytes, codes_of *codes,
                             void (*ref)(const void *, float *, size_t))
{
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += bytes) {
        float s[8], m[8];
        if (!mzg_span_sixes8(in, s, m)) {
            ref(in, x, MZG_SUPER);
            continue;
        }
        MZG_UNROLL
        for (int j = 0; j < 8; j++) {
            const float both_s[2] = {s[j], s[j]}, both_m[2] = {m[j], m[j]};
            store32(x + 32 * j, codes(in, j), both_s, both_m);
        }
    }
}

void mzg_q4_k_dequantize_avx2(const void *q, float *x, size_t n)
{
    decode_sixes(q, x, n, MZG_Q4_K_BYTES, mzg_q4_k_codes, mzg_q4_k_dequantize_ref);
}

void mzg_q5_k_dequantize_avx2(const void *q, float *x, size_t n)
{
    decode_sixes(q, x, n, MZG_Q5_K_BYTES, mzg_q5_k_codes, mzg_q5_k_dequantize_ref);
}

void mzg_q2_k_dequantize_avx2(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q2_K_BYTES) {
        float s[16], m[16];
        if (!mzg_span_fours16(in, s, m)) {
            mzg_q2_k_dequantize_ref(in, x, MZG_SUPER);
            continue;
        }
        MZG_UNROLL
        for (int k = 0; k < 8; k++)
            store32(x + 32 * k, mzg_q2_k_codes(in, k), s + 2 * k, m + 2 * k);
    }
}
