/* iq1_search.h: the search for IQ1_S and IQ1_M (SPEC.md, "Searches of IQ1_S and IQ1_M"), for the
 * instruction set whose lanes are included before.
 *
 * A lane is a run of elements that share a factor: 32 in IQ1_S, where sixteen are two blocks, 16 in
 * IQ1_M, where they are one. First each run's best scale if every combination of values were in the
 * grid; then a scale of the block whose odd multiples are near these; then points, factors and the
 * scale by turns. */
#ifndef MZG_KERNELS_IQ1_IQ1_SEARCH_H
#define MZG_KERNELS_IQ1_IQ1_SEARCH_H

#include "../lanes/tidy.h"
#include "iq1_point.h"

#include "../list.h"

enum { IQ1_ROUGH = 6 };

struct iq1_plan {
    int rounds;  /* of points, then the scale and the factors that they ask for */
    int factors; /* tried at last in each run */
};

static const struct iq1_plan iq1_plans[] = {
    [MZG_EFFORT_FAST] = {1, 1},
    [MZG_EFFORT_DEFAULT] = {2, 2},
    [MZG_EFFORT_BEST] = {4, 3},
};

/* Runs of `groups` groups of eight; the delta's sign is one for the run, or each group's own. */
struct iq1_shape {
    int groups, lanes; /* lanes: runs in a block */
    int own_delta;
};

struct iq1_lot {
    mzg_vf v[32], w[32], wv[32]; /* element j of every run: v[j] */
};

/* What a run is stored as, but for its factor; sums are over the run. */
struct iq1_run {
    struct mzg_iq1_sums sums;
    mzg_vi number[4];
    mzg_vi minus; /* bit g: the delta of group g is taken off */
};

MZG_INLINE mzg_vf iq1_inverse(mzg_vf a)
{
    mzg_vf zero = mzg_vf_set(0.0f);
    return mzg_vf_select(mzg_vf_lt(zero, a), mzg_vf_div(mzg_vf_set(1.0f), a), zero);
}

/* a, or b where b's error at scale d, sum w (x - d value)^2 without what does not depend on values, is
 * less. */
MZG_INLINE mzg_vm iq1_less(struct mzg_iq1_sums b, struct mzg_iq1_sums a, mzg_vf d)
{
    mzg_vf of_a = mzg_vf_sub(mzg_vf_mul(d, a.q), mzg_vf_add(a.s, a.s));
    mzg_vf of_b = mzg_vf_sub(mzg_vf_mul(d, b.q), mzg_vf_add(b.s, b.s));
    return mzg_vf_lt(of_b, of_a);
}

MZG_INLINE struct mzg_iq1_sums iq1_choose(mzg_vm m, struct mzg_iq1_sums a, struct mzg_iq1_sums b)
{
    return (struct mzg_iq1_sums){mzg_vf_select(m, a.s, b.s), mzg_vf_select(m, a.q, b.q)};
}

MZG_INLINE struct mzg_iq1_sums iq1_add(struct mzg_iq1_sums a, struct mzg_iq1_sums b)
{
    return (struct mzg_iq1_sums){mzg_vf_add(a.s, b.s), mzg_vf_add(a.q, b.q)};
}

/* ---- without the grid ---- */

MZG_INLINE struct mzg_iq1_sums iq1_rough_group(const struct iq1_lot *t, int at, mzg_vf inv, float delta)
{
    const mzg_vf one = mzg_vf_set(1.0f), minus = mzg_vf_set(-1.0f), shift = mzg_vf_set(delta);
    struct mzg_iq1_sums r = {mzg_vf_set(0.0f), mzg_vf_set(0.0f)};
    for (int i = at; i < at + 8; i++) {
        mzg_vf u = mzg_vf_sub(mzg_vf_mul(t->v[i], inv), shift);
        mzg_vf value = mzg_vf_add(mzg_vf_round(mzg_vf_max(mzg_vf_min(u, one), minus)), shift);
        r.s = mzg_vf_add(r.s, mzg_vf_mul(t->wv[i], value));
        r.q = mzg_vf_add(r.q, mzg_vf_mul(mzg_vf_mul(t->w[i], value), value));
    }
    return r;
}

