/* dot_vnni.c: dot products of blocks with scales and minima with Q8_K; dpwssd multiplies and adds at once. */
#include "../list.h"
#include "avx512.h"

static inline __m512i add_pairs(__m512i sum, __m512i a, __m512i b)
{
    return _mm512_dpwssd_epi32(sum, a, b);
}

MZG_SPAN_DOTS(vnni, add_pairs)
