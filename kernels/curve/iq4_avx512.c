/* iq4_avx512.c: IQ4_NL and IQ4_XS with AVX-512. */
#include "../lanes/lanes_avx512.h"

#include "iq4_avx512.h"
#include "iq4_kernels.h"

MZG_SEARCHER(iq4_nl, avx512)
MZG_SEARCHER(iq4_xs, avx512)

/* A run has at most sixteen different values: they are computed once and looked up. A permutation
 * heeds only the lowest four bits of its indices. */
MZG_INLINE void decode_run(float *x, const uint8_t *nibbles, float scale)
{
    __m512 table = _mm512_mul_ps(_mm512_set1_ps(scale), _mm512_loadu_ps(mzg_curve_values));
    __m512i low = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)nibbles));
    _mm512_storeu_ps(x, _mm512_permutexvar_ps(low, table));
    _mm512_storeu_ps(x + 16, _mm512_permutexvar_ps(_mm512_srli_epi32(low, 4), table));
}

MZG_IQ4_DECODERS(avx512, decode_run)

static inline void nl_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    __m512i sums[4];
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        const uint8_t *nibbles = x + 2 * i * MZG_IQ4_NL_BYTES + MZG_IQ4_NL_CODES;
        __m512i codes = mzg_nibbles64(nibbles, nibbles + MZG_IQ4_NL_BYTES);
        __m512i pairs = mzg_curve_pairs64(codes, mzg_q8_0_codes64(y + 2 * i * MZG_Q8_0_BYTES));
        sums[i] = _mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
    }
    mzg_accumulate8(acc, x, MZG_IQ4_NL_BYTES, y, mzg_sum_pairs(sums));
}

float mzg_iq4_nl_dot_avx512(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_IQ4_NL_BYTES, y, MZG_Q8_0_BYTES, n, nl_group);
}

MZG_INLINE __m512i add_scaled(__m512i sum, __m512i pairs, __m512i k)
{
    return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, k));
}

MZG_INLINE __m256i xs_block(const uint8_t *x, const uint8_t *y)
{
    return mzg_iq4_xs_dot_block(x, y, add_scaled);
}

float mzg_iq4_xs_dot_avx512(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_IQ4_XS_BYTES, 0, y, n, xs_block);
}