/* Sums at scale d with any values. */
MZG_INLINE struct mzg_iq1_sums iq1_rough(const struct iq1_lot *t, const struct iq1_shape *p, mzg_vf d)
{
    struct mzg_iq1_sums zero = {mzg_vf_set(0.0f), mzg_vf_set(0.0f)}, plus = zero, minus = zero;
    mzg_vf inv = iq1_inverse(d);
    for (int g = 0; g < p->groups; g++) {
        struct mzg_iq1_sums a = iq1_rough_group(t, 8 * g, inv, 0.125f);
        struct mzg_iq1_sums b = iq1_rough_group(t, 8 * g, inv, -0.125f);
        plus = iq1_add(plus, p->own_delta ? iq1_choose(iq1_less(b, a, d), b, a) : a);
        minus = iq1_add(minus, b);
    }
    return p->own_delta ? plus : iq1_choose(iq1_less(minus, plus, d), minus, plus);
}

MZG_INLINE mzg_vf iq1_fitted(struct mzg_iq1_sums r)
{
    mzg_vf zero = mzg_vf_set(0.0f);
    mzg_vm good = mzg_vm_and(mzg_vf_lt(zero, r.s), mzg_vf_lt(mzg_vf_set(0x1p-60f), r.q));
    return mzg_vf_select(good, mzg_vf_div(r.s, mzg_vf_select(good, r.q, mzg_vf_set(1.0f))), zero);
}

MZG_INLINE void iq1_keep(struct mzg_iq1_sums *best, struct mzg_iq1_sums r)
{
    mzg_vf mine = mzg_vf_mul(mzg_vf_mul(r.s, r.s), best->q);
    mzg_vm better = mzg_vf_lt(mzg_vf_mul(mzg_vf_mul(best->s, best->s), r.q), mine);
    better = mzg_vm_and(better, mzg_vf_lt(mzg_vf_set(0.0f), r.s));
    *best = iq1_choose(better, r, *best);
}

/* Each run's sums at about its best scale. */
MZG_INLINE struct mzg_iq1_sums iq1_start(const struct iq1_lot *t, const struct iq1_shape *p)
{
    static const float of_mean[] = {1.125f, 1.5f, 2.0f}, of_most[] = {0.875f, 0.5f};
    mzg_vf zero = mzg_vf_set(0.0f), most = zero, sum = zero, all = zero;
    struct mzg_iq1_sums best = {zero, mzg_vf_set(1.0f)};
    for (int i = 0; i < 8 * p->groups; i++) {
        most = mzg_vf_max(most, mzg_vf_abs(t->v[i]));
        sum = mzg_vf_add(sum, mzg_vf_abs(t->wv[i]));
        all = mzg_vf_add(all, t->w[i]);
    }
    mzg_vf mean = mzg_vf_mul(sum, iq1_inverse(all));
    for (int i = 0; i < 3; i++)
        iq1_keep(&best, iq1_rough(t, p, mzg_vf_mul(mean, mzg_vf_set(of_mean[i]))));
    for (int i = 0; i < 2; i++)
        iq1_keep(&best, iq1_rough(t, p, mzg_vf_mul(most, mzg_vf_set(of_most[i]))));
    for (int i = 0; i < 2; i++)
        iq1_keep(&best, iq1_rough(t, p, iq1_fitted(best)));
    return best;
}

/* ---- one scale for a block ---- */

/* The odd number 1..15 whose multiple of d is nearest to `scale`; inv: 1 / d. */
MZG_INLINE mzg_vf iq1_factor(mzg_vf scale, mzg_vf inv)
{
    mzg_vf half = mzg_vf_set(0.5f), s = mzg_vf_sub(mzg_vf_mul(mzg_vf_mul(scale, inv), half), half);
    s = mzg_vf_round(mzg_vf_max(mzg_vf_min(s, mzg_vf_set(7.0f)), mzg_vf_set(0.0f)));
    return mzg_vf_add(mzg_vf_add(s, s), mzg_vf_set(1.0f));
}

/* The sum over the lanes of each block, in all of its lanes; in order. */
MZG_INLINE mzg_vf iq1_sum_block(mzg_vf a, int lanes)
{
    float v[MZG_LANES];
    mzg_vf_store(v, a);
    for (int i = 0; i < MZG_LANES; i += lanes) {
        float sum = 0.0f;
        for (int k = i; k < i + lanes; k++)
            sum += v[k];
        for (int k = i; k < i + lanes; k++)
            v[k] = sum;
    }
    return mzg_vf_load(v);
}

MZG_INLINE mzg_vf iq1_most_block(mzg_vf a, int lanes)
{
    float v[MZG_LANES];
    mzg_vf_store(v, a);
    for (int i = 0; i < MZG_LANES; i += lanes) {
        float most = v[i];
        for (int k = i; k < i + lanes; k++)
            most = v[k] > most ? v[k] : most;
        for (int k = i; k < i + lanes; k++)
            v[k] = most;
    }
    return mzg_vf_load(v);
}

