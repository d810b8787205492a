/* float_neon.c: F32, F16 and BF16 in vectors of four. */
#include "list.h"
#include "neon.h"

size_t mzg_f32_find_unfit_neon(const float *x, size_t n, float limit)
{
    const float32x4_t max = vdupq_n_f32(limit);
    size_t i = 0;
    for (; n - i >= 16; i += 16) {
        uint32x4_t fit = vcleq_f32(vabsq_f32(vld1q_f32(x + i)), max);
        for (size_t j = i + 4; j < i + 16; j += 4)
            fit = vandq_u32(fit, vcleq_f32(vabsq_f32(vld1q_f32(x + j)), max));
        if (vminvq_u32(fit) == 0)
            break;
    }
    return i + mzg_f32_find_unfit_ref(x + i, n - i, limit);
}

void mzg_f16_quantize_neon(const float *x, void *q, size_t n)
{
    const uint16x8_t inf = vdupq_n_u16(0x7c00), nan = vdupq_n_u16(0x7e00);
    uint8_t *out = q;
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        float16x4_t low = vcvt_f16_f32(vld1q_f32(x + i));
        uint16x8_t h = vreinterpretq_u16_f16(vcvt_high_f16_f32(low, vld1q_f32(x + i + 4)));
        uint16x8_t is_nan = vcgtq_u16(vandq_u16(h, vdupq_n_u16(0x7fff)), inf);
        vst1q_u8(out + 2 * i, vreinterpretq_u8_u16(vbslq_u16(is_nan, nan, h)));
    }
    mzg_f16_quantize_ref(x + i, out + 2 * i, n - i);
}

/* Four values rounded to bfloat16. */
MZG_INLINE uint16x4_t bf16_from4(float32x4_t v)
{
    uint32x4_t u = vreinterpretq_u32_f32(v);
    uint32x4_t odd = vandq_u32(vshrq_n_u32(u, 16), vdupq_n_u32(1));
    uint32x4_t up = vaddq_u32(vaddq_u32(u, vdupq_n_u32(0x7fff)), odd);
    up = vbslq_u32(vceqq_f32(v, v), up, vdupq_n_u32(0x7fc00000));
    return vshrn_n_u32(up, 16);
}

void mzg_bf16_quantize_neon(const float *x, void *q, size_t n)
{
    uint8_t *out = q;
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        uint16x8_t h = vcombine_u16(bf16_from4(vld1q_f32(x + i)), bf16_from4(vld1q_f32(x + i + 4)));
        vst1q_u8(out + 2 * i, vreinterpretq_u8_u16(h));
    }
    mzg_bf16_quantize_ref(x + i, out + 2 * i, n - i);
}

typedef float32x4_t to4(const uint8_t *p);

static inline float32x4_t f16_to4(const uint8_t *p)
{
    float32x4_t v = vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(p)));
    float32x4_t nan = vreinterpretq_f32_u32(vdupq_n_u32(MZG_NAN_BITS));
    return vbslq_f32(vceqq_f32(v, v), v, nan);
}

static inline float32x4_t bf16_to4(const uint8_t *p)
{
    return vreinterpretq_f32_u32(vshll_n_u16(vreinterpret_u16_u8(vld1_u8(p)), 16));
}

static inline float32x4_t f32_to4(const uint8_t *p)
{
    return vreinterpretq_f32_u8(vld1q_u8(p));
}

void mzg_f16_dequantize_neon(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    size_t i = 0;
    for (; n - i >= 4; i += 4)
        vst1q_f32(x + i, f16_to4(in + 2 * i));
    mzg_f16_dequantize_ref(in + 2 * i, x + i, n - i);
}

void mzg_bf16_dequantize_neon(const void *q, float *x, size_t n)
{
    const uint8_t *in = q;
    size_t i = 0;
    for (; n - i >= 4; i += 4)
        vst1q_f32(x + i, bf16_to4(in + 2 * i));
    mzg_bf16_dequantize_ref(in + 2 * i, x + i, n - i);
}

/* Accumulators 8 * half .. 8 * half + 7 of sixteen, for one block. */
MZG_INLINE void dot_half(float32x4_t acc[4], const uint8_t *x, size_t bytes, const int8_t *y,
                         float32x4_t d, int half, to4 *load)
{
    int16x8_t low = vmovl_s8(vld1_s8(y + 8 * half)), high = vmovl_s8(vld1_s8(y + 8 * half + 16));
    x += (size_t)half * 8 * bytes;
    float32x4_t a = vmulq_f32(load(x), vcvtq_f32_s32(vmovl_s16(vget_low_s16(low))));
    float32x4_t b = vmulq_f32(load(x + 4 * bytes), vcvtq_f32_s32(vmovl_high_s16(low)));
    x += 16 * bytes;
    float32x4_t c = vmulq_f32(load(x), vcvtq_f32_s32(vmovl_s16(vget_low_s16(high))));
    float32x4_t e = vmulq_f32(load(x + 4 * bytes), vcvtq_f32_s32(vmovl_high_s16(high)));
    acc[2 * half] = vaddq_f32(acc[2 * half], vmulq_f32(d, vaddq_f32(a, c)));
    acc[2 * half + 1] = vaddq_f32(acc[2 * half + 1], vmulq_f32(d, vaddq_f32(b, e)));
}

MZG_INLINE float dot(const void *q, const void *y, size_t n, size_t bytes, to4 *load)
{
    const uint8_t *xb = q, *yb = y;
    float32x4_t acc[4] = {vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0)};
    for (; n >= MZG_BLOCK; n -= MZG_BLOCK, xb += MZG_BLOCK * bytes, yb += MZG_Q8_0_BYTES) {
        const int8_t *codes = (const int8_t *)(yb + MZG_Q8_0_CODES);
        float32x4_t d = vdupq_n_f32(mzg_f16_to(mzg_load16(yb)));
        dot_half(acc, xb, bytes, codes, d, 0, load);
        dot_half(acc, xb, bytes, codes, d, 1, load);
    }
    float sums[16];
    for (int i = 0; i < 4; i++)
        vst1q_f32(sums + 4 * i, acc[i]);
    return mzg_sum16(sums);
}

float mzg_f32_dot_neon(const void *q, const void *y, size_t n)
{
    return dot(q, y, n, 4, f32_to4);
}

float mzg_f16_dot_neon(const void *q, const void *y, size_t n)
{
    return dot(q, y, n, 2, f16_to4);
}

float mzg_bf16_dot_neon(const void *q, const void *y, size_t n)
{
    return dot(q, y, n, 2, bf16_to4);
}
