/* q32_quantize_neon.c: blocks of 32, four at a time: first each block's extremes, then the four
 * scales in one vector (Q4_0 and Q5_0: after trials), then the codes. NaN needs no search: minimum and maximum
 * let it through. */
#include "list.h"
#include "neon.h"
#include "trials.h"

/* What four blocks are coded with. */
struct plan {
    float inv[4];     /* 1 / scale */
    float min[4];     /* as decoded */
    uint16_t half[4]; /* the scale as stored */
    uint16_t min_half[4];
};

MZG_INLINE float32x4_t min_of_block(const float *x)
{
    float32x4_t m = vld1q_f32(x);
    for (int i = 4; i < MZG_BLOCK; i += 4)
        m = vminq_f32(m, vld1q_f32(x + i));
    return m;
}

MZG_INLINE float32x4_t max_of_block(const float *x)
{
    float32x4_t m = vld1q_f32(x);
    for (int i = 4; i < MZG_BLOCK; i += 4)
        m = vmaxq_f32(m, vld1q_f32(x + i));
    return m;
}

MZG_INLINE float32x4_t lowest4(const float *x)
{
    float32x4_t a = vpminq_f32(min_of_block(x), min_of_block(x + MZG_BLOCK));
    float32x4_t b = vpminq_f32(min_of_block(x + 2 * MZG_BLOCK), min_of_block(x + 3 * MZG_BLOCK));
    return vpminq_f32(a, b);
}

MZG_INLINE float32x4_t highest4(const float *x)
{
    float32x4_t a = vpmaxq_f32(max_of_block(x), max_of_block(x + MZG_BLOCK));
    float32x4_t b = vpmaxq_f32(max_of_block(x + 2 * MZG_BLOCK), max_of_block(x + 3 * MZG_BLOCK));
    return vpmaxq_f32(a, b);
}

/* Whether all are within the limit; NaN is not. */
MZG_INLINE int all_within(float32x4_t amax, float limit)
{
    return vminvq_u32(vcleq_f32(amax, vdupq_n_f32(limit))) != 0;
}

/* What brings each block to -unit..unit for a trial; 0 where a value is beyond the format. */
MZG_INLINE int trial_units(const struct mzg_trials *t, const float *x, float32x4_t *k)
{
    float32x4_t hi = highest4(x), below = vnegq_f32(lowest4(x)), amax = vmaxq_f32(hi, below);
    if (!all_within(amax, (float)t->half * MZG_F16_MAX))
        return 0;
    float32x4_t unit = vdupq_n_f32(t->unit);
    unit = vbslq_f32(vcgtq_f32(hi, below), vnegq_f32(unit), unit);
    uint32x4_t some = vcgeq_f32(amax, vdupq_n_f32(MZG_TRIED_LEAST));
    uint32x4_t bits = vreinterpretq_u32_f32(vdivq_f32(unit, amax));
    *k = vreinterpretq_f32_u32(vandq_u32(bits, some));
    return 1;
}

/* The sums of the best trial so far, for each block. */
struct tried {
    float32x4_t s, q;
};

MZG_INLINE void keep_better(struct tried *best, int32x4_t products, int32x4_t squares)
{
    float32x4_t s = vcvtq_f32_s32(products), q = vcvtq_f32_s32(squares);
    float32x4_t mine = vmulq_f32(vmulq_f32(s, s), best->q);
    float32x4_t other = vmulq_f32(vmulq_f32(best->s, best->s), q);
    uint32x4_t better = vcgtq_f32(mine, other);
    best->s = vbslq_f32(better, s, best->s);
    best->q = vbslq_f32(better, q, best->q);
}

/* The products of a block's elements and its codes, and the squares of these, in four lanes each. */
MZG_INLINE void try_block(const int16x8_t v[4], const struct mzg_trials *t, int trial,
                          int32x4_t *products, int32x4_t *squares)
{
    const int16x8_t low = vdupq_n_s16((int16_t)-t->half);
    const int16x8_t high = vdupq_n_s16((int16_t)(t->half - 1));
    int32x4_t s = vdupq_n_s32(0), q = vdupq_n_s32(0);
    for (int j = 0; j < 4; j++) {
        int16x8_t code = vqrdmulhq_n_s16(v[j], t->factor[trial]);
        code = vmaxq_s16(vminq_s16(code, high), low);
        s = vmlal_s16(s, vget_low_s16(v[j]), vget_low_s16(code));
        s = vmlal_high_s16(s, v[j], code);
        q = vmlal_s16(q, vget_low_s16(code), vget_low_s16(code));
        q = vmlal_high_s16(q, code, code);
    }
    *products = s;
    *squares = q;
}

MZG_INLINE int32x4_t sums4(const int32x4_t v[4])
{
    return vpaddq_s32(vpaddq_s32(v[0], v[1]), vpaddq_s32(v[2], v[3]));
}

