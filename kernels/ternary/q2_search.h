/* q2_search.h: Q2_0 over lanes, one block of 64 a lane, sixteen blocks at once.
 *
 * The levels -d, 0, d, 2 d reach further on one side, so d may be negative. For a trial scale a, what
 * lies beyond a / 2 is one step away from 0 on either side, and what lies beyond 3 a / 2 on the side of
 * the sign is two: sums over these three sets give the best scale of either sign and what it saves. */
#ifndef MZG_KERNELS_Q2_SEARCH_H
#define MZG_KERNELS_Q2_SEARCH_H

#include "../lanes/tidy.h"
#include "ternary.h"

enum { MZG_Q2_GROUP = 16 * MZG_Q2_0_ELEMS };

/* Trial scales: the largest magnitude, parts of the mean one, then refinements of the best so far. */
static const struct {
    int parts, refinements;
    float part[8];
} mzg_q2_plans[] = {
    [MZG_EFFORT_FAST] = {1, 0, {1.25f}},
    [MZG_EFFORT_DEFAULT] = {1, 1, {1.25f}},
    [MZG_EFFORT_BEST] = {8, 4, {1.25f, 0.9f, 1.05f, 1.45f, 0.7f, 1.7f, 2.1f, 2.6f}}};

struct mzg_q2_best {
    mzg_vf gain, d;
};

/* Sixteen blocks, element by element. */
struct mzg_q2_blocks {
    mzg_vf x[64], w[64], wa[64]; /* wa: importance times magnitude */
};

MZG_INLINE void mzg_q2_take(struct mzg_q2_best *best, mzg_vf s, mzg_vf n, float sign)
{
    mzg_vf d = mzg_vf_div(s, mzg_vf_max(n, mzg_vf_set(FLT_MIN)));
    mzg_vf gain = mzg_vf_mul(s, d);
    mzg_vm more = mzg_vf_lt(best->gain, gain);
    best->gain = mzg_vf_select(more, gain, best->gain);
    best->d = mzg_vf_select(more, mzg_vf_mul(d, mzg_vf_set(sign)), best->d);
}

MZG_INLINE void mzg_q2_try(struct mzg_q2_best *best, const struct mzg_q2_blocks *b, int weighted,
                           mzg_vf a)
{
    const mzg_vf zero = mzg_vf_set(0.0f);
    mzg_vf one = mzg_vf_mul(a, mzg_vf_set(0.5f)), two = mzg_vf_mul(a, mzg_vf_set(1.5f));
    mzg_vf below = mzg_vf_sub(zero, two);
    mzg_vf s = zero, n = zero, s_up = zero, n_up = zero, s_down = zero, n_down = zero;
    for (int i = 0; i < 64; i++) {
        mzg_vf x = b->x[i], abs = mzg_vf_abs(x), w = weighted ? b->w[i] : mzg_vf_set(1.0f);
        mzg_vf wa = weighted ? b->wa[i] : abs;
        mzg_vm m = mzg_vf_lt(one, abs), up = mzg_vf_lt(two, x), down = mzg_vf_lt(x, below);
        s = mzg_vf_add_where(m, s, wa);
        n = mzg_vf_add_where(m, n, w);
        s_up = mzg_vf_add_where(up, s_up, wa);
        n_up = mzg_vf_add_where(up, n_up, w);
        s_down = mzg_vf_add_where(down, s_down, wa);
        n_down = mzg_vf_add_where(down, n_down, w);
    }
    const mzg_vf three = mzg_vf_set(3.0f); /* 2^2 - 1^2 */
    mzg_q2_take(best, mzg_vf_add(s, s_up), mzg_vf_add(n, mzg_vf_mul(n_up, three)), 1.0f);
    mzg_q2_take(best, mzg_vf_add(s, s_down), mzg_vf_add(n, mzg_vf_mul(n_down, three)), -1.0f);
}

/* Fits the values, tames the importance, and gives the mean and the largest magnitude. */
MZG_INLINE void mzg_q2_tidy(struct mzg_q2_blocks *b, int weighted, mzg_vf *mean, mzg_vf *amax)
{
    const mzg_vf zero = mzg_vf_set(0.0f), unit = mzg_vf_set(1.0f);
    mzg_vf most = zero, s = zero, n = zero, largest = zero;
    for (int i = 0; i < 64 && weighted; i++) {
        b->w[i] = mzg_vf_importance(b->w[i]);
        most = mzg_vf_max(most, b->w[i]);
    }
    mzg_vf tame = mzg_vf_tame(most);
    mzg_vm none = mzg_vf_eq(most, zero);
    for (int i = 0; i < 64; i++) {
        b->x[i] = mzg_vf_fit(b->x[i], MZG_F16_MAX);
        mzg_vf a = mzg_vf_abs(b->x[i]), w = unit;
        if (weighted) {
            w = mzg_vf_select(none, unit, mzg_vf_mul(b->w[i], tame));
            b->w[i] = w;
            largest = mzg_vf_max(largest, mzg_vf_where(mzg_vf_lt(zero, w), a));
            b->wa[i] = a = mzg_vf_mul(a, w);
        } else {
            largest = mzg_vf_max(largest, a);
        }
        s = mzg_vf_add(s, a);
        n = mzg_vf_add(n, w);
    }
    *mean = mzg_vf_div(s, n);
    *amax = largest;
}

