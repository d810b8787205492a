/* avx512.h: the dot products of blocks with scales and minima, two sub-blocks a vector, for AVX-512 with
 * VNNI and without. */
#ifndef MZG_KERNELS_SPAN_AVX512_H
#define MZG_KERNELS_SPAN_AVX512_H

#include "avx2.h"

/* sum + words a * words b, pairs added. */
typedef __m512i mzg_span_add_pairs(__m512i sum, __m512i a, __m512i b);

/* Adds s * codes * y of 64 elements; at: which s, for a shuffle. Two products of at most 31 * 128 never
 * exceed 16 bits. */
MZG_INLINE __m512i mzg_span_add64(__m512i sum, __m512i codes, const uint8_t *y, __m512i s, __m512i at,
                                  mzg_span_add_pairs *add)
{
    return add(sum, _mm512_maddubs_epi16(codes, _mm512_loadu_si512(y)), _mm512_shuffle_epi8(s, at));
}

/* The same of sub-blocks 2 c and 2 c + 1 of eight; s: eight bytes, again and again. */
MZG_INLINE __m512i mzg_span_add_sixes(__m512i sum, __m512i codes, const uint8_t *y, __m512i s, int c,
                                      mzg_span_add_pairs *add)
{
    const __m512i at = _mm512_load_si512(mzg_span_word_pairs[4 * c]);
    return mzg_span_add64(sum, codes, y + MZG_Q8_K_CODES + 64 * c, s, at, add);
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
    __m512i s = _mm512_set1_epi64((long long)a.s), coded = _mm512_setzero_si512();
    MZG_UNROLL
    for (int c = 0; c < 4; c++)
        coded = mzg_span_add_sixes(coded, mzg_span_nibbles64(x + MZG_Q4_K_CODES + 32 * c), y, s, c, add);
    return (struct mzg_span_parts){mzg_span_halves(coded), mzg_span_min_parts_sixes(a.m, y)};
}

MZG_INLINE struct mzg_span_parts mzg_q5_k_parts(const uint8_t *x, const uint8_t *y,
                                                mzg_span_add_pairs *add)
{
    struct mzg_span_sixes a = mzg_span_load_sixes(x + MZG_Q4_K_SCALES);
    __m512i s = _mm512_set1_epi64((long long)a.s), coded = _mm512_setzero_si512();
    __m256i high = mzg_load256(x + MZG_Q5_K_HIGH);
    __m512i fifth = _mm512_inserti64x4(_mm512_castsi256_si512(high), _mm256_srli_epi16(high, 1), 1);
    MZG_UNROLL
    for (int c = 0; c < 4; c++) { /* bits 2 c of each byte become bits 4 */
        __m512i left = _mm512_sllv_epi64(fifth, _mm512_set1_epi64(4 - 2 * c));
        __m512i right = _mm512_srlv_epi64(fifth, _mm512_set1_epi64(2 * c - 4));
        __m512i codes = mzg_span_nibbles64(x + MZG_Q5_K_CODES + 32 * c);
        codes = _mm512_or_si512(codes, _mm512_and_si512(c < 2 ? left : right, _mm512_set1_epi8(16)));
        coded = mzg_span_add_sixes(coded, codes, y, s, c, add);
    }
    return (struct mzg_span_parts){mzg_span_halves(coded), mzg_span_min_parts_sixes(a.m, y)};
}

/* Codes of bits 2 and 3 stay where they are, and so count four times; the others' s are made four times as
 * large, and all is divided by four at the end. */
MZG_INLINE struct mzg_span_parts mzg_q2_k_parts(const uint8_t *x, const uint8_t *y,
                                                mzg_span_add_pairs *add)
{
    const __m512i four_times = _mm512_setr_epi64(2, 2, 2, 2, 0, 0, 0, 0);
    const __m512i bits = _mm512_inserti64x4(_mm512_set1_epi8(3), _mm256_set1_epi8(12), 1);
    __m512i s = _mm512_broadcast_i32x4(mzg_load128(x + MZG_Q2_K_SCALES)), coded = _mm512_setzero_si512();
    s = _mm512_sllv_epi64(_mm512_and_si512(s, _mm512_set1_epi8(15)), four_times);
    MZG_UNROLL
    for (int c = 0; c < 4; c++) {
        const __m512i at = _mm512_load_si512(mzg_span_words[4 * c]);
        __m512i all = _mm512_broadcast_i64x4(mzg_load256(x + MZG_Q2_K_CODES + c / 2 * 32));
        all = _mm512_and_si512(c % 2 ? _mm512_srli_epi64(all, 4) : all, bits);
        coded = mzg_span_add64(coded, all, y + MZG_Q8_K_CODES + 64 * c, s, at, add);
    }
    return (struct mzg_span_parts){mzg_span_halves(coded), mzg_span_min_parts_fours(x, y)};
}

/* The dot products of an instruction set. add: sum + a b, pairs of products of words added. */
#define MZG_SPAN_DOT(type, TYPE, isa, add)                                                         \
    static inline struct mzg_span_parts type##_parts(const uint8_t *x, const uint8_t *y)           \
    {                                                                                              \
        return mzg_##type##_parts(x, y, add);                                                      \
    }                                                                                              \
    float mzg_##type##_dot_##isa(const void *q, const void *y, size_t n)                           \
    {                                                                                              \
        return mzg_span_dot(q, MZG_##TYPE##_PLACE, y, n, type##_parts);                            \
    }
#define MZG_SPAN_DOTS(isa, add)                                                                    \
    MZG_SPAN_DOT(q4_k, Q4_K, isa, add)                                                             \
    MZG_SPAN_DOT(q5_k, Q5_K, isa, add)                                                             \
    MZG_SPAN_DOT(q2_k, Q2_K, isa, add)

#endif
