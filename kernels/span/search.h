/* search.h: the search for blocks of 256 with scales and minima (SPEC.md, section 1): sixteen sub-blocks at
 * once, which are two blocks or one.
 *
 * First every sub-block gets the scale and minimum that suit it as floats. These give d and dmin. Then codes
 * are chosen anew around what can be stored, d and dmin refitted to them, and so on. */
#ifndef MZG_KERNELS_SPAN_SEARCH_H
#define MZG_KERNELS_SPAN_SEARCH_H

#include "../lanes/tidy.h"
#include "solve.h"

#include <float.h>

enum { MZG_SPAN_GROUP = 32 * MZG_LANES }; /* the most elements of a group */

/* first, first + step, ...: how far an end of the range is moved inwards, in steps between codes. */
struct mzg_span_moves {
    float first, step;
    int count;
};

/* How long to search. */
struct mzg_span_plan {
    struct mzg_span_moves low, high; /* of the extremes, each with each */
    int refinements;                 /* codes chosen anew for the best of these */
    struct mzg_span_moves around;    /* of both ends of what is stored, each with each */
    int rounds;                      /* of that, with d and dmin refitted between them */
};

/* What is stored, by the least error of a block in any round. */
struct mzg_span_best {
    mzg_vf d, dmin, s, m, gain;
};

/* Codes for the range that starts at low in so many steps, with its ends moved. */
MZG_INLINE struct mzg_span_sums mzg_span_try(const struct mzg_span_lanes *b, struct mzg_span_format f,
                                             int weighted, const struct mzg_span_state *range, mzg_vf inv,
                                             float low, float high)
{
    const float top = (float)f.top;
    mzg_vf start = mzg_vf_add(range->low, mzg_vf_mul(range->scale, mzg_vf_set(low)));
    mzg_vf by = mzg_vf_mul(inv, mzg_vf_set(top / (top - low - high)));
    return mzg_span_sum(b, f, weighted, start, by);
}

/* From the least to the greatest element; 0 is always within. */
MZG_SPAN_STEP struct mzg_span_state mzg_span_extremes(const struct mzg_span_lanes *b,
                                                   struct mzg_span_format f)
{
    const mzg_vf zero = mzg_vf_set(0.0f);
    mzg_vf low = zero, high = b->x[0];
    for (int j = 0; j < f.sub; j++) {
        low = mzg_vf_min(low, b->x[j]);
        high = mzg_vf_max(high, b->x[j]);
    }
    mzg_vf step = mzg_vf_div(mzg_vf_sub(high, low), mzg_vf_set((float)f.top));
    return (struct mzg_span_state){step, low, zero, zero, zero, {zero, zero, zero}};
}

MZG_INLINE struct mzg_span_state mzg_span_start(const struct mzg_span_lanes *b, struct mzg_span_format f,
                                                int weighted, const struct mzg_span_plan *plan)
{
    const mzg_vf one = mzg_vf_set(1.0f);
    struct mzg_span_state all = mzg_span_extremes(b, f), best = all;
    mzg_vf inv = mzg_span_ratio(one, all.scale);
    for (int i = 0; i < plan->low.count; i++) {
        float low = plan->low.first + (float)i * plan->low.step;
        for (int k = 0; k < plan->high.count; k++) {
            float high = plan->high.first + (float)k * plan->high.step;
            mzg_span_solve_free(b, mzg_span_try(b, f, weighted, &all, inv, low, high), &best);
        }
    }
    for (int i = 0; i < plan->refinements; i++) {
        inv = mzg_span_ratio(one, best.scale);
        mzg_span_solve_free(b, mzg_span_sum(b, f, weighted, best.low, inv), &best);
    }
    return best;
}

