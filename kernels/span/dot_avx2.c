/* dot_avx2.c: dot products of blocks with scales and minima with Q8_K. Codes are unsigned, as maddubs takes
 * them, and two products of at most 31 * 128 can never exceed 16 bits. */
#include "../list.h"
#include "avx2.h"

/* Products of 32 codes from 32 k on with y, added by pairs. */
MZG_INLINE __m256i pairs32(__m256i codes, const uint8_t *y, int k)
{
    return _mm256_maddubs_epi16(codes, mzg_load256(y + MZG_Q8_K_CODES + 32 * k));
}

typedef __m256i codes_of(const uint8_t *in, int j);

MZG_INLINE struct mzg_span_parts parts_sixes(const uint8_t *x, const uint8_t *y, codes_of *codes)
{
    struct mzg_span_sixes a = mzg_span_load_sixes(x + MZG_Q4_K_SCALES);
    __m256i s = _mm256_set1_epi64x((long long)a.s), coded = _mm256_setzero_si256();
    MZG_UNROLL
    for (int j = 0; j < 8; j++) {
        __m256i word = _mm256_shuffle_epi8(s, mzg_load256(mzg_span_word_pairs[2 * j]));
        coded = _mm256_add_epi32(coded, _mm256_madd_epi16(pairs32(codes(x, j), y, j), word));
    }
    return (struct mzg_span_parts){coded, mzg_span_min_parts_sixes(a.m, y)};
}

static inline struct mzg_span_parts q4_k_parts(const uint8_t *x, const uint8_t *y)
{
    return parts_sixes(x, y, mzg_q4_k_codes);
}

static inline struct mzg_span_parts q5_k_parts(const uint8_t *x, const uint8_t *y)
{
    return parts_sixes(x, y, mzg_q5_k_codes);
}

/* Codes of bits 2 and 3 stay where they are and count four times; the others' s are made as large. */
static inline struct mzg_span_parts q2_k_parts(const uint8_t *x, const uint8_t *y)
{
    __m256i s = _mm256_broadcastsi128_si256(mzg_load128(x + MZG_Q2_K_SCALES));
    s = _mm256_and_si256(s, _mm256_set1_epi8(15));
    __m256i coded = _mm256_setzero_si256(), four_times = _mm256_slli_epi16(s, 2);
    MZG_UNROLL
    for (int k = 0; k < 8; k++) {
        __m256i all = mzg_load256(x + MZG_Q2_K_CODES + k / 4 * 32);
        all = k % 4 < 2 ? all : _mm256_srli_epi16(all, 4);
        all = _mm256_and_si256(all, _mm256_set1_epi8(k % 2 ? 12 : 3));
        __m256i word = _mm256_shuffle_epi8(k % 2 ? s : four_times, mzg_load256(mzg_span_words[2 * k]));
        coded = _mm256_add_epi32(coded, _mm256_madd_epi16(pairs32(all, y, k), word));
    }
    return (struct mzg_span_parts){coded, mzg_span_min_parts_fours(x, y)};
}

float mzg_q4_k_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_span_dot(q, MZG_Q4_K_PLACE, y, n, q4_k_parts);
}

float mzg_q5_k_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_span_dot(q, MZG_Q5_K_PLACE, y, n, q5_k_parts);
}

float mzg_q2_k_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_span_dot(q, MZG_Q2_K_PLACE, y, n, q2_k_parts);
}
