/* q1_search.h: Q1_0 over lanes. There is nothing to look for: the signs are the elements', and the
 * scale that loses least is the mean of their magnitudes, whatever the effort. */
#ifndef MZG_KERNELS_Q1_SEARCH_H
#define MZG_KERNELS_Q1_SEARCH_H

#include "ternary_lanes.h"

MZG_INLINE void mzg_q1_0_block(const float *x, const float *w, uint8_t *q, int weighted)
{
    struct mzg_ternary t;
    mzg_vf s = mzg_vf_set(0.0f), n = s;
    mzg_ternary_load(&t, x, w, 8);
    MZG_UNROLL
    for (int i = 0; i < 8; i++) {
        s = mzg_vf_add(s, mzg_ternary_wa(&t, i, weighted));
        n = mzg_vf_add(n, mzg_ternary_w(&t, i, weighted));
        uint32_t signs = mzg_vm_mask(mzg_vf_le(mzg_vf_set(0.0f), t.x[i]));
        mzg_store16(q + MZG_Q1_0_CODES + 2 * i, (uint16_t)signs);
    }
    mzg_store16(q, mzg_f16_from(mzg_vf_sum(s) / mzg_vf_sum(n)));
}

#define MZG_Q1_0_ENCODERS(isa)                                                                     \
    void mzg_q1_0_search_##isa(const float *x, const float *w, void *q, size_t n,                  \
                               enum mzg_effort effort)                                             \
    {                                                                                              \
        uint8_t *out = q;                                                                          \
        (void)effort;                                                                              \
        for (size_t i = 0; i < n; i += MZG_Q1_0_ELEMS, out += MZG_Q1_0_BYTES) {                    \
            if (w)                                                                                 \
                mzg_q1_0_block(x + i, w + i, out, 1);                                              \
            else                                                                                   \
                mzg_q1_0_block(x + i, NULL, out, 0);                                               \
        }                                                                                          \
    }                                                                                              \
    void mzg_q1_0_quantize_##isa(const float *x, void *q, size_t n)                                \
    {                                                                                              \
        mzg_q1_0_search_##isa(x, NULL, q, n, MZG_EFFORT_DEFAULT);                                  \
    }

#endif
