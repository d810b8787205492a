/* grid_group.h: sixteen runs of elements in lanes, as the search for points sees them. Over lanes:
 * include those of an instruction set first.
 *
 * A lane is a run: the elements that share a step; so sixteen are one block or two. All is done on
 * magnitudes, brought to about 1 by a power of two, for each block; an element whose sign had to be
 * changed, for the number of negative ones to be even, has a negative magnitude. */
#ifndef MZG_KERNELS_IQ_GRID_GROUP_H
#define MZG_KERNELS_IQ_GRID_GROUP_H

#include "../kernels.h"
#include "../lanes/tidy.h"
#include "grid_near.h"
#include "grid_pack.h"

/* Sixteen runs. */
struct mzg_grid_group {
    mzg_vf x[32], w[32];
    mzg_vf most;     /* largest magnitude */
    mzg_vf all;      /* sum of w x^2 */
    mzg_vi signs[4]; /* of eight elements each */
    float up[16];    /* what each run's block was divided by */
};

/* The nearest points of all elements at one scale: sums of w x q and w q^2, q being levels. */
struct mzg_grid_fit {
    mzg_vf qx, qq;
    mzg_vi point[8];
};

typedef void mzg_grid_scan(const struct mzg_grid_group *g, mzg_vf scale, struct mzg_grid_fit *f);

/* How far to search. */
struct mzg_grid_effort {
    int trials;    /* free scales to try, at least 2 */
    int scanned;   /* whether to try them on the grid, not on its levels alone */
    int window[4]; /* steps on each side to try, round by round; -1 ends */
};

struct mzg_grid_type {
    int elems;  /* per point: 4 or 8 */
    int run;    /* elements with one step: 32 or 16 */
    int even;   /* whether the number of negative signs in eight elements is even */
    float unit; /* scale = d (2 step + 1) unit */
    float limit;
    size_t bytes;
    const float *levels; /* 16, those beyond the last level unused */
    mzg_grid_scan *scan;
    mzg_grid_pack *pack;
    const struct mzg_grid_effort *efforts;
};

/* The level of a point's element i. */
MZG_GRID_INLINE mzg_vf mzg_grid_level(const float *levels, int elems, mzg_vi point, int i)
{
    int shift = elems == 8 ? 2 * i : i < 2 ? 3 * i : 2 + 3 * i;
    mzg_vi level = mzg_vi_and(mzg_vi_shr(point, shift), mzg_vi_set(elems == 8 ? 3 : 7));
    return mzg_vf_lookup16(levels, level);
}

/* ---- loading ---- */

/* x within the limit, then divided by `up`, a power of two near the largest magnitude; returned. A
 * block is 0, and so is what is returned, where no scale is as good as none. */
MZG_GRID_INLINE float mzg_grid_load_x(const float *x, float limit, float *out)
{
    mzg_vf most = mzg_vf_set(0);
    for (int i = 0; i < MZG_SUPER; i += 16) {
        mzg_vf v = mzg_vf_fit(mzg_vf_load(x + i), limit);
        most = mzg_vf_max(most, mzg_vf_abs(v));
        mzg_vf_store(out + i, v);
    }
    float largest = mzg_vf_largest(most);
    uint32_t exponent = mzg_bits(largest) >> 23; /* of 2^(exponent - 127), at most 2^25 */
    float down = largest < 0x1p-25f ? 0.0f : mzg_float((254 - exponent) << 23);
    for (int i = 0; i < MZG_SUPER; i += 16)
        mzg_vf_store(out + i, mzg_vf_mul(mzg_vf_load(out + i), mzg_vf_set(down)));
    return largest < 0x1p-25f ? 0.0f : mzg_float(exponent << 23);
}

/* Importance, likewise brought to about 1; NULL, or nothing above 0, counts as ones. */
MZG_GRID_INLINE void mzg_grid_load_w(const float *w, float *out)
{
    float largest = w ? mzg_load_importance(w, MZG_SUPER, out) : 0.0f;
    mzg_vf down = mzg_vf_tame(mzg_vf_set(largest));
    for (int i = 0; i < MZG_SUPER; i += 16)
        mzg_vf_store(out + i, largest > 0.0f ? mzg_vf_mul(mzg_vf_load(out + i), down)
                                             : mzg_vf_set(1));
}

/* Where the number of negative elements is odd, the one is changed that costs least: by 4 w x q times
 * the scale, if q is its level; q: levels, or NULL, where they are taken to be alike. Sets signs. */
