/* solve.h: which scale and minimum suit given codes, for sixteen sub-blocks, one a lane.
 *
 * The codes l of a sub-block enter by three sums only, so its error is a closed form of scale and minimum:
 * each way to choose codes is gone through once, and then any number of scales can be tried for it. */
#ifndef MZG_KERNELS_SPAN_SOLVE_H
#define MZG_KERNELS_SPAN_SOLVE_H

#include "../lanes/lanes.h"
#include "blocks.h"

/* For the larger steps. In plain C, where a lane is not a register's, they are compiled once and called:
 * inlined into every type's search they take a compiler minutes under sanitizers. */
#ifdef MZG_KERNELS_LANES_REF_H
#define MZG_SPAN_STEP static __attribute__((noinline, unused))
#else
#define MZG_SPAN_STEP MZG_INLINE
#endif

/* Element j of each sub-block in x[j], its importance in w[j]; without importance w and wx are not set. */
struct mzg_span_lanes {
    mzg_vf x[32], w[32], wx[32]; /* wx: w * x */
    mzg_vf sum_w, sum_x, inv_w;  /* of w, of w * x; 1 / sum_w */
};

/* Of one choice of codes l: the sums of w * l, w * l^2 and w * l * x. */
struct mzg_span_sums {
    mzg_vf l, ll, lx;
};

/* A sub-block's scale and minimum, and the sums of the codes that they were solved for. */
struct mzg_span_state {
    mzg_vf scale, low; /* x = scale * code + low; low is not above 0 */
    mzg_vf s, m;       /* what they are stored as, whole numbers; 0 before there are d and dmin */
    mzg_vf gain;       /* the error less the sum of w * x^2: 0 is that of zeros */
    struct mzg_span_sums sums;
};

/* d and dmin of a block in all of its lanes, with their inverses. */
struct mzg_span_scales {
    mzg_vf d, dmin, inv_d, inv_dmin;
};

/* ---- over the lanes of a block ---- */

MZG_INLINE mzg_vf mzg_span_total(mzg_vf a, struct mzg_span_format f)
{
    if (f.lanes == 16)
        a = mzg_vf_add(a, mzg_vf_swap8(a));
    a = mzg_vf_add(a, mzg_vf_swap4(a));
    a = mzg_vf_add(a, mzg_vf_swap2(a));
    return mzg_vf_add(a, mzg_vf_swap1(a));
}

MZG_INLINE mzg_vf mzg_span_largest(mzg_vf a, struct mzg_span_format f)
{
    if (f.lanes == 16)
        a = mzg_vf_max(a, mzg_vf_swap8(a));
    a = mzg_vf_max(a, mzg_vf_swap4(a));
    a = mzg_vf_max(a, mzg_vf_swap2(a));
    return mzg_vf_max(a, mzg_vf_swap1(a));
}

/* ---- arithmetic ---- */

/* Brought into 0..most; NaN becomes 0. */
MZG_INLINE mzg_vf mzg_span_clamp(mzg_vf a, float most)
{
    return mzg_vf_min(mzg_vf_max(a, mzg_vf_set(0.0f)), mzg_vf_set(most));
}

/* a / b for b above 2^-100, else 0: what is smaller comes of cancellation or of nothing at all. */
MZG_INLINE mzg_vf mzg_span_ratio(mzg_vf a, mzg_vf b)
{
    mzg_vm usable = mzg_vf_lt(mzg_vf_set(0x1p-100f), b);
    return mzg_vf_select(usable, mzg_vf_div(a, b), mzg_vf_set(0.0f));
}

/* mzg_scale_from and back: the float of the half that stands for a, which is brought into its range. */
MZG_INLINE mzg_vf mzg_span_half(mzg_vf a)
{
    const mzg_vf fine = mzg_vf_set(0.5f), unit = mzg_vf_set(0x1p-24f);
    a = mzg_span_clamp(a, MZG_F16_MAX);
    mzg_vi bits = mzg_vi_bits(a);
    mzg_vi odd = mzg_vi_and(mzg_vi_shr(bits, 13), mzg_vi_set(1));
    bits = mzg_vi_add(mzg_vi_add(bits, mzg_vi_set(0xfff)), odd);
    mzg_vf near = mzg_vf_bits(mzg_vi_and(bits, mzg_vi_set(~0x1fff)));
    mzg_vf small = mzg_vf_sub(mzg_vf_add(a, fine), fine); /* a multiple of unit */
    small = mzg_vf_select(mzg_vf_lt(small, a), mzg_vf_add(small, unit), small);
    return mzg_vf_select(mzg_vf_lt(a, mzg_vf_set(0x1p-14f)), small, near);
}

