/* ternary_dot_avx2.c: TQ1_0 and TQ2_0 with Q8_K, Q2_0 and Q1_0 with Q8_0. */
#include "../list.h"
#include "tq_dot256.h"

/* 32 codes of two bits in order: a byte in each word, spread over its four bytes. */
MZG_INLINE __m256i q2_0_codes(const uint8_t *p)
{
    __m256i v = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p));
    v = _mm256_or_si256(v, _mm256_slli_epi32(v, 6));
    v = _mm256_or_si256(v, _mm256_slli_epi32(v, 12));
    return _mm256_and_si256(v, _mm256_set1_epi8(3));
}

static inline void mzg_q2_0_add256(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    __m256i sums[8];
    MZG_UNROLL
    for (int b = 0; b < 8; b++) {
        const uint8_t *codes = x + b / 2 * MZG_Q2_0_BYTES + MZG_Q2_0_CODES + 8 * (b % 2);
        sums[b] = mzg_products32(q2_0_codes(codes), 1, mzg_q8_0_codes32(y + b * MZG_Q8_0_BYTES));
    }
    __m256 scale = _mm256_mul_ps(mzg_q2_0_scales(x), mzg_halves8(y, MZG_Q8_0_BYTES));
    mzg_narrow_add(acc, scale, mzg_sum_eights(sums));
}

/* 2 for each of 32 bits that is set. */
MZG_INLINE __m256i q1_0_codes(const uint8_t *p)
{
    const __m256i spread = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202,
                                              0x0303030303030303);
    const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201);
    __m256i bytes = _mm256_shuffle_epi8(_mm256_set1_epi32((int)mzg_load32(p)), spread);
    __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bit), bit);
    return _mm256_and_si256(set, _mm256_set1_epi8(2));
}

static inline void mzg_q1_0_add256(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    __m256i sums[8];
    MZG_UNROLL
    for (int b = 0; b < 8; b++) {
        const uint8_t *bits = x + b / 4 * MZG_Q1_0_BYTES + MZG_Q1_0_CODES + 4 * (b % 4);
        sums[b] = mzg_products32(q1_0_codes(bits), 1, mzg_q8_0_codes32(y + b * MZG_Q8_0_BYTES));
    }
    __m256 scale = _mm256_mul_ps(mzg_q1_0_scales(x), mzg_halves8(y, MZG_Q8_0_BYTES));
    mzg_narrow_add(acc, scale, mzg_sum_eights(sums));
}

MZG_TERNARY_DOTS(avx2)
