/* iq4_ref.c: IQ4_NL and IQ4_XS by definition. */
#include "../lanes/lanes_ref.h"

/* Sixteen lanes are four vectors here: unrolling the loops around them would only make the compiler work. */
#undef MZG_UNROLL
#define MZG_UNROLL
#include "iq4_kernels.h"

static const int8_t values[16] = {MZG_CURVE_VALUES};

MZG_SEARCHER(iq4_nl, ref)
MZG_SEARCHER(iq4_xs, ref)

static void decode_run(float *x, const uint8_t *nibbles, float scale)
{
    for (int i = 0; i < 16; i++) {
        x[i] = mzg_canonical(scale * (float)values[nibbles[i] & 15]);
        x[i + 16] = mzg_canonical(scale * (float)values[nibbles[i] >> 4]);
    }
}

void mzg_iq4_nl_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += MZG_IQ4_NL_BYTES)
        decode_run(x, in + MZG_IQ4_NL_CODES, mzg_f16_to(mzg_load16(in)));
}

/* The scale of a run, -32 to 31. */
static int32_t k_at(const uint8_t *block, int run)
{
    int32_t low = block[MZG_IQ4_XS_LOW + run / 2] >> 4 * (run % 2) & 15;
    int32_t high = mzg_load16(block + MZG_IQ4_XS_HIGH) >> 2 * run & 3;
    return (low | high << 4) - 32;
}

void mzg_iq4_xs_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, in += MZG_IQ4_XS_BYTES) {
        float d = mzg_f16_to(mzg_load16(in));
        for (int run = 0; run < MZG_RUNS; run++, x += MZG_BLOCK)
            decode_run(x, in + MZG_IQ4_XS_CODES + 16 * run, d * (float)k_at(in, run));
    }
}

static int32_t dot_run(const uint8_t *nibbles, const uint8_t *y)
{
    int32_t sum = 0;
    for (int i = 0; i < 16; i++)
        sum += values[nibbles[i] & 15] * (int8_t)y[i] + values[nibbles[i] >> 4] * (int8_t)y[i + 16];
    return sum;
}

float mzg_iq4_nl_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_BLOCK; b++, xb += MZG_IQ4_NL_BYTES, yb += MZG_Q8_0_BYTES) {
        float scale = mzg_f16_to(mzg_load16(xb)) * mzg_f16_to(mzg_load16(yb));
        acc[b % 8] += scale * (float)dot_run(xb + MZG_IQ4_NL_CODES, yb + MZG_Q8_0_CODES);
    }
    return mzg_sum8(acc);
}

float mzg_iq4_xs_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *xb = q, *yb = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, xb += MZG_IQ4_XS_BYTES, yb += MZG_Q8_K_BYTES) {
        float scale = mzg_f16_to(mzg_load16(xb)) * mzg_float(mzg_load32(yb));
        int32_t sum = 0;
        for (int run = 0; run < MZG_RUNS; run++)
            sum += k_at(xb, run) * dot_run(xb + MZG_IQ4_XS_CODES + 16 * run,
                                           yb + MZG_Q8_K_CODES + MZG_BLOCK * run);
        acc[b % 8] += scale * (float)sum;
    }
    return mzg_sum8(acc);
}
