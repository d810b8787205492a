/* q32_dot_neon.c: dot products of blocks of 32 with Q8_0 or Q8_1 where there is no sdot. */
#include "list.h"
#include "neon.h"

/* Any codes: a 16-bit product of two bytes leaves no room for a second one. */
static inline int32x4_t dot_bytes(int8x16x2_t x, int8x16x2_t y)
{
    int32x4_t sum = vpaddlq_s16(vmull_s8(vget_low_s8(x.val[0]), vget_low_s8(y.val[0])));
    sum = vpadalq_s16(sum, vmull_high_s8(x.val[0], y.val[0]));
    sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(x.val[1]), vget_low_s8(y.val[1])));
    return vpadalq_s16(sum, vmull_high_s8(x.val[1], y.val[1]));
}

/* Codes up to 31: four products stay below 2^14. */
static inline int32x4_t dot_small(int8x16x2_t x, int8x16x2_t y)
{
    int16x8_t sum = vmull_s8(vget_low_s8(x.val[0]), vget_low_s8(y.val[0]));
    sum = vmlal_high_s8(sum, x.val[0], y.val[0]);
    sum = vmlal_s8(sum, vget_low_s8(x.val[1]), vget_low_s8(y.val[1]));
    return vpaddlq_s16(vmlal_high_s8(sum, x.val[1], y.val[1]));
}

float mzg_q8_0_dot_neon(const void *q, const void *y, size_t n)
{
    return mzg_dot_quads(q, MZG_Q8_0_BYTES, y, n, mzg_q8_0_codes32, dot_bytes, 0);
}

float mzg_q4_0_dot_neon(const void *q, const void *y, size_t n)
{
    return mzg_dot_quads(q, MZG_Q4_0_BYTES, y, n, mzg_q4_0_codes32, dot_small, 0);
}

float mzg_q4_1_dot_neon(const void *q, const void *y, size_t n)
{
    return mzg_dot_quads(q, MZG_Q4_1_BYTES, y, n, mzg_q4_1_codes32, dot_small, 1);
}

float mzg_q5_0_dot_neon(const void *q, const void *y, size_t n)
{
    return mzg_dot_quads(q, MZG_Q5_0_BYTES, y, n, mzg_q5_0_codes32, dot_small, 0);
}

float mzg_q5_1_dot_neon(const void *q, const void *y, size_t n)
{
    return mzg_dot_quads(q, MZG_Q5_1_BYTES, y, n, mzg_q5_1_codes32, dot_small, 1);
}
