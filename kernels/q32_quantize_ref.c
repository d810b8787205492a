/* q32_quantize_ref.c: how blocks of 32 are made, by definition (SPEC.md, "Blocks").
 *
 * Q8_0, Q4_1 and Q5_1: the scale comes from the block's extremes. Q4_0 and Q5_0: a few scales are tried.
 * It is rounded to what can be stored; each code is then the best one for the stored scale, not for the
 * one before rounding. */
#include "blocks.h"
#include "list.h"
#include "scalar.h"
#include "trials.h"

static void fit_block(float v[MZG_BLOCK], const float *x, float limit)
{
    for (int i = 0; i < MZG_BLOCK; i++)
        v[i] = mzg_fit(x[i], limit);
}

/* What brings a block to -unit..unit, its largest magnitude to -unit (of two with the same magnitude
 * the negative one); 0 for a block of zeros. */
static float trial_unit(const float v[MZG_BLOCK], float unit)
{
    float lo = v[0], hi = v[0];
    for (int i = 1; i < MZG_BLOCK; i++) {
        lo = v[i] < lo ? v[i] : lo;
        hi = v[i] > hi ? v[i] : hi;
    }
    float amax = hi > -lo ? hi : -lo;
    if (amax < MZG_TRIED_LEAST)
        return 0.0f;
    return (hi > -lo ? -unit : unit) / amax;
}

/* The scale that fits best to the codes of one of the trials: s / q for the largest s * s / q, where
 * s is the sum of products of elements and codes, q that of squared codes; both exact. */
static uint16_t tried_scale(const float v[MZG_BLOCK], const struct mzg_trials *t)
{
    float k = trial_unit(v, t->unit), best_s = 0.0f, best_q = 1.0f;
    for (int i = 0; i < t->count; i++) {
        int32_t s = 0, q = 0;
        for (int j = 0; j < MZG_BLOCK; j++) {
            int32_t x = mzg_code(v[j] * k, -t->unit, t->unit);
            int32_t code = (x * t->factor[i] + 0x4000) >> 15;
            code = code < -t->half ? -t->half : code > t->half - 1 ? t->half - 1 : code;
            s += x * code;
            q += code * code;
        }
        float fs = (float)s, fq = (float)q;
        if (fs * fs * best_q > best_s * best_s * fq) {
            best_s = fs;
            best_q = fq;
        }
    }
    uint16_t h = mzg_f16_from(mzg_fit(best_s / best_q * mzg_inverse(k), MZG_F16_MAX));
    return h == 0x8000 ? 0 : h;
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
        uint16_t h = tried_scale(v, &mzg_q4_0_trials);
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
        uint16_t h = tried_scale(v, &mzg_q5_0_trials);
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
