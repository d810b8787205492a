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

/* What is found of eight blocks before the first one's points are read. An index that comes from memory
 * costs a load; taken out of the vector that it was found in, which is what compilers make of a store
 * with its load nearby, it is what such a dot product waits for. */
struct mzg_iq1_found {
    uint16_t index[32]; /* of the groups' points */
    uint8_t four[32];   /* IQ1_M: the groups' four bits of high */
};

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

static inline void mzg_iq1_s_find(const uint8_t *block, struct mzg_iq1_found *found)
{
    const __m256i spread = _mm256_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3, 4, 5, 4, 5,
                                            4, 5, 4, 5, 6, 7, 6, 7, 6, 7, 6, 7);
    __m256i high = _mm256_broadcastsi128_si256(mzg_load128(block + MZG_IQ1_S_HIGH));
    __m256i first = _mm256_shuffle_epi8(high, spread);
    __m256i second = _mm256_shuffle_epi8(_mm256_srli_si256(high, 8), spread);
    const uint8_t *low = block + MZG_IQ1_S_LOW;
    _mm256_storeu_si256((__m256i *)found->index, mzg_iq1_s_index16(low, first));
    _mm256_storeu_si256((__m256i *)(found->index + 16), mzg_iq1_s_index16(low + 16, second));
}

static inline void mzg_iq1_m_find(const uint8_t *block, struct mzg_iq1_found *found)
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
        _mm256_storeu_si256((__m256i *)(found->index + 16 * i), top);
        _mm_storeu_si128((__m128i *)(found->four + 16 * i), four[i]);
    }
}

/* The points of four groups. */
MZG_INLINE __m256i mzg_iq1_points32(const uint16_t index[4])
{
    const uint64_t *grid = mzg_iq1_grid;
    return _mm256_setr_epi64x((long long)grid[index[0]], (long long)grid[index[1]],
                              (long long)grid[index[2]], (long long)grid[index[3]]);
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

/* Eight numbers that add up to what mzg_iq1_sum gives. */
typedef void mzg_iq1_find(const uint8_t *block, struct mzg_iq1_found *found);
typedef __m256i mzg_iq1_parts(const uint8_t *block, const struct mzg_iq1_found *found, const uint8_t *y);

MZG_INLINE float mzg_iq1_dot8(const void *q, const void *y, size_t n, size_t bytes, mzg_iq1_scale *scale,
                              mzg_iq1_find *find, mzg_iq1_parts *parts)
{
    const uint8_t *xb = q, *yb = y;
    __m256 acc = _mm256_setzero_ps();
    for (size_t count, left = n / MZG_SUPER; left > 0; left -= count) {
        struct mzg_iq1_found found[8];
        float d[8] = {0};
        __m256i sums[8];
        count = left < 8 ? left : 8;
        for (size_t b = 0; b < count; b++) {
            find(xb + b * bytes, &found[b]);
            d[b] = scale(xb + b * bytes) * mzg_float(mzg_load32(yb + b * MZG_Q8_K_BYTES));
        }
        for (size_t b = 0; b < count; b++, xb += bytes, yb += MZG_Q8_K_BYTES)
            sums[b] = parts(xb, &found[b], yb);
        for (size_t b = count; b < 8; b++)
            sums[b] = _mm256_setzero_si256();
        __m256 sum = _mm256_mul_ps(_mm256_cvtepi32_ps(mzg_sum_eights(sums)), _mm256_set1_ps(0.125f));
        acc = _mm256_add_ps(acc, _mm256_mul_ps(_mm256_loadu_ps(d), sum));
    }
    return mzg_total8(acc);
}

/* The two dot products of an instruction set, whose file has iq1_s_parts and iq1_m_parts. */
#define MZG_IQ1_DOTS(isa)                                                                          \
    float mzg_iq1_s_dot_##isa(const void *q, const void *y, size_t n)                              \
    {                                                                                              \
        return mzg_iq1_dot8(q, y, n, MZG_IQ1_S_BYTES, mzg_iq1_s_scale_fast, mzg_iq1_s_find,        \
                            iq1_s_parts);                                                          \
    }                                                                                              \
    float mzg_iq1_m_dot_##isa(const void *q, const void *y, size_t n)                              \
    {                                                                                              \
        return mzg_iq1_dot8(q, y, n, MZG_IQ1_M_BYTES, mzg_iq1_m_scale_fast, mzg_iq1_m_find,        \
                            iq1_m_parts);                                                          \
    }

#endif