/* The scales that fit best to the codes of the best trials. */
MZG_INLINE void signed_plan(struct plan *p, const struct tried *best, float32x4_t k)
{
    const float32x4_t limit = vdupq_n_f32(MZG_F16_MAX);
    float32x4_t d = vmulq_f32(vdivq_f32(best->s, best->q), mzg_inverse4(k));
    d = vmaxq_f32(vminq_f32(d, limit), vnegq_f32(limit));
    uint16x4_t scale = vreinterpret_u16_f16(vcvt_f16_f32(d));
    scale = vbic_u16(scale, vceq_u16(scale, vdup_n_u16(0x8000)));
    vst1_u16(p->half, scale);
    vst1q_f32(p->inv, mzg_inverse4(vcvt_f32_f16(vreinterpret_f16_u16(scale))));
}

/* Scales and minima for codes 0..top; 0 where a value is beyond the format. */
MZG_INLINE int span_plan(struct plan *p, const float *x, float top)
{
    const float32x4_t zero = vdupq_n_f32(0.0f);
    float32x4_t lo = lowest4(x), hi = highest4(x);
    if (!all_within(vmaxq_f32(hi, vnegq_f32(lo)), MZG_F16_MAX))
        return 0;
    lo = vaddq_f32(lo, zero); /* -0 becomes 0 */
    hi = vaddq_f32(hi, zero);
    float16x4_t min = vcvt_f16_f32(lo);
    uint16x4_t scale = mzg_scales4(vdivq_f32(vsubq_f32(hi, lo), vdupq_n_f32(top)));
    vst1_u16(p->half, scale);
    vst1_u16(p->min_half, vreinterpret_u16_f16(min));
    vst1q_f32(p->inv, mzg_inverse4(vcvt_f32_f16(vreinterpret_f16_u16(scale))));
    vst1q_f32(p->min, vcvt_f32_f16(min));
    return 1;
}

/* Eight integers nearest to (x - min) * inv, saturated to 16 bits. */
MZG_INLINE int16x8_t code8(const float *x, float32x4_t min, float32x4_t inv, int has_min)
{
    float32x4_t a = vld1q_f32(x), b = vld1q_f32(x + 4);
    if (has_min) {
        a = vsubq_f32(a, min);
        b = vsubq_f32(b, min);
    }
    int16x4_t low = vqmovn_s32(vcvtnq_s32_f32(vmulq_f32(a, inv)));
    return vqmovn_high_s32(low, vcvtnq_s32_f32(vmulq_f32(b, inv)));
}

/* Tries the scales on four blocks. */
MZG_INLINE int tried_plan(struct plan *p, const struct mzg_trials *t, const float *x)
{
    struct tried best = {vdupq_n_f32(0.0f), vdupq_n_f32(1.0f)};
    float32x4_t k;
    int16x8_t v[4][4];
    float unit[4];
    if (!trial_units(t, x, &k))
        return 0;
    vst1q_f32(unit, k);
    for (int b = 0; b < 4; b++)
        for (int j = 0; j < 4; j++)
            v[b][j] = code8(x + b * MZG_BLOCK + 8 * j, k, vdupq_n_f32(unit[b]), 0);
    for (int i = 0; i < t->count; i++) {
        int32x4_t s[4], q[4];
        for (int b = 0; b < 4; b++)
            try_block(v[b], t, i, &s[b], &q[b]);
        keep_better(&best, sums4(s), sums4(q));
    }
    signed_plan(p, &best, k);
    return 1;
}

MZG_INLINE int8x16_t signed_codes(const float *x, float inverse)
{
    float32x4_t inv = vdupq_n_f32(inverse);
    return vqmovn_high_s16(vqmovn_s16(code8(x, inv, inv, 0)), code8(x + 8, inv, inv, 0));
}

/* Sixteen codes 0..2 * half - 1. */
MZG_INLINE uint8x16_t shifted_codes(const float *x, float inverse, uint8_t half)
{
    int8x16_t least = vmaxq_s8(signed_codes(x, inverse), vdupq_n_s8((int8_t)-half));
    uint8x16_t codes = vreinterpretq_u8_s8(least);
    return vminq_u8(vaddq_u8(codes, vdupq_n_u8(half)), vdupq_n_u8((uint8_t)(2 * half - 1)));
}

/* Sixteen codes 0..top. */
MZG_INLINE uint8x16_t span_codes(const float *x, const struct plan *p, int b, uint8_t top)
{
    float32x4_t min = vdupq_n_f32(p->min[b]), inv = vdupq_n_f32(p->inv[b]);
    uint8x8_t low = vqmovun_s16(code8(x, min, inv, 1));
    uint8x16_t codes = vqmovun_high_s16(low, code8(x + 8, min, inv, 1));
    return vminq_u8(codes, vdupq_n_u8(top));
}

MZG_INLINE void store_nibbles(uint8_t *out, uint8x16_t low, uint8x16_t high)
{
    vst1q_u8(out, vsliq_n_u8(low, high, 4));
}

