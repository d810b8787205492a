/* signed_ref.h: Q6_K and Q3_K by definition, but for where a block's codes and scales are. */
#ifndef MZG_KERNELS_SIGNED_SIGNED_REF_H
#define MZG_KERNELS_SIGNED_SIGNED_REF_H

#include "../list.h"
#include "signed.h"

/* Where things are: the code of element i as it is stored, the scale of a sub-block of 16. */
struct mzg_signed_layout {
    size_t bytes, d_at;
    int32_t zero; /* the code that stands for 0 */
    int32_t (*code)(const uint8_t *block, int i);
    int32_t (*scale)(const uint8_t *block, int sub);
};

MZG_INLINE void mzg_signed_decode_ref(const struct mzg_signed_layout *l, const uint8_t *in, float *x,
                                      size_t n)
{
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += l->bytes) {
        float d = mzg_f16_to(mzg_load16(in + l->d_at));
        for (int i = 0; i < MZG_SUPER; i++)
            x[i] = mzg_canonical(d * (float)l->scale(in, i / 16) * (float)(l->code(in, i) - l->zero));
    }
}

/* Sum of k * (code - zero) * y, where the sums that y brings along stand for its codes' sums. Those may
 * be anything in a damaged block, so what is taken off wraps. */
MZG_INLINE int32_t mzg_signed_sum_ref(const struct mzg_signed_layout *l, const uint8_t *x,
                                      const uint8_t *y)
{
    uint32_t sum = 0;
    for (int sub = 0; sub < MZG_SUBS; sub++) {
        int32_t codes = 0, k = l->scale(x, sub);
        for (int i = 16 * sub; i < 16 * sub + 16; i++)
            codes += l->code(x, i) * (int8_t)y[MZG_Q8_K_CODES + i];
        int32_t ysum = (int16_t)mzg_load16(y + MZG_Q8_K_SUMS + 2 * sub);
        sum += (uint32_t)(k * codes) - (uint32_t)(k * ysum) * (uint32_t)l->zero;
    }
    return (int32_t)sum;
}

MZG_INLINE float mzg_signed_dot_ref(const struct mzg_signed_layout *l, const uint8_t *x,
                                    const uint8_t *y, size_t n)
{
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, x += l->bytes, y += MZG_Q8_K_BYTES) {
        float scale = mzg_f16_to(mzg_load16(x + l->d_at)) * mzg_float(mzg_load32(y));
        acc[b % 8] += scale * (float)mzg_signed_sum_ref(l, x, y);
    }
    return mzg_sum8(acc);
}

#endif
