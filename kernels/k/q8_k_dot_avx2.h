/* q8_k_dot_avx2.h: the loop around dot products of blocks of 256 with Q8_K, eight blocks at a time: block b
 * adds (d * dy) * S to accumulator b mod 8. */
#ifndef MZG_KERNELS_K_Q8_K_DOT_AVX2_H
#define MZG_KERNELS_K_Q8_K_DOT_AVX2_H

#include "../avx2.h"
#include "superblocks.h"

/* Eight parts of a block's integer sum S. */
typedef __m256i mzg_dot_super(const uint8_t *x, const uint8_t *y);

/* From eight parts for each of eight blocks to one sum a block. */
MZG_INLINE __m256i mzg_sum_eights(const __m256i v[8])
{
    __m256i a = _mm256_hadd_epi32(_mm256_hadd_epi32(v[0], v[1]), _mm256_hadd_epi32(v[2], v[3]));
    __m256i b = _mm256_hadd_epi32(_mm256_hadd_epi32(v[4], v[5]), _mm256_hadd_epi32(v[6], v[7]));
    return _mm256_add_epi32(_mm256_permute2x128_si256(a, b, 0x20),
                            _mm256_permute2x128_si256(a, b, 0x31));
}

/* (d * dy) * S of `count` blocks; 0 in the other lanes. */
MZG_INLINE __m256 mzg_scaled_super(const uint8_t *d, size_t bytes, const uint8_t *y, int count,
                                   const __m256i parts[8])
{
    _Alignas(32) uint16_t half[8] = {0};
    _Alignas(32) float wide[8] = {0};
    MZG_UNROLL
    for (int b = 0; b < 8; b++) {
        if (b >= count)
            break;
        half[b] = mzg_load16(d + (size_t)b * bytes);
        memcpy(&wide[b], y + (size_t)b * MZG_Q8_K_BYTES, sizeof wide[b]);
    }
    __m256 scale = _mm256_cvtph_ps(_mm_load_si128((const __m128i *)half));
    scale = _mm256_mul_ps(scale, _mm256_load_ps(wide));
    return _mm256_mul_ps(scale, _mm256_cvtepi32_ps(mzg_sum_eights(parts)));
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
        acc = _mm256_add_ps(acc, mzg_scaled_super(xb + d_at, bytes, yb, 8, parts));
        xb += 8 * bytes;
        yb += 8 * MZG_Q8_K_BYTES;
    }
    if (n >= MZG_SUPER) {
        int count = (int)(n / MZG_SUPER);
        for (int b = 0; b < 8; b++)
            parts[b] = b < count ? dot(xb + (size_t)b * bytes, yb + (size_t)b * MZG_Q8_K_BYTES)
                                 : _mm256_setzero_si256();
        acc = _mm256_add_ps(acc, mzg_scaled_super(xb + d_at, bytes, yb, count, parts));
    }
    return mzg_total8(acc);
}

#endif
