/* dot_dotprod.c: dot products of blocks with scales and minima with Q8_K by sdot. */
#include "../list.h"
#include "neon.h"

static inline int32x4_t dot16(int8x16_t codes, int8x16_t y)
{
    return vdotq_s32(vdupq_n_s32(0), codes, y);
}

MZG_SPAN_DOTS(dotprod, dot16)
