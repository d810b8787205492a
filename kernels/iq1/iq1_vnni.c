/* iq1_vnni.c: dot products of IQ1_S and IQ1_M, with one instruction for two. */
#include "iq1_avx512.h"

static inline __m512i add_products(__m512i sum, __m512i pairs, __m512i factors)
{
    return _mm512_dpwssd_epi32(sum, pairs, factors);
}

MZG_IQ1_DOTS64(vnni, add_products)
