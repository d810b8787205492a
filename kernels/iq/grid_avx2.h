/* grid_avx2.h: what the x86 decoders and dot products of the grids' types share. */
#ifndef MZG_KERNELS_IQ_GRID_AVX2_H
#define MZG_KERNELS_IQ_GRID_AVX2_H

#include "../avx2.h"
#include "../list.h"
#include "grids.h"

/* 2 step + 1 of each 16 elements of a block, a byte each. */
typedef __m128i mzg_grid_steps(const uint8_t *block);

MZG_INLINE __m128i mzg_grid_multiples(__m128i steps)
{
    return _mm_add_epi8(_mm_add_epi8(steps, steps), _mm_set1_epi8(1));
}

/* Eight bytes of two steps each, the lower one first. */
MZG_INLINE __m128i mzg_grid_nibbles(__m128i v)
{
    const __m128i four = _mm_set1_epi8(15);
    return _mm_unpacklo_epi8(_mm_and_si128(v, four), _mm_and_si128(_mm_srli_epi16(v, 4), four));
}

MZG_INLINE __m128i mzg_iq3_s_steps(const uint8_t *block)
{
    int word = (int)mzg_load32(block + MZG_IQ3_S_STEPS);
    __m128i s = mzg_grid_multiples(mzg_grid_nibbles(_mm_cvtsi32_si128(word)));
    return _mm_unpacklo_epi8(s, s);
}

/* Eight steps, 32 bits each. */
MZG_INLINE __m128i mzg_grid_steps_of(__m128i low, __m128i high)
{
    __m128i words = _mm_packs_epi32(low, high);
    __m128i s = mzg_grid_multiples(_mm_packus_epi16(words, words));
    return _mm_unpacklo_epi8(s, s);
}

MZG_INLINE __m128i mzg_iq3_xxs_steps(const uint8_t *block)
{
    const uint8_t *p = block + MZG_IQ3_XXS_SIGNS;
    return mzg_grid_steps_of(_mm_srli_epi32(mzg_load128(p), 28),
                             _mm_srli_epi32(mzg_load128(p + 16), 28));
}

MZG_INLINE __m128i mzg_iq2_xxs_steps(const uint8_t *block)
{
    const uint8_t *p = block + MZG_IQ2_XXS_CODES;
    __m128 a = _mm_castsi128_ps(mzg_load128(p)), b = _mm_castsi128_ps(mzg_load128(p + 16));
    __m128 c = _mm_castsi128_ps(mzg_load128(p + 32)), d = _mm_castsi128_ps(mzg_load128(p + 48));
    __m128i low = _mm_castps_si128(_mm_shuffle_ps(a, b, 0xdd)); /* the words with signs */
    __m128i high = _mm_castps_si128(_mm_shuffle_ps(c, d, 0xdd));
    return mzg_grid_steps_of(_mm_srli_epi32(low, 28), _mm_srli_epi32(high, 28));
}

MZG_INLINE __m128i mzg_iq2_xs_steps(const uint8_t *block)
{
    __m128i v = _mm_loadl_epi64((const __m128i *)(block + MZG_IQ2_XS_STEPS));
    return mzg_grid_multiples(mzg_grid_nibbles(v));
}

MZG_INLINE __m128i mzg_iq2_s_steps(const uint8_t *block)
{
    __m128i v = _mm_loadl_epi64((const __m128i *)(block + MZG_IQ2_S_STEPS));
    return mzg_grid_multiples(mzg_grid_nibbles(v));
}

/* Where the signs of a block are, bit i of 256 for element i: in it, or in `room`. */
typedef const uint8_t *mzg_grid_signs(const uint8_t *block, uint8_t room[32]);

MZG_INLINE const uint8_t *mzg_iq3_s_signs(const uint8_t *block, uint8_t room[32])
{
    (void)room;
    return block + MZG_IQ3_S_SIGNS;
}

MZG_INLINE const uint8_t *mzg_iq2_s_signs(const uint8_t *block, uint8_t room[32])
{
    (void)room;
    return block + MZG_IQ2_S_SIGNS;
}

/* Sets the upper bit of each byte so that an even number of bits is set. */
MZG_INLINE const uint8_t *mzg_grid_even_bytes32(__m256i sevens, uint8_t room[32])
{
    __m256i odd = _mm256_xor_si256(sevens, _mm256_srli_epi32(sevens, 4));
    odd = _mm256_xor_si256(odd, _mm256_srli_epi32(odd, 2));
    odd = _mm256_xor_si256(odd, _mm256_srli_epi32(odd, 1));
    odd = _mm256_slli_epi32(_mm256_and_si256(odd, _mm256_set1_epi8(1)), 7);
    _mm256_storeu_si256((__m256i *)room, _mm256_or_si256(sevens, odd));
    return room;
}

