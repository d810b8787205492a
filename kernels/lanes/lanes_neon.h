/* lanes_neon.h: lanes_ref.h's operations in four registers of four lanes. */
#ifndef MZG_KERNELS_LANES_NEON_H
#define MZG_KERNELS_LANES_NEON_H

#include "../scalar.h"

#include <arm_neon.h>
#include <stddef.h>

enum { MZG_LANES = 16 };

typedef struct {
    float32x4_t v[4];
} mzg_vf;

typedef struct {
    int32x4_t v[4];
} mzg_vi;

typedef struct {
    uint32x4_t v[4]; /* all ones or all zeros in a lane */
} mzg_vm;

/* An operation on all four. */
#define MZG_ONE(name, R, T, f)                                                                     \
    MZG_INLINE R name(T x)                                                                         \
    {                                                                                              \
        return (R){{f(x.v[0]), f(x.v[1]), f(x.v[2]), f(x.v[3])}};                                  \
    }
#define MZG_TWO(name, R, T, f)                                                                     \
    MZG_INLINE R name(T x, T y)                                                                    \
    {                                                                                              \
        return (R){{f(x.v[0], y.v[0]), f(x.v[1], y.v[1]), f(x.v[2], y.v[2]), f(x.v[3], y.v[3])}};  \
    }
#define MZG_THREE(name, T, f)                                                                      \
    MZG_INLINE T name(mzg_vm m, T x, T y)                                                          \
    {                                                                                              \
        return (T){{f(m.v[0], x.v[0], y.v[0]), f(m.v[1], x.v[1], y.v[1]),                          \
                    f(m.v[2], x.v[2], y.v[2]), f(m.v[3], x.v[3], y.v[3])}};                        \
    }

/* ---- floats ---- */

MZG_INLINE mzg_vf mzg_vf_set(float x)
{
    float32x4_t v = vdupq_n_f32(x);
    return (mzg_vf){{v, v, v, v}};
}

MZG_INLINE mzg_vf mzg_vf_load(const float *p)
{
    return (mzg_vf){{vld1q_f32(p), vld1q_f32(p + 4), vld1q_f32(p + 8), vld1q_f32(p + 12)}};
}

MZG_INLINE void mzg_vf_store(float *p, mzg_vf x)
{
    MZG_UNROLL
    for (int i = 0; i < 4; i++)
        vst1q_f32(p + 4 * i, x.v[i]);
}

#define MZG_MIN(x, y) vbslq_f32(vcltq_f32(x, y), x, y)
#define MZG_MAX(x, y) vbslq_f32(vcgtq_f32(x, y), x, y)
MZG_TWO(mzg_vf_add, mzg_vf, mzg_vf, vaddq_f32)
MZG_TWO(mzg_vf_sub, mzg_vf, mzg_vf, vsubq_f32)
MZG_TWO(mzg_vf_mul, mzg_vf, mzg_vf, vmulq_f32)
MZG_TWO(mzg_vf_div, mzg_vf, mzg_vf, vdivq_f32)
MZG_TWO(mzg_vf_min, mzg_vf, mzg_vf, MZG_MIN)
MZG_TWO(mzg_vf_max, mzg_vf, mzg_vf, MZG_MAX)
MZG_ONE(mzg_vf_abs, mzg_vf, mzg_vf, vabsq_f32)
MZG_TWO(mzg_vf_lt, mzg_vm, mzg_vf, vcltq_f32)
MZG_TWO(mzg_vf_le, mzg_vm, mzg_vf, vcleq_f32)
MZG_TWO(mzg_vf_eq, mzg_vm, mzg_vf, vceqq_f32)

/* ---- integers ---- */

MZG_INLINE mzg_vi mzg_vi_set(int32_t x)
{
    int32x4_t v = vdupq_n_s32(x);
    return (mzg_vi){{v, v, v, v}};
}

MZG_INLINE mzg_vi mzg_vi_load(const int32_t *p)
{
    return (mzg_vi){{vld1q_s32(p), vld1q_s32(p + 4), vld1q_s32(p + 8), vld1q_s32(p + 12)}};
}

MZG_INLINE void mzg_vi_store(int32_t *p, mzg_vi x)
{
    MZG_UNROLL
    for (int i = 0; i < 4; i++)
        vst1q_s32(p + 4 * i, x.v[i]);
}

MZG_TWO(mzg_vi_add, mzg_vi, mzg_vi, vaddq_s32)
MZG_TWO(mzg_vi_sub, mzg_vi, mzg_vi, vsubq_s32)
MZG_TWO(mzg_vi_mul, mzg_vi, mzg_vi, vmulq_s32)
MZG_TWO(mzg_vi_and, mzg_vi, mzg_vi, vandq_s32)
MZG_TWO(mzg_vi_or, mzg_vi, mzg_vi, vorrq_s32)
MZG_TWO(mzg_vi_xor, mzg_vi, mzg_vi, veorq_s32)
MZG_TWO(mzg_vi_min, mzg_vi, mzg_vi, vminq_s32)
MZG_TWO(mzg_vi_max, mzg_vi, mzg_vi, vmaxq_s32)
MZG_TWO(mzg_vi_eq, mzg_vm, mzg_vi, vceqq_s32)
MZG_TWO(mzg_vi_gt, mzg_vm, mzg_vi, vcgtq_s32)

