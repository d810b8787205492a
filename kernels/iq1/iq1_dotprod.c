/* iq1_dotprod.c: dot products of IQ1_S and IQ1_M, with one instruction for sixteen products. */
#include "iq1_neon.h"

static inline int32x4_t fours(int8x16_t a, int8x16_t b)
{
    return vdotq_s32(vdupq_n_s32(0), a, b);
}

MZG_IQ1_DOTS(dotprod, fours)
