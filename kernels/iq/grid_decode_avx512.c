/* grid_decode_avx512.c: decoders and dot products of the grids' types. */
#include "grid_avx512.h"

/* Sixteen magnitudes, scaled; bit i of signs: element i is negative. */
MZG_INLINE void decode16(float *x, __m128i magnitudes, const uint8_t *signs, float scale)
{
    __m512 m = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(magnitudes));
    __m512i v = _mm512_castps_si512(_mm512_mul_ps(m, _mm512_set1_ps(scale)));
    v = _mm512_mask_xor_epi32(v, mzg_load16(signs), v, _mm512_set1_epi32(INT32_MIN));
    _mm512_storeu_ps(x, _mm512_castsi512_ps(v));
}

MZG_INLINE void decode(const uint8_t *q, float *x, size_t n, size_t bytes, float unit,
                       mzg_grid_magnitudes *magnitudes, mzg_grid_signs *signs_of,
                       mzg_grid_steps *steps, void (*ref)(const void *q, float *x, size_t n))
{
    for (; n >= MZG_SUPER; n -= MZG_SUPER, q += bytes) {
        float scale[16];
        uint8_t room[32];
        if (!mzg_grid_scales16(q, unit, steps, scale)) {
            ref(q, x, MZG_SUPER);
            x += MZG_SUPER;
            continue;
        }
        const uint8_t *signs = signs_of(q, room);
        for (int b = 0; b < 8; b++, x += 32) {
            __m256i m = magnitudes(q, b);
            decode16(x, _mm256_castsi256_si128(m), signs + 4 * b, scale[2 * b]);
            decode16(x + 16, _mm256_extracti128_si256(m, 1), signs + 4 * b + 2, scale[2 * b + 1]);
        }
    }
}

static inline __m512i add(__m512i sum, __m512i products, __m512i factors)
{
    return _mm512_add_epi32(sum, _mm512_madd_epi16(products, factors));
}

#define KERNELS(type, TYPE, unit)                                                                  \
    void mzg_##type##_dequantize_avx512(const void *q, float *x, size_t n)                         \
    {                                                                                              \
        decode(q, x, n, MZG_##TYPE##_BYTES, unit, mzg_##type##_magnitudes, mzg_##type##_signs,   \
               mzg_##type##_steps, mzg_##type##_dequantize_ref);                                   \
    }                                                                                              \
    MZG_GRID_DOTS512(type, TYPE, unit, avx512, add)

MZG_GRID_EACH(KERNELS)
