/* ternary_lanes.h: what searches for one scale share: a block's values and importance made tame. */
#ifndef MZG_KERNELS_TERNARY_LANES_H
#define MZG_KERNELS_TERNARY_LANES_H

#include "../lanes/tidy.h"
#include "ternary.h"

/* One block, in order. w and wa are set where there is importance. */
struct mzg_ternary {
    mzg_vf x[16];  /* values */
    mzg_vf w[16];  /* importance, its largest in 1..4 */
    mzg_vf wa[16]; /* importance times magnitude */
    mzg_vf most;   /* in each lane the largest magnitude, */
    mzg_vf sum;    /* the sum of wa or, without importance, of magnitudes, */
    mzg_vf weight; /* and that of w or of ones */
};

/* Sets w and wa and their sums; 0 where nothing has importance. */
MZG_INLINE int mzg_ternary_weigh(struct mzg_ternary *t, const float *w, int count)
{
    mzg_vf largest = mzg_vf_set(0.0f);
    MZG_UNROLL
    for (int i = 0; i < count; i++) {
        t->w[i] = mzg_vf_importance(mzg_vf_load(w + 16 * i));
        largest = mzg_vf_max(largest, t->w[i]);
    }
    float most = mzg_vf_largest(largest);
    mzg_vf tame = mzg_vf_tame(mzg_vf_set(most));
    mzg_vf sum = mzg_vf_set(0.0f), weight = sum;
    MZG_UNROLL
    for (int i = 0; i < count; i++) {
        t->w[i] = mzg_vf_mul(t->w[i], tame);
        t->wa[i] = mzg_vf_mul(t->w[i], mzg_vf_abs(t->x[i]));
        sum = mzg_vf_add(sum, t->wa[i]);
        weight = mzg_vf_add(weight, t->w[i]);
    }
    t->sum = sum;
    t->weight = weight;
    return most > 0.0f;
}

/* Loads a block of 16 * count elements. As integers magnitudes compare as they do as floats, with NaN
 * above Inf, so that blocks in which nothing is unfit are spared the care. */
MZG_INLINE void mzg_ternary_load(struct mzg_ternary *t, const float *x, int count)
{
    mzg_vi most = mzg_vi_set(0), limit = mzg_vi_bits(mzg_vf_set(MZG_F16_MAX));
    mzg_vf sum = mzg_vf_set(0.0f);
    MZG_UNROLL
    for (int i = 0; i < count; i++) {
        t->x[i] = mzg_vf_load(x + 16 * i);
        mzg_vf a = mzg_vf_abs(t->x[i]);
        most = mzg_vi_max(most, mzg_vi_bits(a));
        sum = mzg_vf_add(sum, a);
    }
    t->most = mzg_vf_bits(most);
    if (mzg_vm_mask(mzg_vi_gt(most, limit)) != 0) {
        t->most = sum = mzg_vf_set(0.0f);
        for (int i = 0; i < count; i++) {
            t->x[i] = mzg_vf_fit(t->x[i], MZG_F16_MAX);
            t->most = mzg_vf_max(t->most, mzg_vf_abs(t->x[i]));
            sum = mzg_vf_add(sum, mzg_vf_abs(t->x[i]));
        }
    }
    t->sum = sum;
    t->weight = mzg_vf_set((float)count);
}

/* Importance of sixteen elements, and that times their magnitude. */
MZG_INLINE mzg_vf mzg_ternary_w(const struct mzg_ternary *t, int i, int weighted)
{
    return weighted ? t->w[i] : mzg_vf_set(1.0f);
}

MZG_INLINE mzg_vf mzg_ternary_wa(const struct mzg_ternary *t, int i, int weighted)
{
    return weighted ? t->wa[i] : mzg_vf_abs(t->x[i]);
}

#endif
