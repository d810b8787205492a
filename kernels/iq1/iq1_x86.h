/* iq1_x86.h: what the x86 variants of IQ1_S and IQ1_M share.
 *
 * In dot products a value v with its eighth d is taken as 8 v + 8 d + 9, 0 to 18, for maddubs; the 9 is
 * taken off with the sums that the blocks of Q8_K have. */
#ifndef MZG_KERNELS_IQ1_IQ1_X86_H
#define MZG_KERNELS_IQ1_IQ1_X86_H

#include "../avx2.h"
#include "../list.h"
#include "iq1.h"

MZG_INLINE void mzg_iq1_put8(float *x, uint64_t point, float delta, float scale)
{
    __m128i bytes = _mm_cvtsi64_si128((long long)point);
    __m256 v = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
    v = _mm256_add_ps(v, _mm256_set1_ps(delta - 1.0f)); /* exact */
    _mm256_storeu_ps(x, _mm256_mul_ps(v, _mm256_set1_ps(scale)));
}

/* Four groups from g on. */
MZG_INLINE __m256i mzg_iq1_s_values32(const uint8_t *block, int g)
{
    uint32_t high = mzg_iq1_s_high(block, g);
    __m256i points = _mm256_setr_epi64x((long long)mzg_iq1_s_point(block, high, g),
                                        (long long)mzg_iq1_s_point(block, high, g + 1),
                                        (long long)mzg_iq1_s_point(block, high, g + 2),
                                        (long long)mzg_iq1_s_point(block, high, g + 3));
    __m256i eighth = _mm256_set1_epi8((char)(high >> 14 & 2)); /* 2 where it is taken off */
    points = _mm256_add_epi8(_mm256_slli_epi16(points, 3), _mm256_set1_epi8(2));
    return _mm256_sub_epi8(points, eighth);
}

MZG_INLINE __m256i mzg_iq1_m_values32(const uint8_t *block, int g)
{
    static const uint64_t eighths[4][2] = {{0x0202020202020202, 0x0202020202020202},
                                           {0, 0x0202020202020202},
                                           {0x0202020202020202, 0},
                                           {0, 0}};
    uint32_t first = block[MZG_IQ1_M_HIGH + g / 2], second = block[MZG_IQ1_M_HIGH + g / 2 + 1];
    __m256i points = _mm256_setr_epi64x((long long)mzg_iq1_m_point(block, g),
                                        (long long)mzg_iq1_m_point(block, g + 1),
                                        (long long)mzg_iq1_m_point(block, g + 2),
                                        (long long)mzg_iq1_m_point(block, g + 3));
    const uint64_t *a = eighths[(first >> 3 & 1) | (first >> 6 & 2)];
    const uint64_t *b = eighths[(second >> 3 & 1) | (second >> 6 & 2)];
    __m256i eighth = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)a));
    eighth = _mm256_inserti128_si256(eighth, _mm_loadu_si128((const __m128i *)b), 1);
    return _mm256_add_epi8(_mm256_slli_epi16(points, 3), eighth);
}

/* The factor of each 16 elements, in order. */
MZG_INLINE __m256i mzg_iq1_s_factors(const uint8_t *block)
{
    __m128i high = mzg_load128(block + MZG_IQ1_S_HIGH);
    __m128i f = _mm_and_si128(_mm_srli_epi16(high, 11), _mm_set1_epi16(14));
    f = _mm_or_si128(f, _mm_set1_epi16(1));
    __m256i two = _mm256_castsi128_si256(_mm_unpacklo_epi16(f, f));
    return _mm256_inserti128_si256(two, _mm_unpackhi_epi16(f, f), 1);
}

MZG_INLINE __m256i mzg_iq1_m_factors(const uint8_t *block)
{
    const __m256i spread = _mm256_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3, 4, 5, 4, 5,
                                            4, 5, 4, 5, 6, 7, 6, 7, 6, 7, 6, 7);
    const __m256i up = _mm256_set1_epi64x(0x0010008004002000); /* the three bits of each to the top */
    __m128i scales = _mm_loadl_epi64((const __m128i *)(block + MZG_IQ1_M_SCALES));
    __m256i words = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(scales), spread);
    __m256i s = _mm256_srli_epi16(_mm256_mullo_epi16(words, up), 13);
    return _mm256_or_si256(_mm256_add_epi16(s, s), _mm256_set1_epi16(1));
}

/* Nine times the factors' products with sums of 16 codes, in eight lanes. */
MZG_INLINE __m256i mzg_iq1_nines(const uint8_t *y, __m256i factors)
{
    __m256i sums = _mm256_loadu_si256((const __m256i *)(y + MZG_Q8_K_SUMS));
    __m256i products = _mm256_madd_epi16(sums, factors);
    return _mm256_add_epi32(_mm256_slli_epi32(products, 3), products);
}

MZG_INLINE int32_t mzg_iq1_total(__m256i v)
{
    __m128i t = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    t = _mm_add_epi32(t, _mm_shuffle_epi32(t, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(t, _mm_shuffle_epi32(t, 0xb1)));
}

#endif
