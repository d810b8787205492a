/* avx2.h: what the x86 variants share: vectors of eight, one lane per block of a group.
 *
 * AVX-512 variants use these too, for the part that is one value per block. */
#ifndef MZG_KERNELS_AVX2_H
#define MZG_KERNELS_AVX2_H

#include "groups.h"
#include "sum_x86.h"
#include "trials.h"

MZG_INLINE __m128i mzg_load128(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)p);
}

MZG_INLINE __m256i mzg_load256(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

/* From four vectors, the sums of each one's halves: those of the lower halves, then of the upper. */
MZG_INLINE __m256i mzg_half_sums(const __m256i v[4])
{
    __m256i a = _mm256_add_epi32(_mm256_unpacklo_epi32(v[0], v[1]), _mm256_unpackhi_epi32(v[0], v[1]));
    __m256i b = _mm256_add_epi32(_mm256_unpacklo_epi32(v[2], v[3]), _mm256_unpackhi_epi32(v[2], v[3]));
    return _mm256_add_epi32(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
}

/* From eight vectors, in order, to the sum of each. */
MZG_INLINE __m256i mzg_sum_eights(const __m256i v[8])
{
    __m256i a = mzg_half_sums(v), b = mzg_half_sums(v + 4);
    return _mm256_add_epi32(_mm256_permute2x128_si256(a, b, 0x20),
                            _mm256_permute2x128_si256(a, b, 0x31));
}

/* The half at p, p + stride, ...: one for each block of a group. Each load is placed so that the
 * half falls into its own lane, 2 bytes further for every block: a block is longer than that, so
 * nothing before p is read, and the last load ends before the last block does. */
MZG_INLINE __m256 mzg_halves8(const uint8_t *p, size_t stride)
{
    const size_t step = stride - 2;
    __m128i h = mzg_load128(p);
    h = _mm_blend_epi16(h, mzg_load128(p + step), 1 << 1);
    h = _mm_blend_epi16(h, mzg_load128(p + 2 * step), 1 << 2);
    h = _mm_blend_epi16(h, mzg_load128(p + 3 * step), 1 << 3);
    h = _mm_blend_epi16(h, mzg_load128(p + 4 * step), 1 << 4);
    h = _mm_blend_epi16(h, mzg_load128(p + 5 * step), 1 << 5);
    h = _mm_blend_epi16(h, mzg_load128(p + 6 * step), 1 << 6);
    h = _mm_blend_epi16(h, mzg_load128(p + 7 * step), 1 << 7);
    return _mm256_cvtph_ps(h);
}

/* The half at p in all lanes. */
MZG_INLINE __m256 mzg_half_all(const uint8_t *p)
{
    return _mm256_cvtph_ps(_mm_set1_epi16((short)mzg_load16(p)));
}

/* The 32 codes of a block as bytes, in order, as they are stored (not shifted by 8 or 16). */
typedef __m256i mzg_codes32(const uint8_t *block);

MZG_INLINE __m256i mzg_nibbles32(const uint8_t *p)
{
    __m128i both = _mm_loadu_si128((const __m128i *)p), upper = _mm_srli_epi16(both, 4);
    __m256i wide = _mm256_inserti128_si256(_mm256_castsi128_si256(both), upper, 1);
    return _mm256_and_si256(wide, _mm256_set1_epi8(15));
}

/* 16 in each byte whose bit of the 32 at p is set. */
MZG_INLINE __m256i mzg_fifth_bits32(const uint8_t *p)
{
    const __m256i spread = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202,
                                              0x0303030303030303);
    const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201);
    __m256i bytes = _mm256_shuffle_epi8(_mm256_set1_epi32((int)mzg_load32(p)), spread);
    __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bit), bit);
    return _mm256_and_si256(set, _mm256_set1_epi8(16));
}

static inline __m256i mzg_q8_0_codes32(const uint8_t *block)
{
    return _mm256_loadu_si256((const __m256i *)(block + MZG_Q8_0_CODES));
}

static inline __m256i mzg_q4_0_codes32(const uint8_t *block)
{
    return mzg_nibbles32(block + MZG_Q4_0_CODES);
}

static inline __m256i mzg_q4_1_codes32(const uint8_t *block)
{
    return mzg_nibbles32(block + MZG_Q4_1_CODES);
}

static inline __m256i mzg_q5_0_codes32(const uint8_t *block)
{
    __m256i low = mzg_nibbles32(block + MZG_Q5_0_CODES);
    return _mm256_or_si256(low, mzg_fifth_bits32(block + MZG_Q5_0_HIGH));
}

