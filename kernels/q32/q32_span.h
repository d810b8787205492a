/* q32_span.h: the search for Q4_1 and Q5_1, codes 0..top with a scale and a minimum (SPEC.md, "Searches
 * of blocks of 32").
 *
 * For given codes the best scale and minimum are those of a weighted regression of elements on codes,
 * and the error that it leaves is known from five sums. */
#ifndef MZG_KERNELS_Q32_SPAN_H
#define MZG_KERNELS_Q32_SPAN_H

#include "q32_load.h"

/* What is tried: the codes span the block's extent, and more or less at either side. */
struct mzg_span_plan {
    float top;   /* the highest code, 15 or 31 */
    float first; /* how much less, in units of one code's share of the extent: first, ... */
    float step;  /* ... first + step, ... */
    int cuts;    /* ... so many at each side, in all combinations */
    int refits;  /* how often codes and scale are fitted to each other afterwards */
    float reach; /* how much of the extent codes may leave out at either side */
};

struct mzg_span_fit {
    mzg_vf d, m, gain; /* gain: what the sum of squares shrinks by against the mean alone */
};

/* What is the same for all trials on a block. */
struct mzg_span_sums {
    mzg_vf w, wv;           /* sums over the block */
    mzg_vf highest, lowest; /* the minimum may not be above, the value of the top code not below */
};

/* The regression on the codes of (v - m) * inv, counted from the middle one so that no digits cancel
 * in its sums. Where codes are all the same or fall as elements grow,
 * and where too much would be left out, gain is negative. */
MZG_INLINE struct mzg_span_fit mzg_span_try(const struct mzg_lot *t, const struct mzg_span_sums *sum,
                                            mzg_vf m, mzg_vf inv, float top)
{
    mzg_vf lo = mzg_vf_set(0.0f), hi = mzg_vf_set(top), middle = mzg_vf_set((top + 1) / 2);
    mzg_vf q = lo, qq = lo, qv = lo;
    for (int j = 0; j < MZG_BLOCK; j++) {
        mzg_vf code = mzg_lot_code(mzg_vf_sub(t->v[j], m), inv, lo, hi);
        code = mzg_vf_sub(code, middle);
        mzg_vf weighted = mzg_vf_mul(t->w[j], code);
        q = mzg_vf_add(q, weighted);
        qq = mzg_vf_add(qq, mzg_vf_mul(weighted, code));
        qv = mzg_vf_add(qv, mzg_vf_mul(weighted, t->v[j]));
    }
    mzg_vf whole = mzg_vf_mul(sum->w, qq);
    mzg_vf det = mzg_vf_sub(whole, mzg_vf_mul(q, q));
    mzg_vf n = mzg_vf_sub(mzg_vf_mul(sum->w, qv), mzg_vf_mul(q, sum->wv));
    mzg_vm good = mzg_vm_and(mzg_vf_lt(mzg_vf_mul(whole, mzg_vf_set(0x1p-16f)), det),
                             mzg_vf_lt(lo, n));
    struct mzg_span_fit r;
    r.d = mzg_vf_div(n, mzg_vf_select(good, det, mzg_vf_set(1.0f)));
    r.m = mzg_vf_div(mzg_vf_sub(sum->wv, mzg_vf_mul(r.d, q)), sum->w);
    r.m = mzg_vf_sub(r.m, mzg_vf_mul(r.d, middle));
    mzg_vf last = mzg_vf_add(r.m, mzg_vf_mul(r.d, hi));
    good = mzg_vm_and(good, mzg_vm_and(mzg_vf_le(r.m, sum->highest), mzg_vf_le(sum->lowest, last)));
    r.gain = mzg_vf_select(good, mzg_vf_div(mzg_vf_mul(n, r.d), sum->w), mzg_vf_set(-1.0f));
    return r;
}

MZG_INLINE void mzg_span_keep(struct mzg_span_fit *best, struct mzg_span_fit r)
{
    mzg_vm better = mzg_vf_lt(best->gain, r.gain);
    best->d = mzg_vf_select(better, r.d, best->d);
    best->m = mzg_vf_select(better, r.m, best->m);
    best->gain = mzg_vf_select(better, r.gain, best->gain);
}