MZG_GRID_INLINE void mzg_grid_even(mzg_vf *x, const mzg_vf *w, const mzg_vf *q, mzg_vi *signs)
{
    mzg_vi zero = mzg_vi_set(0), negative = zero, at = mzg_vi_set(1);
    mzg_vf least = mzg_vf_set(0);
    for (int i = 0; i < 8; i++) {
        mzg_vi bit = mzg_vi_set(1 << i);
        mzg_vf a = mzg_vf_abs(x[i]), cost = mzg_vf_mul(w[i], q ? mzg_vf_mul(a, q[i]) : a);
        mzg_vm changed = mzg_vf_lt(x[i], mzg_vf_set(0));
        negative = mzg_vi_xor(negative, mzg_vi_select(changed, bit, zero));
        mzg_vm better = mzg_vf_lt(cost, least);
        at = i ? mzg_vi_select(better, bit, at) : bit;
        least = i ? mzg_vf_select(better, cost, least) : cost;
        x[i] = a;
    }
    mzg_vi now = mzg_vi_xor(*signs, negative), odd = now; /* what they are without changes */
    odd = mzg_vi_xor(odd, mzg_vi_shr(odd, 4));
    odd = mzg_vi_xor(odd, mzg_vi_shr(odd, 2));
    odd = mzg_vi_and(mzg_vi_xor(odd, mzg_vi_shr(odd, 1)), mzg_vi_set(1));
    mzg_vi change = mzg_vi_select(mzg_vi_eq(odd, mzg_vi_set(1)), at, zero);
    for (int i = 0; i < 8; i++) {
        mzg_vf other = mzg_vf_sub(mzg_vf_set(0), x[i]);
        x[i] = mzg_vf_select(mzg_vi_eq(change, mzg_vi_set(1 << i)), other, x[i]);
    }
    *signs = mzg_vi_xor(now, change);
}

/* Signs to bits, elements to magnitudes. */
MZG_GRID_INLINE void mzg_grid_take_signs(const struct mzg_grid_type *t, struct mzg_grid_group *g)
{
    for (int o = 0; o < t->run / 8; o++) {
        mzg_vf *x = g->x + 8 * o;
        mzg_vi signs = mzg_vi_set(0);
        for (int i = 0; i < 8; i++) {
            mzg_vm negative = mzg_vf_lt(x[i], mzg_vf_set(0));
            mzg_vi bit = mzg_vi_select(negative, mzg_vi_set(1 << i), mzg_vi_set(0));
            signs = mzg_vi_or(signs, bit);
            x[i] = mzg_vf_abs(x[i]);
        }
        g->signs[o] = signs;
        if (t->even)
            mzg_grid_even(x, g->w + 8 * o, NULL, &g->signs[o]);
    }
}

/* With points chosen, the sign that costs least to change may be another. */
MZG_GRID_INLINE void mzg_grid_change_signs(const struct mzg_grid_type *t, struct mzg_grid_group *g,
                                           const mzg_vi *point)
{
    for (int o = 0; o < t->run / 8; o++) {
        mzg_vf q[8];
        for (int i = 0; i < 8; i++) {
            int p = (8 * o + i) / t->elems;
            q[i] = mzg_grid_level(t->levels, t->elems, point[p], (8 * o + i) % t->elems);
        }
        mzg_grid_even(g->x + 8 * o, g->w + 8 * o, q, &g->signs[o]);
    }
}

MZG_GRID_INLINE void mzg_grid_load(const struct mzg_grid_type *t, const float *x, const float *w,
                                   struct mzg_grid_group *g)
{
    float xs[2 * MZG_SUPER], ws[2 * MZG_SUPER];
    int runs = MZG_SUPER / t->run;
    for (int b = 0; b < 16 / runs; b++) {
        float up = mzg_grid_load_x(x + b * MZG_SUPER, t->limit, xs + b * MZG_SUPER);
        mzg_grid_load_w(w ? w + b * MZG_SUPER : NULL, ws + b * MZG_SUPER);
        for (int i = 0; i < runs; i++)
            g->up[b * runs + i] = up;
    }
    for (int i = 0; i < t->run; i += 16) {
        mzg_vf_turn(xs + i, (size_t)t->run, g->x + i);
        mzg_vf_turn(ws + i, (size_t)t->run, g->w + i);
    }
    g->most = g->all = mzg_vf_set(0);
    for (int i = 0; i < t->run; i++) {
        g->most = mzg_vf_max(g->most, mzg_vf_abs(g->x[i]));
        g->all = mzg_vf_add(g->all, mzg_vf_mul(g->w[i], mzg_vf_mul(g->x[i], g->x[i])));
    }
    mzg_grid_take_signs(t, g);
}

#endif