MZG_INLINE struct mzg_span_scales mzg_span_scales_of(mzg_vf d, mzg_vf dmin)
{
    const mzg_vf one = mzg_vf_set(1.0f);
    struct mzg_span_scales r = {.d = mzg_span_half(d), .dmin = mzg_span_half(dmin)};
    r.inv_d = mzg_span_ratio(one, r.d);
    r.inv_dmin = mzg_span_ratio(one, r.dmin);
    return r;
}

/* The code nearest to (x - low) * inv, as a float. It is rounded on top of a float whose last bit is 1, and
 * brought into range as the integer that its bits are, which takes nothing from the adders. */
MZG_INLINE mzg_vf mzg_span_code(mzg_vf x, mzg_vf low, mzg_vf inv, struct mzg_span_format f)
{
    const mzg_vf magic = mzg_vf_set(0x1.8p23f);
    const mzg_vi first = mzg_vi_bits(magic), last = mzg_vi_add(first, mzg_vi_set(f.top));
    mzg_vf v = mzg_vf_add(mzg_vf_mul(mzg_vf_sub(x, low), inv), magic);
    mzg_vi bits = mzg_vi_min(mzg_vi_max(mzg_vi_bits(v), first), last);
    return mzg_vf_sub(mzg_vf_bits(bits), magic);
}

/* ---- codes, and what they say of scale and minimum ---- */

MZG_SPAN_STEP struct mzg_span_sums mzg_span_sum(const struct mzg_span_lanes *b, struct mzg_span_format f,
                                             int weighted, mzg_vf low, mzg_vf inv)
{
    const mzg_vf none = mzg_vf_set(0.0f);
    struct mzg_span_sums r = {none, none, none};
    for (int j = 0; j < f.sub; j++) {
        mzg_vf l = mzg_span_code(b->x[j], low, inv, f);
        mzg_vf wl = weighted ? mzg_vf_mul(b->w[j], l) : l;
        r.l = mzg_vf_add(r.l, wl);
        r.ll = mzg_vf_add(r.ll, mzg_vf_mul(wl, l));
        r.lx = mzg_vf_add(r.lx, mzg_vf_mul(weighted ? b->wx[j] : b->x[j], l));
    }
    return r;
}

/* The error of x = a * l + low, less the sum of w * x^2. */
MZG_INLINE mzg_vf mzg_span_gain(const struct mzg_span_lanes *b, const struct mzg_span_sums *s, mzg_vf a,
                                mzg_vf low)
{
    const mzg_vf two = mzg_vf_set(2.0f);
    mzg_vf of_a = mzg_vf_add(mzg_vf_mul(a, s->ll), mzg_vf_mul(two, mzg_vf_mul(low, s->l)));
    of_a = mzg_vf_sub(of_a, mzg_vf_mul(two, s->lx));
    mzg_vf of_low = mzg_vf_sub(mzg_vf_mul(low, b->sum_w), mzg_vf_mul(two, b->sum_x));
    return mzg_vf_add(mzg_vf_mul(a, of_a), mzg_vf_mul(low, of_low));
}

/* The scale of least squares, and the minimum that goes with it; where that would be above 0, or the codes
 * do not say, it is 0 and the scale is the best alone. */
MZG_INLINE mzg_vf mzg_span_solve(const struct mzg_span_lanes *b, const struct mzg_span_sums *s,
                                 mzg_vf *low)
{
    const mzg_vf zero = mzg_vf_set(0.0f), least = mzg_vf_set(0x1p-16f);
    mzg_vf whole = mzg_vf_mul(b->sum_w, s->ll);
    mzg_vf det = mzg_vf_sub(whole, mzg_vf_mul(s->l, s->l));
    mzg_vf over = mzg_vf_sub(mzg_vf_mul(b->sum_w, s->lx), mzg_vf_mul(b->sum_x, s->l));
    mzg_vm both = mzg_vf_le(mzg_vf_mul(b->sum_x, det), mzg_vf_mul(over, s->l));
    both = mzg_vm_and(both, mzg_vf_lt(mzg_vf_mul(whole, least), det));
    over = mzg_vf_select(both, over, s->lx);
    mzg_vf a = mzg_vf_max(mzg_span_ratio(over, mzg_vf_select(both, det, s->ll)), zero);
    mzg_vf m = mzg_vf_mul(mzg_vf_sub(b->sum_x, mzg_vf_mul(a, s->l)), b->inv_w);
    *low = mzg_vf_select(both, mzg_vf_min(m, zero), zero);
    return a;
}

