/* avx2.h: what the x86 variants for blocks with scales and minima share. Dot products take eight blocks at a
 * time, so that their scales fill a vector. */
#ifndef MZG_KERNELS_SPAN_AVX2_H
#define MZG_KERNELS_SPAN_AVX2_H

#include "../avx2.h"
#include "blocks.h"

/* The half at p times each of eight whole numbers. */
MZG_INLINE void mzg_span_scales8(float out[8], const uint8_t *p, uint64_t whole)
{
    __m256i v = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)whole));
    _mm256_storeu_ps(out, _mm256_mul_ps(mzg_half_all(p), _mm256_cvtepi32_ps(v)));
}

/* The scales and minima of a block that starts with d, dmin and twelve bytes of s and m; 0 where a half is
 * Inf or NaN. */
MZG_INLINE int mzg_span_sixes8(const uint8_t *in, float scale[8], float min[8])
{
    struct mzg_span_sixes a = mzg_span_load_sixes(in + MZG_Q4_K_SCALES);
    mzg_span_scales8(scale, in + MZG_Q4_K_D, a.s);
    mzg_span_scales8(min, in + MZG_Q4_K_DMIN, a.m);
    return !mzg_f16_unusual(mzg_load16(in + MZG_Q4_K_D)) &&
           !mzg_f16_unusual(mzg_load16(in + MZG_Q4_K_DMIN));
}

/* The scales and minima of a block of Q2_K; 0 where a half is Inf or NaN. */
MZG_INLINE int mzg_span_fours16(const uint8_t *in, float scale[16], float min[16])
{
    const __m128i low = _mm_set1_epi8(15);
    __m128i both = mzg_load128(in + MZG_Q2_K_SCALES);
    __m128i s = _mm_and_si128(both, low), m = _mm_and_si128(_mm_srli_epi16(both, 4), low);
    mzg_span_scales8(scale, in + MZG_Q2_K_D, (uint64_t)_mm_cvtsi128_si64(s));
    mzg_span_scales8(scale + 8, in + MZG_Q2_K_D, (uint64_t)_mm_extract_epi64(s, 1));
    mzg_span_scales8(min, in + MZG_Q2_K_DMIN, (uint64_t)_mm_cvtsi128_si64(m));
    mzg_span_scales8(min + 8, in + MZG_Q2_K_DMIN, (uint64_t)_mm_extract_epi64(m, 1));
    return !mzg_f16_unusual(mzg_load16(in + MZG_Q2_K_D)) &&
           !mzg_f16_unusual(mzg_load16(in + MZG_Q2_K_DMIN));
}

/* The codes of sub-block j of eight, as bytes. */
MZG_INLINE __m256i mzg_q4_k_codes(const uint8_t *in, int j)
{
    __m256i both = mzg_load256(in + MZG_Q4_K_CODES + j / 2 * 32);
    return _mm256_and_si256(j % 2 ? _mm256_srli_epi16(both, 4) : both, _mm256_set1_epi8(15));
}

MZG_INLINE __m256i mzg_q5_k_codes(const uint8_t *in, int j)
{
    __m256i both = mzg_load256(in + MZG_Q5_K_CODES + j / 2 * 32), high = mzg_load256(in + MZG_Q5_K_HIGH);
    both = _mm256_and_si256(j % 2 ? _mm256_srli_epi16(both, 4) : both, _mm256_set1_epi8(15));
    high = j < 4 ? _mm256_slli_epi16(high, 4 - j) : _mm256_srli_epi16(high, j - 4);
    return _mm256_or_si256(both, _mm256_and_si256(high, _mm256_set1_epi8(16)));
}

/* Those of sub-blocks 2 k and 2 k + 1 of sixteen. */
MZG_INLINE __m256i mzg_q2_k_codes(const uint8_t *in, int k)
{
    __m256i all = mzg_load256(in + MZG_Q2_K_CODES + k / 4 * 32);
    return _mm256_and_si256(_mm256_srli_epi16(all, k % 4 * 2), _mm256_set1_epi8(3));
}

/* For shuffles: byte r of each sixteen as all of their 16-bit words, for r from 0 to 15. In pairs: each byte
 * twice, from 0 to 7. */
#define MZG_WORDS(r) r, 128, r, 128, r, 128, r, 128, r, 128, r, 128, r, 128, r, 128
static const _Alignas(64) uint8_t mzg_span_words[16][16] = {
    {MZG_WORDS(0)},  {MZG_WORDS(1)},  {MZG_WORDS(2)},  {MZG_WORDS(3)},
    {MZG_WORDS(4)},  {MZG_WORDS(5)},  {MZG_WORDS(6)},  {MZG_WORDS(7)},
    {MZG_WORDS(8)},  {MZG_WORDS(9)},  {MZG_WORDS(10)}, {MZG_WORDS(11)},
    {MZG_WORDS(12)}, {MZG_WORDS(13)}, {MZG_WORDS(14)}, {MZG_WORDS(15)},
};
static const _Alignas(64) uint8_t mzg_span_word_pairs[16][16] = {
    {MZG_WORDS(0)}, {MZG_WORDS(0)}, {MZG_WORDS(1)}, {MZG_WORDS(1)},
    {MZG_WORDS(2)}, {MZG_WORDS(2)}, {MZG_WORDS(3)}, {MZG_WORDS(3)},
    {MZG_WORDS(4)}, {MZG_WORDS(4)}, {MZG_WORDS(5)}, {MZG_WORDS(5)},
    {MZG_WORDS(6)}, {MZG_WORDS(6)}, {MZG_WORDS(7)}, {MZG_WORDS(7)},
};
#undef MZG_WORDS