static inline __m256i mzg_q5_1_codes32(const uint8_t *block)
{
    __m256i low = mzg_nibbles32(block + MZG_Q5_1_CODES);
    return _mm256_or_si256(low, mzg_fifth_bits32(block + MZG_Q5_1_HIGH));
}

/* mzg_scale_from on eight values. */
MZG_INLINE __m128i mzg_scales8(__m256 s)
{
    __m128i near = _mm256_cvtps_ph(s, _MM_FROUND_TO_NEAREST_INT);
    __m128i up = _mm256_cvtps_ph(s, _MM_FROUND_TO_POS_INF);
    /* 2^-14 itself is taken along: it is the same in both. */
    __m128i subnormal = _mm_cmpgt_epi16(_mm_set1_epi16(0x401), up);
    return _mm_blendv_epi8(near, up, subnormal);
}

/* mzg_inverse on eight values. */
MZG_INLINE __m256 mzg_inverse8(__m256 d)
{
    __m256 nonzero = _mm256_cmp_ps(d, _mm256_setzero_ps(), _CMP_NEQ_UQ);
    return _mm256_and_ps(_mm256_div_ps(_mm256_set1_ps(1.0f), d), nonzero);
}

/* What the blocks of a group are coded with. */
struct mzg_plan8 {
    float inv[MZG_GROUP];     /* 1 / scale */
    float min[MZG_GROUP];     /* as decoded */
    uint16_t half[MZG_GROUP]; /* the scale as stored */
    uint16_t min_half[MZG_GROUP];
};

/* What brings each block to -unit..unit for a trial, from the blocks' extremes; 0 where one is beyond
 * what the format holds. */
MZG_INLINE int mzg_trial_units8(const struct mzg_trials *t, __m256 lo, __m256 hi, __m256 *k)
{
    const __m256 sign = _mm256_set1_ps(-0.0f);
    __m256 below = _mm256_sub_ps(_mm256_setzero_ps(), lo), amax = _mm256_max_ps(hi, below);
    __m256 limit = _mm256_set1_ps((float)t->half * MZG_F16_MAX);
    if (_mm256_movemask_ps(_mm256_cmp_ps(amax, limit, _CMP_NLE_UQ)))
        return 0;
    __m256 negative = _mm256_and_ps(_mm256_cmp_ps(hi, below, _CMP_GT_OQ), sign);
    __m256 unit = _mm256_or_ps(_mm256_set1_ps(t->unit), negative);
    __m256 some = _mm256_cmp_ps(amax, _mm256_set1_ps(MZG_TRIED_LEAST), _CMP_GE_OQ);
    *k = _mm256_and_ps(_mm256_div_ps(unit, amax), some);
    return 1;
}

/* The sums of the best trial so far, for each block. */
struct mzg_tried8 {
    __m256 s, q;
};

MZG_INLINE void mzg_keep_better8(struct mzg_tried8 *best, __m256i products, __m256i squares)
{
    __m256 s = _mm256_cvtepi32_ps(products), q = _mm256_cvtepi32_ps(squares);
    __m256 mine = _mm256_mul_ps(_mm256_mul_ps(s, s), best->q);
    __m256 other = _mm256_mul_ps(_mm256_mul_ps(best->s, best->s), q);
    __m256 better = _mm256_cmp_ps(mine, other, _CMP_GT_OQ);
    best->s = _mm256_blendv_ps(best->s, s, better);
    best->q = _mm256_blendv_ps(best->q, q, better);
}

/* The scales that fit best to the codes of the best trials. */
MZG_INLINE void mzg_signed_plan8(struct mzg_plan8 *p, const struct mzg_tried8 *best, __m256 k)
{
    const __m256 limit = _mm256_set1_ps(MZG_F16_MAX), least = _mm256_set1_ps(-MZG_F16_MAX);
    __m256 d = _mm256_mul_ps(_mm256_div_ps(best->s, best->q), mzg_inverse8(k));
    d = _mm256_max_ps(_mm256_min_ps(d, limit), least);
    __m128i scale = _mm256_cvtps_ph(d, _MM_FROUND_TO_NEAREST_INT);
    __m128i minus_zero = _mm_cmpeq_epi16(scale, _mm_set1_epi16((short)0x8000));
    scale = _mm_andnot_si128(minus_zero, scale);
    _mm_storeu_si128((__m128i *)p->half, scale);
    _mm256_storeu_ps(p->inv, mzg_inverse8(_mm256_cvtph_ps(scale)));
}