/* The scale whose odd multiples are nearest to what the runs ask for. */
MZG_INLINE mzg_vf iq1_block_scale(struct mzg_iq1_sums r, int lanes)
{
    mzg_vf wanted = iq1_fitted(r), most = iq1_most_block(wanted, lanes);
    mzg_vf best = mzg_vf_mul(most, mzg_vf_set(1.0f / 15)), least = mzg_vf_set(FLT_MAX);
    float part = 6.0f;
    for (int i = 0; i < 24; i++, part += 0.5f) {
        mzg_vf d = mzg_vf_mul(most, mzg_vf_set(1.0f / part));
        mzg_vf off = mzg_vf_sub(wanted, mzg_vf_mul(d, iq1_factor(wanted, iq1_inverse(d))));
        mzg_vf lost = iq1_sum_block(mzg_vf_mul(r.q, mzg_vf_mul(off, off)), lanes);
        mzg_vm better = mzg_vf_lt(lost, least);
        least = mzg_vf_select(better, lost, least);
        best = mzg_vf_select(better, d, best);
    }
    return best;
}

/* The best scale of the block for the runs' values and factors. */
MZG_INLINE mzg_vf iq1_refit(struct mzg_iq1_sums r, mzg_vf factor, int lanes)
{
    struct mzg_iq1_sums all;
    all.s = iq1_sum_block(mzg_vf_mul(factor, r.s), lanes);
    all.q = iq1_sum_block(mzg_vf_mul(mzg_vf_mul(factor, factor), r.q), lanes);
    return iq1_fitted(all);
}

/* ---- with the grid ---- */

/* The best points at scale d. */
static __attribute__((noinline, unused)) void iq1_points(const struct iq1_lot *t,
                                                         const struct iq1_shape *p,
                                                         const mzg_vf *scale, struct iq1_run *run)
{
    mzg_vf d = *scale, inv = iq1_inverse(d);
    struct mzg_iq1_sums zero = {mzg_vf_set(0.0f), mzg_vf_set(0.0f)}, plus = zero, minus = zero;
    mzg_vi taken[4];
    run->minus = mzg_vi_set(0);
    for (int g = 0; g < p->groups; g++) {
        struct mzg_iq1_sums a, b;
        const mzg_vf *v = t->v + 8 * g, *w = t->w + 8 * g, *wv = t->wv + 8 * g;
        mzg_iq1_point(v, w, wv, &inv, 0.125f, &a, &run->number[g]);
        mzg_iq1_point(v, w, wv, &inv, -0.125f, &b, &taken[g]);
        if (p->own_delta) {
            mzg_vm less = iq1_less(b, a, d);
            a = iq1_choose(less, b, a);
            run->number[g] = mzg_vi_select(less, taken[g], run->number[g]);
            run->minus = mzg_vi_or(run->minus, mzg_vi_select(less, mzg_vi_set(1 << g), mzg_vi_set(0)));
        }
        plus = iq1_add(plus, a);
        minus = iq1_add(minus, b);
    }
    run->sums = plus;
    if (p->own_delta)
        return;
    mzg_vm less = iq1_less(minus, plus, d);
    run->sums = iq1_choose(less, minus, plus);
    run->minus = mzg_vi_select(less, mzg_vi_set(15), mzg_vi_set(0));
    for (int g = 0; g < p->groups; g++)
        run->number[g] = mzg_vi_select(less, taken[g], run->number[g]);
}

/* sum w (x - d value)^2 without what does not depend on values. */
MZG_INLINE mzg_vf iq1_error(struct mzg_iq1_sums r, mzg_vf d)
{
    return mzg_vf_mul(d, mzg_vf_sub(mzg_vf_mul(d, r.q), mzg_vf_add(r.s, r.s)));
}

/* Takes b in the lanes where it is better. */
MZG_INLINE void iq1_take(struct iq1_run *a, const struct iq1_run *b, mzg_vm m, int groups)
{
    a->sums = iq1_choose(m, b->sums, a->sums);
    a->minus = mzg_vi_select(m, b->minus, a->minus);
    for (int g = 0; g < groups; g++)
        a->number[g] = mzg_vi_select(m, b->number[g], a->number[g]);
}

/* Points and factors for the stored scale d: the factors nearest to what the runs' values asked for
 * are tried; `run` is what was found before. */