/* The best scale and minimum for t->v, which are from -extent / 2 to extent / 2. */
MZG_INLINE struct mzg_span_fit mzg_span_find(const struct mzg_lot *t, const struct mzg_span_plan *p,
                                             mzg_vf extent)
{
    mzg_vf step = mzg_vf_mul(extent, mzg_vf_set(1.0f / p->top));
    mzg_vf least = mzg_vf_mul(extent, mzg_vf_set(-0.5f));
    struct mzg_span_fit best = {step, least, mzg_vf_set(-1.0f)};
    struct mzg_span_sums sum = {mzg_vf_set(0.0f), mzg_vf_set(0.0f),
                                mzg_vf_mul(extent, mzg_vf_set(p->reach - 0.5f)),
                                mzg_vf_mul(extent, mzg_vf_set(0.5f - p->reach))};
    mzg_vf inv = mzg_vf_inverse(step);
    for (int j = 0; j < MZG_BLOCK; j++) {
        sum.w = mzg_vf_add(sum.w, t->w[j]);
        sum.wv = mzg_vf_add(sum.wv, t->wv[j]);
    }
    float below = p->first;
    for (int i = 0; i < p->cuts; i++, below += p->step) {
        mzg_vf m = mzg_vf_add(least, mzg_vf_mul(step, mzg_vf_set(below)));
        float above = p->first;
        for (int k = 0; k < p->cuts; k++, above += p->step) {
            mzg_vf wide = mzg_vf_set(p->top / (p->top - below - above));
            mzg_span_keep(&best, mzg_span_try(t, &sum, m, mzg_vf_mul(inv, wide), p->top));
        }
    }
    for (int i = 0; i < p->refits; i++)
        mzg_span_keep(&best, mzg_span_try(t, &sum, best.m, mzg_vf_inverse(best.d), p->top));
    return best;
}

/* The best scale for the codes that one has, the minimum given; the last code stays at or above
 * lowest. */
MZG_INLINE mzg_vf mzg_span_rescale(const struct mzg_lot *t, mzg_vf d, mzg_vf m, float top,
                                   mzg_vf lowest)
{
    mzg_vf lo = mzg_vf_set(0.0f), hi = mzg_vf_set(top), s = lo, q = lo, inv = mzg_vf_inverse(d);
    for (int j = 0; j < MZG_BLOCK; j++) {
        mzg_vf v = mzg_vf_sub(t->v[j], m), code = mzg_lot_code(v, inv, lo, hi);
        mzg_vf weighted = mzg_vf_mul(t->w[j], code);
        s = mzg_vf_add(s, mzg_vf_mul(weighted, v));
        q = mzg_vf_add(q, mzg_vf_mul(weighted, code));
    }
    mzg_vm good = mzg_vm_and(mzg_vf_lt(lo, s), mzg_vf_lt(mzg_vf_set(0x1p-60f), q));
    d = mzg_vf_select(good, mzg_vf_div(s, mzg_vf_select(good, q, hi)), d);
    return mzg_vf_max(d, mzg_vf_mul(mzg_vf_sub(lowest, m), mzg_vf_set(1.0f / top)));
}

/* A scale and a minimum as they are stored. */
struct mzg_span_stored {
    mzg_vf d, m;
    uint16_t half[MZG_LANES], min[MZG_LANES];
};

MZG_INLINE mzg_vi mzg_span_code(const struct mzg_span_stored *s, mzg_vf inv, mzg_vf x, float top)
{
    mzg_vf code = mzg_lot_code(mzg_vf_sub(x, s->m), inv, mzg_vf_set(0.0f), mzg_vf_set(top));
    return mzg_vi_round(code);
}

/* Sum of w times squared error, in units of 1 / scale. */
MZG_INLINE mzg_vf mzg_span_error(const struct mzg_lot *t, const struct mzg_span_stored *s,
                                 mzg_vf scale, float top)
{
    mzg_vf sum = mzg_vf_set(0.0f), inv = mzg_vf_inverse(s->d);
    for (int j = 0; j < MZG_BLOCK; j++) {
        mzg_vf code = mzg_vf_from(mzg_span_code(s, inv, t->x[j], top));
        mzg_vf y = mzg_vf_add(mzg_vf_mul(s->d, code), s->m);
        mzg_vf off = mzg_vf_mul(mzg_vf_sub(t->x[j], y), scale);
        sum = mzg_vf_add(sum, mzg_vf_mul(t->w[j], mzg_vf_mul(off, off)));
    }
    return sum;
}