MZG_INLINE mzg_vf mzg_q2_scale(const struct mzg_q2_blocks *b, int weighted, mzg_vf mean,
                               mzg_vf amax, enum mzg_effort effort)
{
    struct mzg_q2_best best = {mzg_vf_set(0.0f), mzg_vf_set(0.0f)};
    int parts = mzg_q2_plans[effort].parts, tries = parts + mzg_q2_plans[effort].refinements;
    mzg_vf a = amax;
    for (int i = 0; i <= tries; i++) {
        mzg_q2_try(&best, b, weighted, a);
        a = i < parts ? mzg_vf_mul(mean, mzg_vf_set(mzg_q2_plans[effort].part[i]))
                      : mzg_vf_abs(best.d);
    }
    return best.d;
}

/* The nearest codes under the stored scales, sixteen a word. */
MZG_INLINE void mzg_q2_write(uint8_t *q, const struct mzg_q2_blocks *b, mzg_vf scale)
{
    float d[16];
    uint16_t half[16];
    int32_t words[4][16];
    mzg_vf_store(d, scale);
    for (int i = 0; i < 16; i++) {
        half[i] = mzg_f16_from(d[i]) == 0x8000 ? 0 : mzg_f16_from(d[i]);
        d[i] = mzg_f16_to(half[i]);
    }
    scale = mzg_vf_load(d);
    mzg_vi sign = mzg_vi_and(mzg_vi_bits(scale), mzg_vi_set((int32_t)0x80000000));
    mzg_vf size = mzg_vf_abs(scale), far = mzg_vf_set(FLT_MAX);
    mzg_vm none = mzg_vf_eq(size, mzg_vf_set(0.0f));
    mzg_vf one = mzg_vf_select(none, far, mzg_vf_mul(size, mzg_vf_set(0.5f)));
    mzg_vf two = mzg_vf_select(none, far, mzg_vf_mul(size, mzg_vf_set(1.5f)));
    mzg_vf below = mzg_vf_sub(mzg_vf_set(0.0f), one);
    for (int k = 0; k < 4; k++) {
        mzg_vi word = mzg_vi_set(0);
        MZG_UNROLL
        for (int i = 0; i < 16; i++) {
            mzg_vf x = mzg_vf_bits(mzg_vi_xor(mzg_vi_bits(b->x[16 * k + i]), sign));
            mzg_vi code = mzg_vi_select(mzg_vf_lt(one, x), mzg_vi_set(2), mzg_vi_set(1));
            code = mzg_vi_select(mzg_vf_lt(two, x), mzg_vi_set(3), code);
            code = mzg_vi_select(mzg_vf_lt(x, below), mzg_vi_set(0), code);
            word = mzg_vi_or(word, mzg_vi_shl(code, 2 * i));
        }
        mzg_vi_store(words[k], word);
    }
    for (int i = 0; i < 16; i++, q += MZG_Q2_0_BYTES) {
        mzg_store16(q, half[i]);
        for (int k = 0; k < 4; k++)
            mzg_store32(q + MZG_Q2_0_CODES + 4 * k, (uint32_t)words[k][i]);
    }
}

MZG_INLINE void mzg_q2_group(const float *x, const float *w, uint8_t *q, enum mzg_effort effort,
                             int weighted)
{
    struct mzg_q2_blocks b;
    mzg_vf mean, amax;
    for (int i = 0; i < 64; i += 16) {
        mzg_vf_turn(x + i, MZG_Q2_0_ELEMS, b.x + i);
        if (weighted)
            mzg_vf_turn(w + i, MZG_Q2_0_ELEMS, b.w + i);
    }
    mzg_q2_tidy(&b, weighted, &mean, &amax);
    mzg_q2_write(q, &b, mzg_q2_scale(&b, weighted, mean, amax, effort));
}

static inline void mzg_q2_any(const float *x, const float *w, uint8_t *q, enum mzg_effort effort)
{
    if (w)
        mzg_q2_group(x, w, q, effort, 1);
    else
        mzg_q2_group(x, NULL, q, effort, 0);
}

#define MZG_Q2_0_ENCODERS(isa)                                                                     \
    void mzg_q2_0_search_##isa(const float *x, const float *w, void *q, size_t n,                  \
                               enum mzg_effort effort)                                             \
    {                                                                                              \
        const struct mzg_searched s = {MZG_Q2_GROUP, MZG_Q2_0_ELEMS, MZG_Q2_0_BYTES};              \
        mzg_search_groups(x, w, q, n, effort, s, mzg_q2_any);                                      \
    }

#endif
