/* narrow_avx2.h: dot products with Q8_0 of types whose codes are few and small, 256 elements at a
 * time: what the x86 variants share. */
#ifndef MZG_KERNELS_NARROW_AVX2_H
#define MZG_KERNELS_NARROW_AVX2_H

#include "avx2.h"

enum { MZG_NARROW_GROUP = 256, MZG_NARROW_BYTES = 144 /* of a group, in the widest type */ };

/* Adds 256 elements to the eight accumulators. */
typedef void mzg_narrow_group(__m256 *acc, const uint8_t *x, const uint8_t *y);

/* x: blocks of so many elements and bytes. What is left at the end is padded with zeros, which add
 * zeros. */
MZG_INLINE float mzg_narrow_dot(const void *q, size_t elems, size_t bytes, const void *y, size_t n,
                                mzg_narrow_group *group)
{
    const uint8_t *xb = q, *yb = y;
    __m256 acc = _mm256_setzero_ps();
    for (; n >= MZG_NARROW_GROUP; n -= MZG_NARROW_GROUP) {
        group(&acc, xb, yb);
        xb += MZG_NARROW_GROUP / elems * bytes;
        yb += MZG_GROUP * MZG_Q8_0_BYTES;
    }
    if (n >= elems) {
        uint8_t x_rest[MZG_NARROW_BYTES] = {0}, y_rest[MZG_GROUP_BYTES] = {0};
        memcpy(x_rest, xb, n / elems * bytes);
        memcpy(y_rest, yb, n / MZG_BLOCK * MZG_Q8_0_BYTES);
        group(&acc, x_rest, y_rest);
    }
    return mzg_total8(acc);
}

/* (code - zero) * y of 32 elements, fours of them added; codes up to 31. */
MZG_INLINE __m256i mzg_products32(__m256i codes, char zero, __m256i y)
{
    __m256i pairs = _mm256_maddubs_epi16(codes, y);
    pairs = _mm256_sub_epi16(pairs, _mm256_maddubs_epi16(_mm256_set1_epi8(zero), y));
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

/* acc += scale * sum in each lane */
MZG_INLINE void mzg_narrow_add(__m256 *acc, __m256 scale, __m256i sum)
{
    *acc = _mm256_add_ps(*acc, _mm256_mul_ps(scale, _mm256_cvtepi32_ps(sum)));
}

/* 0 0 1 1 2 2 3 3 of the eight; from: 0 or 4, where to start. */
MZG_INLINE __m256 mzg_twice_each(__m256 v, int from)
{
    const __m256i order = _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3);
    return _mm256_permutevar8x32_ps(v, _mm256_add_epi32(order, _mm256_set1_epi32(from)));
}

#endif
