/* signed_kernels.h: what is the same in Q6_K's and Q3_K's kernels of every instruction set: include its
 * lanes and its signed_*.h, which decodes a block, first. */
#ifndef MZG_KERNELS_SIGNED_SIGNED_KERNELS_H
#define MZG_KERNELS_SIGNED_SIGNED_KERNELS_H

#include "../groups.h"
#include "../list.h"

/* Blocks whose scale is Inf or NaN are left to the reference. codes: what takes a block's codes apart. */
#define MZG_Q6_K_DECODER(isa, codes)                                                               \
    void mzg_q6_k_dequantize_##isa(const void *q, float *x, size_t n)                              \
    {                                                                                              \
        const uint8_t *in = q;                                                                     \
        for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q6_K_BYTES) {             \
            uint16_t d = mzg_load16(in + MZG_Q6_K_D);                                              \
            const int8_t *k = (const int8_t *)(in + MZG_Q6_K_SCALES);                              \
            if (mzg_f16_unusual(d))                                                                \
                mzg_q6_k_dequantize_ref(in, x, MZG_SUPER);                                         \
            else                                                                                   \
                mzg_signed_decode(x, in, mzg_f16_to(d), k, 32, codes);                             \
        }                                                                                          \
    }

#define MZG_Q3_K_DECODER(isa, codes)                                                               \
    void mzg_q3_k_dequantize_##isa(const void *q, float *x, size_t n)                              \
    {                                                                                              \
        const uint8_t *in = q;                                                                     \
        uint64_t k[2];                                                                             \
        for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q3_K_BYTES) {             \
            uint16_t d = mzg_load16(in + MZG_Q3_K_D);                                              \
            mzg_q3_k_scales(in, k);                                                                \
            if (mzg_f16_unusual(d))                                                                \
                mzg_q3_k_dequantize_ref(in, x, MZG_SUPER);                                         \
            else                                                                                   \
                mzg_signed_decode(x, in, mzg_f16_to(d), (const int8_t *)k, 4, codes);              \
        }                                                                                          \
    }

#endif
