/* q32_dot_dotprod.c: dot products of blocks of 32 with Q8_0 or Q8_1 by sdot, which multiplies signed bytes
 * and adds fours of them to 32 bits. */
#include "list.h"
#include "neon.h"

static inline int32x4_t dot_block(int8x16x2_t x, int8x16x2_t y)
{
    int32x4_t low = vdotq_s32(vdupq_n_s32(0), x.val[0], y.val[0]);
    return vdotq_s32(low, x.val[1], y.val[1]);
}

float mzg_q8_0_dot_dotprod(const void *q, const void *y, size_t n)
{
    return mzg_dot_quads(q, MZG_Q8_0_BYTES, y, n, mzg_q8_0_codes32, dot_block, 0);
}

float mzg_q4_0_dot_dotprod(const void *q, const void *y, size_t n)
{
    return mzg_dot_quads(q, MZG_Q4_0_BYTES, y, n, mzg_q4_0_codes32, dot_block, 0);
}

float mzg_q4_1_dot_dotprod(const void *q, const void *y, size_t n)
{
    return mzg_dot_quads(q, MZG_Q4_1_BYTES, y, n, mzg_q4_1_codes32, dot_block, 1);
}

float mzg_q5_0_dot_dotprod(const void *q, const void *y, size_t n)
{
    return mzg_dot_quads(q, MZG_Q5_0_BYTES, y, n, mzg_q5_0_codes32, dot_block, 0);
}

float mzg_q5_1_dot_dotprod(const void *q, const void *y, size_t n)
{
    return mzg_dot_quads(q, MZG_Q5_1_BYTES, y, n, mzg_q5_1_codes32, dot_block, 1);
}
