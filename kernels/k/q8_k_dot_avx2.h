/* q8_k_dot_avx2.h: the loop around dot products of blocks of 256 with Q8_K, eight blocks at a time: block b
 * adds (d * dy) * S to accumulator b mod 8. */
#ifndef MZG_KERNELS_K_Q8_K_DOT_AVX2_H
#define MZG_KERNELS_K_Q8_K_DOT_AVX2_H

#include "../avx2.h"
#include "superblocks.h"

/* Eight parts of a block's integer sum S. */
typedef __m256i mzg_dot_super(const uint8_t *x, const uint8_t *y);

/* The scales of eight blocks: halves at d, floats at y, a stride apart. */
MZG_INLINE __m256 mzg_scales_super(const uint8_t *d, size_t bytes, const uint8_t *y)
{
#define HALF(b) (short)mzg_load16(d + (b) * bytes)
#define WIDE(b) mzg_float(mzg_load32(y + (b) * MZG_Q8_K_BYTES))
    __m128i halves = _mm_setr_epi16(HALF(0), HALF(1), HALF(2), HALF(3), HALF(4), HALF(5), HALF(6),
                                    HALF(7));
    __m256 wide = _mm256_setr_ps(WIDE(0), WIDE(1), WIDE(2), WIDE(3), WIDE(4), WIDE(5), WIDE(6),
                                 WIDE(7));
#undef HALF
#undef WIDE
    return _mm256_mul_ps(_mm256_cvtph_ps(halves), wide);
}

/* The same for fewer blocks; 0 in the lanes of those that are not there. */
static inline __m256 mzg_scales_some(const uint8_t *d, size_t bytes, const uint8_t *y, size_t count)
{
    float scale[8] = {0};
    for (size_t b = 0; b < count; b++)
        scale[b] = mzg_f16_to(mzg_load16(d + b * bytes)) *
                   mzg_float(mzg_load32(y + b * MZG_Q8_K_BYTES));
    return _mm256_loadu_ps(scale);
}

/* acc + scale * S */
MZG_INLINE __m256 mzg_accumulate_super(__m256 acc, __m256 scale, const __m256i parts[8])
{
    __m256 sums = _mm256_cvtepi32_ps(mzg_sum_eights(parts));
    return _mm256_add_ps(acc, _mm256_mul_ps(scale, sums));
}

/* x in blocks of so many bytes, with its scale d_at bytes into each. */
MZG_INLINE float mzg_dot_supers(const void *q, size_t bytes, size_t d_at, const void *y, size_t n,
                                mzg_dot_super *dot)
{
    const uint8_t *xb = q, *yb = y;
    __m256 acc = _mm256_setzero_ps();
    __m256i parts[8];
    for (; n >= 8 * MZG_SUPER; n -= 8 * MZG_SUPER) {
        MZG_UNROLL
        for (size_t b = 0; b < 8; b++)
            parts[b] = dot(xb + b * bytes, yb + b * MZG_Q8_K_BYTES);
        acc = mzg_accumulate_super(acc, mzg_scales_super(xb + d_at, bytes, yb), parts);
        xb += 8 * bytes;
        yb += 8 * MZG_Q8_K_BYTES;
    }
    if (n >= MZG_SUPER) {
        size_t count = n / MZG_SUPER;
        for (size_t b = 0; b < 8; b++)
            parts[b] = b < count ? dot(xb + b * bytes, yb + b * MZG_Q8_K_BYTES)
                                 : _mm256_setzero_si256();
        acc = mzg_accumulate_super(acc, mzg_scales_some(xb + d_at, bytes, yb, count), parts);
    }
    return mzg_total8(acc);
}

#endif
