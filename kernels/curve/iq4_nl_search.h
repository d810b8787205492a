/* iq4_nl_search.h: IQ4_NL's search: sixteen blocks at once, a scale each. */
#ifndef MZG_KERNELS_CURVE_IQ4_NL_SEARCH_H
#define MZG_KERNELS_CURVE_IQ4_NL_SEARCH_H

#include "curve_search.h"

/* By effort. A scale brings the largest element to `at` and so on, in equal steps of that. */
#define MZG_IQ4_NL_SIDE(side, n, first, last)                                                      \
    .side = (n), .side##_at = (first), .side##_step = ((last) - (first)) / ((n) - 1.0f)
static const struct mzg_curve_plan mzg_iq4_nl_plans[] = {
    {MZG_IQ4_NL_SIDE(far, 5, 140.0f, 100.0f), MZG_IQ4_NL_SIDE(near, 4, 125.0f, 95.0f)},
    {MZG_IQ4_NL_SIDE(far, 12, 150.0f, 84.0f), MZG_IQ4_NL_SIDE(near, 10, 140.0f, 76.0f),
     .refits = 1},
    {MZG_IQ4_NL_SIDE(far, 20, 180.0f, 75.0f), MZG_IQ4_NL_SIDE(near, 18, 160.0f, 66.0f),
     .refits = 2},
};

struct mzg_iq4_nl_choice {
    mzg_vf scale, gain; /* gain: how much less than that of zeros its error is */
};

/* Takes the best scale for the codes that `inverse` gives, where that is better. */
MZG_INLINE void mzg_iq4_nl_try(struct mzg_iq4_nl_choice *c, const struct mzg_curve_lanes *b,
                               mzg_vf inverse, int weighted)
{
    mzg_vf xq, qq;
    mzg_curve_sums(b, inverse, weighted, &xq, &qq);
    mzg_vf scale = mzg_vf_div(xq, qq), gain = mzg_vf_mul(scale, xq);
    mzg_vm better = mzg_vf_lt(c->gain, gain);
    c->gain = mzg_vf_select(better, gain, c->gain);
    c->scale = mzg_vf_select(better, scale, c->scale);
}

/* A scale for every block. */
MZG_INLINE mzg_vf mzg_iq4_nl_choose(const struct mzg_curve_lanes *b,
                                    const struct mzg_curve_plan *p, int weighted)
{
    struct mzg_iq4_nl_choice c = {mzg_vf_set(0.0f), mzg_vf_set(0.0f)};
    mzg_vf least = mzg_vf_set(0x1p-30f); /* far below the least half: such blocks are zeros */
    mzg_vf unit = mzg_vf_div(b->sign, mzg_vf_max(b->amax, least));
    for (int i = 0; i < p->far + p->near; i++) {
        int k = i - p->far;
        float at = k < 0 ? p->far_at + p->far_step * (float)i
                         : -(p->near_at + p->near_step * (float)k);
        mzg_iq4_nl_try(&c, b, mzg_vf_mul(unit, mzg_vf_set(at)), weighted);
    }
    for (int i = 0; i < p->refits; i++)
        mzg_iq4_nl_try(&c, b, mzg_vf_inverse(c.scale), weighted);
    return c.scale;
}

/* Searches `count` elements, sixteen blocks at most. */
MZG_INLINE void mzg_iq4_nl_group(const float *x, const float *w, uint8_t *out, size_t count,
                                 const struct mzg_curve_plan *p)
{
    struct mzg_curve_lanes b;
    float scale[MZG_LANES], inverse[MZG_LANES];
    mzg_vf most = mzg_vf_set(MZG_F16_MAX), least = mzg_vf_set(-MZG_F16_MAX), s, error;
    mzg_curve_load(&b, x, w, count, 127.0f * MZG_F16_MAX, 1);
    s = w ? mzg_iq4_nl_choose(&b, p, 1) : mzg_iq4_nl_choose(&b, p, 0);
    mzg_vf_store(scale, mzg_vf_max(mzg_vf_min(s, most), least));
    for (int i = 0; i < MZG_LANES; i++)
        scale[i] = mzg_f16_to(mzg_f16_from(scale[i]));
    s = mzg_vf_load(scale);
    error = w ? mzg_curve_error(&b, s, 1) : mzg_curve_error(&b, s, 0);
    s = mzg_vf_select(mzg_vf_lt(error, b.zeros), s, mzg_vf_set(0.0f));
    mzg_vf_store(scale, s);
    mzg_vf_store(inverse, mzg_vf_inverse(s));
    for (size_t i = 0; i < count / MZG_BLOCK; i++, out += MZG_IQ4_NL_BYTES) {
        mzg_store16(out, mzg_f16_from(scale[i]));
        mzg_curve_encode(out + MZG_IQ4_NL_CODES, b.fitted + MZG_BLOCK * i, inverse[i]);
    }
}

MZG_INLINE void mzg_iq4_nl_search(const float *x, const float *w, void *q, size_t n,
                                  enum mzg_effort effort)
{
    uint8_t *out = q;
    for (size_t i = 0; i + MZG_BLOCK <= n; i += MZG_CURVE_ELEMS) {
        size_t count = n - i < MZG_CURVE_ELEMS ? n - i : MZG_CURVE_ELEMS;
        mzg_iq4_nl_group(x + i, w ? w + i : NULL, out + i / MZG_BLOCK * MZG_IQ4_NL_BYTES, count,
                         &mzg_iq4_nl_plans[effort]);
    }
}

#endif
