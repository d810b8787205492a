/* signed_avx512.h: codes in vectors of 64, decoding and dot products with AVX-512 and VNNI. */
#ifndef MZG_KERNELS_SIGNED_AVX512_H
#define MZG_KERNELS_SIGNED_AVX512_H

#include "../k/q8_k_dot_avx2.h"
#include "signed.h"

/* The 128 codes of one half of a block, in order, as they are stored: from 0 on. */
typedef void mzg_signed_codes(const uint8_t *block, int half, __m512i c[2]);

MZG_INLINE __m512i mzg_both_halves(const uint8_t *p)
{
    return _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)p));
}

static inline void mzg_q6_k_codes(const uint8_t *block, int half, __m512i c[2])
{
    const __m512i nibble = _mm512_set1_epi8(15), pair = _mm512_set1_epi8(0x30);
    const __m512i up = _mm512_setr_epi64(4, 4, 4, 4, 2, 2, 2, 2);
    const __m512i down = _mm512_setr_epi64(0, 0, 0, 0, 2, 2, 2, 2);
    __m512i low = _mm512_loadu_si512(block + 64 * half);
    __m512i high = mzg_both_halves(block + MZG_Q6_K_HIGH + 32 * half);
    __m512i first = _mm512_and_si512(_mm512_sllv_epi64(high, up), pair);
    __m512i second = _mm512_and_si512(_mm512_srlv_epi64(high, down), pair);
    c[0] = _mm512_ternarylogic_epi64(first, low, nibble, 0xf8); /* first | low & nibble */
    c[1] = _mm512_ternarylogic_epi64(second, _mm512_srli_epi16(low, 4), nibble, 0xf8);
}

/* The third bits are rotated to their place: what comes in from neighbouring bytes is masked. */
static inline void mzg_q3_k_codes(const uint8_t *block, int half, __m512i c[2])
{
    const __m512i pair = _mm512_set1_epi8(3), bit = _mm512_set1_epi8(4);
    const __m512i down = _mm512_setr_epi64(0, 0, 0, 0, 2, 2, 2, 2);
    const __m512i turn = _mm512_setr_epi64(62, 62, 62, 62, 63, 63, 63, 63); /* modulo 64 */
    __m512i low = _mm512_srlv_epi64(mzg_both_halves(block + MZG_Q3_K_LOW + 32 * half), down);
    __m512i third = mzg_both_halves(block), by = _mm512_set1_epi64(4 * half);
    __m512i first = _mm512_rorv_epi64(third, _mm512_add_epi64(turn, by));
    __m512i second = _mm512_ror_epi64(first, 2);
    first = _mm512_and_si512(first, bit);
    second = _mm512_and_si512(second, bit);
    c[0] = _mm512_ternarylogic_epi64(first, low, pair, 0xf8);
    c[1] = _mm512_ternarylogic_epi64(second, _mm512_srli_epi16(low, 4), pair, 0xf8);
}

MZG_INLINE void mzg_signed_store16(float *x, __m128i codes, float scale)
{
    __m512 v = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(codes));
    _mm512_storeu_ps(x, _mm512_mul_ps(_mm512_set1_ps(scale), v));
}

/* d * k * (code - zero) for a block with a finite d. */
MZG_INLINE void mzg_signed_decode(float *x, const uint8_t *block, float d,
                                  const int8_t k[MZG_SUBS], char zero, mzg_signed_codes *codes_of)
{
    for (int half = 0; half < 2; half++) {
        __m512i c[2];
        codes_of(block, half, c);
        MZG_UNROLL
        for (int i = 0; i < 2; i++, x += 64, k += 4) {
            __m512i codes = _mm512_sub_epi8(c[i], _mm512_set1_epi8(zero));
            mzg_signed_store16(x, _mm512_castsi512_si128(codes), d * (float)k[0]);
            mzg_signed_store16(x + 16, _mm512_extracti32x4_epi32(codes, 1), d * (float)k[1]);
            mzg_signed_store16(x + 32, _mm512_extracti32x4_epi32(codes, 2), d * (float)k[2]);
            mzg_signed_store16(x + 48, _mm512_extracti32x4_epi32(codes, 3), d * (float)k[3]);
        }
    }
}

/* Each of four neighbouring words of k, eight times. */
MZG_INLINE __m512i mzg_four_words(__m512i k, int first)
{
    const __m512i steps = _mm512_setr_epi64(0, 0, 0x0001000100010001, 0x0001000100010001,
                                            0x0002000200020002, 0x0002000200020002,
                                            0x0003000300030003, 0x0003000300030003);
    return _mm512_permutexvar_epi16(_mm512_add_epi16(steps, _mm512_set1_epi16((short)first)), k);
}

/* The products of pairs of codes, times their scales, added to sum. */
typedef __m512i mzg_add_scaled(__m512i sum, __m512i pairs, __m512i k);

/* Parts of the sum of k * (code - 2^shift) * y; k: sixteen bytes. */
MZG_INLINE __m256i mzg_signed_dot(const uint8_t *block, __m128i bytes, const uint8_t *y, int shift,
                                  mzg_signed_codes *codes_of, mzg_add_scaled *add_scaled)
{
    const uint8_t *yc = y + MZG_Q8_K_CODES;
    __m256i k = _mm256_cvtepi8_epi16(bytes);
    __m256i ysums = _mm256_loadu_si256((const __m256i *)(y + MZG_Q8_K_SUMS));
    __m512i wide = _mm512_castsi256_si512(k), sum = _mm512_setzero_si512();
    MZG_UNROLL
    for (int i = 0; i < 4; i += 2) {
        __m512i c[2];
        codes_of(block, i / 2, c);
        __m512i a = _mm512_maddubs_epi16(c[0], _mm512_loadu_si512(yc + 64 * i));
        __m512i b = _mm512_maddubs_epi16(c[1], _mm512_loadu_si512(yc + 64 * i + 64));
        sum = add_scaled(sum, a, mzg_four_words(wide, 4 * i));
        sum = add_scaled(sum, b, mzg_four_words(wide, 4 * i + 4));
    }
    __m256i parts = _mm256_add_epi32(_mm512_castsi512_si256(sum),
                                     _mm512_extracti64x4_epi64(sum, 1));
    return _mm256_sub_epi32(parts, _mm256_slli_epi32(_mm256_madd_epi16(k, ysums), shift));
}

MZG_INLINE __m256i mzg_q6_k_dot_block(const uint8_t *x, const uint8_t *y,
                                      mzg_add_scaled *add_scaled)
{
    return mzg_signed_dot(x, mzg_load128(x + MZG_Q6_K_SCALES), y, 5, mzg_q6_k_codes, add_scaled);
}

MZG_INLINE __m256i mzg_q3_k_dot_block(const uint8_t *x, const uint8_t *y,
                                      mzg_add_scaled *add_scaled)
{
    uint64_t k[2];
    mzg_q3_k_scales(x, k);
    return mzg_signed_dot(x, _mm_set_epi64x((long long)k[1], (long long)k[0]), y, 2, mzg_q3_k_codes, add_scaled);
}

#endif
