/* iq4_kernels.h: what is the same in IQ4_NL's and IQ4_XS's kernels of every instruction set: include its
 * lanes first. */
#ifndef MZG_KERNELS_CURVE_IQ4_KERNELS_H
#define MZG_KERNELS_CURVE_IQ4_KERNELS_H

#include "../groups.h"
#include "../list.h"
#include "iq4_nl_search.h"
#include "iq4_xs_search.h"

/* The values of a run's sixteen bytes of nibbles, times scale, to 32 floats. */
typedef void mzg_curve_run(float *x, const uint8_t *nibbles, float scale);

/* Blocks whose scale is Inf or NaN are left to the reference. */
MZG_INLINE void mzg_iq4_nl_decode(const uint8_t *in, float *x, size_t n, mzg_curve_run *run)
{
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += MZG_IQ4_NL_BYTES) {
        if (mzg_f16_unusual(mzg_load16(in)))
            mzg_iq4_nl_dequantize_ref(in, x, MZG_BLOCK);
        else
            run(x, in + MZG_IQ4_NL_CODES, mzg_f16_to(mzg_load16(in)));
    }
}

MZG_INLINE void mzg_iq4_xs_decode(const uint8_t *in, float *x, size_t n, mzg_curve_run *run)
{
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_IQ4_XS_BYTES) {
        float d = mzg_f16_to(mzg_load16(in));
        uint64_t k = mzg_iq4_xs_scales(in);
        if (mzg_f16_unusual(mzg_load16(in))) {
            mzg_iq4_xs_dequantize_ref(in, x, MZG_SUPER);
            continue;
        }
        for (int i = 0; i < MZG_RUNS; i++, k >>= 8)
            run(x + MZG_BLOCK * i, in + MZG_IQ4_XS_CODES + 16 * i, d * (float)(int8_t)k);
    }
}

#define MZG_IQ4_DECODERS(isa, run)                                                                 \
    void mzg_iq4_nl_dequantize_##isa(const void *q, float *x, size_t n)                            \
    {                                                                                              \
        mzg_iq4_nl_decode(q, x, n, run);                                                           \
    }                                                                                              \
    void mzg_iq4_xs_dequantize_##isa(const void *q, float *x, size_t n)                            \
    {                                                                                              \
        mzg_iq4_xs_decode(q, x, n, run);                                                           \
    }

#endif