/* From eight words of four times seven bits. */
MZG_INLINE const uint8_t *mzg_grid_signs_of_words(__m256i w, uint8_t room[32])
{
    const __m256i first = _mm256_set1_epi32(0x7f);
    __m256i a = _mm256_and_si256(w, first);
    __m256i b = _mm256_and_si256(_mm256_slli_epi32(w, 1), _mm256_slli_epi32(first, 8));
    __m256i c = _mm256_and_si256(_mm256_slli_epi32(w, 2), _mm256_slli_epi32(first, 16));
    __m256i d = _mm256_and_si256(_mm256_slli_epi32(w, 3), _mm256_slli_epi32(first, 24));
    return mzg_grid_even_bytes32(_mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d)),
                                 room);
}

MZG_INLINE const uint8_t *mzg_iq3_xxs_signs(const uint8_t *block, uint8_t room[32])
{
    const __m256i *p = (const __m256i *)(block + MZG_IQ3_XXS_SIGNS);
    return mzg_grid_signs_of_words(_mm256_loadu_si256(p), room);
}

MZG_INLINE const uint8_t *mzg_iq2_xxs_signs(const uint8_t *block, uint8_t room[32])
{
    const float *p = (const float *)(const void *)(block + MZG_IQ2_XXS_CODES);
    __m256 low = _mm256_loadu_ps(p), high = _mm256_loadu_ps(p + 8); /* every other word */
    __m256i w = _mm256_castps_si256(_mm256_shuffle_ps(low, high, 0xdd));
    return mzg_grid_signs_of_words(_mm256_permute4x64_epi64(w, 0xd8), room);
}

MZG_INLINE const uint8_t *mzg_iq2_xs_signs(const uint8_t *block, uint8_t room[32])
{
    const __m256i *p = (const __m256i *)(block + MZG_IQ2_XS_CODES);
    __m256i low = _mm256_loadu_si256(p), high = _mm256_loadu_si256(p + 1);
    low = _mm256_srli_epi16(low, 9);
    high = _mm256_srli_epi16(high, 9);
    __m256i sevens = _mm256_permute4x64_epi64(_mm256_packus_epi16(low, high), 0xd8);
    return mzg_grid_even_bytes32(sevens, room);
}

/* The magnitudes of elements 32 b to 32 b + 31. */
typedef __m256i mzg_grid_magnitudes(const uint8_t *block, int b);

/* From their places in memory: masks load into one lane where AVX2 has to insert. */
#ifdef __AVX512VL__
MZG_INLINE __m256i mzg_grid_put4(__m256i v, int lane, const uint32_t *p)
{
    return _mm256_mask_broadcastd_epi32(v, (__mmask8)(1 << lane), _mm_cvtsi32_si128((int)*p));
}

MZG_INLINE __m256i mzg_grid_put8(__m256i v, int lane, const uint64_t *p)
{
    return _mm256_mask_broadcastq_epi64(v, (__mmask8)(1 << lane),
                                        _mm_cvtsi64_si128((long long)*p));
}

MZG_INLINE __m256i mzg_grid_fours(const uint32_t *const p[8])
{
    __m256i v = _mm256_set1_epi32((int)*p[0]);
    MZG_UNROLL
    for (int i = 1; i < 8; i++)
        v = mzg_grid_put4(v, i, p[i]);
    return v;
}

MZG_INLINE __m256i mzg_grid_eights(const uint64_t *const p[4])
{
    __m256i v = _mm256_set1_epi64x((long long)*p[0]);
    MZG_UNROLL
    for (int i = 1; i < 4; i++)
        v = mzg_grid_put8(v, i, p[i]);
    return v;
}

MZG_INLINE __m256i mzg_iq3_s_magnitudes(const uint8_t *block, int b)
{
    __m128i index = _mm_loadl_epi64((const __m128i *)(block + MZG_IQ3_S_INDEX + 8 * b));
    __m128i wide = _mm_cvtepu8_epi16(index), ninth = _mm_set1_epi16(256);
    wide = _mm_mask_add_epi16(wide, block[MZG_IQ3_S_HIGH + b], wide, ninth);
    uint64_t half[2] = {(uint64_t)_mm_cvtsi128_si64(wide), (uint64_t)_mm_extract_epi64(wide, 1)};
    const uint32_t *p[8];
    MZG_UNROLL
    for (int i = 0; i < 8; i++)
        p[i] = &mzg_iq3_s_grid[(uint16_t)(half[i / 4] >> 16 * (i & 3))];
    return mzg_grid_fours(p);
}
#else
MZG_INLINE __m256i mzg_grid_fours(const uint32_t *const p[8])
{
    return _mm256_setr_epi32((int)*p[0], (int)*p[1], (int)*p[2], (int)*p[3], (int)*p[4], (int)*p[5],
                             (int)*p[6], (int)*p[7]);
}

