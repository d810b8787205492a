/* signed_search.h: looks for the scales of a block of sixteen sub-blocks of sixteen elements, each
 * d * k * code with a signed code, an integer k of the sub-block's own and one d for all. Written once
 * in lanes: include an instruction set's lanes before it.
 *
 * A lane is a sub-block. Whatever is tried is what would be stored: d is a half, k an integer, codes the
 * nearest in range, so the error of a trial is the error of the block. First every lane tries values of
 * k that bring its largest element to codes between two bounds; then d is fitted to all codes by least
 * squares, and every lane tries the neighbours of its k under the new d. */
#ifndef MZG_KERNELS_SIGNED_SEARCH_H
#define MZG_KERNELS_SIGNED_SEARCH_H

#include "../kernels.h"
#include "../lanes/tidy.h"
#include "signed.h"

/* What the format can say. */
struct mzg_signed_format {
    float lowest, highest;     /* code */
    float lowest_k, highest_k; /* scale of a sub-block */
    float usual_k;             /* of the sub-block with the largest element, when d is first set */
    float max_abs;             /* of an element */
};

/* How long to look. Values of k are spread so that 1 / (code of the lane's largest element) goes
 * from `first` on in `trials` steps. */
struct mzg_signed_plan {
    int trials;
    float first, step;
    int both;     /* whether k of the other sign is tried as well */
    int refits;   /* of d */
    int window;   /* neighbours of k tried after each, on either side */
    int scales;   /* values of d to start with ... */
    float spread; /* ... each so much larger than the first */
};

struct mzg_signed_lanes {
    float fitted[MZG_SUPER];       /* x, brought into range */
    mzg_vf x[MZG_SUBS], w[MZG_SUBS]; /* element j of every sub-block */
    mzg_vf zeros;                  /* error of a lane of zeros */
    mzg_vf amax, sign;             /* largest magnitude; k's sign that gives it a negative code */
};

struct mzg_signed_choice {
    float d, total; /* total: sum of error's lanes */
    mzg_vf k, error;
};

/* The code nearest to v, as a float. */
MZG_INLINE mzg_vf mzg_signed_code(const struct mzg_signed_format *f, mzg_vf v)
{
    v = mzg_vf_max(v, mzg_vf_set(f->lowest));
    return mzg_vf_round(mzg_vf_min(v, mzg_vf_set(f->highest)));
}

