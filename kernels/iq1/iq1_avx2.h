/* iq1_avx2.h: what the x86 variants of IQ1_S and IQ1_M share.
 *
 * In dot products a value v is taken as 8 v + 8, in IQ1_M with its eighth d as 8 v + 8 d + 9, for
 * maddubs; the rest is added with the sums that the blocks of Q8_K have. */
#ifndef MZG_KERNELS_IQ1_IQ1_AVX2_H
#define MZG_KERNELS_IQ1_IQ1_AVX2_H

#include "../avx2.h"
#include "../list.h"
#include "iq1.h"

MZG_INLINE void mzg_iq1_put8(float *x, uint64_t point, float eighth, float scale)
{
    __m128i bytes = _mm_cvtsi64_si128((long long)point);
    __m256 v = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
    v = _mm256_add_ps(v, _mm256_set1_ps(eighth - 8.0f)); /* exact */
    _mm256_storeu_ps(x, _mm256_mul_ps(v, _mm256_set1_ps(scale)));
}

/* The indices of a block's points, 16 bits each, are taken apart in general registers, four from each:
 * the vectors' own extracts are what such a dot product would wait for. */

MZG_INLINE __m256i mzg_iq1_bytes16(const uint8_t *p)
{
    return _mm256_cvtepu8_epi16(mzg_load128(p));
}

/* Indices of 16 groups: each of four words of `high` has three bits for each of four of them. */
MZG_INLINE __m256i mzg_iq1_s_index16(const uint8_t *low, __m256i high)
{
    const __m256i up = _mm256_set1_epi64x(0x0010008004002000); /* the three bits of each to the top */
    __m256i top = _mm256_srli_epi16(_mm256_mullo_epi16(high, up), 13);
    return _mm256_or_si256(mzg_iq1_bytes16(low), _mm256_slli_epi16(top, 8));
}

MZG_INLINE void mzg_iq1_s_indices(const uint8_t *block, uint64_t index[8])
{
    const __m256i spread = _mm256_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3, 4, 5, 4, 5,
                                            4, 5, 4, 5, 6, 7, 6, 7, 6, 7, 6, 7);
    __m256i high = _mm256_broadcastsi128_si256(mzg_load128(block + MZG_IQ1_S_HIGH));
    __m256i first = _mm256_shuffle_epi8(high, spread);
    __m256i second = _mm256_shuffle_epi8(_mm256_srli_si256(high, 8), spread);
    const uint8_t *low = block + MZG_IQ1_S_LOW;
    _mm256_storeu_si256((__m256i *)index, mzg_iq1_s_index16(low, first));
    _mm256_storeu_si256((__m256i *)(index + 4), mzg_iq1_s_index16(low + 16, second));
}

/* Also gives the four bits beside each index's lower eight, a byte each. */
MZG_INLINE __m256i mzg_iq1_m_indices(const uint8_t *block, uint64_t index[8])
{
    const __m128i nibble = _mm_set1_epi8(15);
    const __m256i seven = _mm256_set1_epi16(7);
    __m128i high = mzg_load128(block + MZG_IQ1_M_HIGH);
    __m128i even = _mm_and_si128(high, nibble), odd = _mm_and_si128(_mm_srli_epi16(high, 4), nibble);
    __m128i four[2] = {_mm_unpacklo_epi8(even, odd), _mm_unpackhi_epi8(even, odd)};
    MZG_UNROLL
    for (int i = 0; i < 2; i++) {
        __m256i top = _mm256_and_si256(_mm256_cvtepu8_epi16(four[i]), seven);
        top = _mm256_or_si256(mzg_iq1_bytes16(block + 16 * i), _mm256_slli_epi16(top, 8));
        _mm256_storeu_si256((__m256i *)(index + 4 * i), top);
    }
    return _mm256_inserti128_si256(_mm256_castsi128_si256(four[0]), four[1], 1);
}

/* The points of four groups. */
MZG_INLINE __m256i mzg_iq1_points32(uint64_t index)
{
    const uint64_t *grid = mzg_iq1_grid;
    return _mm256_setr_epi64x((long long)grid[index & 0xffff], (long long)grid[index >> 16 & 0xffff],
                              (long long)grid[index >> 32 & 0xffff], (long long)grid[index >> 48]);
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

/* What is to be taken off: sums of 16 codes times 7 or, where an eighth is taken off, 9 factors. */
MZG_INLINE __m256i mzg_iq1_s_rest(const uint8_t *block, const uint8_t *y, __m256i factors)
{
    __m128i minus = _mm_srai_epi16(mzg_load128(block + MZG_IQ1_S_HIGH), 15);
    __m128i lane = _mm_sub_epi16(_mm_set1_epi16(7), _mm_add_epi16(minus, minus));
    __m256i each = _mm256_castsi128_si256(_mm_unpacklo_epi16(lane, lane));
    each = _mm256_inserti128_si256(each, _mm_unpackhi_epi16(lane, lane), 1);
    __m256i sums = _mm256_loadu_si256((const __m256i *)(y + MZG_Q8_K_SUMS));
    return _mm256_madd_epi16(sums, _mm256_mullo_epi16(factors, each));
}

/* The same where an eighth is added or taken off already: 9 factors. */
MZG_INLINE __m256i mzg_iq1_m_rest(const uint8_t *y, __m256i factors)
{
    __m256i sums = _mm256_loadu_si256((const __m256i *)(y + MZG_Q8_K_SUMS));
    return _mm256_madd_epi16(sums, _mm256_mullo_epi16(factors, _mm256_set1_epi16(9)));
}

/* Scales for dot products, whose NaN is made canonical at the end. */
MZG_INLINE float mzg_iq1_s_scale_fast(const uint8_t *block)
{
    return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(mzg_load16(block))));
}

MZG_INLINE float mzg_iq1_m_scale_fast(const uint8_t *block)
{
    return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(mzg_iq1_m_half(block))));
}

MZG_INLINE int32_t mzg_iq1_total(__m256i v)
{
    __m128i t = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    t = _mm_add_epi32(t, _mm_shuffle_epi32(t, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(t, _mm_shuffle_epi32(t, 0xb1)));
}

#endif
