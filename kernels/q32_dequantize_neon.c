/* q32_dequantize_neon.c: blocks of 32 back to floats. */
#include "list.h"
#include "neon.h"

typedef void dequantize_any(const void *q, float *x, size_t n);

/* d * code + m for sixteen signed bytes; without a minimum just d * code. */
MZG_INLINE void store16(float *x, int8x16_t codes, float32x4_t d, float32x4_t m, int has_min)
{
    int16x8_t low = vmovl_s8(vget_low_s8(codes)), high = vmovl_high_s8(codes);
    int32x4_t quads[4] = {vmovl_s16(vget_low_s16(low)), vmovl_high_s16(low),
                          vmovl_s16(vget_low_s16(high)), vmovl_high_s16(high)};
    for (int i = 0; i < 4; i++) {
        float32x4_t v = vmulq_f32(d, vcvtq_f32_s32(quads[i]));
        vst1q_f32(x + 4 * i, has_min ? vaddq_f32(v, m) : v);
    }
}

/* In every format with a minimum it follows the scale. */
MZG_INLINE void decode(const uint8_t *in, float *x, size_t n, size_t bytes, mzg_codes32 *codes_of,
                       int has_min, dequantize_any *ref)
{
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, x += MZG_BLOCK, in += bytes) {
        uint16_t d = mzg_load16(in), m = has_min ? mzg_load16(in + 2) : 0;
        if (mzg_f16_unusual(d) || mzg_f16_unusual(m)) {
            ref(in, x, MZG_BLOCK);
            continue;
        }
        float32x4_t scale = vcvt_f32_f16(vreinterpret_f16_u16(vdup_n_u16(d)));
        float32x4_t min = vcvt_f32_f16(vreinterpret_f16_u16(vdup_n_u16(m)));
        int8x16x2_t codes = codes_of(in);
        store16(x, codes.val[0], scale, min, has_min);
        store16(x + 16, codes.val[1], scale, min, has_min);
    }
}

void mzg_q8_0_dequantize_neon(const void *q, float *x, size_t n)
{
    decode(q, x, n, MZG_Q8_0_BYTES, mzg_q8_0_codes32, 0, mzg_q8_0_dequantize_ref);
}

void mzg_q4_0_dequantize_neon(const void *q, float *x, size_t n)
{
    decode(q, x, n, MZG_Q4_0_BYTES, mzg_q4_0_codes32, 0, mzg_q4_0_dequantize_ref);
}

void mzg_q4_1_dequantize_neon(const void *q, float *x, size_t n)
{
    decode(q, x, n, MZG_Q4_1_BYTES, mzg_q4_1_codes32, 1, mzg_q4_1_dequantize_ref);
}

void mzg_q5_0_dequantize_neon(const void *q, float *x, size_t n)
{
    decode(q, x, n, MZG_Q5_0_BYTES, mzg_q5_0_codes32, 0, mzg_q5_0_dequantize_ref);
}

void mzg_q5_1_dequantize_neon(const void *q, float *x, size_t n)
{
    decode(q, x, n, MZG_Q5_1_BYTES, mzg_q5_1_codes32, 1, mzg_q5_1_dequantize_ref);
}
