/* ternary_x86.h: what the x86 products of TQ1_0, TQ2_0, Q2_0 and Q1_0 share: scales, and the loop over
 * blocks of Q8_K. */
#ifndef MZG_KERNELS_TERNARY_X86_H
#define MZG_KERNELS_TERNARY_X86_H

#include "../k/superblocks.h"
#include "../narrow_avx2.h"
#include "ternary.h"

/* Eight numbers whose sum is that of code * y over a block, less the block's stored sums. */
typedef __m256i mzg_k_products(const uint8_t *x, const uint8_t *y);

/* What a type is: bytes of a block, and where its scale is (at the end). */
struct mzg_k_shape {
    size_t bytes, scale;
};

/* The negated sum of a block's codes, in eight parts. */
MZG_INLINE __m256i mzg_k_less(const uint8_t *y)
{
    __m256i sums = mzg_load256(y + MZG_Q8_K_SUMS);
    return _mm256_madd_epi16(sums, _mm256_set1_epi16(-1));
}

MZG_INLINE __m256i mzg_thrice32(__m256i v)
{
    return _mm256_add_epi8(v, _mm256_add_epi8(v, v));
}

/* The four last bytes of a block of TQ1_0, four times. */
MZG_INLINE __m128i mzg_tq1_0_last(const uint8_t *x)
{
    return _mm_set1_epi32((int)mzg_load32(x + MZG_TQ1_0_FOURS));
}

/* Fours of bytes times 1, 3, 9 and 27. */
MZG_INLINE __m128i mzg_tq1_0_powers(__m128i v)
{
    __m128i v3 = _mm_add_epi8(v, _mm_add_epi8(v, v)), v9 = _mm_add_epi8(v3, _mm_add_epi8(v3, v3));
    __m128i v27 = _mm_add_epi8(v9, _mm_add_epi8(v9, v9));
    v = _mm_blend_epi16(v, v3, 0x0c);
    return _mm_blend_epi16(v, _mm_blend_epi16(v9, v27, 0xc0), 0xf0);
}

MZG_INLINE __m256 mzg_k_scales(const uint8_t *y)
{
#define D(b) mzg_float(mzg_load32(y + (b) * MZG_Q8_K_BYTES))
    return _mm256_setr_ps(D(0), D(1), D(2), D(3), D(4), D(5), D(6), D(7));
#undef D
}

/* The last blocks, fewer than eight. */
MZG_INLINE void mzg_k_rest(__m256 *acc, const uint8_t *x, struct mzg_k_shape s, const uint8_t *y,
                           size_t count, mzg_k_products *products)
{
    float scale[8] = {0};
    __m256i sums[8];
    for (size_t b = 0; b < 8; b++)
        sums[b] = _mm256_setzero_si256();
    for (size_t b = 0; b < count; b++, x += s.bytes, y += MZG_Q8_K_BYTES) {
        sums[b] = products(x, y);
        scale[b] = mzg_f16_to(mzg_load16(x + s.scale)) * mzg_float(mzg_load32(y));
    }
    mzg_narrow_add(acc, _mm256_loadu_ps(scale), mzg_sum_eights(sums));
}

MZG_INLINE float mzg_k_dot(const void *q, struct mzg_k_shape s, const void *y, size_t n,
                           mzg_k_products *products)
{
    const uint8_t *xb = q, *yb = y;
    __m256 acc = _mm256_setzero_ps();
    for (; n >= 8 * MZG_SUPER; n -= 8 * MZG_SUPER) {
        __m256i sums[8];
        MZG_UNROLL
        for (size_t b = 0; b < 8; b++)
            sums[b] = products(xb + b * s.bytes, yb + b * MZG_Q8_K_BYTES);
        __m256 scale = _mm256_mul_ps(mzg_halves8(xb + s.scale, s.bytes), mzg_k_scales(yb));
        mzg_narrow_add(&acc, scale, mzg_sum_eights(sums));
        xb += 8 * s.bytes;
        yb += 8 * MZG_Q8_K_BYTES;
    }
    if (n > 0)
        mzg_k_rest(&acc, xb, s, yb, n / MZG_SUPER, products);
    return mzg_total8(acc);
}

/* The scales of four blocks of Q2_0, each twice. */
MZG_INLINE __m256 mzg_q2_0_scales(const uint8_t *x)
{
    __m128i h = _mm_cvtsi32_si128(mzg_load16(x));
    h = _mm_insert_epi16(h, mzg_load16(x + MZG_Q2_0_BYTES), 1);
    h = _mm_insert_epi16(h, mzg_load16(x + 2 * MZG_Q2_0_BYTES), 2);
    h = _mm_insert_epi16(h, mzg_load16(x + 3 * MZG_Q2_0_BYTES), 3);
    return _mm256_cvtph_ps(_mm_unpacklo_epi16(h, h));
}

/* The scales of two blocks of Q1_0, each four times. */
MZG_INLINE __m256 mzg_q1_0_scales(const uint8_t *x)
{
    __m128i first = _mm_set1_epi16((short)mzg_load16(x));
    __m128i second = _mm_set1_epi16((short)mzg_load16(x + MZG_Q1_0_BYTES));
    return _mm256_cvtph_ps(_mm_blend_epi16(first, second, 0xf0));
}

#define MZG_TERNARY_DOTS(isa)                                                                      \
    float mzg_tq1_0_dot_##isa(const void *q, const void *y, size_t n)                              \
    {                                                                                              \
        const struct mzg_k_shape s = {MZG_TQ1_0_BYTES, MZG_TQ1_0_SCALE};                           \
        return mzg_k_dot(q, s, y, n, mzg_tq1_0_products);                                          \
    }                                                                                              \
    float mzg_tq2_0_dot_##isa(const void *q, const void *y, size_t n)                              \
    {                                                                                              \
        const struct mzg_k_shape s = {MZG_TQ2_0_BYTES, MZG_TQ2_0_SCALE};                           \
        return mzg_k_dot(q, s, y, n, mzg_tq2_0_products);                                          \
    }                                                                                              \
    float mzg_q2_0_dot_##isa(const void *q, const void *y, size_t n)                               \
    {                                                                                              \
        return mzg_narrow_dot(q, MZG_Q2_0_ELEMS, MZG_Q2_0_BYTES, y, n, mzg_q2_0_add256);           \
    }                                                                                              \
    float mzg_q1_0_dot_##isa(const void *q, const void *y, size_t n)                               \
    {                                                                                              \
        return mzg_narrow_dot(q, MZG_Q1_0_ELEMS, MZG_Q1_0_BYTES, y, n, mzg_q1_0_add256);           \
    }

#endif
