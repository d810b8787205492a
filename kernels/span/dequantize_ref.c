/* dequantize_ref.c: blocks with scales and minima back to floats, by definition. */
#include "../list.h"
#include "blocks.h"

static float half_at(const uint8_t *p)
{
    return mzg_f16_to(mzg_load16(p));
}

/* A block of eight sub-blocks; high: NULL where codes have no fifth bit. */
static void decode_sixes(const uint8_t *in, const uint8_t *codes, const uint8_t *high, float *x)
{
    float d = half_at(in + MZG_Q4_K_D), dmin = half_at(in + MZG_Q4_K_DMIN);
    struct mzg_span_sixes a = mzg_span_load_sixes(in + MZG_Q4_K_SCALES);
    for (int j = 0; j < 8; j++, x += 32) {
        const uint8_t *nibbles = codes + j / 2 * 32;
        float scale = d * (float)(a.s >> 8 * j & 63), min = dmin * (float)(a.m >> 8 * j & 63);
        for (int i = 0; i < 32; i++) {
            int fifth = high ? high[i] >> j & 1 : 0, code = (nibbles[i] >> j % 2 * 4 & 15) | fifth << 4;
            x[i] = mzg_canonical(scale * (float)code - min);
        }
    }
}

void mzg_q4_k_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q4_K_BYTES)
        decode_sixes(in, in + MZG_Q4_K_CODES, NULL, x);
}

void mzg_q5_k_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q5_K_BYTES)
        decode_sixes(in, in + MZG_Q5_K_CODES, in + MZG_Q5_K_HIGH, x);
}

void mzg_q2_k_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, in += MZG_Q2_K_BYTES) {
        float d = half_at(in + MZG_Q2_K_D), dmin = half_at(in + MZG_Q2_K_DMIN);
        for (int j = 0; j < 16; j++, x += 16) {
            const uint8_t *codes = in + MZG_Q2_K_CODES + j / 8 * 32 + j % 2 * 16;
            float scale = d * (float)(in[MZG_Q2_K_SCALES + j] & 15);
            float min = dmin * (float)(in[MZG_Q2_K_SCALES + j] >> 4);
            for (int i = 0; i < 16; i++)
                x[i] = mzg_canonical(scale * (float)(codes[i] >> j % 8 / 2 * 2 & 3) - min);
        }
    }
}
