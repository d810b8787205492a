/* dot_avx512.c: dot products of blocks with scales and minima with Q8_K. */
#include "../list.h"
#include "avx512.h"

static inline __m512i add_pairs(__m512i sum, __m512i a, __m512i b)
{
    return _mm512_add_epi32(sum, _mm512_madd_epi16(a, b));
}

MZG_SPAN_DOTS(avx512, add_pairs)
