/* curve_search.h: the nearest code on the curve, and what a search for scales measures with it. Written
 * once in lanes: include an instruction set's lanes before it. A lane is a run of 32 elements, sixteen
 * runs are worked on at once. */
#ifndef MZG_KERNELS_CURVE_SEARCH_H
#define MZG_KERNELS_CURVE_SEARCH_H

#include "../kernels.h"
#include "../lanes/tidy.h"
#include "curve.h"

enum { MZG_CURVE_ELEMS = MZG_LANES * MZG_BLOCK };

static const float mzg_curve_values[16] = {MZG_CURVE_VALUES};

/* Half way from each value to the next one. */
static const float mzg_curve_middles[16] = {-115.5f, -93.5f, -74.0f, -57.0f, -42.0f, -28.5f,
                                            -16.0f,  -4.5f,  7.0f,   19.0f,  31.5f,  45.5f,
                                            61.0f,   79.0f,  101.0f, INFINITY};

/* Which scales are tried: those that bring the largest element of a run to a value between two
 * bounds, on the side of the curve that reaches further, and likewise on the other. */
struct mzg_curve_plan {
    int far, near;         /* how many on either side */
    float far_at, near_at; /* the first of them */
    float far_step, near_step;
    int refits;   /* of the scale to the codes found */
    int scales;   /* blocks of runs: values of d to start with ... */
    float spread; /* ... each so much larger than the first */
};

struct mzg_curve_lanes {
    float fitted[MZG_CURVE_ELEMS];     /* x, brought into range */
    mzg_vf x[MZG_BLOCK], w[MZG_BLOCK]; /* element j of every run, and its importance */
    mzg_vf zeros;                      /* error of a run of zeros */
    mzg_vf amax, sign; /* largest magnitude; the scale's sign that puts it on the far side */
};

/* The code whose value is nearest to v, of two the lower. The values lie along a parabola that is
 * bent the other way on either side of zero: rounding on it gives the code or the one before, and a
 * comparison decides. */
MZG_INLINE mzg_vi mzg_curve_code(mzg_vf v)
{
    const mzg_vf slope = mzg_vf_set(0.09025f), bend = mzg_vf_set(0.000235f);
    v = mzg_vf_max(mzg_vf_min(v, mzg_vf_set(113.0f)), mzg_vf_set(-127.0f));
    mzg_vf at = mzg_vf_mul(v, mzg_vf_sub(slope, mzg_vf_mul(bend, mzg_vf_abs(v))));
    mzg_vi code = mzg_vi_round(mzg_vf_add(at, mzg_vf_set(7.341675f)));
    mzg_vm above = mzg_vf_lt(mzg_vf_lookup16(mzg_curve_middles, code), v);
    return mzg_vi_select(above, mzg_vi_add(code, mzg_vi_set(1)), code);
}

MZG_INLINE mzg_vf mzg_curve_value(mzg_vf v)
{
    return mzg_vf_lookup16(mzg_curve_values, mzg_curve_code(v));
}

/* Importance of `count` elements, turned: NaN and what is negative count as 0. For each `runs`
 * neighbouring runs (a block) it is brought near 1 by a power of two, so that no sum of products
 * leaves the range of floats; where all of a block is 0, every element counts the same. */
MZG_INLINE void mzg_curve_importance(struct mzg_curve_lanes *b, const float *w, size_t count,
                                     int runs)
{
    float room[MZG_CURVE_ELEMS] = {0}, most[MZG_LANES];
    mzg_vf high = mzg_vf_set(0.0f);
    memcpy(room, w, count * sizeof *w);
    mzg_vf_turn(room, MZG_BLOCK, b->w);
    mzg_vf_turn(room + 16, MZG_BLOCK, b->w + 16);
    for (int j = 0; j < MZG_BLOCK; j++) {
        b->w[j] = mzg_vf_importance(b->w[j]);
        high = mzg_vf_max(high, b->w[j]);
    }
    mzg_vf_store(most, high);
    for (int first = 0; first < MZG_LANES; first += runs) {
        float top = 0.0f;
        for (int i = first; i < first + runs; i++)
            top = most[i] > top ? most[i] : top;
        for (int i = first; i < first + runs; i++)
            most[i] = top;
    }
    high = mzg_vf_load(most);
    mzg_vf times = mzg_vf_unscale(high), zero = mzg_vf_set(0.0f);
    mzg_vf plus = mzg_vf_select(mzg_vf_lt(zero, high), zero, mzg_vf_set(1.0f));
    for (int j = 0; j < MZG_BLOCK; j++)
        b->w[j] = mzg_vf_add(mzg_vf_mul(b->w[j], times), plus);
}