MZG_INLINE mzg_vf iq1_finish(const struct iq1_lot *t, const struct iq1_shape *p, mzg_vf d, int factors,
                             struct iq1_run *run)
{
    mzg_vf wanted = iq1_fitted(run->sums), first = iq1_factor(wanted, iq1_inverse(d));
    mzg_vf best = first, two = mzg_vf_set(2.0f), scale = mzg_vf_mul(d, first);
    mzg_vm below = mzg_vf_lt(wanted, scale);
    iq1_points(t, p, &scale, run);
    for (int i = 1; i < factors; i++, below = mzg_vm_not(below)) {
        mzg_vf factor = mzg_vf_select(below, mzg_vf_sub(first, two), mzg_vf_add(first, two));
        factor = mzg_vf_max(mzg_vf_min(factor, mzg_vf_set(15.0f)), mzg_vf_set(1.0f));
        struct iq1_run other;
        mzg_vf other_scale = mzg_vf_mul(d, factor);
        iq1_points(t, p, &other_scale, &other);
        mzg_vm less = mzg_vf_lt(iq1_error(other.sums, other_scale),
                                iq1_error(run->sums, mzg_vf_mul(d, best)));
        iq1_take(run, &other, less, p->groups);
        best = mzg_vf_select(less, factor, best);
    }
    return best;
}

/* What is stored of a lot. */
struct iq1_found {
    uint16_t half[MZG_LANES];
    int32_t factor[MZG_LANES], minus[MZG_LANES], number[4][MZG_LANES];
};

/* unscale: what t->v was divided by. */
MZG_INLINE void iq1_find(const struct iq1_lot *t, const struct iq1_shape *p, const struct iq1_plan *plan,
                         mzg_vf scale, mzg_vf unscale, struct iq1_found *f)
{
    struct iq1_run run;
    struct mzg_iq1_sums start = iq1_start(t, p);
    mzg_vf d = iq1_block_scale(start, p->lanes), factor = iq1_factor(iq1_fitted(start), iq1_inverse(d));
    for (int i = 0; i < plan->rounds; i++) {
        mzg_vf runs = mzg_vf_mul(d, factor);
        iq1_points(t, p, &runs, &run);
        d = iq1_refit(run.sums, factor, p->lanes);
        factor = iq1_factor(iq1_fitted(run.sums), iq1_inverse(d));
        d = iq1_refit(run.sums, factor, p->lanes);
    }
    float v[MZG_LANES];
    mzg_vf_store(v, mzg_vf_min(mzg_vf_mul(d, unscale), mzg_vf_set(MZG_F16_MAX)));
    for (int i = 0; i < MZG_LANES; i++) {
        f->half[i] = mzg_f16_from(v[i]);
        v[i] = mzg_f16_to(f->half[i]);
    }
    d = mzg_vf_mul(mzg_vf_load(v), scale);
    factor = iq1_finish(t, p, d, plan->factors, &run);
    mzg_vf all = iq1_sum_block(iq1_error(run.sums, mzg_vf_mul(d, factor)), p->lanes);
    uint32_t good = mzg_vm_mask(mzg_vf_lt(all, mzg_vf_set(0.0f)));
    for (int i = 0; i < MZG_LANES; i++)
        f->half[i] = good >> i & 1 ? f->half[i] : 0; /* no worse than zeros */
    mzg_vi_store(f->factor, mzg_vi_round(factor));
    mzg_vi_store(f->minus, run.minus);
    for (int g = 0; g < p->groups; g++)
        mzg_vi_store(f->number[g], run.number[g]);
}

/* Loads sixteen runs and looks for their values. Elements and importance are scaled by a power of two
 * for each block; a block whose largest magnitude is below 2^-28 counts as zeros, importance as in
 * the other searches. */
MZG_INLINE void iq1_lot(const float *x, const float *w, const struct iq1_shape *p, enum mzg_effort effort,
                        struct iq1_found *f)
{
    struct iq1_lot t;
    size_t run = 8 * (size_t)p->groups;
    mzg_vf zero = mzg_vf_set(0.0f), one = mzg_vf_set(1.0f), most = zero, weight = zero;
    for (size_t i = 0; i < run; i += 16) {
        mzg_vf_turn(x + i, run, t.v + i);
        if (w)
            mzg_vf_turn(w + i, run, t.w + i);
    }
    for (size_t i = 0; i < run; i++) {
        t.v[i] = mzg_vf_fit(t.v[i], MZG_IQ1_MOST);
        t.w[i] = w ? mzg_vf_importance(t.w[i]) : one;
        most = mzg_vf_max(most, mzg_vf_abs(t.v[i]));
        weight = mzg_vf_max(weight, t.w[i]);
    }
    most = iq1_most_block(most, p->lanes);
    weight = iq1_most_block(weight, p->lanes);
    mzg_vm none = mzg_vf_eq(weight, zero);
    mzg_vf scale = mzg_vf_select(mzg_vf_lt(most, mzg_vf_set(0x1p-28f)), zero, mzg_vf_unscale(most));
    weight = mzg_vf_unscale(weight);
    for (size_t i = 0; i < run; i++) {
        t.v[i] = mzg_vf_mul(t.v[i], scale);
        t.w[i] = mzg_vf_select(none, one, mzg_vf_mul(t.w[i], weight));
        t.wv[i] = mzg_vf_mul(t.w[i], t.v[i]);
    }
    iq1_find(&t, p, &iq1_plans[effort], scale, iq1_inverse(scale), f);
}