MZG_INLINE mzg_vi mzg_vi_shl(mzg_vi x, int n)
{
    int32x4_t by = vdupq_n_s32(n);
    MZG_UNROLL
    for (int i = 0; i < 4; i++)
        x.v[i] = vshlq_s32(x.v[i], by);
    return x;
}

MZG_INLINE mzg_vi mzg_vi_shr(mzg_vi x, int n)
{
    int32x4_t by = vdupq_n_s32(-n);
    MZG_UNROLL
    for (int i = 0; i < 4; i++)
        x.v[i] = vreinterpretq_s32_u32(vshlq_u32(vreinterpretq_u32_s32(x.v[i]), by));
    return x;
}

MZG_INLINE mzg_vi mzg_vi_sar(mzg_vi x, int n)
{
    return mzg_vi_shl(x, -n); /* a shift by a negative number is one to the right, with the sign */
}

MZG_INLINE mzg_vi mzg_vi_shr_each(mzg_vi x, mzg_vi n)
{
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        uint32x4_t bits = vreinterpretq_u32_s32(x.v[i]);
        x.v[i] = vreinterpretq_s32_u32(vshlq_u32(bits, vnegq_s32(n.v[i])));
    }
    return x;
}

/* ---- from one to the other ---- */

MZG_ONE(mzg_vi_round, mzg_vi, mzg_vf, vcvtnq_s32_f32)
MZG_ONE(mzg_vf_from, mzg_vf, mzg_vi, vcvtq_f32_s32)
MZG_ONE(mzg_vi_bits, mzg_vi, mzg_vf, vreinterpretq_s32_f32)
MZG_ONE(mzg_vf_bits, mzg_vf, mzg_vi, vreinterpretq_f32_s32)

MZG_INLINE mzg_vf mzg_vf_round(mzg_vf x)
{
    return mzg_vf_from(mzg_vi_round(x));
}

/* ---- masks ---- */

MZG_TWO(mzg_vm_and, mzg_vm, mzg_vm, vandq_u32)
MZG_TWO(mzg_vm_or, mzg_vm, mzg_vm, vorrq_u32)
MZG_ONE(mzg_vm_not, mzg_vm, mzg_vm, vmvnq_u32)
MZG_THREE(mzg_vf_select, mzg_vf, vbslq_f32)
MZG_THREE(mzg_vi_select, mzg_vi, vbslq_s32)

MZG_INLINE uint32_t mzg_vm_mask(mzg_vm m)
{
    const uint32x4_t bit = {1, 2, 4, 8};
    uint32_t r = 0;
    MZG_UNROLL
    for (int i = 0; i < 4; i++)
        r |= vaddvq_u32(vandq_u32(m.v[i], bit)) << 4 * i;
    return r;
}

/* ---- across lanes, tables, memory ---- */

#define MZG_PAIRS(v) vextq_f32(v, v, 2)
MZG_ONE(mzg_vf_swap1, mzg_vf, mzg_vf, vrev64q_f32)
MZG_ONE(mzg_vf_swap2, mzg_vf, mzg_vf, MZG_PAIRS)

MZG_INLINE mzg_vf mzg_vf_swap4(mzg_vf x)
{
    return (mzg_vf){{x.v[1], x.v[0], x.v[3], x.v[2]}};
}

MZG_INLINE mzg_vf mzg_vf_swap8(mzg_vf x)
{
    return (mzg_vf){{x.v[2], x.v[3], x.v[0], x.v[1]}};
}

MZG_INLINE float mzg_vf_sum(mzg_vf x)
{
    float32x4_t t = vaddq_f32(vaddq_f32(x.v[0], x.v[2]), vaddq_f32(x.v[1], x.v[3]));
    float32x2_t u = vadd_f32(vget_low_f32(t), vget_high_f32(t));
    return mzg_canonical(vget_lane_f32(u, 0) + vget_lane_f32(u, 1));
}

MZG_INLINE float mzg_vf_largest(mzg_vf x)
{
    return vmaxvq_f32(vmaxq_f32(vmaxq_f32(x.v[0], x.v[1]), vmaxq_f32(x.v[2], x.v[3]))) + 0.0f;
}

MZG_INLINE mzg_vi mzg_vi_gather(const int32_t *table, mzg_vi at)
{
    int32_t i[16];
    mzg_vi_store(i, at);
    for (int k = 0; k < 16; k++)
        i[k] = table[i[k]];
    return mzg_vi_load(i);
}

