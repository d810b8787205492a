/* mxfp4_search.h: MXFP4 over lanes, one block of 32 a lane, sixteen blocks at once.
 *
 * Scales are powers of two, so few are worth trying: the one under which the largest element lies in
 * 4..8, where what is above 6 is clipped, and the next. Smaller ones clip more than they gain, unless
 * importance says that the largest do not matter. Dividing by a scale is exact. */
#ifndef MZG_KERNELS_MXFP4_SEARCH_H
#define MZG_KERNELS_MXFP4_SEARCH_H

#include "fp4_lanes.h"

enum { MZG_MXFP4_GROUP = 16 * MZG_MXFP4_ELEMS };

static const struct {
    int first, last;
} mzg_mxfp4_window[] = {
    [MZG_EFFORT_FAST] = {0, 1}, [MZG_EFFORT_DEFAULT] = {0, 1}, [MZG_EFFORT_BEST] = {-6, 2}};

MZG_INLINE mzg_vi mzg_mxfp4_best(const mzg_vf *x, const mzg_vf *w, mzg_vf amax,
                                 enum mzg_effort effort)
{
    const mzg_vi none = mzg_vi_set(0), top = mzg_vi_set(MZG_MXFP4_TOP);
    mzg_vi start = mzg_vi_sub(mzg_vi_shr(mzg_vi_bits(amax), 23), mzg_vi_set(2));
    start = mzg_vi_min(mzg_vi_max(start, none), top);
    mzg_vi best = start;
    mzg_vf least = mzg_vf_set(FLT_MAX);
    for (int i = mzg_mxfp4_window[effort].first; i <= mzg_mxfp4_window[effort].last; i++) {
        mzg_vi e = mzg_vi_add(start, mzg_vi_set(i));
        e = mzg_vi_min(mzg_vi_max(e, none), top);
        mzg_vf inv = mzg_vf_bits(mzg_vi_shl(mzg_vi_sub(mzg_vi_set(254), e), 23));
        mzg_vf lost = mzg_e2m1_lost(x, w, 32, inv);
        /* in units of the first scale */
        mzg_vi ratio = mzg_vi_add(mzg_vi_sub(e, start), mzg_vi_set(127));
        mzg_vf unit = mzg_vf_bits(mzg_vi_shl(ratio, 23));
        lost = mzg_vf_mul(lost, mzg_vf_mul(unit, unit));
        mzg_vm less = mzg_vf_lt(lost, least);
        least = mzg_vf_select(less, lost, least);
        best = mzg_vi_select(less, e, best);
    }
    return mzg_vi_select(mzg_vf_eq(amax, mzg_vf_set(0.0f)), none, best);
}

MZG_INLINE void mzg_mxfp4_write(uint8_t *q, const mzg_vf *x, mzg_vi e)
{
    int32_t exponents[16], codes[4][16];
    mzg_vf inv = mzg_vf_bits(mzg_vi_shl(mzg_vi_sub(mzg_vi_set(254), e), 23));
    mzg_vi_store(exponents, e);
    for (int i = 0; i < 4; i++)
        mzg_vi_store(codes[i], mzg_e2m1_pack(x + 4 * i, x + 4 * i + 16, inv));
    for (int b = 0; b < 16; b++, q += MZG_MXFP4_BYTES) {
        *q = (uint8_t)exponents[b];
        for (int i = 0; i < 4; i++)
            mzg_store32(q + MZG_MXFP4_CODES + 4 * i, (uint32_t)codes[i][b]);
    }
}

MZG_INLINE void mzg_mxfp4_group(const float *x, const float *w, uint8_t *q, enum mzg_effort effort,
                                int weighted)
{
    mzg_vf v[32], weights[32];
    for (int half = 0; half < 32; half += 16) {
        mzg_vf_turn(x + half, MZG_MXFP4_ELEMS, v + half);
        if (weighted)
            mzg_vf_turn(w + half, MZG_MXFP4_ELEMS, weights + half);
    }
    mzg_vf amax = mzg_fp4_tidy(v, weights, 32, weighted, MZG_MXFP4_MAX);
    mzg_vi e = mzg_mxfp4_best(v, weighted ? weights : NULL, amax, effort);
    mzg_mxfp4_write(q, v, e);
}

static inline void mzg_mxfp4_any(const float *x, const float *w, uint8_t *q,
                                 enum mzg_effort effort)
{
    if (w)
        mzg_mxfp4_group(x, w, q, effort, 1);
    else
        mzg_mxfp4_group(x, NULL, q, effort, 0);
}

#define MZG_MXFP4_ENCODERS(isa)                                                                    \
    void mzg_mxfp4_search_##isa(const float *x, const float *w, void *q, size_t n,                 \
                                enum mzg_effort effort)                                            \
    {                                                                                              \
        const struct mzg_searched s = {MZG_MXFP4_GROUP, MZG_MXFP4_ELEMS, MZG_MXFP4_BYTES};         \
        mzg_search_groups(x, w, q, n, effort, s, mzg_mxfp4_any);                                   \
    }

#endif
