/* tq_search.h: TQ1_0 and TQ2_0 over lanes, one block at a time.
 *
 * Once it is known which elements are not 0, the best scale is the mean of their magnitudes, and what
 * they save is s^2 / n for s the sum of those and n their number (weighted, where there is importance).
 * The best choice is all above some threshold, which is half of the scale. So a few thresholds are
 * tried, and then half of the best scale so far, again and again. A threshold below the mean of all
 * magnitudes finds the very values of a block that has but -d, 0 and d. */
#ifndef MZG_KERNELS_TQ_SEARCH_H
#define MZG_KERNELS_TQ_SEARCH_H

#include "ternary_lanes.h"

/* Thresholds tried: parts of the mean magnitude, then refinements. */
static const struct {
    int parts, refinements;
    float part[8];
} mzg_tq_plans[] = {
    [MZG_EFFORT_FAST] = {1, 0, {0.85f}},
    [MZG_EFFORT_DEFAULT] = {1, 1, {0.85f}},
    [MZG_EFFORT_BEST] = {8, 4, {0.85f, 1.25f, 0.4f, 0.7f, 1.05f, 1.6f, 2.2f, 3.5f}}};

struct mzg_tq_best {
    float gain, d;
};

MZG_INLINE void mzg_tq_try(struct mzg_tq_best *best, const struct mzg_ternary *t, int weighted,
                           float threshold)
{
    const mzg_vf above = mzg_vf_set(threshold);
    mzg_vf s = mzg_vf_set(0.0f), n = s, s2 = s, n2 = s;
    MZG_UNROLL
    for (int i = 0; i < 16; i += 2) {
        mzg_vm m = mzg_vf_lt(above, mzg_vf_abs(t->x[i]));
        mzg_vm m2 = mzg_vf_lt(above, mzg_vf_abs(t->x[i + 1]));
        s = mzg_vf_add_where(m, s, mzg_ternary_wa(t, i, weighted));
        n = mzg_vf_add_where(m, n, mzg_ternary_w(t, i, weighted));
        s2 = mzg_vf_add_where(m2, s2, mzg_ternary_wa(t, i + 1, weighted));
        n2 = mzg_vf_add_where(m2, n2, mzg_ternary_w(t, i + 1, weighted));
    }
    float sum = mzg_vf_sum(mzg_vf_add(s, s2)), count = mzg_vf_sum(mzg_vf_add(n, n2));
    float d = count > 0.0f ? sum / count : 0.0f;
    if (sum * d > best->gain)
        *best = (struct mzg_tq_best){sum * d, d};
}

/* The best scale; 0 where nothing of importance differs from 0. */
MZG_INLINE float mzg_tq_scale(const struct mzg_ternary *t, int weighted, enum mzg_effort effort)
{
    float mean = mzg_vf_sum(t->sum) / mzg_vf_sum(t->weight), largest = mzg_vf_largest(t->most);
    int parts = mzg_tq_plans[effort].parts, tries = parts + mzg_tq_plans[effort].refinements;
    struct mzg_tq_best best = {0.0f, 0.0f};
    /* The first is half of the largest. One element saves as much alone as all others together where
     * it is about sqrt(n) times as large; a few such must be a little less. */
    for (int i = largest > 12.0f * mean ? 0 : 1; i <= tries; i++) {
        float part = i > 0 && i <= parts ? mean * mzg_tq_plans[effort].part[i - 1] : 0.5f * best.d;
        mzg_tq_try(&best, t, weighted, i == 0 ? 0.5f * largest : part);
    }
    return best.d;
}

/* Codes 0, 1, 2 under the stored scale, and that scale. */
MZG_INLINE uint16_t mzg_tq_code(const struct mzg_ternary *t, float d, mzg_vi codes[16])
{
    uint16_t half = mzg_f16_from(d);
    float threshold = half ? 0.5f * mzg_f16_to(half) : FLT_MAX;
    MZG_UNROLL
    for (int i = 0; i < 16; i++) {
        mzg_vm up = mzg_vf_lt(mzg_vf_set(threshold), t->x[i]);
        mzg_vm down = mzg_vf_lt(t->x[i], mzg_vf_set(-threshold));
        codes[i] = mzg_vi_select(up, mzg_vi_set(2), mzg_vi_set(1));
        codes[i] = mzg_vi_select(down, mzg_vi_set(0), codes[i]);
    }
    return half;
}

static __attribute__((noinline)) uint16_t mzg_tq_plain(const float *x, enum mzg_effort effort,
                                                       mzg_vi codes[16])
{
    struct mzg_ternary t;
    mzg_ternary_load(&t, x, 16);
    return mzg_tq_code(&t, mzg_tq_scale(&t, 0, effort), codes);
}

