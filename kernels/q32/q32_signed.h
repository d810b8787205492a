/* q32_signed.h: the search for Q4_0 and Q5_0, codes -half..half - 1 with one scale (SPEC.md,
 * "Searches of blocks of 32").
 *
 * For given codes the best scale is a quotient of two sums, and the error that it leaves is known from
 * them: so a trial is one pass that ends in two sums. Scales of both signs are tried, as there is one
 * code more on the negative side. */
#ifndef MZG_KERNELS_Q32_SIGNED_H
#define MZG_KERNELS_Q32_SIGNED_H

#include "q32_load.h"

/* What is tried. */
struct mzg_signed_plan {
    float half;         /* 8 or 16 */
    float first, step;  /* the codes asked for the largest magnitude: first, first + step, ... */
    int count;          /* so many, with each sign */
    int refits;         /* how often codes and scale are fitted to each other afterwards */
    float most;         /* no scale is below the largest magnitude over this: limits what is clipped */
};

/* Sums of w * v * code and w * code * code. */
struct mzg_signed_sums {
    mzg_vf s, q;
};

MZG_INLINE struct mzg_signed_sums mzg_signed_try(const struct mzg_lot *t, mzg_vf inv, float half)
{
    mzg_vf lo = mzg_vf_set(-half), hi = mzg_vf_set(half - 1);
    struct mzg_signed_sums r = {mzg_vf_set(0.0f), mzg_vf_set(0.0f)};
    for (int j = 0; j < MZG_BLOCK; j++) {
        mzg_vf code = mzg_lot_code(t->v[j], inv, lo, hi);
        r.s = mzg_vf_add(r.s, mzg_vf_mul(t->wv[j], code));
        r.q = mzg_vf_add(r.q, mzg_vf_mul(mzg_vf_mul(t->w[j], code), code));
    }
    return r;
}

MZG_INLINE void mzg_signed_keep(struct mzg_signed_sums *best, struct mzg_signed_sums r)
{
    mzg_vf mine = mzg_vf_mul(mzg_vf_mul(r.s, r.s), best->q);
    mzg_vm better = mzg_vf_lt(mzg_vf_mul(mzg_vf_mul(best->s, best->s), r.q), mine);
    best->s = mzg_vf_select(better, r.s, best->s);
    best->q = mzg_vf_select(better, r.q, best->q);
}

/* The best scale, its magnitude at least amax / most and no more than twice amax / half. */
MZG_INLINE mzg_vf mzg_signed_scale(const struct mzg_signed_plan *p, struct mzg_signed_sums r,
                                   mzg_vf amax)
{
    mzg_vf d = mzg_vf_div(r.s, r.q), m = mzg_vf_abs(d);
    m = mzg_vf_min(m, mzg_vf_mul(amax, mzg_vf_set(2.0f / p->half)));
    m = mzg_vf_max(m, mzg_vf_mul(amax, mzg_vf_set(1.0f / p->most)));
    return mzg_vf_select(mzg_vf_lt(d, mzg_vf_set(0.0f)), mzg_lot_negate(m), m);
}

/* The best scale for t->v. top: its element of largest magnitude. */
MZG_INLINE mzg_vf mzg_signed_find(const struct mzg_lot *t, const struct mzg_signed_plan *p, mzg_vf top)
{
    mzg_vf amax = mzg_vf_abs(top), unit = mzg_lot_negate(mzg_vf_inverse(top));
    mzg_vf zero = mzg_vf_set(0.0f);
    struct mzg_signed_sums best = {zero, mzg_vf_set(1.0f)};
    float codes = p->first;
    for (int i = 0; i < p->count; i++, codes += p->step) {
        mzg_vf inv = mzg_vf_mul(unit, mzg_vf_set(codes));
        mzg_signed_keep(&best, mzg_signed_try(t, inv, p->half));
        inv = mzg_vf_mul(unit, mzg_vf_set(1.0f - codes));
        mzg_signed_keep(&best, mzg_signed_try(t, inv, p->half));
    }
    /* Where all that has a code other than 0 has no importance there is nothing to go by. */
    mzg_vm none = mzg_vf_eq(best.s, zero);
    best.s = mzg_vf_select(none, mzg_lot_negate(top), best.s);
    best.q = mzg_vf_select(none, mzg_vf_set(p->half), best.q);
    mzg_vf d = mzg_signed_scale(p, best, amax);
    for (int i = 0; i < p->refits; i++) {
        mzg_signed_keep(&best, mzg_signed_try(t, mzg_vf_inverse(d), p->half));
        d = mzg_signed_scale(p, best, amax);
    }
    return d;
}

MZG_INLINE void mzg_signed_search(const float *x, const float *w, uint8_t *out, int blocks,
                                  const struct mzg_signed_plan *p, const struct mzg_lot_layout *l)
{
    struct mzg_lot t;
    mzg_vf lo, hi, zero = mzg_vf_set(0.0f), limit = mzg_vf_set(MZG_F16_MAX);
    uint16_t half[MZG_LANES];
    mzg_lot_load(&t, x, p->half * MZG_F16_MAX);
    mzg_lot_weigh(&t, w);
    mzg_lot_extremes(&t, &lo, &hi);
    mzg_vf top = mzg_vf_select(mzg_vf_lt(mzg_lot_negate(lo), hi), hi, lo), amax = mzg_vf_abs(top);
    mzg_vm tiny = mzg_vf_lt(amax, mzg_vf_set(MZG_LEAST_EXTENT));
    mzg_vf scale = mzg_vf_select(tiny, zero, mzg_vf_unscale(amax));
    for (int j = 0; j < MZG_BLOCK; j++) {
        t.v[j] = mzg_vf_mul(t.x[j], scale);
        t.wv[j] = mzg_vf_mul(t.w[j], t.v[j]);
    }
    mzg_vf d = mzg_signed_find(&t, p, mzg_vf_mul(top, scale));
    d = mzg_vf_mul(d, mzg_vf_inverse(scale));
    d = mzg_vf_max(mzg_vf_min(d, limit), mzg_lot_negate(limit));
    mzg_vf inv = mzg_vf_inverse(mzg_lot_halves(d, half));
    mzg_vi code[MZG_BLOCK];
    mzg_vf least = mzg_vf_set(-p->half), most = mzg_vf_set(p->half - 1);
    for (int j = 0; j < MZG_BLOCK; j++)
        code[j] = mzg_vi_add(mzg_vi_round(mzg_lot_code(t.x[j], inv, least, most)),
                             mzg_vi_set((int32_t)p->half));
    mzg_lot_store(out, blocks, l, half, NULL, code);
}

#endif