/* The lanes' elements, and their importance where there is any (w). */
MZG_INLINE void mzg_signed_load(struct mzg_signed_lanes *b, const struct mzg_signed_format *f,
                                const float *x, const float *w)
{
    mzg_vf zero = mzg_vf_set(0.0f), high = zero, low = zero, sum = zero;
    for (size_t i = 0; i < MZG_SUPER; i += MZG_LANES)
        mzg_vf_store(b->fitted + i, mzg_vf_fit(mzg_vf_load(x + i), f->max_abs));
    mzg_vf_turn(b->fitted, MZG_SUBS, b->x);
    if (w)
        mzg_vf_turn(w, MZG_SUBS, b->w);
    MZG_UNROLL
    for (int j = 0; j < MZG_SUBS; j++) {
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

/* Sum of w (x - scale * code)^2 in each lane; Inf where scale is zero. */
MZG_INLINE mzg_vf mzg_signed_error(const struct mzg_signed_lanes *b,
                                   const struct mzg_signed_format *f, mzg_vf scale, int weighted)
{
    mzg_vf inverse = mzg_vf_inverse(scale), even = mzg_vf_set(0.0f), odd = even;
    MZG_UNROLL
    for (int j = 0; j < MZG_SUBS; j += 2) { /* two sums: neither waits for the other */
        mzg_vf a = mzg_vf_mul(b->x[j], inverse), c = mzg_vf_mul(b->x[j + 1], inverse);
        a = mzg_vf_sub(a, mzg_signed_code(f, a));
        c = mzg_vf_sub(c, mzg_signed_code(f, c));
        a = mzg_vf_mul(a, a);
        c = mzg_vf_mul(c, c);
        even = mzg_vf_add(even, weighted ? mzg_vf_mul(a, b->w[j]) : a);
        odd = mzg_vf_add(odd, weighted ? mzg_vf_mul(c, b->w[j + 1]) : c);
    }
    mzg_vf error = mzg_vf_mul(mzg_vf_add(even, odd), mzg_vf_mul(scale, scale));
    return mzg_vf_select(mzg_vf_eq(scale, mzg_vf_set(0.0f)), mzg_vf_set(INFINITY), error);
}

/* Takes k for the lanes where it is better than what they have. */
MZG_INLINE void mzg_signed_try(struct mzg_signed_choice *c, const struct mzg_signed_lanes *b,
                               const struct mzg_signed_format *f, mzg_vf k, int weighted)
{
    mzg_vf error = mzg_signed_error(b, f, mzg_vf_mul(mzg_vf_set(c->d), k), weighted);
    mzg_vm better = mzg_vf_lt(error, c->error);
    c->error = mzg_vf_select(better, error, c->error);
    c->k = mzg_vf_select(better, k, c->k);
}

/* The first choice of every lane's k under c->d. */
MZG_INLINE void mzg_signed_spread(struct mzg_signed_choice *c, const struct mzg_signed_lanes *b,
                                  const struct mzg_signed_format *f,
                                  const struct mzg_signed_plan *p, int weighted)
{
    mzg_vf reach = mzg_vf_div(b->amax, mzg_vf_set(c->d));
    c->k = mzg_vf_set(0.0f);
    c->error = b->zeros;
    for (int i = 0; i < p->trials; i++) {
        mzg_vf k = mzg_vf_mul(reach, mzg_vf_set(p->first + p->step * (float)i));
        k = mzg_vf_round(mzg_vf_min(k, mzg_vf_set(f->highest_k)));
        k = mzg_vf_mul(mzg_vf_max(k, mzg_vf_set(1.0f)), b->sign);
        mzg_signed_try(c, b, f, k, weighted);
        if (p->both)
            mzg_signed_try(c, b, f, mzg_vf_sub(mzg_vf_set(0.0f), k), weighted);
    }
    c->total = mzg_vf_sum(c->error);
}

/* The half that fits the codes of a choice best, or what it has where there is none. */
MZG_INLINE float mzg_signed_refit(const struct mzg_signed_choice *c,
                                  const struct mzg_signed_lanes *b,
                                  const struct mzg_signed_format *f, int weighted)
{
    mzg_vf inverse = mzg_vf_inverse(mzg_vf_mul(mzg_vf_set(c->d), c->k));
    mzg_vf xq = mzg_vf_set(0.0f), qq = xq;
    MZG_UNROLL
    for (int j = 0; j < MZG_SUBS; j++) {
        mzg_vf q = mzg_signed_code(f, mzg_vf_mul(b->x[j], inverse));
        mzg_vf wq = weighted ? mzg_vf_mul(q, b->w[j]) : q;
        xq = mzg_vf_add(xq, mzg_vf_mul(b->x[j], wq));
        qq = mzg_vf_add(qq, mzg_vf_mul(q, wq));
    }
    float above = mzg_vf_sum(mzg_vf_mul(xq, c->k));
    float below = mzg_vf_sum(mzg_vf_mul(qq, mzg_vf_mul(c->k, c->k)));
    float d = below > 0.0f ? above / below : 0.0f;
    return d >= 0x1p-24f && d <= MZG_F16_MAX ? mzg_f16_to(mzg_f16_from(d)) : c->d;
}

/* The neighbours of every lane's k under another d. */
MZG_INLINE struct mzg_signed_choice mzg_signed_near(const struct mzg_signed_choice *old, float d,
                                                    const struct mzg_signed_lanes *b,
                                                    const struct mzg_signed_format *f, int window,
                                                    int weighted)
{
    struct mzg_signed_choice c = {.d = d, .k = mzg_vf_set(0.0f), .error = b->zeros};
    for (int i = -window; i <= window; i++) {
        mzg_vf k = mzg_vf_add(old->k, mzg_vf_set((float)i));
        k = mzg_vf_max(mzg_vf_min(k, mzg_vf_set(f->highest_k)), mzg_vf_set(f->lowest_k));
        mzg_signed_try(&c, b, f, k, weighted);
    }
    c.total = mzg_vf_sum(c.error);
    return c;
}

/* The best choice found; d = 0 for a block of zeros. */
MZG_INLINE struct mzg_signed_choice mzg_signed_choose(const struct mzg_signed_lanes *b,
                                                      const struct mzg_signed_format *f,
                                                      const struct mzg_signed_plan *p,
                                                      int weighted)
{
    struct mzg_signed_choice best = {.d = 0.0f, .k = mzg_vf_set(0.0f), .error = b->zeros};
    best.total = mzg_vf_sum(b->zeros);
    float first = mzg_vf_largest(b->amax) / (-f->lowest * f->usual_k);
    if (mzg_vf_largest(b->amax) == 0.0f)
        return best;
    for (int s = 0; s < p->scales; s++) {
        struct mzg_signed_choice c;
        float d = first * (1.0f + p->spread * (float)s);
        d = d < 0x1p-24f ? 0x1p-24f : d > MZG_F16_MAX ? MZG_F16_MAX : d;
        c.d = mzg_f16_to(mzg_f16_from(d));
        mzg_signed_spread(&c, b, f, p, weighted);
        if (c.total < best.total)
            best = c;
        for (int i = 0; i < p->refits; i++) {
            d = mzg_signed_refit(&c, b, f, weighted);
            c = mzg_signed_near(&c, d, b, f, p->window, weighted);
            if (c.total < best.total)
                best = c;
        }
    }
    return best;
}

/* The stored form of a choice: every sub-block's k, codes counted from the lowest; returns d. */
MZG_INLINE uint16_t mzg_signed_encode(const struct mzg_signed_choice *c,
                                      const struct mzg_signed_lanes *b,
                                      const struct mzg_signed_format *f, int8_t k[MZG_SUBS],
                                      uint8_t codes[MZG_SUPER])
{
    float inverse[MZG_SUBS];
    mzg_vf_store(inverse, mzg_vf_inverse(mzg_vf_mul(mzg_vf_set(c->d), c->k)));
    mzg_vi_store8((uint8_t *)k, mzg_vi_round(c->k));
    for (size_t i = 0; i < MZG_SUBS; i++) {
        mzg_vf v = mzg_vf_mul(mzg_vf_load(b->fitted + MZG_SUBS * i), mzg_vf_set(inverse[i]));
        mzg_vf q = mzg_vf_sub(mzg_signed_code(f, v), mzg_vf_set(f->lowest));
        mzg_vi_store8(codes + MZG_SUBS * i, mzg_vi_round(q));
    }
    return mzg_f16_from(c->d);
}

/* Importance brought near 1 by a power of two, so that no sum of products leaves the range of floats.
 * What is negative or NaN counts as 0. Returns 0 where all is 0: then every element counts the same. */
MZG_INLINE int mzg_signed_importance(const float *w, float scaled[MZG_SUPER])
{
    float most = mzg_load_importance(w, MZG_SUPER, scaled);
    mzg_vf factor = mzg_vf_unscale(mzg_vf_set(most));
    for (size_t i = 0; i < MZG_SUPER; i += MZG_LANES)
        mzg_vf_store(scaled + i, mzg_vf_mul(mzg_vf_load(scaled + i), factor));
    return most > 0.0f;
}

/* Searches one block with a plan for each case; returns d. */
MZG_INLINE uint16_t mzg_signed_block(const struct mzg_signed_format *f,
                                     const struct mzg_signed_plan *plain,
                                     const struct mzg_signed_plan *weighted, const float *x,
                                     const float *w, int8_t k[MZG_SUBS], uint8_t codes[MZG_SUPER])
{
    float scaled[MZG_SUPER];
    struct mzg_signed_lanes b;
    struct mzg_signed_choice c;
    if (w && mzg_signed_importance(w, scaled)) {
        mzg_signed_load(&b, f, x, scaled);
        c = mzg_signed_choose(&b, f, weighted, 1);
    } else {
        mzg_signed_load(&b, f, x, NULL);
        c = mzg_signed_choose(&b, f, plain, 0);
    }
    return mzg_signed_encode(&c, &b, f, k, codes);
}

#endif