/* Scales and minima for codes 0..top from each block's extremes; 0 where one is beyond what the
 * format holds. */
MZG_INLINE int mzg_span_plan8(struct mzg_plan8 *p, __m256 lo, __m256 hi, float top)
{
    __m256 zero = _mm256_setzero_ps(), limit = _mm256_set1_ps(MZG_F16_MAX);
    __m256 amax = _mm256_max_ps(hi, _mm256_sub_ps(zero, lo));
    if (_mm256_movemask_ps(_mm256_cmp_ps(amax, limit, _CMP_NLE_UQ)))
        return 0;
    lo = _mm256_add_ps(lo, zero); /* -0 becomes 0 */
    hi = _mm256_add_ps(hi, zero);
    __m128i min = _mm256_cvtps_ph(lo, _MM_FROUND_TO_NEAREST_INT);
    __m128i scale = mzg_scales8(_mm256_div_ps(_mm256_sub_ps(hi, lo), _mm256_set1_ps(top)));
    _mm_storeu_si128((__m128i *)p->half, scale);
    _mm_storeu_si128((__m128i *)p->min_half, min);
    _mm256_storeu_ps(p->inv, mzg_inverse8(_mm256_cvtph_ps(scale)));
    _mm256_storeu_ps(p->min, _mm256_cvtph_ps(min));
    return 1;
}

/* The codes of a block of the other side, Q8_0 or Q8_1: in both they come last. */
MZG_INLINE __m256i mzg_y_codes32(const uint8_t *y, size_t y_bytes)
{
    return _mm256_loadu_si256((const __m256i *)(y + y_bytes - MZG_BLOCK));
}

/* Accumulators of a dot product, one per block of a group. */
typedef void mzg_dot_group8(__m256 *acc, const uint8_t *x, const uint8_t *y);

/* Runs group over n elements of x, in blocks of so many bytes, and of y, in Q8_0 or Q8_1. */
MZG_INLINE float mzg_dot_groups8(const void *q, size_t bytes, const void *y, size_t y_bytes, size_t n,
                                 mzg_dot_group8 *group)
{
    const uint8_t *xb = q, *yb = y;
    __m256 acc = _mm256_setzero_ps();
    for (; n >= MZG_GROUP_ELEMS; n -= MZG_GROUP_ELEMS) {
        group(&acc, xb, yb);
        xb += MZG_GROUP * bytes;
        yb += MZG_GROUP * y_bytes;
    }
    if (n >= MZG_BLOCK) {
        uint8_t x_rest[MZG_GROUP_BYTES] = {0}, y_rest[MZG_GROUP_BYTES] = {0};
        memcpy(x_rest, xb, n / MZG_BLOCK * bytes);
        memcpy(y_rest, yb, n / MZG_BLOCK * y_bytes);
        group(&acc, x_rest, y_rest);
    }
    return mzg_total8(acc);
}

/* acc += d * dy * sum, block by block; d: where the first block's scale is. */
MZG_INLINE void mzg_accumulate8(__m256 *acc, const uint8_t *d, size_t bytes, const uint8_t *y,
                                __m256i sum)
{
    __m256 scale = _mm256_mul_ps(mzg_halves8(d, bytes), mzg_halves8(y, MZG_Q8_0_BYTES));
    *acc = _mm256_add_ps(*acc, _mm256_mul_ps(scale, _mm256_cvtepi32_ps(sum)));
}

/* acc += d * dy * sum + m * sy, block by block; the minimum m follows the scale d, and the sum sy of
 * the other side, in Q8_1, its scale dy. */
MZG_INLINE void mzg_accumulate_min8(__m256 *acc, const uint8_t *d, size_t bytes, const uint8_t *y,
                                    __m256i sum)
{
    __m256 scale = _mm256_mul_ps(mzg_halves8(d, bytes), mzg_halves8(y, MZG_Q8_1_BYTES));
    __m256 coded = _mm256_mul_ps(scale, _mm256_cvtepi32_ps(sum));
    __m256 offset = _mm256_mul_ps(mzg_halves8(d + 2, bytes),
                                  mzg_halves8(y + MZG_Q8_1_SUM, MZG_Q8_1_BYTES));
    *acc = _mm256_add_ps(*acc, _mm256_add_ps(coded, offset));
}

#endif
