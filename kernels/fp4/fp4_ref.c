/* fp4_ref.c: MXFP4 and NVFP4. */
#include "../blocks.h"
#include "../list.h"
#include "../lanes/lanes_ref.h"
#undef MZG_UNROLL /* the definition need not be fast, but soon compiled */
#define MZG_UNROLL
#include "mxfp4_search.h"
#include "nvfp4_search.h"

static const int8_t twice[16] = {MZG_E2M1_TWICE};

MZG_MXFP4_ENCODERS(ref)
MZG_NVFP4_ENCODERS(ref)

void mzg_mxfp4_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_MXFP4_ELEMS; n -= MZG_MXFP4_ELEMS, in += MZG_MXFP4_BYTES) {
        float half = mzg_mxfp4_half(*in);
        for (int j = 0; j < 16; j++) {
            uint8_t both = in[MZG_MXFP4_CODES + j];
            x[j] = (float)twice[both & 15] * half;
            x[j + 16] = (float)twice[both >> 4] * half;
        }
        x += MZG_MXFP4_ELEMS;
    }
}

void mzg_nvfp4_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_NVFP4_ELEMS; n -= MZG_NVFP4_ELEMS, in += MZG_NVFP4_BYTES) {
        for (int s = 0; s < 4; s++, x += MZG_NVFP4_SUB) {
            float half = mzg_nvfp4_half(in[s]);
            for (int j = 0; j < 8; j++) {
                uint8_t both = in[MZG_NVFP4_CODES + 8 * s + j];
                x[j] = (float)twice[both & 15] * half;
                x[j + 8] = (float)twice[both >> 4] * half;
            }
        }
    }
}

/* One term for each block. */
float mzg_mxfp4_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *in = q, *other = y;
    float acc[8] = {0};
    for (size_t b = 0; b < n / MZG_BLOCK; b++) {
        const int8_t *codes = (const int8_t *)(other + MZG_Q8_0_CODES);
        int32_t sum = 0;
        for (int j = 0; j < 16; j++) {
            uint8_t both = in[MZG_MXFP4_CODES + j];
            sum += twice[both & 15] * codes[j] + twice[both >> 4] * codes[j + 16];
        }
        float scale = mzg_mxfp4_half(*in) * mzg_f16_to(mzg_load16(other));
        acc[b % 8] += scale * (float)sum;
        in += MZG_MXFP4_BYTES;
        other += MZG_Q8_0_BYTES;
    }
    return mzg_sum8(acc);
}

/* One term for each sub-block: two for each block of Q8_0. */
float mzg_nvfp4_dot_ref(const void *q, const void *y, size_t n)
{
    const uint8_t *in = q, *other = y;
    float acc[8] = {0};
    for (size_t s = 0; s < n / MZG_NVFP4_SUB; s++) {
        const uint8_t *block = in + s / 4 * MZG_NVFP4_BYTES, *yb = other + s / 2 * MZG_Q8_0_BYTES;
        const int8_t *codes = (const int8_t *)(yb + MZG_Q8_0_CODES + s % 2 * MZG_NVFP4_SUB);
        int32_t sum = 0;
        for (int j = 0; j < 8; j++) {
            uint8_t both = block[MZG_NVFP4_CODES + 8 * (s % 4) + (size_t)j];
            sum += twice[both & 15] * codes[j] + twice[both >> 4] * codes[j + 8];
        }
        float scale = mzg_nvfp4_half(block[s % 4]) * mzg_f16_to(mzg_load16(yb));
        acc[s % 8] += scale * (float)sum;
    }
    return mzg_sum8(acc);
}