/* Where importance wants nothing but zeros, the values decide. */
static __attribute__((noinline)) uint16_t mzg_tq_codes(const float *x, const float *w,
                                                       enum mzg_effort effort, mzg_vi codes[16])
{
    struct mzg_ternary t;
    if (!w)
        return mzg_tq_plain(x, effort, codes);
    mzg_ternary_load(&t, x, 16);
    float d = mzg_ternary_weigh(&t, w, 16) ? mzg_tq_scale(&t, 1, effort) : 0.0f;
    return d > 0.0f ? mzg_tq_code(&t, d, codes) : mzg_tq_plain(x, effort, codes);
}

MZG_INLINE void mzg_tq2_0_block(const float *x, const float *w, uint8_t *q, enum mzg_effort effort)
{
    mzg_vi codes[16];
    mzg_store16(q + MZG_TQ2_0_SCALE, mzg_tq_codes(x, w, effort, codes));
    MZG_UNROLL
    for (int i = 0; i < 4; i++) { /* sixteen bytes: half i % 2 of run i / 2 */
        const mzg_vi *c = codes + 8 * (i / 2) + i % 2;
        mzg_vi low = mzg_vi_or(c[0], mzg_vi_shl(c[2], 2));
        mzg_vi high = mzg_vi_or(mzg_vi_shl(c[4], 4), mzg_vi_shl(c[6], 6));
        mzg_vi_store8(q + 16 * i, mzg_vi_or(low, high));
    }
}

MZG_INLINE mzg_vi mzg_thrice(mzg_vi a)
{
    return mzg_vi_add(a, mzg_vi_add(a, a));
}

/* 256 v / 243, rounded up, for v < 243: 69046 / 65536 is near enough. */
MZG_INLINE mzg_vi mzg_tq1_0_byte(mzg_vi v)
{
    return mzg_vi_shr(mzg_vi_add(mzg_vi_mul(v, mzg_vi_set(69046)), mzg_vi_set(65340)), 16);
}

/* Sixteen bytes of five codes, `step` vectors apart. */
MZG_INLINE void mzg_tq1_0_fives(uint8_t *q, const mzg_vi *codes, int step)
{
    mzg_vi v = codes[0];
    MZG_UNROLL
    for (int n = 1; n < 5; n++)
        v = mzg_vi_add(mzg_thrice(v), codes[n * step]);
    mzg_vi_store8(q, mzg_tq1_0_byte(v));
}

/* Four bytes of four codes, 4 lanes apart, and a fifth that is 0. */
MZG_INLINE void mzg_tq1_0_fours(uint8_t *q, mzg_vi codes)
{
    static const int32_t powers[16] = {81, 81, 81, 81, 27, 27, 27, 27, 9, 9, 9, 9, 3, 3, 3, 3};
    uint8_t bytes[16];
    mzg_vf v = mzg_vf_from(mzg_vi_mul(codes, mzg_vi_load(powers)));
    v = mzg_vf_add(v, mzg_vf_swap8(v));
    v = mzg_vf_add(v, mzg_vf_swap4(v));
    mzg_vi_store8(bytes, mzg_tq1_0_byte(mzg_vi_round(v)));
    memcpy(q, bytes, 4);
}

MZG_INLINE void mzg_tq1_0_block(const float *x, const float *w, uint8_t *q, enum mzg_effort effort)
{
    mzg_vi codes[16];
    mzg_store16(q + MZG_TQ1_0_SCALE, mzg_tq_codes(x, w, effort, codes));
    mzg_tq1_0_fives(q, codes, 2);
    mzg_tq1_0_fives(q + 16, codes + 1, 2);
    mzg_tq1_0_fives(q + MZG_TQ1_0_SECOND, codes + 10, 1);
    mzg_tq1_0_fours(q + MZG_TQ1_0_FOURS, codes[15]);
}

#define MZG_TQ_ENCODER(type, TYPE, isa)                                                            \
    void mzg_##type##_search_##isa(const float *x, const float *w, void *q, size_t n,              \
                                   enum mzg_effort effort)                                         \
    {                                                                                              \
        uint8_t *out = q;                                                                          \
        for (size_t i = 0; i < n; i += MZG_TQ_ELEMS, out += MZG_##TYPE##_BYTES) {                  \
            if (n - i > MZG_TQ_ELEMS)                                                              \
                mzg_fetch(x + i + MZG_TQ_ELEMS, MZG_TQ_ELEMS);                                     \
            mzg_##type##_block(x + i, w ? w + i : NULL, out, effort);                              \
        }                                                                                          \
    }
#define MZG_TQ_ENCODERS(isa)                                                                       \
    MZG_TQ_ENCODER(tq1_0, TQ1_0, isa)                                                              \
    MZG_TQ_ENCODER(tq2_0, TQ2_0, isa)

#endif
