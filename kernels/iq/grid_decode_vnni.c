/* grid_decode_vnni.c: dot products of the grids' types: two products are scaled and added at once. */
#include "grid_avx512.h"

static inline __m512i add(__m512i sum, __m512i products, __m512i factors)
{
    return _mm512_dpwssd_epi32(sum, products, factors);
}

#define KERNELS(type, TYPE, unit) MZG_GRID_DOTS512(type, TYPE, unit, vnni, add)

MZG_GRID_EACH(KERNELS)
