/* grid_decode_dotprod.c: dot products of the grids' types, four products at once. */
#include "grid_neon.h"

static inline int32x4_t add(int32x4_t sum, int8x16_t x, int8x16_t y, int16_t factor)
{
    return vmlaq_n_s32(sum, vdotq_s32(vdupq_n_s32(0), x, y), factor);
}

#define KERNELS(type, TYPE, unit) MZG_GRID_DOTS(type, TYPE, unit, dotprod, add)

MZG_GRID_EACH(KERNELS)
