/* q32_dequantize_avx512.c: blocks of 32 back to floats. A block of nibbles has at most 32 different
 * values: they are computed once and then looked up, one permutation for sixteen elements. */
#include "avx2.h"
#include "list.h"

typedef void dequantize_any(const void *q, float *x, size_t n);

MZG_INLINE __m512 half16(const uint8_t *p)
{
    return _mm512_cvtph_ps(_mm256_set1_epi16((short)mzg_load16(p)));
}

/* first, first + 1, ... first + 15 */
MZG_INLINE __m512 count_from(float first)
{
    const __m512 steps = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm512_add_ps(_mm512_set1_ps(first), steps);
}

/* Looks up the nibbles of a block. A permutation heeds only the lowest four bits of its indices. */
MZG_INLINE void store_looked_up(float *x, const uint8_t *nibbles, __m512 table)
{
    __m512i low = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)nibbles));
    __m512i high = _mm512_srli_epi32(low, 4);
    _mm512_storeu_ps(x, _mm512_permutexvar_ps(low, table));
    _mm512_storeu_ps(x + 16, _mm512_permutexvar_ps(high, table));
}

/* The same with a fifth bit, which selects between two tables. */
MZG_INLINE void store_looked_up5(float *x, const uint8_t *nibbles, const uint8_t *high_bits,
                                 __m512 table, __m512 upper)
{
    uint32_t bits = mzg_load32(high_bits);
    __m512i low = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)nibbles));
    __m512i high = _mm512_srli_epi32(low, 4);
    __m512 a = _mm512_permutexvar_ps(low, table), b = _mm512_permutexvar_ps(high, table);
    a = _mm512_mask_permutexvar_ps(a, (__mmask16)(bits & 0xffff), low, upper);
    b = _mm512_mask_permutexvar_ps(b, (__mmask16)(bits >> 16), high, upper);
    _mm512_storeu_ps(x, a);
    _mm512_storeu_ps(x + 16, b);
}

void mzg_q8_0_dequantize_avx512(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += MZG_Q8_0_BYTES) {
        if (mzg_f16_unusual(mzg_load16(in))) {
            mzg_q8_0_dequantize_ref(in, x, MZG_BLOCK);
            continue;
        }
        const __m128i *codes = (const __m128i *)(in + MZG_Q8_0_CODES);
        __m512i low = _mm512_cvtepi8_epi32(_mm_loadu_si128(codes));
        __m512i high = _mm512_cvtepi8_epi32(_mm_loadu_si128(codes + 1));
        __m512 d = half16(in);
        _mm512_storeu_ps(x, _mm512_mul_ps(d, _mm512_cvtepi32_ps(low)));
        _mm512_storeu_ps(x + 16, _mm512_mul_ps(d, _mm512_cvtepi32_ps(high)));
    }
}

void mzg_q4_0_dequantize_avx512(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += MZG_Q4_0_BYTES) {
        if (mzg_f16_unusual(mzg_load16(in))) {
            mzg_q4_0_dequantize_ref(in, x, MZG_BLOCK);
            continue;
        }
        __m512 table = _mm512_mul_ps(half16(in), count_from(-8));
        store_looked_up(x, in + MZG_Q4_0_CODES, table);
    }
}

void mzg_q4_1_dequantize_avx512(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += MZG_Q4_1_BYTES) {
        if (mzg_f16_unusual(mzg_load16(in)) || mzg_f16_unusual(mzg_load16(in + MZG_Q4_1_MIN))) {
            mzg_q4_1_dequantize_ref(in, x, MZG_BLOCK);
            continue;
        }
        __m512 steps = _mm512_mul_ps(half16(in), count_from(0));
        store_looked_up(x, in + MZG_Q4_1_CODES, _mm512_add_ps(steps, half16(in + MZG_Q4_1_MIN)));
    }
}

void mzg_q5_0_dequantize_avx512(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += MZG_Q5_0_BYTES) {
        if (mzg_f16_unusual(mzg_load16(in))) {
            mzg_q5_0_dequantize_ref(in, x, MZG_BLOCK);
            continue;
        }
        __m512 d = half16(in);
        store_looked_up5(x, in + MZG_Q5_0_CODES, in + MZG_Q5_0_HIGH,
                         _mm512_mul_ps(d, count_from(-16)), _mm512_mul_ps(d, count_from(0)));
    }
}

void mzg_q5_1_dequantize_avx512(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += MZG_Q5_1_BYTES) {
        if (mzg_f16_unusual(mzg_load16(in)) || mzg_f16_unusual(mzg_load16(in + MZG_Q5_1_MIN))) {
            mzg_q5_1_dequantize_ref(in, x, MZG_BLOCK);
            continue;
        }
        __m512 d = half16(in), m = half16(in + MZG_Q5_1_MIN);
        store_looked_up5(x, in + MZG_Q5_1_CODES, in + MZG_Q5_1_HIGH,
                         _mm512_add_ps(_mm512_mul_ps(d, count_from(0)), m),
                         _mm512_add_ps(_mm512_mul_ps(d, count_from(16)), m));
    }
}
