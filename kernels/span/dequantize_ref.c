/* dequantize_ref.c: blocks with scales and minima back to floats, by definition. */
#include "../list.h"
#include "blocks.h"

static float half_at(const uint8_t *p)
{
    return mzg_f16_to(mzg_load16(p));
}

void mzg_q4_k_dequantize_ref(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, in += MZG_Q4_K_BYTES) {
        float d = half_at(in + MZG_Q4_K_D), dmin = half_at(in + MZG_Q4_K_DMIN);
        struct mzg_span_sixes a = mzg_span_load_sixes(in + MZG_Q4_K_SCALES);
        for (int j = 0; j < 8; j++, x += 32) {
            const uint8_t *codes = in + MZG_Q4_K_CODES + j / 2 * 32;
            float scale = d * (float)(a.s >> 8 * j & 63), min = dmin * (float)(a.m >> 8 * j & 63);
            for (int i = 0; i < 32; i++)
                x[i] = mzg_canonical(scale * (float)(codes[i] >> j % 2 * 4 & 15) - min);
        }
    }
}
