/* tq_dot256.h: TQ1_0 and TQ2_0 with Q8_K, 32 elements a vector; for AVX2 and for AVX-512 without VNNI. */
#ifndef MZG_KERNELS_TQ_DOT256_H
#define MZG_KERNELS_TQ_DOT256_H

#include "ternary_x86.h"

/* sum += codes * y of 32 elements; codes up to 3. What a block's eight vectors add up to, 6144 at
 * most, has room in 16 bits. */
MZG_INLINE __m256i mzg_grow32(__m256i sum, __m256i codes, const uint8_t *y)
{
    return _mm256_add_epi16(sum, _mm256_maddubs_epi16(codes, mzg_load256(y)));
}

/* To eight numbers of 32 bits, with what the stored sums take off. */
MZG_INLINE __m256i mzg_k_close(__m256i sum, const uint8_t *y)
{
    return _mm256_add_epi32(_mm256_madd_epi16(sum, _mm256_set1_epi16(1)), mzg_k_less(y));
}

/* The highest digits of bytes of five. The bytes have 128 taken off, so that they compare as signed;
 * 3 times such a byte is again one. */
MZG_INLINE __m256i mzg_digits32(__m256i bytes)
{
    __m256i one = _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(85 - 128));
    __m256i two = _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(170 - 128));
    return _mm256_sub_epi8(_mm256_setzero_si256(), _mm256_add_epi8(one, two));
}

MZG_INLINE __m256i mzg_tq1_0_products(const uint8_t *x, const uint8_t *y)
{
    const __m128i bias = _mm_set1_epi8(-128);
    const uint8_t *yc = y + MZG_Q8_K_CODES;
    __m256i a = _mm256_xor_si256(mzg_load256(x), _mm256_set1_epi8(-128));
    __m256i sum = mzg_grow32(_mm256_setzero_si256(), mzg_digits32(a), yc);
    MZG_UNROLL
    for (int n = 1; n < 5; n++) {
        a = mzg_thrice32(a);
        sum = mzg_grow32(sum, mzg_digits32(a), yc + 32 * n);
    }
    __m128i c = _mm_xor_si128(mzg_load128(x + MZG_TQ1_0_SECOND), bias);
    __m128i c3 = _mm_add_epi8(c, _mm_add_epi8(c, c));
    __m256i b = _mm256_inserti128_si256(_mm256_castsi128_si256(c), c3, 1);
    __m256i b9 = mzg_thrice32(mzg_thrice32(b)), b81 = mzg_thrice32(mzg_thrice32(b9));
    __m128i last = _mm_xor_si128(mzg_tq1_0_last(x), bias);
    b81 = _mm256_inserti128_si256(b81, mzg_tq1_0_powers(last), 1);
    sum = mzg_grow32(sum, mzg_digits32(b), yc + 160);
    sum = mzg_grow32(sum, mzg_digits32(b9), yc + 192);
    return mzg_k_close(mzg_grow32(sum, mzg_digits32(b81), yc + 224), y);
}

MZG_INLINE __m256i mzg_tq2_0_products(const uint8_t *x, const uint8_t *y)
{
    const __m256i low = _mm256_set1_epi8(3);
    const uint8_t *yc = y + MZG_Q8_K_CODES;
    __m256i sum = _mm256_setzero_si256();
    MZG_UNROLL
    for (int i = 0; i < 8; i++) {
        __m256i bytes = _mm256_srli_epi16(mzg_load256(x + 32 * (i / 4)), 2 * (i % 4));
        sum = mzg_grow32(sum, _mm256_and_si256(bytes, low), yc + 32 * i);
    }
    return mzg_k_close(sum, y);
}

#endif
