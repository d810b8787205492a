/* q8_k_ref.c: Q8_K, what a vector is turned into before products with blocks of 256. */
#include "../list.h"
#include "../scalar.h"
#include "superblocks.h"

#include <float.h>

static float largest(const float *x)
{
    float amax = 0.0f;
    for (int i = 0; i < MZG_SUPER; i++) {
        float a = fabsf(mzg_fit(x[i], FLT_MAX));
        amax = a > amax ? a : amax;
    }
    return amax;
}

void mzg_q8_k_quantize_ref(const float *x, void *q, size_t n)
{
    uint8_t *out = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, out += MZG_Q8_K_BYTES) {
        float d = largest(x) / 127.0f;
        if (d < FLT_MIN)
            d = 0.0f; /* or its inverse might be Inf */
        float inv = mzg_inverse(d);
        mzg_store32(out, mzg_bits(d));
        for (int i = 0; i < MZG_SUPER; i += 16) {
            int32_t sum = 0;
            for (int j = i; j < i + 16; j++) {
                int32_t code = mzg_code(mzg_fit(x[j], FLT_MAX) * inv, -127.0f, 127.0f);
                out[MZG_Q8_K_CODES + j] = (uint8_t)code;
                sum += code;
            }
            mzg_store16(out + MZG_Q8_K_SUMS + i / 8, (uint16_t)sum);
        }
    }
}

void mzg_q8_k_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q8_K_BYTES) {
        float d = mzg_float(mzg_load32(in));
        const int8_t *codes = (const int8_t *)(in + MZG_Q8_K_CODES);
        for (int i = 0; i < MZG_SUPER; i++)
            x[i] = mzg_canonical(d * (float)codes[i]);
    }
}
