/* iq4_avx512.h: what IQ4_NL's and IQ4_XS's AVX-512 and VNNI dot products share. */
#ifndef MZG_KERNELS_CURVE_IQ4_AVX512_H
#define MZG_KERNELS_CURVE_IQ4_AVX512_H

#include "../avx512.h"
#include "../k/q8_k_dot_avx2.h"
#include "curve.h"

/* Sums of pairs of products of 64 values with y, in words: y's sign goes over to the values, so that
 * -128 is a magnitude like any other, and 2 * 127 * 128 still fits. */
MZG_INLINE __m512i mzg_curve_pairs64(__m512i codes, __m512i y)
{
    const __m512i table = _mm512_broadcast_i32x4(_mm_setr_epi8(MZG_CURVE_VALUES));
    __m512i v = _mm512_shuffle_epi8(table, codes);
    v = _mm512_mask_sub_epi8(v, _mm512_movepi8_mask(y), _mm512_setzero_si512(), v);
    return _mm512_maddubs_epi16(_mm512_abs_epi8(y), v);
}

/* Pairs times their scales, added to sum. */
typedef __m512i mzg_add_scaled(__m512i sum, __m512i pairs, __m512i k);

MZG_INLINE __m256i mzg_iq4_xs_dot_block(const uint8_t *x, const uint8_t *y,
                                        mzg_add_scaled *add_scaled)
{
    const __m512i upper = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(1), 1);
    __m128i words = _mm_cvtepi8_epi16(_mm_cvtsi64_si128((long long)mzg_iq4_xs_scales(x)));
    __m512i k = _mm512_castsi128_si512(words), sum = _mm512_setzero_si512();
    MZG_UNROLL
    for (int i = 0; i < MZG_RUNS; i += 2) {
        const uint8_t *nibbles = x + MZG_IQ4_XS_CODES + 16 * i;
        __m512i yc = _mm512_loadu_si512(y + MZG_Q8_K_CODES + MZG_BLOCK * i);
        __m512i pairs = mzg_curve_pairs64(mzg_nibbles64(nibbles, nibbles + 16), yc);
        __m512i which = _mm512_add_epi16(upper, _mm512_set1_epi16((short)i));
        sum = add_scaled(sum, pairs, _mm512_permutexvar_epi16(which, k));
    }
    return _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
}

#endif
