/* dequantize_neon.c: blocks with scales and minima back to floats. Blocks whose halves are Inf or NaN are
 * left to the reference. */
#include "../list.h"
#include "../neon.h"
#include "blocks.h"

/* scale * code - min of 16 codes. */
MZG_INLINE void store16(float *x, uint8x16_t codes, float scale, float min)
{
    const float32x4_t s = vdupq_n_f32(scale), m = vdupq_n_f32(min);
    uint16x8_t words[2] = {vmovl_u8(vget_low_u8(codes)), vmovl_high_u8(codes)};
    for (int i = 0; i < 2; i++, x += 8) {
        float32x4_t a = vcvtq_f32_u32(vmovl_u16(vget_low_u16(words[i])));
        float32x4_t b = vcvtq_f32_u32(vmovl_high_u16(words[i]));
        vst1q_f32(x, vsubq_f32(vmulq_f32(s, a), m));
        vst1q_f32(x + 4, vsubq_f32(vmulq_f32(s, b), m));
    }
}

MZG_INLINE int unusual(const uint8_t *d, const uint8_t *dmin)
{
    return mzg_f16_unusual(mzg_load16(d)) || mzg_f16_unusual(mzg_load16(dmin));
}

void mzg_q4_k_dequantize_neon(const void *q, float *x, size_t n)
{
    const uint8x16_t low = vdupq_n_u8(15);
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q4_K_BYTES) {
        if (unusual(in + MZG_Q4_K_D, in + MZG_Q4_K_DMIN)) {
            mzg_q4_k_dequantize_ref(in, x, MZG_SUPER);
            continue;
        }
        float d = mzg_f16_to(mzg_load16(in + MZG_Q4_K_D));
        float dmin = mzg_f16_to(mzg_load16(in + MZG_Q4_K_DMIN));
        struct mzg_span_sixes a = mzg_span_load_sixes(in + MZG_Q4_K_SCALES);
        for (int j = 0; j < 8; j += 2, a.s >>= 16, a.m >>= 16) {
            float s[2] = {d * (float)(a.s & 63), d * (float)(a.s >> 8 & 63)};
            float m[2] = {dmin * (float)(a.m & 63), dmin * (float)(a.m >> 8 & 63)};
            for (int i = 0; i < 32; i += 16) {
                uint8x16_t both = vld1q_u8(in + MZG_Q4_K_CODES + 16 * j + i);
                store16(x + 32 * j + i, vandq_u8(both, low), s[0], m[0]);
                store16(x + 32 * j + 32 + i, vshrq_n_u8(both, 4), s[1], m[1]);
            }
        }
    }
}
