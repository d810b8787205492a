/* grid_decode_neon.c: decoders and dot products of the grids' types. */
#include "grid_neon.h"

/* Sixteen magnitudes with signs, scaled; a zero gets its sign from the scale and its own. */
MZG_INLINE void decode16(const struct mzg_grid_32 *e, int half, float scale, float *x)
{
    int8x16_t v = mzg_grid_signed16(e, half);
    int16x8_t low = vmovl_s8(vget_low_s8(v)), high = vmovl_high_s8(v);
    vst1q_f32(x, vmulq_n_f32(vcvtq_f32_s32(vmovl_s16(vget_low_s16(low))), scale));
    vst1q_f32(x + 4, vmulq_n_f32(vcvtq_f32_s32(vmovl_high_s16(low)), scale));
    vst1q_f32(x + 8, vmulq_n_f32(vcvtq_f32_s32(vmovl_s16(vget_low_s16(high))), scale));
    vst1q_f32(x + 12, vmulq_n_f32(vcvtq_f32_s32(vmovl_high_s16(high)), scale));
}

MZG_INLINE void decode(const uint8_t *q, float *x, size_t n, size_t bytes, float unit,
                       mzg_grid_fetch *fetch, mzg_grid_steps *steps,
                       void (*ref)(const void *q, float *x, size_t n))
{
    for (; n >= MZG_SUPER; n -= MZG_SUPER, q += bytes, x += MZG_SUPER) {
        uint16_t half = mzg_load16(q);
        uint8_t multiple[16];
        if ((half & 0x7c00) == 0x7c00) { /* Inf or NaN */
            ref(q, x, MZG_SUPER);
            continue;
        }
        float d = mzg_f16_to(half) * unit;
        vst1q_u8(multiple, steps(q));
        for (int b = 0; b < 8; b++) {
            struct mzg_grid_32 e = fetch(q, b);
            decode16(&e, 0, d * (float)multiple[2 * b], x + 32 * b);
            decode16(&e, 1, d * (float)multiple[2 * b + 1], x + 32 * b + 16);
        }
    }
}

static inline int32x4_t add(int32x4_t sum, int8x16_t x, int8x16_t y, int16_t factor)
{
    int16x8_t low = vmull_s8(vget_low_s8(x), vget_low_s8(y)), high = vmull_high_s8(x, y);
    int16x8_t both = vaddq_s16(low, high); /* at most 2 * 62 * 128 */
    sum = vmlal_n_s16(sum, vget_low_s16(both), factor);
    return vmlal_high_n_s16(sum, both, factor);
}

#define KERNELS(type, TYPE, unit)                                                                  \
    void mzg_##type##_dequantize_neon(const void *q, float *x, size_t n)                           \
    {                                                                                              \
        decode(q, x, n, MZG_##TYPE##_BYTES, unit, mzg_##type##_fetch, mzg_##type##_steps,          \
               mzg_##type##_dequantize_ref);                                                       \
    }                                                                                              \
    MZG_GRID_DOTS(type, TYPE, unit, neon, add)

MZG_GRID_EACH(KERNELS)
