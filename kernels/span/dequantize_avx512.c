/* dequantize_avx512.c: blocks with scales and minima back to floats. The values of a sub-block's sixteen
 * codes are computed once and then looked up. Blocks whose halves are Inf or NaN are left to the
 * reference. */
#include "../list.h"
#include "avx2.h"

/* scale * code - min of the codes 0 to 15. */
MZG_INLINE __m512 values16(float scale, float min)
{
    const __m512 codes = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
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
            __m512 lower = values16(s[2 * c], m[2 * c]);
            __m512 upper = values16(s[2 * c + 1], m[2 * c + 1]);
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
