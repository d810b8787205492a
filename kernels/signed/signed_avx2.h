/* signed_avx2.h: decoding and dot products with AVX2, for any way that codes lie in a block. */
#ifndef MZG_KERNELS_SIGNED_AVX2_H
#define MZG_KERNELS_SIGNED_AVX2_H

#include "../k/q8_k_dot_avx2.h"
#include "signed.h"

/* The 128 codes of one half of a block, in order, as they are stored: from 0 on. */
typedef void mzg_signed_codes(const uint8_t *block, int half, __m256i c[4]);

MZG_INLINE void mzg_signed_store8(float *x, __m128i codes, __m256 scale)
{
    _mm256_storeu_ps(x, _mm256_mul_ps(scale, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(codes))));
}

/* d * k * (code - zero) for a block with a finite d. */
MZG_INLINE void mzg_signed_decode(float *x, const uint8_t *block, float d,
                                  const int8_t k[MZG_SUBS], char zero, mzg_signed_codes *codes_of)
{
    for (int half = 0; half < 2; half++) {
        __m256i c[4];
        codes_of(block, half, c);
        MZG_UNROLL
        for (int i = 0; i < 4; i++, x += 32, k += 2) {
            __m256i codes = _mm256_sub_epi8(c[i], _mm256_set1_epi8(zero));
            __m128i low = _mm256_castsi256_si128(codes), high = _mm256_extracti128_si256(codes, 1);
            __m256 first = _mm256_set1_ps(d * (float)k[0]);
            __m256 second = _mm256_set1_ps(d * (float)k[1]);
            mzg_signed_store8(x, low, first);
            mzg_signed_store8(x + 8, _mm_srli_si128(low, 8), first);
            mzg_signed_store8(x + 16, high, second);
            mzg_signed_store8(x + 24, _mm_srli_si128(high, 8), second);
        }
    }
}

/* Word w of the lower half's eight (of both halves alike) in the lower half, the next in the upper. */
MZG_INLINE __m256i mzg_two_words(__m256i words, int w)
{
    __m128i lower = _mm_set1_epi16((short)(0x0100 + 0x0202 * w));
    __m128i upper = _mm_set1_epi16((short)(0x0302 + 0x0202 * w));
    return _mm256_shuffle_epi8(words, _mm256_inserti128_si256(_mm256_castsi128_si256(lower),
                                                              upper, 1));
}

/* Parts of the sum of k * (code - 2^shift) * y; k: sixteen bytes. */
MZG_INLINE __m256i mzg_signed_dot(const uint8_t *block, __m128i bytes, const uint8_t *y, int shift,
                                  mzg_signed_codes *codes_of)
{
    const __m256i *yc = (const __m256i *)(y + MZG_Q8_K_CODES);
    __m256i k = _mm256_cvtepi8_epi16(bytes);
    __m256i ysums = _mm256_loadu_si256((const __m256i *)(y + MZG_Q8_K_SUMS));
    __m256i sum = _mm256_slli_epi32(_mm256_madd_epi16(k, ysums), shift);
    sum = _mm256_sub_epi32(_mm256_setzero_si256(), sum);
    MZG_UNROLL
    for (int half = 0; half < 2; half++) {
        __m256i c[4], eight = _mm256_permute2x128_si256(k, k, 0);
        if (half)
            eight = _mm256_permute2x128_si256(k, k, 0x11);
        codes_of(block, half, c);
        MZG_UNROLL
        for (int i = 0; i < 4; i++) {
            __m256i pairs = _mm256_maddubs_epi16(c[i], _mm256_loadu_si256(yc + 4 * half + i));
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, mzg_two_words(eight, 2 * i)));
        }
    }
    return sum;
}

#endif
