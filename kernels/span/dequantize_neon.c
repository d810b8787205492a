/* dequantize_neon.c: blocks with scales and minima back to floats. Blocks whose halves are Inf or NaN are
 * left to the reference. */
#include "../list.h"
#include "neon.h"

/* scale * code - min of 16 codes. */
MZG_INLINE void store16(float *x, int8x16_t codes, float scale, float min)
{
    const float32x4_t s = vdupq_n_f32(scale), m = vdupq_n_f32(min);
    int16x8_t words[2] = {vmovl_s8(vget_low_s8(codes)), vmovl_high_s8(codes)};
    for (int i = 0; i < 2; i++, x += 8) {
        float32x4_t a = vcvtq_f32_s32(vmovl_s16(vget_low_s16(words[i])));
        float32x4_t b = vcvtq_f32_s32(vmovl_high_s16(words[i]));
        vst1q_f32(x, vsubq_f32(vmulq_f32(s, a), m));
        vst1q_f32(x + 4, vsubq_f32(vmulq_f32(s, b), m));
    }
}

MZG_INLINE int unusual(const uint8_t *d, const uint8_t *dmin)
{
    return mzg_f16_unusual(mzg_load16(d)) || mzg_f16_unusual(mzg_load16(dmin));
}

typedef int8x16_t codes_of(const uint8_t *in, int j, int i);

MZG_INLINE void decode_sixes(const uint8_t *in, float *x, size_t n, size_t bytes, codes_of *codes,
                             void (*ref)(const void *, float *, size_t))
{
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += bytes) {
        if (unusual(in + MZG_Q4_K_D, in + MZG_Q4_K_DMIN)) {
            ref(in, x, MZG_SUPER);
            continue;
        }
        float d = mzg_f16_to(mzg_load16(in + MZG_Q4_K_D));
        float dmin = mzg_f16_to(mzg_load16(in + MZG_Q4_K_DMIN));
        struct mzg_span_sixes a = mzg_span_load_sixes(in + MZG_Q4_K_SCALES);
        for (int j = 0; j < 8; j++, a.s >>= 8, a.m >>= 8) {
            float s = d * (float)(a.s & 63), m = dmin * (float)(a.m & 63);
            store16(x + 32 * j, codes(in, j, 0), s, m);
            store16(x + 32 * j + 16, codes(in, j, 16), s, m);
        }
    }
}

void mzg_q4_k_dequantize_neon(const void *q, float *x, size_t n)
{
    decode_sixes(q, x, n, MZG_Q4_K_BYTES, mzg_q4_k_codes, mzg_q4_k_dequantize_ref);
}

void mzg_q5_k_dequantize_neon(const void *q, float *x, size_t n)
{
    decode_sixes(q, x, n, MZG_Q5_K_BYTES, mzg_q5_k_codes, mzg_q5_k_dequantize_ref);
}

void mzg_q2_k_dequantize_neon(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q2_K_BYTES) {
        if (unusual(in + MZG_Q2_K_D, in + MZG_Q2_K_DMIN)) {
            mzg_q2_k_dequantize_ref(in, x, MZG_SUPER);
            continue;
        }
        float d = mzg_f16_to(mzg_load16(in + MZG_Q2_K_D));
        float dmin = mzg_f16_to(mzg_load16(in + MZG_Q2_K_DMIN));
        for (int j = 0; j < 16; j++) {
            uint8_t both = in[MZG_Q2_K_SCALES + j];
            store16(x + 16 * j, mzg_q2_k_codes(in, j), d * (float)(both & 15), dmin * (float)(both >> 4));
        }
    }
}
