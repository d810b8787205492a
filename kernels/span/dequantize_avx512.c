/* dequantize_avx512.c: blocks with scales and minima back to floats. The values of a sub-block's codes are
 * computed once and then looked up. Blocks whose halves are Inf or NaN are left to the reference. */
#include "../list.h"
#include "avx2.h"

/* scale * code - min of the codes first to first + 15. */
MZG_INLINE __m512 values16(float scale, float min, float first)
{
    const __m512 steps = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512 codes = _mm512_add_ps(steps, _mm512_set1_ps(first));
    return _mm512_sub_ps(_mm512_mul_ps(_mm512_set1_ps(scale), codes), _mm512_set1_ps(min));
}

/* Of Q2_K's codes 0 to 3, four times. */
MZG_INLINE __m512 values4(float scale, float min)
{
    const __m512 codes = _mm512_setr_ps(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
    return _mm512_sub_ps(_mm512_mul_ps(_mm512_set1_ps(scale), codes), _mm512_set1_ps(min));
}

void mzg_q4_k_dequantize_avx512(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q4_K_BYTES) {
        float s[8], m[8];
        if (!mzg_span_sixes8(in, s, m)) {
            mzg_q4_k_dequantize_ref(in, x, MZG_SUPER);
            continue;
        }
        for (int c = 0; c < 4; c++) {
            __m512 lower = values16(s[2 * c], m[2 * c], 0);
            __m512 upper = values16(s[2 * c + 1], m[2 * c + 1], 0);
            for (int i = 0; i < 32; i += 16) { /* a permutation heeds the lowest four bits alone */
                __m128i both = mzg_load128(in + MZG_Q4_K_CODES + 32 * c + i);
                __m512i at = _mm512_cvtepu8_epi32(both);
                _mm512_storeu_ps(x + 64 * c + i, _mm512_permutexvar_ps(at, lower));
                at = _mm512_srli_epi32(at, 4);
                _mm512_storeu_ps(x + 64 * c + 32 + i, _mm512_permutexvar_ps(at, upper));
            }
        }
    }
}

void mzg_q5_k_dequantize_avx512(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q5_K_BYTES) {
        float s[8], m[8];
        if (!mzg_span_sixes8(in, s, m)) {
            mzg_q5_k_dequantize_ref(in, x, MZG_SUPER);
            continue;
        }
        MZG_UNROLL
        for (int j = 0; j < 8; j++) { /* the fifth bit of an index chooses between two tables */
            __m512 low = values16(s[j], m[j], 0), high = values16(s[j], m[j], 16);
            __m256i codes = mzg_q5_k_codes(in, j);
            __m512i first = _mm512_cvtepu8_epi32(_mm256_castsi256_si128(codes));
            __m512i second = _mm512_cvtepu8_epi32(_mm256_extracti128_si256(codes, 1));
            _mm512_storeu_ps(x + 32 * j, _mm512_permutex2var_ps(low, first, high));
            _mm512_storeu_ps(x + 32 * j + 16, _mm512_permutex2var_ps(low, second, high));
        }
    }
}

void mzg_q2_k_dequantize_avx512(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q2_K_BYTES) {
        float s[16], m[16];
        if (!mzg_span_fours16(in, s, m)) {
            mzg_q2_k_dequantize_ref(in, x, MZG_SUPER);
            continue;
        }
        for (int part = 0; part < 4; part++) { /* permutevar heeds the lowest two bits alone */
            int first = part / 2 * 8 + part % 2; /* sub-block, and those two, four, six on */
            __m512i at = _mm512_cvtepu8_epi32(mzg_load128(in + MZG_Q2_K_CODES + 16 * part));
            MZG_UNROLL
            for (int j = first; j < first + 8; j += 2) {
                _mm512_storeu_ps(x + 16 * j, _mm512_permutevar_ps(values4(s[j], m[j]), at));
                at = _mm512_srli_epi32(at, 2);
            }
        }
    }
}
