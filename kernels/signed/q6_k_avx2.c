/* q6_k_avx2.c: Q6_K with AVX2. */
#include "../lanes/lanes_avx2.h"

#include "../k/q8_k_dot_avx2.h"
#include "../list.h"
#include "q6_k_search.h"

void mzg_q6_k_search_avx2(const float *x, const float *w, void *q, size_t n,
                          enum mzg_effort effort)
{
    mzg_q6_k_search(x, w, q, n, effort);
}

void mzg_q6_k_quantize_avx2(const float *x, void *q, size_t n)
{
    mzg_q6_k_search_avx2(x, NULL, q, n, MZG_EFFORT_DEFAULT);
}

/* The 128 codes of one half of a block, 0 to 63, in order. */
MZG_INLINE void codes128(const uint8_t *block, int half, __m256i c[4])
{
    const __m256i nibble = _mm256_set1_epi8(15), pair = _mm256_set1_epi8(0x30);
    const __m256i *low = (const __m256i *)(block + 64 * half);
    __m256i a = _mm256_loadu_si256(low), b = _mm256_loadu_si256(low + 1);
    __m256i high = _mm256_loadu_si256((const __m256i *)(block + MZG_Q6_K_HIGH + 32 * half));
    c[0] = _mm256_or_si256(_mm256_and_si256(a, nibble),
                           _mm256_and_si256(_mm256_slli_epi16(high, 4), pair));
    c[1] = _mm256_or_si256(_mm256_and_si256(b, nibble),
                           _mm256_and_si256(_mm256_slli_epi16(high, 2), pair));
    c[2] = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(a, 4), nibble),
                           _mm256_and_si256(high, pair));
    c[3] = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(b, 4), nibble),
                           _mm256_and_si256(_mm256_srli_epi16(high, 2), pair));
}

MZG_INLINE void store8(float *x, __m128i codes, __m256 scale)
{
    _mm256_storeu_ps(x, _mm256_mul_ps(scale, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(codes))));
}

void mzg_q6_k_dequantize_avx2(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, in += MZG_Q6_K_BYTES) {
        if (mzg_f16_unusual(mzg_load16(in + MZG_Q6_K_D))) {
            mzg_q6_k_dequantize_ref(in, x, MZG_SUPER);
            x += MZG_SUPER;
            continue;
        }
        float d = mzg_f16_to(mzg_load16(in + MZG_Q6_K_D));
        const int8_t *k = (const int8_t *)(in + MZG_Q6_K_SCALES);
        for (int half = 0; half < 2; half++) {
            __m256i c[4];
            codes128(in, half, c);
            MZG_UNROLL
            for (int i = 0; i < 4; i++, x += 32, k += 2) {
                __m256i codes = _mm256_sub_epi8(c[i], _mm256_set1_epi8(32));
                __m128i a = _mm256_castsi256_si128(codes), b = _mm256_extracti128_si256(codes, 1);
                __m256 first = _mm256_set1_ps(d * (float)k[0]);
                __m256 second = _mm256_set1_ps(d * (float)k[1]);
                store8(x, a, first);
                store8(x + 8, _mm_srli_si128(a, 8), first);
                store8(x + 16, b, second);
                store8(x + 24, _mm_srli_si128(b, 8), second);
            }
        }
    }
}

/* Word w of the lower half's eight (of both halves alike) in the lower half, the next in the upper. */
MZG_INLINE __m256i two_words(__m256i words, int w)
{
    __m128i lower = _mm_set1_epi16((short)(0x0100 + 0x0202 * w));
    __m128i upper = _mm_set1_epi16((short)(0x0302 + 0x0202 * w));
    return _mm256_shuffle_epi8(words, _mm256_inserti128_si256(_mm256_castsi128_si256(lower),
                                                              upper, 1));
}

MZG_INLINE __m256i dot_block(const uint8_t *x, const uint8_t *y)
{
    const __m256i *yc = (const __m256i *)(y + MZG_Q8_K_CODES);
    __m256i k = _mm256_cvtepi8_epi16(mzg_load128(x + MZG_Q6_K_SCALES));
    __m256i ysums = _mm256_loadu_si256((const __m256i *)(y + MZG_Q8_K_SUMS));
    __m256i sum = _mm256_slli_epi32(_mm256_madd_epi16(k, ysums), 5);
    sum = _mm256_sub_epi32(_mm256_setzero_si256(), sum);
    MZG_UNROLL
    for (int half = 0; half < 2; half++) {
        __m256i c[4], eight = _mm256_permute2x128_si256(k, k, 0);
        if (half)
            eight = _mm256_permute2x128_si256(k, k, 0x11);
        codes128(x, half, c);
        MZG_UNROLL
        for (int i = 0; i < 4; i++) {
            __m256i pairs = _mm256_maddubs_epi16(c[i], _mm256_loadu_si256(yc + 4 * half + i));
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, two_words(eight, 2 * i)));
        }
    }
    return sum;
}

float mzg_q6_k_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_dot_supers(q, MZG_Q6_K_BYTES, MZG_Q6_K_D, y, n, dot_block);
}
