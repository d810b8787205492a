/* q8_1.h: Q8_1 by way of Q8_0: the same scale and codes, and the sum that products with a minimum
 * need. It is the other side of dot products and no type of tensors, so this is written once, around
 * each instruction set's own Q8_0. */
#ifndef MZG_KERNELS_Q8_1_H
#define MZG_KERNELS_Q8_1_H

#include "groups.h"

#include <string.h>

typedef void mzg_decode_any(const void *q, float *x, size_t n);

/* s: the scale as stored times the sum of codes, to a half; beyond its range Inf. */
MZG_INLINE uint16_t mzg_q8_1_sum(uint16_t d, const uint8_t *codes)
{
    int32_t sum = 0;
    for (int i = 0; i < MZG_BLOCK; i++)
        sum += (int8_t)codes[i];
    return mzg_f16_from(mzg_f16_to(d) * (float)sum);
}

MZG_INLINE void mzg_q8_1_quantize_by(mzg_quantize_any *q8_0, const float *x, void *q, size_t n)
{
    uint8_t *out = q, blocks[MZG_GROUP * MZG_Q8_0_BYTES];
    while (n) {
        size_t run = n < MZG_GROUP_ELEMS ? n : MZG_GROUP_ELEMS;
        q8_0(x, blocks, run);
        for (size_t b = 0; b < run / MZG_BLOCK; b++, out += MZG_Q8_1_BYTES) {
            const uint8_t *from = blocks + b * MZG_Q8_0_BYTES;
            memcpy(out, from, 2);
            mzg_store16(out + MZG_Q8_1_SUM, mzg_q8_1_sum(mzg_load16(from), from + MZG_Q8_0_CODES));
            memcpy(out + MZG_Q8_1_CODES, from + MZG_Q8_0_CODES, MZG_BLOCK);
        }
        x += run;
        n -= run;
    }
}

MZG_INLINE void mzg_q8_1_dequantize_by(mzg_decode_any *q8_0, const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    uint8_t blocks[MZG_GROUP * MZG_Q8_0_BYTES];
    while (n) {
        size_t run = n < MZG_GROUP_ELEMS ? n : MZG_GROUP_ELEMS;
        for (size_t b = 0; b < run / MZG_BLOCK; b++, in += MZG_Q8_1_BYTES) {
            memcpy(blocks + b * MZG_Q8_0_BYTES, in, 2);
            memcpy(blocks + b * MZG_Q8_0_BYTES + MZG_Q8_0_CODES, in + MZG_Q8_1_CODES, MZG_BLOCK);
        }
        q8_0(blocks, x, run);
        x += run;
        n -= run;
    }
}

#define MZG_Q8_1(isa)                                                                              \
    void mzg_q8_1_quantize_##isa(const float *x, void *q, size_t n)                                \
    {                                                                                              \
        mzg_q8_1_quantize_by(mzg_q8_0_quantize_##isa, x, q, n);                                    \
    }                                                                                              \
    void mzg_q8_1_dequantize_##isa(const void *q, float *x, size_t n)                              \
    {                                                                                              \
        mzg_q8_1_dequantize_by(mzg_q8_0_dequantize_##isa, q, x, n);                                \
    }

#endif
