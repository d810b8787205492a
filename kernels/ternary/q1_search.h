/* q1_search.h: Q1_0 over lanes. There is nothing to look for: the signs are the elements', and the
 * scale that loses least is the mean of their magnitudes, whatever the effort. */
#ifndef MZG_KERNELS_Q1_SEARCH_H
#define MZG_KERNELS_Q1_SEARCH_H

#include "ternary_lanes.h"

/* The mean magnitude; weighted is a constant, so that there is one piece of code for each. A block stays
 * in registers, and added up here it is faster than with the sums that a block of 256 brings along. */
MZG_INLINE float mzg_q1_0_mean(const struct mzg_ternary *t, int weighted)
{
    mzg_vf s = mzg_vf_set(0.0f), n = s;
    MZG_UNROLL
    for (int i = 0; i < 8; i++) {
        s = mzg_vf_add(s, mzg_ternary_wa(t, i, weighted));
        n = mzg_vf_add(n, mzg_ternary_w(t, i, weighted));
    }
    return mzg_vf_sum(s) / mzg_vf_sum(n);
}

MZG_INLINE void mzg_q1_0_block(const float *x, const float *w, uint8_t *q)
{
    struct mzg_ternary t;
    mzg_ternary_load(&t, x, 8);
    int weighted = w && mzg_ternary_weigh(&t, w, 8);
    float d = weighted ? mzg_q1_0_mean(&t, 1) : mzg_q1_0_mean(&t, 0);
    mzg_store16(q, mzg_f16_from(d));
    MZG_UNROLL
    for (int i = 0; i < 8; i++) {
        uint32_t signs = mzg_vm_mask(mzg_vf_le(mzg_vf_set(0.0f), t.x[i]));
        mzg_store16(q + MZG_Q1_0_CODES + 2 * i, (uint16_t)signs);
    }
}

#define MZG_Q1_0_ENCODERS(isa)                                                                     \
    void mzg_q1_0_search_##isa(const float *x, const float *w, void *q, size_t n,                  \
                               enum mzg_effort effort)                                             \
    {                                                                                              \
        uint8_t *out = q;                                                                          \
        (void)effort;                                                                              \
        for (size_t i = 0; i < n; i += MZG_Q1_0_ELEMS, out += MZG_Q1_0_BYTES) {                    \
            if (w)                                                                                 \
                mzg_q1_0_block(x + i, w + i, out);                                                 \
            else                                                                                   \
                mzg_q1_0_block(x + i, NULL, out);                                                  \
        }                                                                                          \
    }

#endif
