/* ternary_dot_vnni.c: TQ1_0 and TQ2_0 with Q8_K, Q2_0 and Q1_0 with Q8_0, by dpbusd.
 *
 * TQ's blocks have two sums each: one that all its products wait for in turn takes longer than they do. */
#include "../list.h"
#include "q12_dot512.h"

/* Adds b * y to the one sum and b' * y to the other, for 32 bytes b and b' = 3 b mod 256; returns b', which
 * the next codes are taken from. */
static inline __m256i grow_both(__m256i sums[2], __m256i bytes, const uint8_t *y)
{
    __m256i next = mzg_thrice32(bytes), codes = mzg_load256(y);
    sums[0] = _mm256_dpbusd_epi32(sums[0], bytes, codes);
    sums[1] = _mm256_dpbusd_epi32(sums[1], next, codes);
    return next;
}

/* The code at the top of a byte b is (3 b - b') / 256, and so the sum of all products of codes is made of
 * two sums of products of bytes, of any bytes: no code is ever looked for. */
static inline __m256i mzg_tq1_0_products(const uint8_t *x, const uint8_t *y)
{
    const uint8_t *yc = y + MZG_Q8_K_CODES;
    __m256i sums[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()}, a = mzg_load256(x);
    MZG_UNROLL
    for (int n = 0; n < 5; n++)
        a = grow_both(sums, a, yc + 32 * n);
    __m128i c = mzg_load128(x + MZG_TQ1_0_SECOND), c3 = _mm_add_epi8(c, _mm_add_epi8(c, c));
    __m256i b = _mm256_inserti128_si256(_mm256_castsi128_si256(c), c3, 1);
    b = mzg_thrice32(grow_both(sums, b, yc + 160));
    b = mzg_thrice32(grow_both(sums, b, yc + 192));
    b = _mm256_inserti128_si256(b, mzg_tq1_0_powers(mzg_tq1_0_last(x)), 1);
    grow_both(sums, b, yc + 224);
    __m256i thrice = _mm256_add_epi32(sums[0], _mm256_add_epi32(sums[0], sums[0]));
    __m256i sum = _mm256_srai_epi32(_mm256_sub_epi32(thrice, sums[1]), 8);
    return _mm256_add_epi32(sum, mzg_k_less(y));
}

static inline __m256i mzg_tq2_0_products(const uint8_t *x, const uint8_t *y)
{
    const __m256i low = _mm256_set1_epi8(3);
    const uint8_t *yc = y + MZG_Q8_K_CODES;
    __m256i sums[2] = {_mm256_setzero_si256(), mzg_k_less(y)};
    MZG_UNROLL
    for (int i = 0; i < 8; i++) { /* of the runs in turn */
        int run = i % 2, n = i / 2;
        __m256i bytes = _mm256_srli_epi16(mzg_load256(x + 32 * run), 2 * n);
        sums[run] = _mm256_dpbusd_epi32(sums[run], _mm256_and_si256(bytes, low),
                                        mzg_load256(yc + 128 * run + 32 * n));
    }
    return _mm256_add_epi32(sums[0], sums[1]);
}

MZG_TERNARY_DOTS(vnni)
