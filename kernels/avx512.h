/* avx512.h: what the AVX-512 dot products share: the codes of two neighbouring blocks in one
 * vector. */
#ifndef MZG_KERNELS_AVX512_H
#define MZG_KERNELS_AVX512_H

#include "avx2.h"

/* The codes of the block at p and of the next one, in order, as they are stored. */
typedef __m512i mzg_codes64(const uint8_t *p);

/* Those of two blocks of the other side, Q8_0 or Q8_1. */
MZG_INLINE __m512i mzg_y_codes64(const uint8_t *y, size_t y_bytes)
{
    __m512i first = _mm512_castsi256_si512(mzg_y_codes32(y, y_bytes));
    return _mm512_inserti64x4(first, mzg_y_codes32(y + y_bytes, y_bytes), 1);
}

static inline __m512i mzg_q8_0_codes64(const uint8_t *p)
{
    return mzg_y_codes64(p, MZG_Q8_0_BYTES);
}

/* The nibbles at p and at next. */
MZG_INLINE __m512i mzg_nibbles64(const uint8_t *p, const uint8_t *next)
{
    const __m512i shift = _mm512_setr_epi64(0, 0, 4, 4, 0, 0, 4, 4);
    __m512i both = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)p));
    both = _mm512_mask_broadcast_i32x4(both, 0xff00, _mm_loadu_si128((const __m128i *)next));
    return _mm512_and_si512(_mm512_srlv_epi64(both, shift), _mm512_set1_epi8(15));
}

/* Adds 16 where the fifth bits at p and at next are set. */
MZG_INLINE __m512i mzg_add_fifth_bits(__m512i low, const uint8_t *p, const uint8_t *next)
{
    __mmask64 set = mzg_load32(p) | (uint64_t)mzg_load32(next) << 32;
    return _mm512_mask_add_epi8(low, set, low, _mm512_set1_epi8(16));
}

static inline __m512i mzg_q4_0_codes64(const uint8_t *p)
{
    return mzg_nibbles64(p + MZG_Q4_0_CODES, p + MZG_Q4_0_BYTES + MZG_Q4_0_CODES);
}

static inline __m512i mzg_q4_1_codes64(const uint8_t *p)
{
    return mzg_nibbles64(p + MZG_Q4_1_CODES, p + MZG_Q4_1_BYTES + MZG_Q4_1_CODES);
}

static inline __m512i mzg_q5_0_codes64(const uint8_t *p)
{
    const uint8_t *next = p + MZG_Q5_0_BYTES;
    __m512i low = mzg_nibbles64(p + MZG_Q5_0_CODES, next + MZG_Q5_0_CODES);
    return mzg_add_fifth_bits(low, p + MZG_Q5_0_HIGH, next + MZG_Q5_0_HIGH);
}

static inline __m512i mzg_q5_1_codes64(const uint8_t *p)
{
    const uint8_t *next = p + MZG_Q5_1_BYTES;
    __m512i low = mzg_nibbles64(p + MZG_Q5_1_CODES, next + MZG_Q5_1_CODES);
    return mzg_add_fifth_bits(low, p + MZG_Q5_1_HIGH, next + MZG_Q5_1_HIGH);
}

/* From eight lanes for each of two neighbouring blocks, four times, to one sum per block. */
MZG_INLINE __m256i mzg_sum_pairs(const __m512i v[4])
{
    const __m512i order = _mm512_setr_epi32(0, 8, 1, 9, 2, 10, 3, 11, 0, 8, 1, 9, 2, 10, 3, 11);
    __m512i a = _mm512_add_epi32(_mm512_unpacklo_epi32(v[0], v[1]),
                                 _mm512_unpackhi_epi32(v[0], v[1]));
    __m512i b = _mm512_add_epi32(_mm512_unpacklo_epi32(v[2], v[3]),
                                 _mm512_unpackhi_epi32(v[2], v[3]));
    __m512i t = _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
    t = _mm512_add_epi32(t, _mm512_shuffle_i32x4(t, t, 0xb1)); /* the two halves of each block */
    return _mm512_castsi512_si256(_mm512_permutexvar_epi32(order, t));
}

#endif
