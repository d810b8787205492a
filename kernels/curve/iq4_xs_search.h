/* iq4_xs_search.h: IQ4_XS's search: two blocks at once, eight runs each, whose scales are d * k.
 *
 * As for the formats of kernels/signed: whatever is tried is what would be stored. Every run tries
 * integers k for a first d; then d is fitted to all codes and the neighbours of every k are tried. */
#ifndef MZG_KERNELS_CURVE_IQ4_XS_SEARCH_H
#define MZG_KERNELS_CURVE_IQ4_XS_SEARCH_H

#include "curve_search.h"

/* By effort. Values of k are spread so that 1 / (value of the run's largest element) goes from
 * 1 / first to 1 / last in equal steps. */
#define MZG_IQ4_XS_SIDE(side, n, first, last)                                                      \
    .side = (n), .side##_at = 1.0f / (first),                                                      \
    .side##_step = (1.0f / (last) - 1.0f / (first)) / ((n) - 1.0f)
static const struct mzg_curve_plan mzg_iq4_xs_plans[] = {
    {MZG_IQ4_XS_SIDE(far, 5, 140.0f, 100.0f), MZG_IQ4_XS_SIDE(near, 4, 125.0f, 88.0f),
     .refits = 1, .scales = 1},
    {MZG_IQ4_XS_SIDE(far, 8, 148.0f, 93.0f), MZG_IQ4_XS_SIDE(near, 8, 135.0f, 81.0f),
     .refits = 2, .scales = 1},
    {MZG_IQ4_XS_SIDE(far, 10, 155.0f, 88.0f), MZG_IQ4_XS_SIDE(near, 9, 143.0f, 78.0f),
     .refits = 2, .scales = 3, .spread = 0.05f},
};

/* In each lane: of its run (k, error) or of its block (d, total). */
struct mzg_iq4_xs_choice {
    mzg_vf d, k, error, total;
};

/* In every lane the sum of the eight of its block. */
MZG_INLINE mzg_vf mzg_iq4_xs_sums(mzg_vf v)
{
    float t[MZG_LANES];
    mzg_vf_store(t, v);
    for (int block = 0; block < MZG_LANES; block += MZG_RUNS) {
        float sum = mzg_sum8(t + block);
        for (int i = block; i < block + MZG_RUNS; i++)
            t[i] = sum;
    }
    return mzg_vf_load(t);
}

/* Every lane as a half, brought into 2^-24 to 65504, which also stands for NaN. */
MZG_INLINE mzg_vf mzg_iq4_xs_halves(mzg_vf v)
{
    float t[MZG_LANES];
    mzg_vf_store(t, mzg_vf_max(mzg_vf_min(v, mzg_vf_set(MZG_F16_MAX)), mzg_vf_set(0x1p-24f)));
    for (int block = 0; block < MZG_LANES; block += MZG_RUNS) {
        float d = mzg_f16_to(mzg_f16_from(t[block]));
        for (int i = block; i < block + MZG_RUNS; i++)
            t[i] = d;
    }
    return mzg_vf_load(t);
}

/* Takes k, brought into range, for the runs where it is better than what they have. */
MZG_INLINE void mzg_iq4_xs_try(struct mzg_iq4_xs_choice *c, const struct mzg_curve_lanes *b,
                               mzg_vf k, int weighted)
{
    k = mzg_vf_max(mzg_vf_min(k, mzg_vf_set(31.0f)), mzg_vf_set(-32.0f));
    mzg_vf error = mzg_curve_error(b, mzg_vf_mul(c->d, k), weighted);
    mzg_vm better = mzg_vf_lt(error, c->error);
    c->error = mzg_vf_select(better, error, c->error);
    c->k = mzg_vf_select(better, k, c->k);
}

/* The first choice of every run's k under d. */
MZG_INLINE struct mzg_iq4_xs_choice mzg_iq4_xs_spread(const struct mzg_curve_lanes *b, mzg_vf d,
                                                      const struct mzg_curve_plan *p,
                                                      int weighted)
{
    struct mzg_iq4_xs_choice c = {.d = d, .k = mzg_vf_set(0.0f), .error = b->zeros};
    mzg_vf reach = mzg_vf_div(b->amax, d), one = mzg_vf_set(1.0f);
    for (int i = 0; i < p->far + p->near; i++) {
        int n = i - p->far;
        float at = n < 0 ? p->far_at + p->far_step * (float)i
                         : p->near_at + p->near_step * (float)n;
        mzg_vf k = mzg_vf_min(mzg_vf_mul(reach, mzg_vf_set(at)), mzg_vf_set(32.0f));
        mzg_vf sign = mzg_vf_mul(b->sign, mzg_vf_set(n < 0 ? 1.0f : -1.0f));
        mzg_iq4_xs_try(&c, b, mzg_vf_mul(mzg_vf_max(mzg_vf_round(k), one), sign), weighted);
    }
    c.total = mzg_iq4_xs_sums(c.error);
    return c;
}

/* d fitted to the codes of a choice, or as it is where there is nothing to fit; then the neighbours
 * of every k. */