MZG_INLINE mzg_vf mzg_vf_gather(const float *table, mzg_vi at)
{
    int32_t i[16];
    float x[16];
    mzg_vi_store(i, at);
    for (int k = 0; k < 16; k++)
        x[k] = table[i[k]];
    return mzg_vf_load(x);
}

/* As a table of bytes: index k stands for the bytes 4 k to 4 k + 3. */
MZG_INLINE mzg_vf mzg_vf_lookup16(const float table[16], mzg_vi at)
{
    const uint8_t *bytes = (const uint8_t *)table;
    const uint8x16x4_t t = {{vld1q_u8(bytes), vld1q_u8(bytes + 16), vld1q_u8(bytes + 32),
                             vld1q_u8(bytes + 48)}};
    const int32x4_t steps = vdupq_n_s32(0x03020100);
    mzg_vf r;
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        int32x4_t k = vaddq_s32(vmulq_s32(at.v[i], vdupq_n_s32(0x04040404)), steps);
        r.v[i] = vreinterpretq_f32_u8(vqtbl4q_u8(t, vreinterpretq_u8_s32(k)));
    }
    return r;
}

/* Four by four. */
MZG_INLINE void mzg_turn4(const float *x, size_t stride, float32x4_t out[4])
{
    float32x4_t a = vld1q_f32(x), b = vld1q_f32(x + stride), c = vld1q_f32(x + 2 * stride),
                d = vld1q_f32(x + 3 * stride);
#define F64(v) vreinterpretq_f64_f32(v)
    float64x2_t ab = F64(vtrn1q_f32(a, b)), ab2 = F64(vtrn2q_f32(a, b));
    float64x2_t cd = F64(vtrn1q_f32(c, d)), cd2 = F64(vtrn2q_f32(c, d));
#undef F64
    out[0] = vreinterpretq_f32_f64(vtrn1q_f64(ab, cd));
    out[1] = vreinterpretq_f32_f64(vtrn1q_f64(ab2, cd2));
    out[2] = vreinterpretq_f32_f64(vtrn2q_f64(ab, cd));
    out[3] = vreinterpretq_f32_f64(vtrn2q_f64(ab2, cd2));
}

MZG_INLINE void mzg_vf_turn(const float *x, size_t stride, mzg_vf out[16])
{
    for (size_t row = 0; row < 4; row++) {
        for (size_t column = 0; column < 16; column += 4) {
            float32x4_t part[4];
            mzg_turn4(x + 4 * row * stride + column, stride, part);
            MZG_UNROLL
            for (size_t j = 0; j < 4; j++)
                out[column + j].v[row] = part[j];
        }
    }
}

MZG_INLINE void mzg_vi_store8(uint8_t *p, mzg_vi x)
{
    int16x8_t lo = vcombine_s16(vmovn_s32(x.v[0]), vmovn_s32(x.v[1]));
    int16x8_t hi = vcombine_s16(vmovn_s32(x.v[2]), vmovn_s32(x.v[3]));
    vst1q_u8(p, vreinterpretq_u8_s8(vcombine_s8(vmovn_s16(lo), vmovn_s16(hi))));
}

MZG_INLINE mzg_vi mzg_vi_words(int16x8_t lo, int16x8_t hi)
{
    return (mzg_vi){{vmovl_s16(vget_low_s16(lo)), vmovl_high_s16(lo), vmovl_s16(vget_low_s16(hi)),
                     vmovl_high_s16(hi)}};
}

MZG_INLINE mzg_vi mzg_vi_load8u(const uint8_t *p)
{
    uint8x16_t b = vld1q_u8(p);
    return mzg_vi_words(vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(b))),
                        vreinterpretq_s16_u16(vmovl_high_u8(b)));
}

MZG_INLINE mzg_vi mzg_vi_load8s(const uint8_t *p)
{
    int8x16_t b = vreinterpretq_s8_u8(vld1q_u8(p));
    return mzg_vi_words(vmovl_s8(vget_low_s8(b)), vmovl_high_s8(b));
}

MZG_INLINE mzg_vi mzg_vi_bytes(uint64_t lo, uint64_t hi)
{
    return mzg_vi_words(vreinterpretq_s16_u16(vmovl_u8(vcreate_u8(lo))),
                        vreinterpretq_s16_u16(vmovl_u8(vcreate_u8(hi))));
}

MZG_INLINE mzg_vf mzg_vf_add_where(mzg_vm m, mzg_vf s, mzg_vf a)
{
    MZG_UNROLL
    for (int i = 0; i < 4; i++) {
        uint32x4_t some = vandq_u32(m.v[i], vreinterpretq_u32_f32(a.v[i]));
        s.v[i] = vaddq_f32(s.v[i], vreinterpretq_f32_u32(some));
    }
    return s;
}

#endif
