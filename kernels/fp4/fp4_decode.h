/* fp4_decode.h: MXFP4 and NVFP4 decoded over lanes. Nothing in these formats is NaN, so vectors need
 * no more care than the reference. */
#ifndef MZG_KERNELS_FP4_DECODE_H
#define MZG_KERNELS_FP4_DECODE_H

#include "../lanes/lanes.h"
#include "fp4.h"

static const float mzg_e2m1_twice[16] = {MZG_E2M1_TWICE};

MZG_INLINE void mzg_e2m1_values(float *x, mzg_vi code, mzg_vf half)
{
    mzg_vf_store(x, mzg_vf_mul(mzg_vf_lookup16(mzg_e2m1_twice, code), half));
}

MZG_INLINE void mzg_mxfp4_decode(const uint8_t *in, float *x, size_t n)
{
    for (; n >= MZG_MXFP4_ELEMS; n -= MZG_MXFP4_ELEMS, in += MZG_MXFP4_BYTES) {
        mzg_vf half = mzg_vf_set(mzg_mxfp4_half(*in));
        mzg_vi both = mzg_vi_load8u(in + MZG_MXFP4_CODES);
        mzg_e2m1_values(x, mzg_vi_and(both, mzg_vi_set(15)), half);
        mzg_e2m1_values(x + 16, mzg_vi_shr(both, 4), half);
        x += MZG_MXFP4_ELEMS;
    }
}

MZG_INLINE void mzg_nvfp4_decode(const uint8_t *in, float *x, size_t n)
{
    const uint64_t nibbles = 0x0f0f0f0f0f0f0f0f;
    for (; n >= MZG_NVFP4_ELEMS; n -= MZG_NVFP4_ELEMS, in += MZG_NVFP4_BYTES) {
        MZG_UNROLL
        for (int s = 0; s < 4; s++, x += MZG_NVFP4_SUB) {
            uint64_t both;
            memcpy(&both, in + MZG_NVFP4_CODES + 8 * s, sizeof both);
            mzg_vi codes = mzg_vi_bytes(both & nibbles, both >> 4 & nibbles);
            mzg_e2m1_values(x, codes, mzg_vf_set(mzg_nvfp4_half(in[s])));
        }
    }
}

#define MZG_FP4_DECODERS(isa)                                                                      \
    void mzg_mxfp4_dequantize_##isa(const void *q, float *x, size_t n)                             \
    {                                                                                              \
        mzg_mxfp4_decode(q, x, n);                                                                 \
    }                                                                                              \
    void mzg_nvfp4_dequantize_##isa(const void *q, float *x, size_t n)                             \
    {                                                                                              \
        mzg_nvfp4_decode(q, x, n);                                                                 \
    }

#endif