/* Whole numbers for the codes there are, and for those of ranges around them. */
MZG_INLINE struct mzg_span_state mzg_span_round(const struct mzg_span_lanes *b, struct mzg_span_format f,
                                                int weighted, const struct mzg_span_plan *plan,
                                                const struct mzg_span_scales *scales,
                                                const struct mzg_span_state *from)
{
    struct mzg_span_state best = *from;
    mzg_vf inv = mzg_span_ratio(mzg_vf_set(1.0f), from->scale);
    best.gain = mzg_vf_set(FLT_MAX);
    mzg_span_solve_whole(b, f, scales, from->sums, &best);
    for (int i = 0; i < plan->around.count; i++) {
        float low = plan->around.first + (float)i * plan->around.step;
        for (int k = 0; k < plan->around.count; k++) {
            float high = plan->around.first + (float)k * plan->around.step;
            struct mzg_span_sums sums = mzg_span_try(b, f, weighted, from, inv, low, high);
            mzg_span_solve_whole(b, f, scales, sums, &best);
        }
    }
    return best;
}

MZG_INLINE void mzg_span_keep_block(struct mzg_span_format f, const struct mzg_span_state *st,
                                    const struct mzg_span_scales *scales, struct mzg_span_best *best)
{
    mzg_vf gain = mzg_span_total(st->gain, f);
    mzg_vm better = mzg_vf_lt(gain, best->gain);
    best->gain = mzg_vf_select(better, gain, best->gain);
    best->d = mzg_vf_select(better, scales->d, best->d);
    best->dmin = mzg_vf_select(better, scales->dmin, best->dmin);
    best->s = mzg_vf_select(better, st->s, best->s);
    best->m = mzg_vf_select(better, st->m, best->m);
}

MZG_INLINE struct mzg_span_best mzg_span_search(const struct mzg_span_lanes *b, struct mzg_span_format f,
                                                int weighted, const struct mzg_span_plan *plan)
{
    const mzg_vf zero = mzg_vf_set(0.0f), part = mzg_vf_set(1.0f / (float)f.most);
    struct mzg_span_best best = {zero, zero, zero, zero, zero};
    struct mzg_span_state st = mzg_span_start(b, f, weighted, plan);
    mzg_vf d = mzg_span_largest(st.scale, f), dmin = mzg_span_largest(mzg_vf_sub(zero, st.low), f);
    struct mzg_span_scales scales =
        mzg_span_scales_of(mzg_vf_mul(d, part), mzg_vf_mul(dmin, part));
    for (int i = 0; i < plan->rounds; i++) {
        if (i)
            scales = mzg_span_refit(b, f, &st, &scales);
        st = mzg_span_round(b, f, weighted, plan, &scales, &st);
        mzg_span_keep_block(f, &st, &scales, &best);
    }
    return best;
}

/* ---- in and out ---- */

/* mzg_fit on n elements; those up to `all` are 0. */
MZG_SPAN_STEP void mzg_span_fit(const float *x, int n, float limit, float *out, int all)
{
    for (int i = 0; i < n; i += MZG_LANES)
        mzg_vf_store(out + i, mzg_vf_fit(mzg_vf_load(x + i), limit));
    memset(out + n, 0, (size_t)(all - n) * sizeof *out);
}

/* One block's importance times a power of two, so that the largest is from 1 to 4. What is below 2^-40 of
 * that, negative or NaN counts as 2^-40: nothing is without any. */
MZG_SPAN_STEP void mzg_span_fit_importance(const float *w, float *out)
{
    const mzg_vf least = mzg_vf_set(0x1p-40f);
    mzg_vf by = mzg_vf_tame(mzg_vf_set(mzg_load_importance(w, MZG_SUPER, out)));
    for (int i = 0; i < MZG_SUPER; i += MZG_LANES)
        mzg_vf_store(out + i, mzg_vf_max(mzg_vf_mul(mzg_vf_load(out + i), by), least));
}

MZG_SPAN_STEP void mzg_span_load(struct mzg_span_lanes *b, struct mzg_span_format f, const float *x,
                              const float *w)
{
    b->sum_x = mzg_vf_set(0.0f);
    b->sum_w = mzg_vf_set(w ? 0.0f : (float)f.sub);
    for (int j = 0; j < f.sub; j += MZG_LANES) {
        mzg_vf_turn(x + j, (size_t)f.sub, b->x + j);
        if (w)
            mzg_vf_turn(w + j, (size_t)f.sub, b->w + j);
    }
    for (int j = 0; j < f.sub; j++) {
        if (w) {
            b->wx[j] = mzg_vf_mul(b->w[j], b->x[j]);
            b->sum_w = mzg_vf_add(b->sum_w, b->w[j]);
        }
        b->sum_x = mzg_vf_add(b->sum_x, w ? b->wx[j] : b->x[j]);
    }
    b->inv_w = mzg_vf_div(mzg_vf_set(1.0f), b->sum_w); /* which is 2^-36 or more */
}