/* Partial sums of one block: of s * code * y, and of m * (sums of y). */
struct mzg_span_parts {
    __m256i coded, sums;
};

typedef struct mzg_span_parts mzg_span_block_parts(const uint8_t *x, const uint8_t *y);

/* Where things are in a block, and by how many bits the sums of codes are to be shifted down: exactly. */
struct mzg_span_place {
    size_t bytes, d, dmin;
    int shift;
};

#define MZG_Q4_K_PLACE ((struct mzg_span_place){MZG_Q4_K_BYTES, MZG_Q4_K_D, MZG_Q4_K_DMIN, 0})
#define MZG_Q5_K_PLACE ((struct mzg_span_place){MZG_Q5_K_BYTES, MZG_Q5_K_D, MZG_Q5_K_DMIN, 0})
#define MZG_Q2_K_PLACE ((struct mzg_span_place){MZG_Q2_K_BYTES, MZG_Q2_K_D, MZG_Q2_K_DMIN, 2})

MZG_INLINE float mzg_span_y_scale(const uint8_t *y)
{
    return mzg_float(mzg_load32(y));
}

/* Eight blocks. */
MZG_INLINE __m256 mzg_span_dot_group(const uint8_t *x, struct mzg_span_place at, const uint8_t *y,
                                     mzg_span_block_parts *parts_of)
{
    __m256i coded[8], sums[8];
    float scale[8];
    MZG_UNROLL
    for (size_t b = 0; b < 8; b++) {
        struct mzg_span_parts p = parts_of(x + b * at.bytes, y + b * MZG_Q8_K_BYTES);
        coded[b] = p.coded;
        sums[b] = p.sums;
        scale[b] = mzg_span_y_scale(y + b * MZG_Q8_K_BYTES);
    }
    __m256 dy = _mm256_loadu_ps(scale);
    __m256 d = _mm256_mul_ps(mzg_halves8(x + at.d, at.bytes), dy);
    __m256 dmin = _mm256_mul_ps(mzg_halves8(x + at.dmin, at.bytes), dy);
    __m256i codes = _mm256_srai_epi32(mzg_sum_eights(coded), at.shift);
    return _mm256_sub_ps(_mm256_mul_ps(d, _mm256_cvtepi32_ps(codes)),
                         _mm256_mul_ps(dmin, _mm256_cvtepi32_ps(mzg_sum_eights(sums))));
}

/* Fewer than eight. */
static inline __m256 mzg_span_dot_rest(const uint8_t *x, struct mzg_span_place at, const uint8_t *y,
                                       size_t blocks, mzg_span_block_parts *parts_of)
{
    float add[8] = {0};
    for (size_t b = 0; b < blocks; b++, x += at.bytes, y += MZG_Q8_K_BYTES) {
        const __m256i none = _mm256_setzero_si256();
        struct mzg_span_parts p = parts_of(x, y);
        __m256i v[4] = {p.coded, p.sums, none, none}, sum = mzg_half_sums(v);
        __m128i both = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
        float dy = mzg_span_y_scale(y);
        add[b] = mzg_f16_to(mzg_load16(x + at.d)) * dy * (float)(_mm_cvtsi128_si32(both) >> at.shift) -
                 mzg_f16_to(mzg_load16(x + at.dmin)) * dy * (float)_mm_extract_epi32(both, 1);
    }
    return _mm256_loadu_ps(add);
}

MZG_INLINE float mzg_span_dot(const void *q, struct mzg_span_place at, const void *y, size_t n,
                              mzg_span_block_parts *parts_of)
{
    const uint8_t *xb = q, *yb = y;
    __m256 acc = _mm256_setzero_ps();
    float sums[8];
    size_t blocks = n / MZG_SUPER;
    for (; blocks >= 8; blocks -= 8, xb += 8 * at.bytes, yb += 8 * MZG_Q8_K_BYTES)
        acc = _mm256_add_ps(acc, mzg_span_dot_group(xb, at, yb, parts_of));
    if (blocks)
        acc = _mm256_add_ps(acc, mzg_span_dot_rest(xb, at, yb, blocks, parts_of));
    _mm256_storeu_ps(sums, acc);
    return mzg_sum8(sums);
}

/* Words m times the sums of y that are stored of each sixteen. */
MZG_INLINE __m256i mzg_span_min_parts(__m256i m, const uint8_t *y)
{
    return _mm256_madd_epi16(m, mzg_load256(y + MZG_Q8_K_SUMS));
}

/* Of eight sub-blocks of 32. */
MZG_INLINE __m256i mzg_span_min_parts_sixes(uint64_t m, const uint8_t *y)
{
    __m128i bytes = _mm_cvtsi64_si128((long long)m);
    return mzg_span_min_parts(_mm256_cvtepu8_epi16(_mm_unpacklo_epi8(bytes, bytes)), y);
}

/* Of Q2_K's sixteen. */
MZG_INLINE __m256i mzg_span_min_parts_fours(const uint8_t *x, const uint8_t *y)
{
    __m256i both = _mm256_cvtepu8_epi16(mzg_load128(x + MZG_Q2_K_SCALES));
    return mzg_span_min_parts(_mm256_srli_epi16(both, 4), y);
}

#endif
