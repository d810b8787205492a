/* iq1_point.h: the grid's best point for eight elements, sixteen times over lanes.
 *
 * Each element has a nearest of -1, 0 and 1 and a second nearest. The grid lacks two thirds of all
 * combinations, but wherever one takes the nearest of all eight, there is a point that takes the second
 * for two of them at most (tests/unit/test_kernels.c goes through all). So that is where it is looked
 * for: among 37 combinations, whose errors are sums of two terms. */
#ifndef MZG_KERNELS_IQ1_IQ1_POINT_H
#define MZG_KERNELS_IQ1_IQ1_POINT_H

#include "../lanes/lanes.h"
#include "iq1.h"

#include <float.h>

/* Sums over elements of w * x * value and w * value * value, where x is what is stored as value times
 * a scale. */
struct mzg_iq1_sums {
    mzg_vf s, q;
};

/* What it costs to take the second nearest. */
struct mzg_iq1_second {
    mzg_vf nearest[8], step[8]; /* the second is nearest + step */
    mzg_vf cost[8];             /* of the step, in weighted squares of the scale */
    mzg_vi number[8];           /* what the step adds to the point's number */
    mzg_vi base;                /* the number of the nearest */
};

struct mzg_iq1_best {
    mzg_vf cost;
    mzg_vi number, steps; /* steps: bit i is set where element i takes its second nearest */
};

MZG_INLINE void mzg_iq1_nearest(const mzg_vf *v, const mzg_vf *w, mzg_vf inv, mzg_vf delta,
                                struct mzg_iq1_second *o)
{
    const mzg_vf one = mzg_vf_set(1.0f), minus = mzg_vf_set(-1.0f), zero = mzg_vf_set(0.0f);
    int32_t digit = 1;
    o->base = mzg_vi_set((3 * 3 * 3 * 3 * 3 * 3 * 3 * 3 - 1) / 2);
    MZG_UNROLL
    for (int i = 0; i < 8; i++, digit *= 3) {
        mzg_vf t = mzg_vf_max(mzg_vf_min(mzg_vf_sub(mzg_vf_mul(v[i], inv), delta),
                                         mzg_vf_set(1e6f)), mzg_vf_set(-1e6f));
        mzg_vf near = mzg_vf_round(mzg_vf_max(mzg_vf_min(t, one), minus));
        mzg_vf off = mzg_vf_sub(t, near);
        mzg_vf away = mzg_vf_select(mzg_vf_lt(off, zero), minus, one);
        mzg_vf back = mzg_vf_sub(zero, near);
        mzg_vf step = mzg_vf_select(mzg_vf_eq(near, zero), away, back);
        mzg_vf twice = mzg_vf_mul(mzg_vf_add(off, off), step);
        o->nearest[i] = near;
        o->step[i] = step;
        o->cost[i] = mzg_vf_mul(w[i], mzg_vf_sub(one, twice));
        o->number[i] = mzg_vi_round(mzg_vf_mul(step, mzg_vf_set((float)digit)));
        mzg_vi at = mzg_vi_round(mzg_vf_mul(near, mzg_vf_set((float)digit)));
        o->base = mzg_vi_add(o->base, at);
    }
}

/* Takes the combination of this number where it is better and in the grid. */
MZG_INLINE void mzg_iq1_consider(struct mzg_iq1_best *best, mzg_vf cost, mzg_vi number, int32_t steps)
{
    mzg_vm better = mzg_vf_lt(cost, best->cost);
    if (mzg_vm_mask(better) == 0)
        return;
    mzg_vi word = mzg_vi_gather(mzg_iq1_member, mzg_vi_shr(number, 5));
    mzg_vi bit = mzg_vi_shr_each(word, mzg_vi_and(number, mzg_vi_set(31)));
    mzg_vm there = mzg_vi_eq(mzg_vi_and(bit, mzg_vi_set(1)), mzg_vi_set(1));
    better = mzg_vm_and(better, there);
    best->cost = mzg_vf_select(better, cost, best->cost);
    best->number = mzg_vi_select(better, number, best->number);
    best->steps = mzg_vi_select(better, mzg_vi_set(steps), best->steps);
}

/* The best point, by its number, for v[0..7] as (point + delta) / inv under the importance w; and the
 * sums, wv being w * v. */
static __attribute__((noinline, unused)) void mzg_iq1_point(const mzg_vf *v, const mzg_vf *w, const mzg_vf *wv,
                                                    const mzg_vf *inv, float delta,
                                                    struct mzg_iq1_sums *sums, mzg_vi *number)
{
    struct mzg_iq1_second o;
    mzg_vf shift = mzg_vf_set(delta), zero = mzg_vf_set(0.0f);
    struct mzg_iq1_best best = {mzg_vf_set(FLT_MAX), mzg_vi_set(0), mzg_vi_set(0)};
    mzg_iq1_nearest(v, w, *inv, shift, &o);
    mzg_iq1_consider(&best, zero, o.base, 0);
    for (int i = 0; i < 8; i++)
        mzg_iq1_consider(&best, o.cost[i], mzg_vi_add(o.base, o.number[i]), 1 << i);
    for (int i = 1; i < 8; i++) {
        mzg_vi at = mzg_vi_add(o.base, o.number[i]);
        for (int j = 0; j < i; j++)
            mzg_iq1_consider(&best, mzg_vf_add(o.cost[i], o.cost[j]), mzg_vi_add(at, o.number[j]),
                             1 << i | 1 << j);
    }
    sums->s = sums->q = zero;
    for (int i = 0; i < 8; i++) {
        mzg_vi bit = mzg_vi_and(best.steps, mzg_vi_set(1 << i));
        mzg_vf step = mzg_vf_select(mzg_vi_eq(bit, mzg_vi_set(0)), zero, o.step[i]);
        mzg_vf value = mzg_vf_add(mzg_vf_add(o.nearest[i], step), shift);
        sums->s = mzg_vf_add(sums->s, mzg_vf_mul(wv[i], value));
        sums->q = mzg_vf_add(sums->q, mzg_vf_mul(mzg_vf_mul(w[i], value), value));
    }
    *number = best.number;
}

#endif
