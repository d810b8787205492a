/* grid_search.h: the search for points, steps and scale of the grids' types, over lanes: include those
 * of an instruction set first.
 *
 * What is looked for is the least sum of w (x - q)^2, and each choice is made by this sum:
 *
 *   1. free scales for each run, at several fractions of its largest magnitude;
 *   2. the block's scale, so that the largest of them can be said;
 *   3. for each run the steps around the nearest one: at each, the nearest points;
 *   4. the block's scale anew, by least squares with points and steps as they are; then 3 again,
 *      around the steps chosen. The last round is encoded. */
#ifndef MZG_KERNELS_IQ_GRID_SEARCH_H
#define MZG_KERNELS_IQ_GRID_SEARCH_H

#include "grid_group.h"

/* ---- scans ---- */

MZG_GRID_INLINE void mzg_grid_scan_run(const struct mzg_grid_group *g, mzg_vf scale,
                                       struct mzg_grid_fit *f, int elems, int run, const float *levels,
                                       mzg_grid_near *near)
{
    mzg_vi low[81];
    mzg_vf high[81], qx = mzg_vf_set(0), qq = qx;
    for (int p = 0; p < run / elems; p++) {
        const mzg_vf *x = g->x + p * elems, *w = g->w + p * elems;
        if (elems == 8) {
            mzg_grid_low8(x, w, scale, levels, low);
            mzg_grid_high8(x + 4, w + 4, scale, levels, high);
        } else {
            mzg_grid_low4(x, w, scale, levels, low);
            mzg_grid_high4(x + 2, w + 2, scale, levels, high);
        }
        mzg_vi point = near(low, high);
        f->point[p] = point;
        for (int i = 0; i < elems; i++) {
            mzg_vf q = mzg_grid_level(levels, elems, point, i), wq = mzg_vf_mul(w[i], q);
            qx = mzg_vf_add(qx, mzg_vf_mul(wq, x[i]));
            qq = mzg_vf_add(qq, mzg_vf_mul(wq, q));
        }
    }
    f->qx = qx;
    f->qq = qq;
}

/* The nearest levels, without regard to the grid: a cheaper scan. */
MZG_GRID_INLINE void mzg_grid_round_run(const struct mzg_grid_type *t, const struct mzg_grid_group *g,
                                        mzg_vf scale, struct mzg_grid_fit *f)
{
    mzg_vf zero = mzg_vf_set(0), qx = zero, qq = zero;
    mzg_vf inv = mzg_vf_div(mzg_vf_set(1), mzg_vf_max(scale, mzg_vf_set(0x1p-60f)));
    for (int i = 0; i < t->run; i++) {
        mzg_vf v = mzg_vf_mul(g->x[i], inv), q;
        if (t->elems == 8) {
            const float *l = t->levels, low = 0.5f * (l[0] + l[1]), high = 0.5f * (l[1] + l[2]);
            q = mzg_vf_select(mzg_vf_lt(mzg_vf_set(low), v), mzg_vf_set(l[1]), mzg_vf_set(l[0]));
            q = mzg_vf_select(mzg_vf_lt(mzg_vf_set(high), v), mzg_vf_set(l[2]), q);
        } else { /* the levels are odd multiples of the first, nearly */
            v = mzg_vf_sub(mzg_vf_mul(v, mzg_vf_set(0.5f / t->levels[0])), mzg_vf_set(0.5f));
            v = mzg_vf_round(mzg_vf_min(mzg_vf_max(v, zero), mzg_vf_set(7)));
            v = mzg_vf_add(mzg_vf_add(v, v), mzg_vf_set(1));
            q = mzg_vf_mul(v, mzg_vf_set(t->levels[0]));
        }
        mzg_vf wq = mzg_vf_mul(g->w[i], q);
        qx = mzg_vf_add(qx, mzg_vf_mul(wq, g->x[i]));
        qq = mzg_vf_add(qq, mzg_vf_mul(wq, q));
    }
    f->qx = qx;
    f->qq = qq;
}

/* ---- scales ---- */

/* A free scale for each run; 0 where none is better than zeros. */
MZG_GRID_INLINE mzg_vf mzg_grid_free_scales(const struct mzg_grid_type *t,
                                            const struct mzg_grid_group *g,
                                            const struct mzg_grid_effort *e)
{
    const float top = t->levels[t->elems == 8 ? 2 : 7], from = 0.6f, to = 1.1f;
    mzg_vf zero = mzg_vf_set(0), scale = zero, best = zero;
    for (int k = 0; k < e->trials; k++) {
        float part = (from + (to - from) * (float)k / (float)(e->trials - 1)) / top;
        struct mzg_grid_fit f;
        if (e->scanned)
            t->scan(g, mzg_vf_mul(g->most, mzg_vf_set(part)), &f);
        else
            mzg_grid_round_run(t, g, mzg_vf_mul(g->most, mzg_vf_set(part)), &f);
        mzg_vf ls = mzg_vf_div(f.qx, mzg_vf_max(f.qq, mzg_vf_set(0x1p-100f)));
        mzg_vf gain = mzg_vf_mul(ls, f.qx);
        mzg_vm better = mzg_vm_and(mzg_vf_lt(best, gain), mzg_vf_lt(zero, ls));
        best = mzg_vf_select(better, gain, best);
        scale = mzg_vf_select(better, ls, scale);
    }
    return scale;
}