/* Takes over each lane where the error is less. */
MZG_INLINE void mzg_span_keep(struct mzg_span_state *to, const struct mzg_span_state *from)
{
    mzg_vm better = mzg_vf_lt(from->gain, to->gain);
    to->scale = mzg_vf_select(better, from->scale, to->scale);
    to->low = mzg_vf_select(better, from->low, to->low);
    to->s = mzg_vf_select(better, from->s, to->s);
    to->m = mzg_vf_select(better, from->m, to->m);
    to->gain = mzg_vf_select(better, from->gain, to->gain);
    to->sums.l = mzg_vf_select(better, from->sums.l, to->sums.l);
    to->sums.ll = mzg_vf_select(better, from->sums.ll, to->sums.ll);
    to->sums.lx = mzg_vf_select(better, from->sums.lx, to->sums.lx);
}

/* Scale and minimum as any float. */
MZG_SPAN_STEP void mzg_span_solve_free(const struct mzg_span_lanes *b, struct mzg_span_sums sums,
                                    struct mzg_span_state *best)
{
    struct mzg_span_state t = {.s = best->s, .m = best->m, .sums = sums};
    t.scale = mzg_span_solve(b, &sums, &t.low);
    t.gain = mzg_span_gain(b, &sums, t.scale, t.low);
    mzg_span_keep(best, &t);
}

/* Whole numbers s on both sides of the best scale, each with the m that is best for it. */
MZG_SPAN_STEP void mzg_span_solve_whole(const struct mzg_span_lanes *b, struct mzg_span_format f,
                                     const struct mzg_span_scales *scales, struct mzg_span_sums sums,
                                     struct mzg_span_state *best)
{
    const mzg_vf one = mzg_vf_set(1.0f), zero = mzg_vf_set(0.0f);
    const float most = (float)f.most;
    struct mzg_span_state t = {.sums = sums};
    mzg_vf want = mzg_vf_mul(mzg_span_solve(b, &sums, &t.low), scales->inv_d);
    want = mzg_span_clamp(want, most);
    mzg_vf near = mzg_vf_round(want);
    mzg_vf above = mzg_vf_add(near, one), below = mzg_vf_sub(near, one);
    mzg_vf other = mzg_span_clamp(mzg_vf_select(mzg_vf_lt(near, want), above, below), most);
    for (int k = 0; k < 2; k++) {
        t.s = k ? other : near;
        t.scale = mzg_vf_mul(scales->d, t.s);
        mzg_vf m = mzg_vf_mul(mzg_vf_sub(mzg_vf_mul(t.scale, sums.l), b->sum_x), b->inv_w);
        t.m = mzg_vf_round(mzg_span_clamp(mzg_vf_mul(m, scales->inv_dmin), most));
        t.low = mzg_vf_sub(zero, mzg_vf_mul(scales->dmin, t.m));
        t.gain = mzg_span_gain(b, &sums, t.scale, t.low);
        mzg_span_keep(best, &t);
    }
}

/* d and dmin of least squares for the codes and whole numbers there are; unchanged where these do not say. */
MZG_SPAN_STEP struct mzg_span_scales mzg_span_refit(const struct mzg_span_lanes *b, struct mzg_span_format f,
                                                 const struct mzg_span_state *st,
                                                 const struct mzg_span_scales *old)
{
    const mzg_vf zero = mzg_vf_set(0.0f), least = mzg_vf_set(0x1p-16f);
    mzg_vf ss = mzg_span_total(mzg_vf_mul(mzg_vf_mul(st->s, st->s), st->sums.ll), f);
    mzg_vf sm = mzg_span_total(mzg_vf_mul(mzg_vf_mul(st->s, st->m), st->sums.l), f);
    mzg_vf mm = mzg_span_total(mzg_vf_mul(mzg_vf_mul(st->m, st->m), b->sum_w), f);
    mzg_vf sx = mzg_span_total(mzg_vf_mul(st->s, st->sums.lx), f);
    mzg_vf mx = mzg_span_total(mzg_vf_mul(st->m, b->sum_x), f);
    mzg_vf whole = mzg_vf_mul(ss, mm), det = mzg_vf_sub(whole, mzg_vf_mul(sm, sm));
    mzg_vf d = mzg_span_ratio(mzg_vf_sub(mzg_vf_mul(sx, mm), mzg_vf_mul(mx, sm)), det);
    mzg_vf dmin = mzg_span_ratio(mzg_vf_sub(mzg_vf_mul(sx, sm), mzg_vf_mul(mx, ss)), det);
    mzg_vm usable = mzg_vm_and(mzg_vf_lt(zero, d), mzg_vf_lt(zero, dmin));
    usable = mzg_vm_and(usable, mzg_vf_lt(mzg_vf_mul(whole, least), det));
    return mzg_span_scales_of(mzg_vf_select(usable, d, old->d), mzg_vf_select(usable, dmin, old->dmin));
}

#endif