MZG_INLINE void store_fifth_bits(uint8_t *out, uint8x16_t low, uint8x16_t high)
{
    const uint8x16_t bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t sixteen = vdupq_n_u8(16);
    uint8x16_t a = vandq_u8(vtstq_u8(low, sixteen), bit);
    uint8x16_t b = vandq_u8(vtstq_u8(high, sixteen), bit);
    uint8x16_t sums = vpaddq_u8(a, b); /* of two, then of four and eight neighbours */
    sums = vpaddq_u8(sums, sums);
    sums = vpaddq_u8(sums, sums);
    mzg_store32(out, vgetq_lane_u32(vreinterpretq_u32_u8(sums), 0));
}

static inline int q8_0_quad(const float *x, uint8_t *out)
{
    float32x4_t amax = vmaxq_f32(highest4(x), vnegq_f32(lowest4(x)));
    if (!all_within(amax, 127 * MZG_F16_MAX))
        return 0;
    uint16x4_t scale = mzg_scales4(vdivq_f32(amax, vdupq_n_f32(127.0f)));
    uint16_t half[4];
    float inv[4];
    vst1_u16(half, scale);
    vst1q_f32(inv, mzg_inverse4(vcvt_f32_f16(vreinterpret_f16_u16(scale))));
    for (int b = 0; b < 4; b++, x += MZG_BLOCK, out += MZG_Q8_0_BYTES) {
        int8_t *codes = (int8_t *)(out + MZG_Q8_0_CODES);
        mzg_store16(out, half[b]);
        vst1q_s8(codes, signed_codes(x, inv[b]));
        vst1q_s8(codes + 16, signed_codes(x + 16, inv[b]));
    }
    return 1;
}

static inline int q4_0_quad(const float *x, uint8_t *out)
{
    struct plan p;
    if (!tried_plan(&p, &mzg_q4_0_trials, x))
        return 0;
    for (int b = 0; b < 4; b++, x += MZG_BLOCK, out += MZG_Q4_0_BYTES) {
        mzg_store16(out, p.half[b]);
        store_nibbles(out + MZG_Q4_0_CODES, shifted_codes(x, p.inv[b], 8),
                      shifted_codes(x + 16, p.inv[b], 8));
    }
    return 1;
}

static inline int q4_1_quad(const float *x, uint8_t *out)
{
    struct plan p;
    if (!span_plan(&p, x, 15.0f))
        return 0;
    for (int b = 0; b < 4; b++, x += MZG_BLOCK, out += MZG_Q4_1_BYTES) {
        mzg_store16(out, p.half[b]);
        mzg_store16(out + MZG_Q4_1_MIN, p.min_half[b]);
        store_nibbles(out + MZG_Q4_1_CODES, span_codes(x, &p, b, 15),
                      span_codes(x + 16, &p, b, 15));
    }
    return 1;
}

static inline int q5_0_quad(const float *x, uint8_t *out)
{
    struct plan p;
    if (!tried_plan(&p, &mzg_q5_0_trials, x))
        return 0;
    for (int b = 0; b < 4; b++, x += MZG_BLOCK, out += MZG_Q5_0_BYTES) {
        uint8x16_t low = shifted_codes(x, p.inv[b], 16);
        uint8x16_t high = shifted_codes(x + 16, p.inv[b], 16);
        mzg_store16(out, p.half[b]);
        store_fifth_bits(out + MZG_Q5_0_HIGH, low, high);
        store_nibbles(out + MZG_Q5_0_CODES, low, high);
    }
    return 1;
}

static inline int q5_1_quad(const float *x, uint8_t *out)
{
    struct plan p;
    if (!span_plan(&p, x, 31.0f))
        return 0;
    for (int b = 0; b < 4; b++, x += MZG_BLOCK, out += MZG_Q5_1_BYTES) {
        uint8x16_t low = span_codes(x, &p, b, 31), high = span_codes(x + 16, &p, b, 31);
        mzg_store16(out, p.half[b]);
        mzg_store16(out + MZG_Q5_1_MIN, p.min_half[b]);
        store_fifth_bits(out + MZG_Q5_1_HIGH, low, high);
        store_nibbles(out + MZG_Q5_1_CODES, low, high);
    }
    return 1;
}

/* A group is two quads. */
#define QUANTIZE(type, bytes)                                                                      \
    static inline int type##_group(const float *x, uint8_t *out)                                   \
    {                                                                                              \
        return type##_quad(x, out) && type##_quad(x + 4 * MZG_BLOCK, out + 4 * bytes);             \
    }                                                                                              \
    MZG_GROUP_QUANTIZER(neon, type, bytes, 0)

QUANTIZE(q8_0, MZG_Q8_0_BYTES)
QUANTIZE(q4_0, MZG_Q4_0_BYTES)
QUANTIZE(q4_1, MZG_Q4_1_BYTES)
QUANTIZE(q5_0, MZG_Q5_0_BYTES)
QUANTIZE(q5_1, MZG_Q5_1_BYTES)