/* A block's scale: as stored, and as it then is (in the terms of the search, with its unit). */
struct mzg_grid_scales {
    uint16_t half[16]; /* by run */
    float scale[16];
};

MZG_GRID_INLINE void mzg_grid_set_scale(const struct mzg_grid_type *t, const struct mzg_grid_group *g,
                                        struct mzg_grid_scales *s, int lane, float scale)
{
    float up = g->up[lane], d = scale * up / t->unit;
    uint16_t half = mzg_f16_from(d < MZG_F16_MAX ? d : MZG_F16_MAX);
    if (half == 0 && d > 0.0f)
        half = 1;
    s->half[lane] = half;
    s->scale[lane] = up > 0.0f ? mzg_f16_to(half) * t->unit / up : 0.0f;
    for (int i = 1; i < MZG_SUPER / t->run; i++) {
        s->half[lane + i] = half;
        s->scale[lane + i] = s->scale[lane];
    }
}

/* So that the largest free scale is the highest step. */
MZG_GRID_INLINE void mzg_grid_first_scales(const struct mzg_grid_type *t,
                                           const struct mzg_grid_group *g, mzg_vf wanted,
                                           struct mzg_grid_scales *s)
{
    float each[16];
    int runs = MZG_SUPER / t->run;
    mzg_vf_store(each, wanted);
    for (int lane = 0; lane < 16; lane += runs) {
        float most = 0.0f;
        for (int i = lane; i < lane + runs; i++)
            most = each[i] > most ? each[i] : most;
        mzg_grid_set_scale(t, g, s, lane, most / 31.0f);
    }
}

/* The best of each run so far. */
struct mzg_grid_choice {
    mzg_vf error;
    mzg_vi step;
    struct mzg_grid_fit fit;
};

MZG_GRID_INLINE mzg_vf mzg_grid_multiple(mzg_vi step)
{
    mzg_vf s = mzg_vf_from(step);
    return mzg_vf_add(mzg_vf_add(s, s), mzg_vf_set(1));
}

/* By least squares. */
MZG_GRID_INLINE void mzg_grid_fit_scales(const struct mzg_grid_type *t, const struct mzg_grid_group *g,
                                         const struct mzg_grid_choice *c, struct mzg_grid_scales *s)
{
    float qx[16], qq[16];
    int runs = MZG_SUPER / t->run;
    mzg_vf m = mzg_grid_multiple(c->step);
    mzg_vf_store(qx, mzg_vf_mul(m, c->fit.qx));
    mzg_vf_store(qq, mzg_vf_mul(m, mzg_vf_mul(m, c->fit.qq)));
    for (int lane = 0; lane < 16; lane += runs) {
        float x = 0.0f, q = 0.0f;
        for (int i = lane; i < lane + runs; i++) {
            x += qx[i];
            q += qq[i];
        }
        if (x > 0.0f && q > 0.0f)
            mzg_grid_set_scale(t, g, s, lane, x / q);
    }
}

/* ---- steps and points ---- */

MZG_GRID_INLINE void mzg_grid_try(const struct mzg_grid_type *t, const struct mzg_grid_group *g,
                                  mzg_vf scale, mzg_vi step, struct mzg_grid_choice *c)
{
    struct mzg_grid_fit f;
    mzg_vf u = mzg_vf_mul(scale, mzg_grid_multiple(step));
    t->scan(g, u, &f);
    mzg_vf error = mzg_vf_sub(mzg_vf_mul(u, f.qq), mzg_vf_add(f.qx, f.qx));
    error = mzg_vf_add(g->all, mzg_vf_mul(u, error));
    mzg_vm better = mzg_vf_lt(error, c->error);
    c->error = mzg_vf_select(better, error, c->error);
    c->step = mzg_vi_select(better, step, c->step);
    c->fit.qx = mzg_vf_select(better, f.qx, c->fit.qx);
    c->fit.qq = mzg_vf_select(better, f.qq, c->fit.qq);
    for (int p = 0; p < t->run / t->elems; p++)
        c->fit.point[p] = mzg_vi_select(better, f.point[p], c->fit.point[p]);
}

/* All steps up to `window` away from `middle`. */
MZG_GRID_INLINE void mzg_grid_try_steps(const struct mzg_grid_type *t, const struct mzg_grid_group *g,
                                        const struct mzg_grid_scales *s, mzg_vi middle, int window,
                                        struct mzg_grid_choice *c)
{
    mzg_vf scale = mzg_vf_load(s->scale);
    c->error = mzg_vf_set(0x1.fffffep127f);
    for (int k = -window; k <= window; k++) {
        mzg_vi step = mzg_vi_add(middle, mzg_vi_set(k));
        step = mzg_vi_min(mzg_vi_max(step, mzg_vi_set(0)), mzg_vi_set(15));
        mzg_grid_try(t, g, scale, step, c);
    }
}

