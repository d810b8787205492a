/* fp4_scales.h: the scales of MXFP4 and NVFP4 blocks, eight at once, for x86. */
#ifndef MZG_KERNELS_FP4_SCALES_H
#define MZG_KERNELS_FP4_SCALES_H

#include "../narrow_avx2.h"
#include "fp4.h"

/* Codes as unsigned bytes, 12 added. */
#define MZG_E2M1_ZERO 12
MZG_INLINE __m128i mzg_e2m1_table(void)
{
    return _mm_setr_epi8(12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0);
}

/* The first byte of each of eight blocks of MXFP4. Each load is placed so that the byte of block i is
 * its i-th: a block is 17 bytes. */
MZG_INLINE __m128i mzg_mxfp4_exponents8(const uint8_t *x)
{
    const __m128i even = _mm_set1_epi16(0x00ff);
    __m128i a = mzg_load128(x), b = mzg_load128(x + 16);
    a = _mm_blend_epi16(a, mzg_load128(x + 2 * 16), 1 << 1);
    b = _mm_blend_epi16(b, mzg_load128(x + 3 * 16), 1 << 1);
    a = _mm_blend_epi16(a, mzg_load128(x + 4 * 16), 1 << 2);
    b = _mm_blend_epi16(b, mzg_load128(x + 5 * 16), 1 << 2);
    a = _mm_blend_epi16(a, mzg_load128(x + 6 * 16), 1 << 3);
    b = _mm_blend_epi16(b, mzg_load128(x + 7 * 16), 1 << 3);
    return _mm_blendv_epi8(b, a, even);
}

/* mzg_mxfp4_half eight times. */
MZG_INLINE __m256 mzg_mxfp4_halves8(__m256i e)
{
    __m256i normal = _mm256_slli_epi32(_mm256_sub_epi32(e, _mm256_set1_epi32(1)), 23);
    __m256i low = _mm256_sllv_epi32(_mm256_set1_epi32(0x00200000), e);
    __m256i is_low = _mm256_cmpgt_epi32(_mm256_set1_epi32(2), e);
    return _mm256_castsi256_ps(_mm256_blendv_epi8(normal, low, is_low));
}

/* mzg_nvfp4_half for the eight sub-blocks of two blocks. */
MZG_INLINE __m256 mzg_nvfp4_halves8(const uint8_t *x)
{
    __m128i bytes = _mm_cvtsi32_si128((int)mzg_load32(x));
    bytes = _mm_insert_epi32(bytes, (int)mzg_load32(x + MZG_NVFP4_BYTES), 1);
    bytes = _mm_andnot_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)), bytes);
    __m256i low = _mm256_cvtepu8_epi32(_mm_and_si128(bytes, _mm_set1_epi8(0x7f)));
    __m256i normal = _mm256_add_epi32(_mm256_slli_epi32(low, 20), _mm256_set1_epi32((127 - 8) << 23));
    __m256 subnormal = _mm256_mul_ps(_mm256_cvtepi32_ps(low), _mm256_set1_ps(0x1p-10f));
    __m256i is_low = _mm256_cmpgt_epi32(_mm256_set1_epi32(8), low);
    return _mm256_blendv_ps(_mm256_castsi256_ps(normal), subnormal, _mm256_castsi256_ps(is_low));
}

/* acc += d * dy * sum for eight sub-blocks; y: the scales of eight blocks of Q8_0, of which those from
 * `from` on are met. */
MZG_INLINE void mzg_nvfp4_add(__m256 *acc, const uint8_t *x, __m256 y, int from, __m256i sum)
{
    mzg_narrow_add(acc, _mm256_mul_ps(mzg_nvfp4_halves8(x), mzg_twice_each(y, from)), sum);
}

#endif
