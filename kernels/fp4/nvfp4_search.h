/* nvfp4_search.h: NVFP4 over lanes, one sub-block of 16 a lane, four blocks at once.
 *
 * A sub-block stands alone: of its 126 scales those around the one that its largest element asks for
 * are tried, each with the nearest code for every element, and the one that loses least is kept. How
 * far to look: a scale too small by a step or two clips the largest a little and fits the others
 * better; one that is larger, up to half as much again, lets the largest become 4 instead of 6. */
#ifndef MZG_KERNELS_NVFP4_SEARCH_H
#define MZG_KERNELS_NVFP4_SEARCH_H

#include "fp4_lanes.h"

enum { MZG_NVFP4_GROUP = 16 * MZG_NVFP4_SUB };

/* Scales tried, in steps of the scale's code from that of a sixth of the largest magnitude. */
static const struct {
    int first, last;
} mzg_nvfp4_window[] = {
    [MZG_EFFORT_FAST] = {-1, 2}, [MZG_EFFORT_DEFAULT] = {-2, 8}, [MZG_EFFORT_BEST] = {-24, 12}};

/* Scales from their codes, 0 <= code <= MZG_NVFP4_TOP. */
MZG_INLINE mzg_vf mzg_nvfp4_scales(mzg_vi code)
{
    mzg_vf subnormal = mzg_vf_mul(mzg_vf_from(code), mzg_vf_set(0x1p-9f));
    mzg_vi bits = mzg_vi_add(mzg_vi_shl(code, 20), mzg_vi_set((127 - 7) << 23));
    return mzg_vf_select(mzg_vi_gt(mzg_vi_set(8), code), subnormal, mzg_vf_bits(bits));
}

/* The code of the largest scale that is not above s; near s where scales are subnormal. */
MZG_INLINE mzg_vi mzg_nvfp4_scale_code(mzg_vf s)
{
    mzg_vf low = mzg_vf_min(s, mzg_vf_set(0x1p-6f));
    mzg_vi subnormal = mzg_vi_round(mzg_vf_mul(low, mzg_vf_set(0x1p9f)));
    mzg_vi normal = mzg_vi_sub(mzg_vi_shr(mzg_vi_bits(s), 20), mzg_vi_set((127 - 7) << 3));
    return mzg_vi_max(subnormal, normal);
}

MZG_INLINE mzg_vi mzg_nvfp4_best(const mzg_vf *x, const mzg_vf *w, mzg_vf amax,
                                 enum mzg_effort effort)
{
    mzg_vi start = mzg_nvfp4_scale_code(mzg_vf_mul(amax, mzg_vf_set(1.0f / MZG_E2M1_MAX)));
    mzg_vi best = mzg_vi_set(1);
    mzg_vf least = mzg_vf_set(FLT_MAX);
    for (int i = mzg_nvfp4_window[effort].first; i <= mzg_nvfp4_window[effort].last; i++) {
        mzg_vi code = mzg_vi_add(start, mzg_vi_set(i));
        code = mzg_vi_min(mzg_vi_max(code, mzg_vi_set(1)), mzg_vi_set(MZG_NVFP4_TOP));
        mzg_vf s = mzg_nvfp4_scales(code), inv = mzg_vf_div(mzg_vf_set(1.0f), s);
        mzg_vf lost = mzg_e2m1_lost(x, w, 16, inv);
        lost = mzg_vf_mul(lost, mzg_vf_mul(s, s));
        mzg_vm less = mzg_vf_lt(lost, least);
        least = mzg_vf_select(less, lost, least);
        best = mzg_vi_select(less, code, best);
    }
    /* What is at most a quarter of the least scale becomes 0 under it. */
    return mzg_vi_select(mzg_vf_le(amax, mzg_vf_set(0x1p-11f)), mzg_vi_set(0), best);
}

MZG_INLINE void mzg_nvfp4_write(uint8_t *q, const mzg_vf *x, mzg_vi scale)
{
    int32_t s[16], low[16], high[16];
    mzg_vf d = mzg_nvfp4_scales(scale);
    mzg_vm some = mzg_vf_lt(mzg_vf_set(0.0f), d);
    mzg_vf inv = mzg_vf_where(some, mzg_vf_div(mzg_vf_set(1.0f), d));
    mzg_vi_store(s, scale);
    mzg_vi_store(low, mzg_e2m1_pack(x, x + 8, inv));
    mzg_vi_store(high, mzg_e2m1_pack(x + 4, x + 12, inv));
    for (int b = 0; b < 16; b++) {
        uint8_t *block = q + b / 4 * MZG_NVFP4_BYTES;
        block[b % 4] = (uint8_t)s[b];
        mzg_store32(block + MZG_NVFP4_CODES + 8 * (b % 4), (uint32_t)low[b]);
        mzg_store32(block + MZG_NVFP4_CODES + 8 * (b % 4) + 4, (uint32_t)high[b]);
    }
}

/* Four blocks; weighted is a constant, so that there is one piece of code for each. */
MZG_INLINE void mzg_nvfp4_group(const float *x, const float *w, uint8_t *q, enum mzg_effort effort,
                                int weighted)
{
    mzg_vf v[16], weights[16];
    mzg_vf_turn(x, MZG_NVFP4_SUB, v);
    if (weighted)
        mzg_vf_turn(w, MZG_NVFP4_SUB, weights);
    mzg_vf amax = mzg_fp4_tidy(v, weights, 16, weighted, MZG_NVFP4_MAX);
    mzg_vi scale = mzg_nvfp4_best(v, weighted ? weights : NULL, amax, effort);
    mzg_nvfp4_write(q, v, scale);
}

static inline void mzg_nvfp4_any(const float *x, const float *w, uint8_t *q,
                                 enum mzg_effort effort)
{
    if (w)
        mzg_nvfp4_group(x, w, q, effort, 1);
    else
        mzg_nvfp4_group(x, NULL, q, effort, 0);
}

#define MZG_NVFP4_ENCODERS(isa)                                                                    \
    void mzg_nvfp4_search_##isa(const float *x, const float *w, void *q, size_t n,                 \
                                enum mzg_effort effort)                                            \
    {                                                                                              \
        const struct mzg_searched s = {MZG_NVFP4_GROUP, MZG_NVFP4_ELEMS, MZG_NVFP4_BYTES};         \
        mzg_search_groups(x, w, q, n, effort, s, mzg_nvfp4_any);                                   \
    }

#endif
