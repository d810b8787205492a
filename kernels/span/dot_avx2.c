/* dot_avx2.c: dot products of blocks with scales and minima with Q8_K. Codes are unsigned, as maddubs takes
 * them, and two products of at most 31 * 128 can never exceed 16 bits. */
#include "../list.h"
#include "avx2.h"

/* Eight s as 16-bit words, twice. */
MZG_INLINE __m256i words8(uint64_t s)
{
    return _mm256_broadcastsi128_si256(_mm_cvtepu8_epi16(_mm_cvtsi64_si128((long long)s)));
}

/* s[j] * codes * y of sub-block j. */
MZG_INLINE __m256i scaled32(__m256i codes, const uint8_t *y, __m256i s, int j)
{
    const __m256i word = _mm256_set1_epi16((short)(2 * j | (2 * j + 1) << 8));
    __m256i yc = _mm256_loadu_si256((const __m256i *)(y + MZG_Q8_K_CODES + 32 * j));
    return _mm256_madd_epi16(_mm256_maddubs_epi16(codes, yc), _mm256_shuffle_epi8(s, word));
}

static inline struct mzg_span_parts q4_k_parts(const uint8_t *x, const uint8_t *y)
{
    const __m256i low = _mm256_set1_epi8(15);
    struct mzg_span_sixes a = mzg_span_load_sixes(x + MZG_Q4_K_SCALES);
    __m256i s = words8(a.s), coded = _mm256_setzero_si256();
    MZG_UNROLL
    for (int c = 0; c < 4; c++) {
        __m256i both = _mm256_loadu_si256((const __m256i *)(x + MZG_Q4_K_CODES + 32 * c));
        __m256i upper = _mm256_and_si256(_mm256_srli_epi16(both, 4), low);
        coded = _mm256_add_epi32(coded, scaled32(_mm256_and_si256(both, low), y, s, 2 * c));
        coded = _mm256_add_epi32(coded, scaled32(upper, y, s, 2 * c + 1));
    }
    return (struct mzg_span_parts){coded, mzg_span_min_parts8(a.m, y)};
}

float mzg_q4_k_dot_avx2(const void *q, const void *y, size_t n)
{
    return mzg_span_dot(q, MZG_Q4_K_PLACE, y, n, q4_k_parts);
}