/* The codes of a block for the scales that are stored, in the order of its elements; returns what they lose.
 * Where that is more than zeros would lose, the block becomes one of zeros. */
MZG_SPAN_STEP float mzg_span_encode(struct mzg_span_format f, const float *x, const float *w, float d,
                                 float dmin, struct mzg_span_block *out)
{
    mzg_vf lost = mzg_vf_set(0.0f), all = lost;
    for (int i = 0; i < MZG_SUPER; i += MZG_LANES) {
        float scale = d * (float)out->s[i / f.sub], min = dmin * (float)out->m[i / f.sub];
        mzg_vf v = mzg_vf_load(x + i), low = mzg_vf_set(0.0f - min);
        mzg_vf code = mzg_span_code(v, low, mzg_vf_set(mzg_inverse(scale)), f);
        mzg_vf off = mzg_vf_sub(mzg_vf_add(mzg_vf_mul(code, mzg_vf_set(scale)), low), v);
        mzg_vf weight = w ? mzg_vf_load(w + i) : mzg_vf_set(1.0f);
        lost = mzg_vf_add(lost, mzg_vf_mul(weight, mzg_vf_mul(off, off)));
        all = mzg_vf_add(all, mzg_vf_mul(weight, mzg_vf_mul(v, v)));
        mzg_vi_store8(out->codes + i, mzg_vi_round(code));
    }
    out->d = mzg_f16_from(d);
    out->dmin = mzg_f16_from(dmin);
    float with = mzg_vf_sum(lost), without = mzg_vf_sum(all);
    if (with <= without)
        return with;
    memset(out, 0, sizeof *out);
    return without;
}

/* The elements of one group as a search sees them, in order and by lanes. */
struct mzg_span_input {
    _Alignas(64) float x[MZG_SPAN_GROUP], w[MZG_SPAN_GROUP];
    struct mzg_span_lanes lanes;
    int some; /* how many there are; the rest is zeros */
};

MZG_INLINE void mzg_span_read(struct mzg_span_format f, int weighted, const float *x, const float *w,
                              size_t n, struct mzg_span_input *in)
{
    const int all = f.sub * MZG_LANES;
    in->some = n < (size_t)all ? (int)n : all;
    mzg_span_fit(x, in->some, (float)f.most * MZG_F16_MAX, in->x, all);
    for (int i = 0; weighted && i < all; i += MZG_SUPER)
        mzg_span_fit_importance(i < in->some ? w + i : w, in->w + i);
    mzg_span_load(&in->lanes, f, in->x, weighted ? in->w : NULL);
}

/* The blocks that one plan finds, where they lose less than those there are. */
MZG_INLINE void mzg_span_follow(struct mzg_span_format f, int weighted, const struct mzg_span_plan *plan,
                                const struct mzg_span_input *in, struct mzg_span_block *out, float *lost)
{
    float d[MZG_LANES], dmin[MZG_LANES];
    uint8_t s[MZG_LANES], m[MZG_LANES];
    struct mzg_span_best best = mzg_span_search(&in->lanes, f, weighted, plan);
    mzg_vf_store(d, best.d);
    mzg_vf_store(dmin, best.dmin);
    mzg_vi_store8(s, mzg_vi_round(best.s));
    mzg_vi_store8(m, mzg_vi_round(best.m));
    for (int i = 0, lane = 0; i < in->some; i += MZG_SUPER, lane += f.lanes, out++, lost++) {
        struct mzg_span_block block;
        memcpy(block.s, s + lane, (size_t)f.lanes);
        memcpy(block.m, m + lane, (size_t)f.lanes);
        float now = mzg_span_encode(f, in->x + i, weighted ? in->w + i : NULL, d[lane], dmin[lane], &block);
        if (now < *lost) {
            *lost = now;
            *out = block;
        }
    }
}

#endif
