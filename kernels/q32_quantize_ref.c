/* q32_quantize_ref.c: how blocks of 32 are made, by definition (SPEC.md, "Blocks").
 *
 * The scale comes from the block's extremes and is rounded to what can be stored; each code is then
 * the best one for the stored scale, not for the one before rounding. */
#include "blocks.h"
#include "list.h"
#include "scalar.h"

static void fit_block(float v[MZG_BLOCK], const float *x, float limit)
{
    for (int i = 0; i < MZG_BLOCK; i++)
        v[i] = mzg_fit(x[i], limit);
}

/* The scale whose lowest code, -half, stands for the element of largest magnitude; of several with
 * the same magnitude the first decides the sign, as in ggml. */
static uint16_t signed_scale(const float v[MZG_BLOCK], float half)
{
    float amax = 0.0f;
    uint16_t sign = 0;
    for (int i = 0; i < MZG_BLOCK; i++) {
        if (fabsf(v[i]) <= amax)
            continue;
        amax = fabsf(v[i]);
        sign = v[i] > 0.0f ? 0x8000 : 0;
    }
    uint16_t h = mzg_scale_from(amax / half);
    return h ? h | sign : 0;
}

/* The scale and the minimum with which codes 0..top span the block. */
static uint16_t span_scale(const float v[MZG_BLOCK], float top, uint16_t *min)
{
    float lo = v[0], hi = v[0];
    for (int i = 1; i < MZG_BLOCK; i++) {
        lo = v[i] < lo ? v[i] : lo;
        hi = v[i] > hi ? v[i] : hi;
    }
    lo += 0.0f; /* -0 becomes 0, so that their order in the block does not matter */
    hi += 0.0f;
    *min = mzg_f16_from(lo);
    return mzg_scale_from((hi - lo) / top);
}

static void store_nibbles(uint8_t *out, const int32_t codes[MZG_BLOCK])
{
    for (int i = 0; i < 16; i++)
        out[i] = (uint8_t)((codes[i] & 15) | (codes[i + 16] & 15) << 4);
}

static uint32_t fifth_bits(const int32_t codes[MZG_BLOCK])
{
    uint32_t bits = 0;
    for (int i = 0; i < MZG_BLOCK; i++)
        bits |= (uint32_t)(codes[i] >> 4 & 1) << i;
    return bits;
}

void mzg_q8_0_quantize_ref(const float *x, void *q, size_t n)
{
    uint8_t *out = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, out += MZG_Q8_0_BYTES) {
        float v[MZG_BLOCK], amax = 0.0f;
        fit_block(v, x, 127 * MZG_F16_MAX);
        for (int i = 0; i < MZG_BLOCK; i++)
            amax = fabsf(v[i]) > amax ? fabsf(v[i]) : amax;
        uint16_t h = mzg_scale_from(amax / 127.0f);
        float inv = mzg_inverse(mzg_f16_to(h));
        mzg_store16(out, h);
        for (int i = 0; i < MZG_BLOCK; i++)
            out[MZG_Q8_0_CODES + i] = (uint8_t)mzg_code(v[i] * inv, -127.0f, 127.0f);
    }
}

void mzg_q4_0_quantize_ref(const float *x, void *q, size_t n)
{
    uint8_t *out = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, out += MZG_Q4_0_BYTES) {
        float v[MZG_BLOCK];
        int32_t codes[MZG_BLOCK];
        fit_block(v, x, 8 * MZG_F16_MAX);
        uint16_t h = signed_scale(v, 8.0f);
        float inv = mzg_inverse(mzg_f16_to(h));
        for (int i = 0; i < MZG_BLOCK; i++)
            codes[i] = mzg_code(v[i] * inv, -8.0f, 7.0f) + 8;
        mzg_store16(out, h);
        store_nibbles(out + MZG_Q4_0_CODES, codes);
    }
}

void mzg_q4_1_quantize_ref(const float *x, void *q, size_t n)
{
    uint8_t *out = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, out += MZG_Q4_1_BYTES) {
        float v[MZG_BLOCK];
        int32_t codes[MZG_BLOCK];
        uint16_t h, min;
        fit_block(v, x, MZG_F16_MAX);
        h = span_scale(v, 15.0f, &min);
        float inv = mzg_inverse(mzg_f16_to(h)), m = mzg_f16_to(min);
        for (int i = 0; i < MZG_BLOCK; i++)
            codes[i] = mzg_code((v[i] - m) * inv, 0.0f, 15.0f);
        mzg_store16(out, h);
        mzg_store16(out + MZG_Q4_1_MIN, min);
        store_nibbles(out + MZG_Q4_1_CODES, codes);
    }
}

void mzg_q5_0_quantize_ref(const float *x, void *q, size_t n)
{
    uint8_t *out = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, out += MZG_Q5_0_BYTES) {
        float v[MZG_BLOCK];
        int32_t codes[MZG_BLOCK];
        fit_block(v, x, 16 * MZG_F16_MAX);
        uint16_t h = signed_scale(v, 16.0f);
        float inv = mzg_inverse(mzg_f16_to(h));
        for (int i = 0; i < MZG_BLOCK; i++)
            codes[i] = mzg_code(v[i] * inv, -16.0f, 15.0f) + 16;
        mzg_store16(out, h);
        mzg_store32(out + MZG_Q5_0_HIGH, fifth_bits(codes));
        store_nibbles(out + MZG_Q5_0_CODES, codes);
    }
}

void mzg_q5_1_quantize_ref(const float *x, void *q, size_t n)
{
    uint8_t *out = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, out += MZG_Q5_1_BYTES) {
        float v[MZG_BLOCK];
        int32_t codes[MZG_BLOCK];
        uint16_t h, min;
        fit_block(v, x, MZG_F16_MAX);
        h = span_scale(v, 31.0f, &min);
        float inv = mzg_inverse(mzg_f16_to(h)), m = mzg_f16_to(min);
        for (int i = 0; i < MZG_BLOCK; i++)
            codes[i] = mzg_code((v[i] - m) * inv, 0.0f, 31.0f);
        mzg_store16(out, h);
        mzg_store16(out + MZG_Q5_1_MIN, min);
        mzg_store32(out + MZG_Q5_1_HIGH, fifth_bits(codes));
        store_nibbles(out + MZG_Q5_1_CODES, codes);
    }
}
