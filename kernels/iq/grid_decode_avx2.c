/* grid_decode_avx2.c: decoders and dot products of the grids' types. */
#include "grid_avx2.h"

/* Eight magnitudes, scaled; bit i of signs: element i is negative. */
MZG_INLINE __m256 decode8(__m128i magnitudes, uint32_t signs, __m256 scale)
{
    const __m256i up = _mm256_setr_epi32(31, 30, 29, 28, 27, 26, 25, 24);
    __m256i bits = _mm256_sllv_epi32(_mm256_set1_epi32((int)signs), up);
    __m256 sign = _mm256_and_ps(_mm256_castsi256_ps(bits), _mm256_set1_ps(-0.0f));
    __m256 x = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(magnitudes));
    return _mm256_xor_ps(_mm256_mul_ps(x, scale), sign);
}

/* Sixteen of one step. */
MZG_INLINE void decode16(float *x, __m128i magnitudes, const uint8_t *signs, float scale)
{
    __m256 s = _mm256_set1_ps(scale);
    _mm256_storeu_ps(x, decode8(magnitudes, signs[0], s));
    _mm256_storeu_ps(x + 8, decode8(_mm_srli_si128(magnitudes, 8), signs[1], s));
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

/* -1 in each byte whose bit is set. */
MZG_INLINE __m256i spread(uint32_t bits)
{
    const __m256i from = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202,
                                            0x0303030303030303);
    const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201);
    __m256i bytes = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), from);
    return _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bit), bit);
}

/* The magnitude of y stays a number without sign, so that 128 is one; the magnitudes of x, at most
 * 62, take the sign of the product (where y is 0, any). */
MZG_INLINE __m256i multiply32(__m256i magnitudes, uint32_t signs, const uint8_t *y)
{
    __m256i v = _mm256_loadu_si256((const __m256i *)y);
    __m256i sign = _mm256_or_si256(_mm256_xor_si256(v, spread(signs)), _mm256_set1_epi8(1));
    return _mm256_maddubs_epi16(_mm256_abs_epi8(v), _mm256_sign_epi8(magnitudes, sign));
}

MZG_INLINE float multiply(const uint8_t *q, const uint8_t *y, size_t n, size_t bytes, float unit,
                          mzg_grid_magnitudes *magnitudes, mzg_grid_signs *signs_of,
                          mzg_grid_steps *steps)
{
    const __m256i first = _mm256_setr_epi64x((long long)0x8000800080008000,
                                             (long long)0x8000800080008000,
                                             (long long)0x8001800180018001,
                                             (long long)0x8001800180018001);
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, q += bytes, y += MZG_Q8_K_BYTES) {
        __m256i all = _mm256_broadcastsi128_si256(steps(q)), sum = _mm256_setzero_si256();
        __m256i at = first; /* of the steps of these 32 elements */
        uint8_t room[32];
        const uint8_t *signs = signs_of(q, room);
        MZG_UNROLL
        for (int k = 0; k < 8; k++) {
            __m256i part = multiply32(magnitudes(q, k), mzg_load32(signs + 4 * k),
                                      y + MZG_Q8_K_CODES + 32 * k);
            part = _mm256_madd_epi16(part, _mm256_shuffle_epi8(all, at));
            sum = _mm256_add_epi32(sum, part);
            at = _mm256_add_epi16(at, _mm256_set1_epi16(2));
        }
        mzg_grid_accumulate(acc, b, q, unit, y, sum);
    }
    return mzg_sum8(acc);
}

#define KERNELS(type, TYPE, unit)                                                                  \
    void mzg_##type##_dequantize_avx2(const void *q, float *x, size_t n)                           \
    {                                                                                              \
        decode(q, x, n, MZG_##TYPE##_BYTES, unit, mzg_##type##_magnitudes, mzg_##type##_signs,   \
               mzg_##type##_steps, mzg_##type##_dequantize_ref);                                   \
    }                                                                                              \
    float mzg_##type##_dot_avx2(const void *q, const void *y, size_t n)                            \
    {                                                                                              \
        return multiply(q, y, n, MZG_##TYPE##_BYTES, unit, mzg_##type##_magnitudes,                \
                        mzg_##type##_signs, mzg_##type##_steps);                                 \
    }

MZG_GRID_EACH(KERNELS)
