/* dot_neon.c: dot products of blocks with scales and minima with Q8_K. Two products of at most 31 * 128 can
 * never exceed 16 bits. */
#include "../list.h"
#include "neon.h"

static inline int32x4_t dot16(int8x16_t codes, int8x16_t y)
{
    int16x8_t pairs = vmull_s8(vget_low_s8(codes), vget_low_s8(y));
    return vpaddlq_s16(vmlal_high_s8(pairs, codes, y));
}

MZG_SPAN_DOTS(neon, dot16)
