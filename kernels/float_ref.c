/* float_ref.c: the definition of every kernel of the formats without blocks: F32, F16, BF16. */
#include "blocks.h"
#include "list.h"
#include "scalar.h"

size_t mzg_f32_find_unfit_ref(const float *x, size_t n, float limit)
{
    size_t i = 0;
    while (i < n && fabsf(x[i]) <= limit)
        i++;
    return i;
}

void mzg_f32_quantize_ref(const float *x, void *q, size_t n)
{
    if (n)
        memcpy(q, x, n * sizeof *x);
}

void mzg_f32_dequantize_ref(const void *q, float *x, size_t n)
{
    if (n)
        memcpy(x, q, n * sizeof *x);
}

void mzg_f16_quantize_ref(const float *x, void *q, size_t n)
{
    uint8_t *out = q;
    for (size_t i = 0; i < n; i++)
        mzg_store16(out + 2 * i, mzg_f16_from(x[i]));
}

void mzg_f16_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (size_t i = 0; i < n; i++)
        x[i] = mzg_f16_to(mzg_load16(in + 2 * i));
}

void mzg_bf16_quantize_ref(const float *x, void *q, size_t n)
{
    uint8_t *out = q;
    for (size_t i = 0; i < n; i++)
        mzg_store16(out + 2 * i, mzg_bf16_from(x[i]));
}

void mzg_bf16_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (size_t i = 0; i < n; i++)
        x[i] = mzg_bf16_to(mzg_load16(in + 2 * i));
}

/* Adds one block's products to 16 accumulators. */
static void dot_block(float acc[16], const float x[MZG_BLOCK], const uint8_t *y)
{
    float d = mzg_f16_to(mzg_load16(y));
    const int8_t *codes = (const int8_t *)(y + MZG_Q8_0_CODES);
    for (int i = 0; i < 16; i++) {
        float low = x[i] * (float)codes[i], high = x[i + 16] * (float)codes[i + 16];
        acc[i] += d * (low + high);
    }
}

float mzg_f32_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[16] = {0};
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK) {
        float x[MZG_BLOCK];
        memcpy(x, xb, sizeof x);
        dot_block(acc, x, yb);
        xb += sizeof x;
        yb += MZG_Q8_0_BYTES;
    }
    return mzg_sum16(acc);
}

float mzg_f16_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[16] = {0};
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK) {
        float x[MZG_BLOCK];
        mzg_f16_dequantize_ref(xb, x, MZG_BLOCK);
        dot_block(acc, x, yb);
        xb += 2 * MZG_BLOCK;
        yb += MZG_Q8_0_BYTES;
    }
    return mzg_sum16(acc);
}

float mzg_bf16_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[16] = {0};
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK) {
        float x[MZG_BLOCK];
        mzg_bf16_dequantize_ref(xb, x, MZG_BLOCK);
        dot_block(acc, x, yb);
        xb += 2 * MZG_BLOCK;
        yb += MZG_Q8_0_BYTES;
    }
    return mzg_sum16(acc);
}
