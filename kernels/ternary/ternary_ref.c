/* ternary_ref.c: TQ1_0, TQ2_0, Q2_0 and Q1_0. */
#include "../blocks.h"
#include "../k/superblocks.h"
#include "../list.h"
#include "../lanes/lanes_ref.h"
#undef MZG_UNROLL /* the definition need not be fast, but soon compiled */
#define MZG_UNROLL
#include "q1_search.h"
#include "q2_search.h"
#include "tq_search.h"

MZG_TQ_ENCODERS(ref)
MZG_Q2_0_ENCODERS(ref)
MZG_Q1_0_ENCODERS(ref)

/* Where the elements of byte `at` of a TQ1_0 block are: the first, and how far apart the others. */
static int tq1_0_first(int at, int *step)
{
    *step = at < MZG_TQ1_0_SECOND ? 32 : at < MZG_TQ1_0_FOURS ? 16 : 4;
    return at < MZG_TQ1_0_SECOND  ? at
           : at < MZG_TQ1_0_FOURS ? 160 + at - MZG_TQ1_0_SECOND
                                  : 240 + at - MZG_TQ1_0_FOURS;
}

/* Elements as -1, 0, 1. */
static void tq1_0_codes(const uint8_t *in, int8_t codes[MZG_TQ_ELEMS])
{
    for (int at = 0; at < MZG_TQ1_0_SCALE; at++) {
        int step, first = tq1_0_first(at, &step), count = at < MZG_TQ1_0_FOURS ? 5 : 4;
        uint32_t byte = in[at];
        for (int n = 0; n < count; n++) {
            codes[first + n * step] = (int8_t)((int)(3 * byte >> 8) - 1);
            byte = 3 * byte & 255;
        }
    }
}

/* Elements as -1, 0, 1, 2. */
static void tq2_0_codes(const uint8_t *in, int8_t codes[MZG_TQ_ELEMS])
{
    for (int i = 0; i < MZG_TQ_ELEMS; i++) {
        uint8_t byte = in[i / 128 * 32 + i % 32];
        codes[i] = (int8_t)((byte >> 2 * (i % 128 / 32) & 3) - 1);
    }
}

static void q2_0_codes(const uint8_t *in, int8_t *codes)
{
    for (int i = 0; i < MZG_Q2_0_ELEMS; i++)
        codes[i] = (int8_t)((in[MZG_Q2_0_CODES + i / 4] >> 2 * (i % 4) & 3) - 1);
}

static void q1_0_codes(const uint8_t *in, int8_t *codes)
{
    for (int i = 0; i < MZG_Q1_0_ELEMS; i++)
        codes[i] = (int8_t)((in[MZG_Q1_0_CODES + i / 8] >> i % 8 & 1) ? 1 : -1);
}

typedef void codes_of(const uint8_t *in, int8_t *codes);

static void dequantize(const uint8_t *in, float *x, size_t n, int elems, size_t bytes, size_t scale,
                       codes_of *decode)
{
    for (; n >= (size_t)elems; n -= (size_t)elems, x += elems, in += bytes) {
        int8_t codes[256];
        float d = mzg_f16_to(mzg_load16(in + scale));
        decode(in, codes);
        for (int i = 0; i < elems; i++)
            x[i] = mzg_canonical(d * (float)codes[i]);
    }
}

void mzg_tq1_0_dequantize_ref(const void *q, float *x, size_t n)
{
    dequantize(q, x, n, MZG_TQ_ELEMS, MZG_TQ1_0_BYTES, MZG_TQ1_0_SCALE, tq1_0_codes);
}

void mzg_tq2_0_dequantize_ref(const void *q, float *x, size_t n)
{
    dequantize(q, x, n, MZG_TQ_ELEMS, MZG_TQ2_0_BYTES, MZG_TQ2_0_SCALE, tq2_0_codes);
}

void mzg_q2_0_dequantize_ref(const void *q, float *x, size_t n)
{
    dequantize(q, x, n, MZG_Q2_0_ELEMS, MZG_Q2_0_BYTES, 0, q2_0_codes);
}

void mzg_q1_0_dequantize_ref(const void *q, float *x, size_t n)
{
    dequantize(q, x, n, MZG_Q1_0_ELEMS, MZG_Q1_0_BYTES, 0, q1_0_codes);
}

/* With Q8_K: a term for each block. The stored sums stand for what its codes add up to. */
static float dot_k(const uint8_t *in, const uint8_t *y, size_t n, size_t bytes, size_t scale,
                   codes_of *decode)
{
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_SUPER; b++, in += bytes, y += MZG_Q8_K_BYTES) {
        const int8_t *yc = (const int8_t *)(y + MZG_Q8_K_CODES);
        int8_t codes[MZG_SUPER];
        int32_t sum = 0;
        decode(in, codes);
        for (int i = 0; i < MZG_SUPER; i++)
            sum += (codes[i] + 1) * yc[i];
        for (int i = 0; i < 16; i++)
            sum -= (int16_t)mzg_load16(y + MZG_Q8_K_SUMS + 2 * i);
        float d = mzg_f16_to(mzg_load16(in + scale)) * mzg_float(mzg_load32(y));
        acc[b % 8] += d * (float)sum;
    }
    return mzg_sum8(acc);
}

float mzg_tq1_0_dot_ref(const void *q, const void *y, size_t n)
{
    return dot_k(q, y, n, MZG_TQ1_0_BYTES, MZG_TQ1_0_SCALE, tq1_0_codes);
}

float mzg_tq2_0_dot_ref(const void *q, const void *y, size_t n)
{
    return dot_k(q, y, n, MZG_TQ2_0_BYTES, MZG_TQ2_0_SCALE, tq2_0_codes);
}

/* With Q8_0: a term for each of its blocks. */
static float dot_32(const uint8_t *in, const uint8_t *y, size_t n, size_t elems, size_t bytes,
                    codes_of *decode)
{
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_BLOCK; b++, y += MZG_Q8_0_BYTES) {
        const uint8_t *block = in + b * MZG_BLOCK / elems * bytes;
        const int8_t *yc = (const int8_t *)(y + MZG_Q8_0_CODES);
        int8_t codes[256];
        int32_t sum = 0;
        decode(block, codes);
        for (size_t i = 0; i < MZG_BLOCK; i++)
            sum += codes[b * MZG_BLOCK % elems + i] * yc[i];
        acc[b % 8] += mzg_f16_to(mzg_load16(block)) * mzg_f16_to(mzg_load16(y)) * (float)sum;
    }
    return mzg_sum8(acc);
}

float mzg_q2_0_dot_ref(const void *q, const void *y, size_t n)
{
    return dot_32(q, y, n, MZG_Q2_0_ELEMS, MZG_Q2_0_BYTES, q2_0_codes);
}

float mzg_q1_0_dot_ref(const void *q, const void *y, size_t n)
{
    return dot_32(q, y, n, MZG_Q1_0_ELEMS, MZG_Q1_0_BYTES, q1_0_codes);
}