/* `count` elements, none beyond max_abs after this; runs that are not there are zeros. w: NULL, or
 * importance of as many. */
MZG_INLINE void mzg_curve_load(struct mzg_curve_lanes *b, const float *x, const float *w,
                               size_t count, float max_abs, int runs)
{
    mzg_vf zero = mzg_vf_set(0.0f), high = zero, low = zero, sum = zero;
    memcpy(b->fitted, x, count * sizeof *x);
    memset(b->fitted + count, 0, (MZG_CURVE_ELEMS - count) * sizeof *x);
    for (size_t i = 0; i < MZG_CURVE_ELEMS; i += MZG_LANES)
        mzg_vf_store(b->fitted + i, mzg_vf_fit(mzg_vf_load(b->fitted + i), max_abs));
    mzg_vf_turn(b->fitted, MZG_BLOCK, b->x);
    mzg_vf_turn(b->fitted + 16, MZG_BLOCK, b->x + 16);
    if (w)
        mzg_curve_importance(b, w, count, runs);
    for (int j = 0; j < MZG_BLOCK; j++) {
        mzg_vf square = mzg_vf_mul(b->x[j], b->x[j]);
        sum = mzg_vf_add(sum, w ? mzg_vf_mul(square, b->w[j]) : square);
        high = mzg_vf_max(high, b->x[j]);
        low = mzg_vf_min(low, b->x[j]);
    }
    low = mzg_vf_sub(zero, low);
    b->zeros = sum;
    b->amax = mzg_vf_max(high, low);
    b->sign = mzg_vf_select(mzg_vf_lt(low, high), mzg_vf_set(-1.0f), mzg_vf_set(1.0f));
}

/* Sums of w x q and w q q over every run's values q nearest to x * inverse: the quotient of the two is
 * the best scale for these codes. */
MZG_INLINE void mzg_curve_sums(const struct mzg_curve_lanes *b, mzg_vf inverse, int weighted,
                               mzg_vf *xq, mzg_vf *qq)
{
    mzg_vf by_x = mzg_vf_set(0.0f), by_q = by_x;
    MZG_UNROLL
    for (int j = 0; j < MZG_BLOCK; j++) {
        mzg_vf q = mzg_curve_value(mzg_vf_mul(b->x[j], inverse));
        mzg_vf wq = weighted ? mzg_vf_mul(q, b->w[j]) : q;
        by_x = mzg_vf_add(by_x, mzg_vf_mul(b->x[j], wq));
        by_q = mzg_vf_add(by_q, mzg_vf_mul(q, wq));
    }
    *xq = by_x;
    *qq = by_q;
}

/* Sum of w (x - scale * value)^2 of each run; Inf where scale is zero. */
MZG_INLINE mzg_vf mzg_curve_error(const struct mzg_curve_lanes *b, mzg_vf scale, int weighted)
{
    mzg_vf inverse = mzg_vf_inverse(scale), sum = mzg_vf_set(0.0f);
    MZG_UNROLL
    for (int j = 0; j < MZG_BLOCK; j++) {
        mzg_vf v = mzg_vf_mul(b->x[j], inverse), off = mzg_vf_sub(v, mzg_curve_value(v));
        off = mzg_vf_mul(off, off);
        sum = mzg_vf_add(sum, weighted ? mzg_vf_mul(off, b->w[j]) : off);
    }
    sum = mzg_vf_mul(sum, mzg_vf_mul(scale, scale));
    return mzg_vf_select(mzg_vf_eq(scale, mzg_vf_set(0.0f)), mzg_vf_set(INFINITY), sum);
}

/* The sixteen bytes of nibbles of one run. */
MZG_INLINE void mzg_curve_encode(uint8_t *out, const float *x, float inverse)
{
    mzg_vf by = mzg_vf_set(inverse);
    mzg_vi low = mzg_curve_code(mzg_vf_mul(mzg_vf_load(x), by));
    mzg_vi high = mzg_curve_code(mzg_vf_mul(mzg_vf_load(x + 16), by));
    mzg_vi_store8(out, mzg_vi_or(low, mzg_vi_shl(high, 4)));
}

#endif
