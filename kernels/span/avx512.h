/* avx512.h: the dot products of blocks with scales and minima, two sub-blocks a vector, for AVX-512 with
 * VNNI and without. */
#ifndef MZG_KERNELS_SPAN_AVX512_H
#define MZG_KERNELS_SPAN_AVX512_H

#include "avx2.h"

/* sum + words a * words b, pairs added. */
typedef __m512i mzg_span_add_pairs(__m512i sum, __m512i a, __m512i b);

/* Eight s as 16-bit words, four times. */
MZG_INLINE __m512i mzg_span_words8(uint64_t s)
{
    return _mm512_broadcast_i32x4(_mm_cvtepu8_epi16(_mm_cvtsi64_si128((long long)s)));
}

/* Adds s * codes * y of sub-blocks 2 c and 2 c + 1. Two products of at most 31 * 128 never exceed 16 bits. */
MZG_INLINE __m512i mzg_span_add64(__m512i sum, __m512i codes, const uint8_t *y, __m512i s, int c,
                                  mzg_span_add_pairs *add)
{
    const __m256i first = _mm256_set1_epi16((short)(4 * c | (4 * c + 1) << 8));
    const __m256i second = _mm256_set1_epi16((short)((4 * c + 2) | (4 * c + 3) << 8));
    __m512i word = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
    __m512i pairs = _mm512_maddubs_epi16(codes, _mm512_loadu_si512(y + MZG_Q8_K_CODES + 64 * c));
    return add(sum, pairs, _mm512_shuffle_epi8(s, word));
}

/* 32 bytes: the codes of two sub-blocks, the first in the lower halves. */
MZG_INLINE __m512i mzg_span_nibbles64(const uint8_t *p)
{
    const __m512i shift = _mm512_setr_epi64(0, 0, 0, 0, 4, 4, 4, 4);
    __m512i both = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)p));
    return _mm512_and_si512(_mm512_srlv_epi64(both, shift), _mm512_set1_epi8(15));
}

MZG_INLINE __m256i mzg_span_halves(__m512i v)
{
    return _mm256_add_epi32(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
}

MZG_INLINE struct mzg_span_parts mzg_q4_k_parts(const uint8_t *x, const uint8_t *y,
                                                mzg_span_add_pairs *add)
{
    struct mzg_span_sixes a = mzg_span_load_sixes(x + MZG_Q4_K_SCALES);
    __m512i s = mzg_span_words8(a.s), coded = _mm512_setzero_si512();
    MZG_UNROLL
    for (int c = 0; c < 4; c++)
        coded = mzg_span_add64(coded, mzg_span_nibbles64(x + MZG_Q4_K_CODES + 32 * c), y, s, c, add);
    return (struct mzg_span_parts){mzg_span_halves(coded), mzg_span_min_parts8(a.m, y)};
}

#endif