/* Takes what is in b where that is better. */
MZG_INLINE void mzg_span_choose(struct mzg_span_stored *a, const struct mzg_span_stored *b, mzg_vm take)
{
    uint32_t mask = mzg_vm_mask(take);
    a->d = mzg_vf_select(take, b->d, a->d);
    a->m = mzg_vf_select(take, b->m, a->m);
    for (int i = 0; i < MZG_LANES; i++) {
        a->half[i] = mask >> i & 1 ? b->half[i] : a->half[i];
        a->min[i] = mask >> i & 1 ? b->min[i] : a->min[i];
    }
}

/* What is stored for a fit to t->v: the minimum first, then a scale that suits it as rounded. */
MZG_INLINE void mzg_span_round(const struct mzg_lot *t, const struct mzg_span_plan *p,
                               const struct mzg_span_fit *fit, mzg_vf mid, mzg_vf extent,
                               mzg_vf scale, struct mzg_span_stored *s)
{
    mzg_vf limit = mzg_vf_set(MZG_F16_MAX), unscale = mzg_vf_inverse(scale);
    mzg_vf m = mzg_vf_add(mid, mzg_vf_mul(fit->m, unscale));
    m = mzg_vf_max(mzg_vf_min(m, limit), mzg_lot_negate(limit));
    s->m = mzg_lot_halves(m, s->min);
    m = mzg_vf_mul(mzg_vf_sub(s->m, mid), scale);
    mzg_vf lowest = mzg_vf_mul(extent, mzg_vf_set(0.5f - p->reach));
    mzg_vf d = mzg_span_rescale(t, fit->d, m, p->top, lowest);
    s->d = mzg_lot_halves(mzg_vf_min(mzg_vf_mul(d, unscale), limit), s->half);
}

MZG_INLINE void mzg_span_search(const float *x, const float *w, uint8_t *out, int blocks,
                                const struct mzg_span_plan *p, const struct mzg_lot_layout *l)
{
    struct mzg_lot t;
    struct mzg_span_stored found, plain;
    mzg_vf lo, hi, zero = mzg_vf_set(0.0f);
    mzg_lot_load(&t, x, MZG_F16_MAX);
    mzg_lot_weigh(&t, w);
    mzg_lot_extremes(&t, &lo, &hi);
    mzg_vf extent = mzg_vf_sub(hi, lo);
    mzg_vf mid = mzg_vf_add(lo, mzg_vf_mul(extent, mzg_vf_set(0.5f)));
    mzg_vm tiny = mzg_vf_lt(extent, mzg_vf_set(MZG_LEAST_EXTENT));
    mzg_vf scale = mzg_vf_select(tiny, zero, mzg_vf_unscale(extent));
    for (int j = 0; j < MZG_BLOCK; j++) {
        t.v[j] = mzg_vf_mul(mzg_vf_sub(t.x[j], mid), scale);
        t.wv[j] = mzg_vf_mul(t.w[j], t.v[j]);
    }
    mzg_vf size = mzg_vf_mul(extent, scale);
    struct mzg_span_fit fit = mzg_span_find(&t, p, size);
    mzg_span_round(&t, p, &fit, mid, size, scale, &found);
    plain.m = mzg_lot_halves(lo, plain.min);
    plain.d = mzg_lot_scales(mzg_vf_div(extent, mzg_vf_set(p->top)), plain.half);
    mzg_vf found_error = mzg_span_error(&t, &found, scale, p->top);
    mzg_vf plain_error = mzg_span_error(&t, &plain, scale, p->top);
    mzg_span_choose(&found, &plain, mzg_vm_not(mzg_vf_lt(found_error, plain_error)));
    mzg_vf inv = mzg_vf_inverse(found.d);
    mzg_vi code[MZG_BLOCK];
    for (int j = 0; j < MZG_BLOCK; j++)
        code[j] = mzg_span_code(&found, inv, t.x[j], p->top);
    mzg_lot_store(out, blocks, l, found.half, found.min, code);
}

#endif