MZG_INLINE struct mzg_iq4_xs_choice mzg_iq4_xs_refit(const struct mzg_iq4_xs_choice *old,
                                                     const struct mzg_curve_lanes *b,
                                                     int weighted)
{
    struct mzg_iq4_xs_choice c = {.d = old->d, .k = mzg_vf_set(0.0f), .error = b->zeros};
    mzg_vf xq, qq, zero = mzg_vf_set(0.0f);
    mzg_curve_sums(b, mzg_vf_inverse(mzg_vf_mul(old->d, old->k)), weighted, &xq, &qq);
    xq = mzg_iq4_xs_sums(mzg_vf_mul(xq, old->k));
    qq = mzg_iq4_xs_sums(mzg_vf_mul(qq, mzg_vf_mul(old->k, old->k)));
    mzg_vf d = mzg_iq4_xs_halves(mzg_vf_div(xq, qq));
    c.d = mzg_vf_select(mzg_vm_and(mzg_vf_lt(zero, xq), mzg_vf_lt(zero, qq)), d, old->d);
    for (int i = -1; i <= 1; i++)
        mzg_iq4_xs_try(&c, b, mzg_vf_add(old->k, mzg_vf_set((float)i)), weighted);
    c.total = mzg_iq4_xs_sums(c.error);
    return c;
}

MZG_INLINE void mzg_iq4_xs_keep(struct mzg_iq4_xs_choice *best, const struct mzg_iq4_xs_choice *c)
{
    mzg_vm better = mzg_vf_lt(c->total, best->total);
    best->d = mzg_vf_select(better, c->d, best->d);
    best->k = mzg_vf_select(better, c->k, best->k);
    best->total = mzg_vf_select(better, c->total, best->total);
}

/* The best choice found; d = 0 for a block of zeros. */
MZG_INLINE struct mzg_iq4_xs_choice mzg_iq4_xs_choose(const struct mzg_curve_lanes *b,
                                                      const struct mzg_curve_plan *p,
                                                      int weighted)
{
    struct mzg_iq4_xs_choice best = {.d = mzg_vf_set(0.0f), .k = mzg_vf_set(0.0f)};
    float most[MZG_LANES];
    best.total = mzg_iq4_xs_sums(b->zeros);
    mzg_vf_store(most, b->amax);
    for (int block = 0; block < MZG_LANES; block += MZG_RUNS) {
        for (int i = block; i < block + MZG_RUNS; i++)
            most[block] = most[i] > most[block] ? most[i] : most[block];
        for (int i = block; i < block + MZG_RUNS; i++)
            most[i] = most[block];
    }
    mzg_vf first = mzg_vf_mul(mzg_vf_load(most), mzg_vf_set(1.0f / 3480.0f)); /* 120 * 29 */
    for (int s = 0; s < p->scales; s++) {
        mzg_vf d = mzg_vf_mul(first, mzg_vf_set(1.0f + p->spread * (float)s));
        struct mzg_iq4_xs_choice c = mzg_iq4_xs_spread(b, mzg_iq4_xs_halves(d), p, weighted);
        mzg_iq4_xs_keep(&best, &c);
        for (int i = 0; i < p->refits; i++) {
            c = mzg_iq4_xs_refit(&c, b, weighted);
            mzg_iq4_xs_keep(&best, &c);
        }
    }
    return best;
}

/* One block, from its eight values of k and inverse scales. */
MZG_INLINE void mzg_iq4_xs_pack(uint8_t *out, float d, const int32_t k[MZG_RUNS],
                                const float inverse[MZG_RUNS], const float *x)
{
    uint32_t high = 0, low = 0;
    for (int i = 0; i < MZG_RUNS; i++) {
        uint32_t stored = (uint32_t)(k[i] + 32);
        high |= stored >> 4 << 2 * i;
        low |= (stored & 15) << 4 * i;
        mzg_curve_encode(out + MZG_IQ4_XS_CODES + 16 * i, x + MZG_BLOCK * i, inverse[i]);
    }
    mzg_store16(out, mzg_f16_from(d));
    mzg_store16(out + MZG_IQ4_XS_HIGH, (uint16_t)high);
    mzg_store32(out + MZG_IQ4_XS_LOW, low);
}

MZG_INLINE void mzg_iq4_xs_group(const float *x, const float *w, uint8_t *out, size_t count,
                                 const struct mzg_curve_plan *p)
{
    struct mzg_curve_lanes b;
    struct mzg_iq4_xs_choice c;
    float d[MZG_LANES], inverse[MZG_LANES];
    int32_t k[MZG_LANES];
    mzg_curve_load(&b, x, w, count, 31.0f * 127.0f * MZG_F16_MAX, MZG_RUNS);
    c = w ? mzg_iq4_xs_choose(&b, p, 1) : mzg_iq4_xs_choose(&b, p, 0);
    mzg_vf_store(d, c.d);
    mzg_vi_store(k, mzg_vi_round(c.k));
    mzg_vf_store(inverse, mzg_vf_inverse(mzg_vf_mul(c.d, c.k)));
    for (size_t i = 0; i < count / MZG_BLOCK; i += MZG_RUNS, out += MZG_IQ4_XS_BYTES)
        mzg_iq4_xs_pack(out, d[i], k + i, inverse + i, b.fitted + MZG_BLOCK * i);
}

MZG_INLINE void mzg_iq4_xs_search(const float *x, const float *w, void *q, size_t n,
                                  enum mzg_effort effort)
{
    uint8_t *out = q;
    for (size_t i = 0; i + MZG_SUPER <= n; i += MZG_CURVE_ELEMS) {
        size_t count = n - i < MZG_CURVE_ELEMS ? n - i : MZG_CURVE_ELEMS;
        mzg_iq4_xs_group(x + i, w ? w + i : NULL, out + i / MZG_SUPER * MZG_IQ4_XS_BYTES, count,
                         &mzg_iq4_xs_plans[effort]);
    }
}

#endif
