/* grid_avx512.h: the dot products of the grids' types with vectors of 64 bytes. */
#ifndef MZG_KERNELS_IQ_GRID_AVX512_H
#define MZG_KERNELS_IQ_GRID_AVX512_H

#include "grid_avx2.h"

/* Adds pairs of products, each times its factor. */
typedef __m512i mzg_grid_add(__m512i sum, __m512i products, __m512i factors);

/* The magnitude of y stays a number without sign, so that 128 is one; the magnitudes of x, at most
 * 62, take the sign of the product. */
MZG_INLINE __m512i mzg_grid_multiply64(__m512i x, const uint8_t *signs, const uint8_t *y)
{
    __m512i v = _mm512_loadu_si512(y);
    uint64_t bits;
    memcpy(&bits, signs, sizeof bits);
    __mmask64 negative = _kxor_mask64(_cvtu64_mask64(bits), _mm512_movepi8_mask(v));
    x = _mm512_mask_sub_epi8(x, negative, _mm512_setzero_si512(), x);
    return _mm512_maddubs_epi16(_mm512_abs_epi8(v), x);
}

MZG_INLINE float mzg_grid_dot512(const uint8_t *q, const uint8_t *y, size_t n, size_t bytes,
                                 float unit, mzg_grid_magnitudes *magnitudes,
                                 mzg_grid_signs *signs_of, mzg_grid_steps *steps,
                                 mzg_grid_add *add)
{
    const __m512i first = _mm512_setr_epi64(
        (long long)0x8000800080008000, (long long)0x8000800080008000,
        (long long)0x8001800180018001, (long long)0x8001800180018001,
        (long long)0x8002800280028002, (long long)0x8002800280028002,
        (long long)0x8003800380038003, (long long)0x8003800380038003);
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, q += bytes, y += MZG_Q8_K_BYTES) {
        __m512i all = _mm512_broadcast_i32x4(steps(q)), sum = _mm512_setzero_si512();
        __m512i at = first; /* of the steps of these 64 elements */
        uint8_t room[32];
        const uint8_t *signs = signs_of(q, room);
        MZG_UNROLL
        for (int k = 0; k < 4; k++) {
            __m512i x = _mm512_castsi256_si512(magnitudes(q, 2 * k));
            x = _mm512_inserti64x4(x, magnitudes(q, 2 * k + 1), 1);
            __m512i part = mzg_grid_multiply64(x, signs + 8 * k, y + MZG_Q8_K_CODES + 64 * k);
            sum = add(sum, part, _mm512_shuffle_epi8(all, at));
            at = _mm512_add_epi16(at, _mm512_set1_epi16(4));
        }
        mzg_grid_accumulate(acc, b, q, unit, y,
                            _mm256_add_epi32(_mm512_castsi512_si256(sum),
                                             _mm512_extracti64x4_epi64(sum, 1)));
    }
    return mzg_sum8(acc);
}

#define MZG_GRID_DOTS512(type, TYPE, unit, isa, add)                                               \
    float mzg_##type##_dot_##isa(const void *q, const void *y, size_t n)                           \
    {                                                                                              \
        return mzg_grid_dot512(q, y, n, MZG_##TYPE##_BYTES, unit, mzg_##type##_magnitudes,         \
                               mzg_##type##_signs, mzg_##type##_steps, add);                     \
    }

#endif
