/* iq4_avx2.c: IQ4_NL and IQ4_XS with AVX2. */
#include "../lanes/lanes_avx2.h"

#include "../k/q8_k_dot_avx2.h"
#include "iq4_kernels.h"

MZG_SEARCHER(iq4_nl, avx2)
MZG_SEARCHER(iq4_xs, avx2)

/* The values of the 32 codes in sixteen bytes of nibbles. */
MZG_INLINE __m256i values32(const uint8_t *nibbles)
{
    const __m256i table = _mm256_broadcastsi128_si256(_mm_setr_epi8(MZG_CURVE_VALUES));
    return _mm256_shuffle_epi8(table, mzg_nibbles32(nibbles));
}

MZG_INLINE void store8(float *x, __m128i bytes, __m256 scale)
{
    _mm256_storeu_ps(x, _mm256_mul_ps(scale, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes))));
}

MZG_INLINE void decode_run(float *x, const uint8_t *nibbles, float scale)
{
    __m256i v = values32(nibbles);
    __m128i low = _mm256_castsi256_si128(v), high = _mm256_extracti128_si256(v, 1);
    __m256 s = _mm256_set1_ps(scale);
    store8(x, low, s);
    store8(x + 8, _mm_srli_si128(low, 8), s);
    store8(x + 16, high, s);
    store8(x + 24, _mm_srli_si128(high, 8), s);
}

MZG_IQ4_DECODERS(avx2, decode_run)

/* Sums of pairs of products, in words: y's sign goes over to the values, so that -128 is a magnitude
 * like any other, and 2 * 127 * 128 still fits. */
MZG_INLINE __m256i dot_pairs(const uint8_t *nibbles, const uint8_t *y)
{
    __m256i yc = _mm256_loadu_si256((const __m256i *)y);
    return _mm256_maddubs_epi16(_mm256_abs_epi8(yc), _mm256_sign_epi8(values32(nibbles), yc));
}

static inline void nl_group(__m256 *acc, const uint8_t *x, const uint8_t *y)
{
    __m256i parts[8];
    MZG_UNROLL
    for (int b = 0; b < 8; b++)
        parts[b] = _mm256_madd_epi16(dot_pairs(x + b * MZG_IQ4_NL_BYTES + MZG_IQ4_NL_CODES,
                                               y + b * MZG_Q8_0_BYTES + MZG_Q8_0_CODES),
                                     _mm256_set1_epi16(1));
    mzg_accumulate8(acc, x, MZG_IQ4_NL_BYTES, y, mzg_sum_eights(parts));
}

float mzg_iq4_nl_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_groups8(q, MZG_IQ4_NL_BYTES, y, MZG_Q8_0_BYTES, n, nl_group);
}

MZG_INLINE __m256i xs_block(const uint8_t *x, const uint8_t *y)
{
    __m128i words = _mm_cvtepi8_epi16(_mm_cvtsi64_si128((long long)mzg_iq4_xs_scales(x)));
    __m256i k = _mm256_broadcastsi128_si256(words), sum = _mm256_setzero_si256();
    MZG_UNROLL
    for (int i = 0; i < MZG_RUNS; i++) {
        __m256i pairs = dot_pairs(x + MZG_IQ4_XS_CODES + 16 * i,
                                  y + MZG_Q8_K_CODES + MZG_BLOCK * i);
        __m256i word = _mm256_set1_epi16((short)(0x0100 + 0x0202 * i));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_shuffle_epi8(k, word)));
    }
    return sum;
}

float mzg_iq4_xs_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_IQ4_XS_BYTES, 0, y, n, xs_block);
}
