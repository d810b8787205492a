/* dequantize_avx2.c: blocks with scales and minima back to floats. Blocks whose halves are Inf or NaN are
 * left to the reference. */
#include "../list.h"
#include "avx2.h"

/* scale * code - min of 32 codes. */
MZG_INLINE void store32(float *x, __m256i codes, __m256 scale, __m256 min)
{
    __m128i half[2] = {_mm256_castsi256_si128(codes), _mm256_extracti128_si256(codes, 1)};
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        __m128i eight = i % 2 ? _mm_srli_si128(half[i / 2], 8) : half[i / 2];
        __m256 v = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(eight));
        _mm256_storeu_ps(x + 8 * i, _mm256_sub_ps(_mm256_mul_ps(scale, v), min));
    }
}

void mzg_q4_k_dequantize_avx2(const void *q, float *x, size_t n)
{
    const __m256i low = _mm256_set1_epi8(15);
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q4_K_BYTES) {
        float s[8], m[8];
        if (!mzg_span_sixes8(in, s, m)) {
            mzg_q4_k_dequantize_ref(in, x, MZG_SUPER);
            continue;
        }
        for (int c = 0; c < 4; c++) {
            __m256i both = _mm256_loadu_si256((const __m256i *)(in + MZG_Q4_K_CODES + 32 * c));
            __m256i upper = _mm256_and_si256(_mm256_srli_epi16(both, 4), low);
            store32(x + 64 * c, _mm256_and_si256(both, low), _mm256_set1_ps(s[2 * c]),
                    _mm256_set1_ps(m[2 * c]));
            store32(x + 64 * c + 32, upper, _mm256_set1_ps(s[2 * c + 1]),
                    _mm256_set1_ps(m[2 * c + 1]));
        }
    }
}