/* The steps nearest to free scales. */
MZG_GRID_INLINE mzg_vi mzg_grid_first_steps(const struct mzg_grid_scales *s, mzg_vf wanted)
{
    mzg_vf scale = mzg_vf_load(s->scale);
    mzg_vf v = mzg_vf_div(wanted, mzg_vf_max(scale, mzg_vf_set(0x1p-60f)));
    v = mzg_vf_sub(mzg_vf_mul(v, mzg_vf_set(0.5f)), mzg_vf_set(0.5f));
    return mzg_vi_round(mzg_vf_min(mzg_vf_max(v, mzg_vf_set(0)), mzg_vf_set(15)));
}

/* ---- blocks ---- */

/* Where the table of indices has a point. */
MZG_GRID_INLINE mzg_vi mzg_grid_place(int elems, mzg_vi point)
{
    mzg_vi low = mzg_vi_and(point, mzg_vi_set(255)), high = mzg_vi_shr(point, 8);
    if (elems == 4)
        return mzg_vi_or(low, mzg_vi_shl(high, 6));
    mzg_vi v[2] = {low, high};
    for (int i = 0; i < 2; i++) { /* to the base three: MZG_THREES */
        mzg_vi threes = mzg_vi_sub(v[i], mzg_vi_shr(v[i], 2));
        threes = mzg_vi_sub(threes, mzg_vi_mul(mzg_vi_shr(v[i], 4), mzg_vi_set(3)));
        v[i] = mzg_vi_sub(threes, mzg_vi_mul(mzg_vi_shr(v[i], 6), mzg_vi_set(9)));
    }
    return mzg_vi_add(v[0], mzg_vi_mul(v[1], mzg_vi_set(81)));
}

/* Blocks that are not better than zeros become zeros. */
MZG_GRID_INLINE void mzg_grid_write(const struct mzg_grid_type *t, const struct mzg_grid_group *g,
                                    const struct mzg_grid_choice *c, const struct mzg_grid_scales *s,
                                    uint8_t *out)
{
    struct mzg_grid_codes codes;
    float error[16], all[16];
    int runs = MZG_SUPER / t->run;
    mzg_vf_store(error, c->error);
    mzg_vf_store(all, g->all);
    mzg_vi_store(codes.step, c->step);
    for (int p = 0; p < t->run / t->elems; p++)
        mzg_vi_store(codes.point[p], mzg_grid_place(t->elems, c->fit.point[p]));
    for (int o = 0; o < t->run / 8; o++)
        mzg_vi_store(codes.signs[o], g->signs[o]);
    for (int lane = 0; lane < 16; lane += runs, out += t->bytes) {
        float lost = 0.0f, zeros = 0.0f;
        for (int i = lane; i < lane + runs; i++) {
            lost += error[i];
            zeros += all[i];
        }
        if (s->half[lane] != 0 && lost < zeros)
            t->pack(&codes, lane, s->half[lane], out);
        else
            memset(out, 0, t->bytes);
    }
}

MZG_GRID_INLINE void mzg_grid_search_group(const struct mzg_grid_type *t, const float *x,
                                           const float *w, const struct mzg_grid_effort *e,
                                           uint8_t *out)
{
    struct mzg_grid_group g;
    struct mzg_grid_scales s;
    struct mzg_grid_choice c = {0};
    mzg_grid_load(t, x, w, &g);
    mzg_vf wanted = mzg_grid_free_scales(t, &g, e);
    mzg_grid_first_scales(t, &g, wanted, &s);
    c.step = mzg_grid_first_steps(&s, wanted);
    for (int round = 0; e->window[round] >= 0; round++) {
        if (round) {
            if (t->even)
                mzg_grid_change_signs(t, &g, c.fit.point);
            mzg_grid_fit_scales(t, &g, &c, &s);
        }
        mzg_grid_try_steps(t, &g, &s, c.step, e->window[round], &c);
    }
    mzg_grid_write(t, &g, &c, &s, out);
}

MZG_GRID_INLINE void mzg_grid_search(const struct mzg_grid_type *t, const float *x, const float *w,
                                     void *q, size_t n, enum mzg_effort effort)
{
    const struct mzg_grid_effort *e = &t->efforts[effort];
    const size_t group = (size_t)t->run * 16;
    uint8_t *out = q;
    for (; n >= group; n -= group, x += group, w = w ? w + group : NULL) {
        mzg_grid_search_group(t, x, w, e, out);
        out += group / MZG_SUPER * t->bytes;
    }
    if (n >= MZG_SUPER) { /* one block of two */
        float rest[2 * MZG_SUPER] = {0}, weights[2 * MZG_SUPER] = {0};
        uint8_t blocks[2 * MZG_IQ3_S_BYTES];
        memcpy(rest, x, MZG_SUPER * sizeof *x);
        if (w)
            memcpy(weights, w, MZG_SUPER * sizeof *w);
        mzg_grid_search_group(t, rest, w ? weights : NULL, e, blocks);
        memcpy(out, blocks, t->bytes);
    }
}

#endif
