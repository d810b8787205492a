/* narrow_avx512.h: narrow_avx2.h's products, 64 elements a vector; with dpbusd where this is compiled
 * for VNNI. */
#ifndef MZG_KERNELS_NARROW_AVX512_H
#define MZG_KERNELS_NARROW_AVX512_H

#include "avx512.h"
#include "narrow_avx2.h"

/* The scales of eight blocks of Q8_0: their 256 first bytes hold the scales as words 0, 17, 34, 51 of
 * each half. */
MZG_INLINE __m256 mzg_q8_0_scales512(const uint8_t *y)
{
    const __m512i at = _mm512_castsi128_si512(_mm_setr_epi16(0, 17, 34, 51, 4, 21, 38, 55));
    __m512i a = _mm512_permutex2var_epi16(_mm512_loadu_si512(y), at, _mm512_loadu_si512(y + 64));
    __m512i b = _mm512_permutex2var_epi16(_mm512_loadu_si512(y + 128), at,
                                          _mm512_loadu_si512(y + 192));
    __m128i halves = _mm_blend_epi16(_mm512_castsi512_si128(a), _mm512_castsi512_si128(b), 0xf0);
    return _mm256_cvtph_ps(halves);
}

/* (code - zero) * y of 64 elements, fours of them added; codes up to 31. */
MZG_INLINE __m512i mzg_products64(__m512i codes, char zero, __m512i y)
{
    const __m512i zeros = _mm512_set1_epi8(zero);
#ifdef __AVX512VNNI__
    const __m512i none = _mm512_setzero_si512();
    return _mm512_sub_epi32(_mm512_dpbusd_epi32(none, codes, y),
                            _mm512_dpbusd_epi32(none, zeros, y));
#else
    __m512i pairs = _mm512_maddubs_epi16(codes, y);
    pairs = _mm512_sub_epi16(pairs, _mm512_maddubs_epi16(zeros, y));
    return _mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
#endif
}

#endif
