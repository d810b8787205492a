/* q8_k_dot_neon.h: the loop around dot products of blocks of 256 with Q8_K on ARM: block b adds
 * (d * dy) * S to accumulator b mod 8. */
#ifndef MZG_KERNELS_K_Q8_K_DOT_NEON_H
#define MZG_KERNELS_K_Q8_K_DOT_NEON_H

#include "../neon.h"
#include "superblocks.h"

/* Four parts of a block's integer sum S. */
typedef int32x4_t mzg_dot_super(const uint8_t *x, const uint8_t *y);

/* x in blocks of so many bytes, with its scale d_at bytes into each. */
MZG_INLINE float mzg_dot_supers(const void *q, size_t bytes, size_t d_at, const void *y, size_t n,
                                mzg_dot_super *dot)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, xb += bytes, yb += MZG_Q8_K_BYTES) {
        float scale = mzg_f16_to(mzg_load16(xb + d_at)) * mzg_float(mzg_load32(yb));
        acc[b % 8] += scale * (float)vaddvq_s32(dot(xb, yb));
    }
    return mzg_sum8(acc);
}

#endif
