/* q8_k_neon.c: Q8_K. Blocks with NaN or Inf in them are left to the reference. */
#include "../list.h"
#include "../neon.h"
#include "superblocks.h"

#include <float.h>

/* The largest magnitude, or NaN where there is one. */
MZG_INLINE float largest(const float *x)
{
    float32x4_t most = vdupq_n_f32(0.0f);
    for (int i = 0; i < MZG_SUPER; i += 4)
        most = vmaxq_f32(most, vabsq_f32(vld1q_f32(x + i)));
    return vmaxvq_f32(most);
}

MZG_INLINE int32x4_t code4(const float *x, float32x4_t inv)
{
    return vcvtnq_s32_f32(vmulq_f32(vld1q_f32(x), inv));
}

MZG_INLINE int8x16_t code16(const float *x, float32x4_t inv)
{
    int16x8_t low = vqmovn_high_s32(vqmovn_s32(code4(x, inv)), code4(x + 4, inv));
    int16x8_t high = vqmovn_high_s32(vqmovn_s32(code4(x + 8, inv)), code4(x + 12, inv));
    return vqmovn_high_s16(vqmovn_s16(low), high);
}

void mzg_q8_k_quantize_neon(const float *x, void *q, size_t n)
{
    uint8_t *out = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, out += MZG_Q8_K_BYTES) {
        float d = largest(x) / 127.0f;
        if (!(d <= FLT_MAX)) {
            mzg_q8_k_quantize_ref(x, out, MZG_SUPER);
            continue;
        }
        d = d < FLT_MIN ? 0.0f : d;
        float32x4_t inv = vdupq_n_f32(mzg_inverse(d));
        mzg_store32(out, mzg_bits(d));
        for (int i = 0; i < MZG_SUPER; i += 16) {
            int8x16_t codes = code16(x + i, inv);
            vst1q_s8((int8_t *)(out + MZG_Q8_K_CODES + i), codes);
            mzg_store16(out + MZG_Q8_K_SUMS + i / 8, (uint16_t)vaddlvq_s8(codes));
        }
    }
}

MZG_INLINE void decode8(int8x8_t codes, float32x4_t d, float *x)
{
    int16x8_t words = vmovl_s8(codes);
    vst1q_f32(x, vmulq_f32(d, vcvtq_f32_s32(vmovl_s16(vget_low_s16(words)))));
    vst1q_f32(x + 4, vmulq_f32(d, vcvtq_f32_s32(vmovl_high_s16(words))));
}

void mzg_q8_k_dequantize_neon(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, in += MZG_Q8_K_BYTES) {
        float scale = mzg_float(mzg_load32(in));
        if (!(fabsf(scale) <= FLT_MAX)) {
            mzg_q8_k_dequantize_ref(in, x, MZG_SUPER);
            continue;
        }
        float32x4_t d = vdupq_n_f32(scale);
        for (int i = 0; i < MZG_SUPER; i += 8)
            decode8(vld1_s8((const int8_t *)(in + MZG_Q8_K_CODES + i)), d, x + i);
    }
}
