/* lanes.c: the operations that searches are written in give the same bits in every instruction set. */
#include "lanes.h"

#include "harness.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 400 };

static const struct {
    const char *isa;
    uint32_t needs;
    mzg_lanes_run *run;
} sets[] = {
#if defined(__x86_64__)
    {"avx2", MZG_CPU_AVX2, mzg_lanes_run_avx2},
    {"avx512", MZG_CPU_AVX2 | MZG_CPU_AVX512, mzg_lanes_run_avx512},
#elif defined(__aarch64__)
    {"neon", MZG_CPU_NEON, mzg_lanes_run_neon},
#endif
    {"ref", 0, mzg_lanes_run_ref},
};

/* Any bits, few bits, and neighbours of what a and b have in common. */
static int32_t hard_integer(struct mzg_rng *r, int32_t like)
{
    static const uint32_t some[] = {0, 1, 0xffffffff, 0x7fffffff, 0x80000000, 0x10000, 0xffff};
    uint32_t any = (uint32_t)mzg_rng_next(r);
    switch (mzg_rng_below(r, 4)) {
    case 0: return (int32_t)some[mzg_rng_below(r, 7)];
    case 1: return like;
    case 2: return (int32_t)(any % 512) - 256;
    default: return (int32_t)any;
    }
}

/* Of a kind of floats, kept below 2^22; in half of the rounds every third half way between integers. */
static void fill_tame(float tame[16], const float *x, struct mzg_rng *r)
{
    uint32_t with_ties = mzg_rng_below(r, 2);
    for (int i = 0; i < 16; i++) {
        float tie = (float)mzg_rng_below(r, 1 << 12) - 2047.5f;
        tame[i] = fabsf(x[i]) < 0x1p22f ? x[i] : -0.0f;
        if (with_ties && mzg_rng_below(r, 3) == 0)
            tame[i] = tie;
    }
}

static void fill_values(struct mzg_lane_values *v, unsigned kind, struct mzg_rng *r)
{
    unsigned other = mzg_rng_below(r, mzg_float_kinds());
    mzg_float_fill(kind, MZG_TYPE_Q8_0, v->a, 16, r);
    mzg_float_fill(mzg_rng_below(r, 2) ? kind : other, MZG_TYPE_Q8_0, v->b, 16, r);
    if (mzg_rng_below(r, 4) == 0)
        memcpy(v->b, v->a, sizeof v->b);
    fill_tame(v->tame, v->a, r);
    for (int i = 0; i < 16; i++) {
        v->i[i] = hard_integer(r, 0);
        v->j[i] = hard_integer(r, v->i[i]);
    }
    v->by = (int)mzg_rng_below(r, 32);
    mzg_float_fill(kind, MZG_TYPE_Q8_0, v->table, MZG_LANE_TABLE, r);
    memcpy(v->integers, v->table, sizeof v->integers);
}

static void compare(const struct mzg_lane_results *got, const struct mzg_lane_results *want)
{
    mzg_expect(got->count == want->count, "another number of operations");
    for (size_t k = 0; k < want->count; k++)
        mzg_expect(memcmp(got->op[k].v, want->op[k].v, sizeof got->op[k].v) == 0, want->op[k].name);
}

void mzg_test_lanes(uint32_t cpu, uint64_t seed)
{
    static struct mzg_lane_values values;
    static struct mzg_lane_results got, want;
    mzg_case.n = 16;
    for (size_t s = 0; s < sizeof sets / sizeof sets[0]; s++) {
        struct mzg_rng r = {seed};
        if (sets[s].needs & ~cpu)
            continue;
        snprintf(mzg_case.kernel, sizeof mzg_case.kernel, "lanes of %s", sets[s].isa);
        mzg_case.shown = 0;
        for (unsigned round = 0; round < ROUNDS; round++) {
            unsigned kind = round % mzg_float_kinds();
            snprintf(mzg_case.input, sizeof mzg_case.input, "%s", mzg_float_kind_name(kind));
            fill_values(&values, kind, &r);
            mzg_lanes_run_ref(&values, &want);
            sets[s].run(&values, &got);
            compare(&got, &want);
        }
    }
}