/* ---- blocks ---- */

static const struct iq1_shape iq1_s_shape = {4, 8, 0}, iq1_m_shape = {2, 16, 1};

/* first: the block's first lane. */
static inline void iq1_s_store(uint8_t *out, const struct iq1_found *f, int first)
{
    mzg_store16(out, f->half[first]);
    for (int i = 0; i < 8; i++) {
        int lane = first + i;
        uint32_t high = (uint32_t)(f->factor[lane] / 2) << 12 | (f->minus[lane] ? 0x8000 : 0);
        for (int g = 0; g < 4; g++) {
            uint32_t index = mzg_iq1_index((uint32_t)f->number[g][lane]);
            out[MZG_IQ1_S_LOW + 4 * i + g] = (uint8_t)index;
            high |= (index >> 8) << 3 * g;
        }
        mzg_store16(out + MZG_IQ1_S_HIGH + 2 * i, (uint16_t)high);
    }
}

static inline void iq1_m_store(uint8_t *out, const struct iq1_found *f)
{
    uint32_t scales[4];
    for (int i = 0; i < 4; i++)
        scales[i] = (uint32_t)(f->half[0] >> 4 * i & 15) << 12;
    for (int lane = 0; lane < 16; lane++) {
        uint32_t index[2], minus = (uint32_t)f->minus[lane];
        scales[lane / 4] |= (uint32_t)(f->factor[lane] / 2) << 3 * (lane % 4);
        for (int g = 0; g < 2; g++) {
            index[g] = mzg_iq1_index((uint32_t)f->number[g][lane]);
            out[2 * lane + g] = (uint8_t)index[g];
        }
        out[MZG_IQ1_M_HIGH + lane] = (uint8_t)(index[0] >> 8 | (minus & 1) << 3 |
                                               (index[1] >> 8) << 4 | (minus >> 1) << 7);
    }
    for (int i = 0; i < 4; i++)
        mzg_store16(out + MZG_IQ1_M_SCALES + 2 * i, (uint16_t)scales[i]);
}

MZG_INLINE void iq1_s_search(const float *x, const float *w, uint8_t *out, size_t n,
                             enum mzg_effort effort)
{
    struct iq1_found f;
    for (; n >= 2 * MZG_SUPER; n -= 2 * MZG_SUPER) {
        iq1_lot(x, w, &iq1_s_shape, effort, &f);
        iq1_s_store(out, &f, 0);
        iq1_s_store(out + MZG_IQ1_S_BYTES, &f, 8);
        out += 2 * MZG_IQ1_S_BYTES;
        x += 2 * MZG_SUPER;
        w = w ? w + 2 * MZG_SUPER : NULL;
    }
    if (n) { /* a last block, beside one of zeros */
        float x_two[2 * MZG_SUPER] = {0}, w_two[2 * MZG_SUPER] = {0};
        memcpy(x_two, x, MZG_SUPER * sizeof *x);
        if (w)
            memcpy(w_two, w, MZG_SUPER * sizeof *w);
        iq1_lot(x_two, w ? w_two : NULL, &iq1_s_shape, effort, &f);
        iq1_s_store(out, &f, 0);
    }
}

MZG_INLINE void iq1_m_search(const float *x, const float *w, uint8_t *out, size_t n,
                             enum mzg_effort effort)
{
    struct iq1_found f;
    for (; n >= MZG_SUPER; n -= MZG_SUPER, x += MZG_SUPER, out += MZG_IQ1_M_BYTES) {
        iq1_lot(x, w, &iq1_m_shape, effort, &f);
        iq1_m_store(out, &f);
        w = w ? w + MZG_SUPER : NULL;
    }
}

#define MZG_IQ1_SEARCH(type, isa)                                                                  \
    void mzg_##type##_search_##isa(const float *x, const float *w, void *q, size_t n,              \
                                   enum mzg_effort effort)                                         \
    {                                                                                              \
        type##_search(x, w, q, n, effort);                                                         \
    }

#endif