MZG_INLINE __m256i mzg_grid_eights(const uint64_t *const p[4])
{
    return _mm256_setr_epi64x((long long)*p[0], (long long)*p[1], (long long)*p[2],
                              (long long)*p[3]);
}

MZG_INLINE __m256i mzg_iq3_s_magnitudes(const uint8_t *block, int b)
{
    const uint8_t *index = block + MZG_IQ3_S_INDEX + 8 * b;
    uint32_t high = block[MZG_IQ3_S_HIGH + b];
    const uint32_t *p[8];
    MZG_UNROLL
    for (int i = 0; i < 8; i++)
        p[i] = &mzg_iq3_s_grid[index[i] | (high << (8 - i) & 256)];
    return mzg_grid_fours(p);
}
#endif

MZG_INLINE __m256i mzg_iq3_xxs_magnitudes(const uint8_t *block, int b)
{
    const uint8_t *index = block + MZG_IQ3_XXS_INDEX + 8 * b;
    const uint32_t *p[8];
    MZG_UNROLL
    for (int i = 0; i < 8; i++)
        p[i] = &mzg_iq3_xxs_grid[index[i]];
    return mzg_grid_fours(p);
}

MZG_INLINE __m256i mzg_iq2_xxs_magnitudes(const uint8_t *block, int b)
{
    const uint8_t *index = block + MZG_IQ2_XXS_CODES + 8 * b;
    const uint64_t *p[4];
    MZG_UNROLL
    for (int i = 0; i < 4; i++)
        p[i] = &mzg_iq2_xxs_grid[index[i]];
    return mzg_grid_eights(p);
}

MZG_INLINE __m256i mzg_iq2_xs_magnitudes(const uint8_t *block, int b)
{
    const uint8_t *codes = block + MZG_IQ2_XS_CODES + 8 * b;
    const uint64_t *p[4];
    MZG_UNROLL
    for (int i = 0; i < 4; i++)
        p[i] = &mzg_iq2_xs_grid[mzg_load16(codes + 2 * i) & 511];
    return mzg_grid_eights(p);
}

MZG_INLINE __m256i mzg_iq2_s_magnitudes(const uint8_t *block, int b)
{
    const uint8_t *index = block + MZG_IQ2_S_INDEX + 4 * b;
    uint32_t high = block[MZG_IQ2_S_HIGH + b];
    const uint64_t *p[4];
    MZG_UNROLL
    for (int i = 0; i < 4; i++)
        p[i] = &mzg_iq2_s_grid[index[i] | (high << (8 - 2 * i) & 768)];
    return mzg_grid_eights(p);
}

/* The scale of each 16 elements; 0 where the block is left to the reference. */
MZG_INLINE int mzg_grid_scales16(const uint8_t *block, float unit, mzg_grid_steps *steps,
                                 float scale[16])
{
    uint16_t half = mzg_load16(block);
    if (mzg_f16_unusual(half))
        return 0;
    __m128i s = steps(block);
    __m256 d = _mm256_set1_ps(mzg_f16_to(half) * unit);
    __m256 low = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(s));
    __m256 high = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_srli_si128(s, 8)));
    _mm256_storeu_ps(scale, _mm256_mul_ps(d, low));
    _mm256_storeu_ps(scale + 8, _mm256_mul_ps(d, high));
    return 1;
}

/* The sum of a block, as an integer, to its accumulator. */
MZG_INLINE void mzg_grid_accumulate(float acc[8], size_t b, const uint8_t *x, float unit,
                                    const uint8_t *y, __m256i sum)
{
    __m128i s = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
    float d = _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(mzg_load16(x)))) * unit;
    acc[b % 8] += d * mzg_float(mzg_load32(y)) * (float)_mm_cvtsi128_si32(s);
}

#define MZG_GRID_EACH(KERNELS)                                                                     \
    KERNELS(iq3_s, IQ3_S, 1.0f)                                                                    \
    KERNELS(iq3_xxs, IQ3_XXS, 0.25f)                                                               \
    KERNELS(iq2_xxs, IQ2_XXS, 0.125f)                                                              \
    KERNELS(iq2_xs, IQ2_XS, 0.125f)                                                                \
    KERNELS(iq2_s, IQ2_S, 0.125f)

#endif
