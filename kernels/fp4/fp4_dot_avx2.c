/* fp4_dot_avx2.c: MXFP4 and NVFP4 with Q8_0. */
#include "../list.h"
#include "fp4_scales.h"

/* Sums of one block's products, from nibbles in the order of the elements. */
MZG_INLINE __m256i products(__m256i nibbles, const uint8_t *y)
{
    __m256i codes = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(mzg_e2m1_table()), nibbles);
    return mzg_products32(codes, MZG_E2M1_ZERO, mzg_q8_0_codes32(y));
}

static inline void mxfp4_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    __m256i sums[8];
    MZG_UNROLL
    for (int b = 0; b < 8; b++)
        sums[b] = products(mzg_nibbles32(x + b * MZG_MXFP4_BYTES + MZG_MXFP4_CODES),
                           y + b * MZG_Q8_0_BYTES);
    __m256 d = mzg_mxfp4_halves8(_mm256_cvtepu8_epi32(mzg_mxfp4_exponents8(x)));
    __m256 scale = _mm256_mul_ps(d, mzg_halves8(y, MZG_Q8_0_BYTES));
    mzg_narrow_add(acc, scale, mzg_sum_eights(sums));
}

/* Two sub-blocks: each has its eight low nibbles, then its eight high ones. */
MZG_INLINE __m256i sub_nibbles(const uint8_t *p)
{
    __m256i both = _mm256_permute4x64_epi64(_mm256_castsi128_si256(mzg_load128(p)), 0x50);
    both = _mm256_srlv_epi64(both, _mm256_setr_epi64x(0, 4, 0, 4));
    return _mm256_and_si256(both, _mm256_set1_epi8(15));
}

/* Sums of the eight sub-blocks of two blocks. */
MZG_INLINE __m256i nvfp4_sums(const uint8_t *x, const uint8_t *y)
{
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    __m256i sums[4];
    MZG_UNROLL
    for (int b = 0; b < 4; b++) {
        const uint8_t *codes = x + b / 2 * MZG_NVFP4_BYTES + MZG_NVFP4_CODES + b % 2 * 16;
        sums[b] = products(sub_nibbles(codes), y + b * MZG_Q8_0_BYTES);
    }
    return _mm256_permutevar8x32_epi32(mzg_half_sums(sums), order);
}

static inline void nvfp4_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    const uint8_t *x2 = x + 2 * MZG_NVFP4_BYTES;
    __m256 dy = mzg_halves8(y, MZG_Q8_0_BYTES);
    mzg_nvfp4_add(acc, x, dy, 0, nvfp4_sums(x, y));
    mzg_nvfp4_add(acc, x2, dy, 4, nvfp4_sums(x2, y + 4 * MZG_Q8_0_BYTES));
}

float mzg_mxfp4_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_narrow_dot(q, MZG_MXFP4_ELEMS, MZG_MXFP4_BYTES, y, n, mxfp4_group);
}

float mzg_nvfp4_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_narrow_dot(q, MZG_NVFP4_ELEMS, MZG_NVFP4_BYTES, y, n, nvfp4_group);
}
