/* accuracy.c: the reference against the bounds that SPEC.md derives ("Blocks", accuracy). The
 * variants equal the reference bit for bit, so what holds for it holds for them. */
#include "harness.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ELEMS = 64 * 32 }; /* a multiple of every type's block */

/* A format of blocks of 32 with codes first..last. No element is off by more than amax times the
 * largest magnitude plus range times the extent plus abs. */
struct format {
    enum mzg_type type;
    int first, last;
    bool has_min;
    double amax, range, abs;
};

#define U 0x1p-11 /* half a unit of a half, relative */
#define S 0x1p-25 /* half the spacing of subnormal halves */
static const struct format formats[] = {
    {MZG_TYPE_Q8_0, -127, 127, false, (1 + 2 * U) / 127 * (0.5 + 0x1p-16), 0, S * (1 + 0x1p-15)},
    {MZG_TYPE_Q8_1, -127, 127, false, (1 + 2 * U) / 127 * (0.5 + 0x1p-16), 0, S * (1 + 0x1p-15)},
    {MZG_TYPE_Q4_0, -8, 7, false, 0.3 + U, 0, 9 * S},
    {MZG_TYPE_Q4_1, 0, 15, true, 2 * U, 0.2 + 2 * U, 16 * S},
    {MZG_TYPE_Q5_0, -16, 15, false, 0.25 + U, 0, 17 * S},
    {MZG_TYPE_Q5_1, 0, 31, true, 2 * U, 0.2 + 2 * U, 32 * S},
};
enum { FORMATS = sizeof formats / sizeof formats[0] };

static float half_at(const uint8_t *p, size_t at)
{
    struct mzg_kernels k;
    float x;
    mzg_kernels_init(&k, 0);
    k.type[MZG_TYPE_F16].dequantize(p + at, &x, 1);
    return x;
}

struct extremes {
    double lo, hi, amax;
};

static struct extremes extremes_of(const float *x)
{
    float lo = x[0], hi = x[0];
    for (int i = 1; i < 32; i++) {
        lo = x[i] < lo ? x[i] : lo;
        hi = x[i] > hi ? x[i] : hi;
    }
    return (struct extremes){lo, hi, hi > -lo ? hi : -lo};
}

/* Whether a neighbour of the code that decodes to y would be closer to x. */
static bool best_code(const struct format *f, const struct extremes *e, double d, double m,
                      double x, double y)
{
    double slack = fabs(d) * 0x1p-14 + e->amax * 0x1p-22;
    double end = m + f->first * d, other = m + f->last * d;
    double least = fmin(end, other) - slack, most = fmax(end, other) + slack;
    for (int side = -1; side <= 1; side += 2) {
        double near = y + side * d;
        if (near >= least && near <= most && fabs(x - near) + slack < fabs(x - y))
            return false;
    }
    return true;
}

static void check_blocks(const struct format *f, const float *x, const uint8_t *q, const float *y)
{
    const struct mzg_type_info *info = mzg_type_by_number((uint32_t)f->type);
    for (size_t b = 0; b < ELEMS / 32; b++, x += 32, y += 32, q += info->block_bytes) {
        struct extremes e = extremes_of(x);
        double d = half_at(q, 0), m = f->has_min ? half_at(q, 2) : 0;
        double bound = e.amax * f->amax + (e.hi - e.lo) * f->range + f->abs;
        bool within = true, best = true;
        for (int i = 0; i < 32; i++) {
            within = within && fabs((double)x[i] - y[i]) <= bound;
            best = best && best_code(f, &e, d, m, x[i], y[i]);
        }
        mzg_expect(within, "error above the derived bound");
        mzg_expect(best, "a neighbouring code would be closer");
    }
}

static void check_halves(enum mzg_type type, const float *x, const float *y)
{
    bool within = true;
    for (size_t i = 0; i < ELEMS; i++) {
        double a = fabs((double)x[i]), error = fabs((double)x[i] - y[i]);
        if (type == MZG_TYPE_F16)
            within &= error <= fmax(a * 0x1p-11, 0x1p-25);
        else
            within &= error <= fmax(a * 0x1p-8, 0x1p-134);
    }
    mzg_expect(within, "error above the derived bound");
}

/* Half a step of the largest magnitude / 127; blocks whose scale would be subnormal are zero. */
static void check_q8_k(const float *x, const float *y)
{
    for (size_t b = 0; b < ELEMS; b += 256) {
        double amax = 0, worst = 0;
        for (size_t i = b; i < b + 256; i++) {
            amax = fmax(amax, fabs(x[i]));
            worst = fmax(worst, fabs((double)x[i] - y[i]));
        }
        double bound = amax / 127 * (0.5 + 0x1p-16);
        mzg_expect(worst <= (amax / 127 < 1.001 * FLT_MIN ? amax : bound),
                   "error above the derived bound");
    }
}

/* The dot product against the exact sum of decoded values. */
static void check_dot(const struct mzg_kernels *k, const struct mzg_type_info *info,
                      const struct format *f, const uint8_t *q, const float *x, struct mzg_rng *r)
{
    static uint8_t yq[ELEMS / 32 * 36];
    static float y[ELEMS];
    mzg_block_fill(0, info->dot_with, yq, ELEMS, r);
    k->type[info->dot_with].dequantize(yq, y, ELEMS);
    double exact = 0, magnitude = 0;
    for (size_t i = 0; i < ELEMS; i++) {
        exact += (double)x[i] * y[i];
        magnitude += fabs((double)x[i] * y[i]);
    }
    double roundings = f ? ELEMS / 256 + 4 : ELEMS / 32 + 7;
    double got = k->type[info->type].dot(q, yq, ELEMS);
    double bound = roundings * 0x1p-24 * (1 + 0x1p-10) * magnitude + ELEMS * 0x1p-150;
    mzg_expect(fabs(got - exact) <= bound,
               "dot product off by more than its roundings");
}

static const struct format *format_of(enum mzg_type type)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (formats[i].type == type)
            return &formats[i];
    return NULL;
}

/* ---- types with a search ---- */

/* Sum of w (x - y)^2 over n elements; w may be NULL. */
static double weighted_error(const float *x, const float *y, const float *w, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double d = (double)x[i] - (y ? (double)y[i] : 0);
        sum += (w ? (double)w[i] : 1) * d * d;
    }
    return sum;
}

/* No block may be worse than if all of it had become zero, which every type can say. */
static void check_no_worse_than_zero(const struct mzg_type_info *info, const float *x,
                                     const float *y, const float *w)
{
    bool good = true;
    for (size_t b = 0; b < ELEMS; b += info->block_elems) {
        const float *weights = w ? w + b : NULL;
        double zero = weighted_error(x + b, NULL, weights, info->block_elems);
        double lost = weighted_error(x + b, y + b, weights, info->block_elems);
        good &= lost <= zero * (1 + 0x1p-16) + 0x1p-100;
    }
    mzg_expect(good, "a block is worse than zeros");
}

/* More effort must not lose more, summed over blocks of many kinds of weights; and on ordinary weights
 * no effort may lose more than types.c allows. */
static void check_search(const struct mzg_type_kernels *k, const struct mzg_type_info *info,
                         struct mzg_rng *r)
{
    static float x[ELEMS], y[ELEMS], room[ELEMS];
    static uint8_t q[ELEMS * 4];
    for (unsigned kind = 0; kind < 2 * mzg_float_kinds(); kind++) {
        unsigned importance = kind < mzg_float_kinds() ? 0 : 1;
        double lost[MZG_EFFORT_BEST + 1] = {0}, all = 0;
        bool ordinary = kind % mzg_float_kinds() == 0;
        if (!mzg_float_kind_fits(kind % mzg_float_kinds()))
            continue;
        snprintf(mzg_case.input, sizeof mzg_case.input, "%.26s, %.18s",
                 mzg_float_kind_name(kind % mzg_float_kinds()),
                 mzg_importance_kind_name(importance));
        for (int round = 0; round < (ordinary ? 8 : 1); round++) {
            mzg_float_fill(kind % mzg_float_kinds(), info->type, x, ELEMS, r);
            const float *w = mzg_importance_fill(importance, room, ELEMS, r);
            for (int effort = MZG_EFFORT_FAST; effort <= MZG_EFFORT_BEST; effort++) {
                k->search(x, w, q, ELEMS, (enum mzg_effort)effort);
                k->dequantize(q, y, ELEMS);
                /* Blocks of 32 have a bound for every element instead, important or not. */
                if (!w || !format_of(info->type))
                    check_no_worse_than_zero(info, x, y, w);
                if (format_of(info->type))
                    check_blocks(format_of(info->type), x, q, y);
                lost[effort] += weighted_error(x, y, w, ELEMS);
            }
            all += weighted_error(x, NULL, w, ELEMS);
        }
        if (kind == 0) {
            double rmse = sqrt(lost[MZG_EFFORT_FAST] / all);
            mzg_expect(rmse <= mzg_type_facts(info->type)->normal_rmse,
                       "loses more of ordinary weights than types.c allows");
        }
        if (ordinary) {
            mzg_expect(lost[MZG_EFFORT_DEFAULT] <= lost[MZG_EFFORT_FAST] * (1 + 1e-9),
                       "default effort loses more than fast");
            mzg_expect(lost[MZG_EFFORT_BEST] <= lost[MZG_EFFORT_DEFAULT] * (1 + 1e-9),
                       "best effort loses more than default");
        }
    }
}

/* Terms are rounded where they are scaled, and once for each sum they are part of; a scaled code and a
 * minimum may each be up to twice a block's largest value. */
static void check_searched_dot(const struct mzg_kernels *k, const struct mzg_type_info *info,
                               const uint8_t *q, const float *x, struct mzg_rng *r)
{
    static uint8_t yq[ELEMS * 4];
    static float y[ELEMS];
    enum mzg_type other = info->dot_with;
    mzg_block_fill(0, other, yq, ELEMS, r);
    k->type[other].dequantize(yq, y, ELEMS);
    double exact = 0, magnitude = 0;
    for (size_t b = 0; b < ELEMS; b += info->block_elems) {
        double most = 0, sum = 0;
        for (size_t i = b; i < b + info->block_elems; i++)
            most = fmax(most, fabs((double)x[i]));
        for (size_t i = b; i < b + info->block_elems; i++) {
            exact += (double)x[i] * y[i];
            magnitude += 4 * most * fabs((double)y[i]);
            sum += y[i];
        }
        if (other == MZG_TYPE_Q8_1) /* the minimum is multiplied with the sum that the block holds */
            exact += half_at(q + b / 32 * info->block_bytes, 2) * (half_at(yq + b / 32 * 36, 2) - sum);
    }
    double got = k->type[info->type].dot(q, yq, ELEMS);
    double bound = (ELEMS / 256 + 12) * 0x1p-24 * magnitude + ELEMS * 0x1p-150;
    mzg_expect(fabs(got - exact) <= bound, "dot product off by more than its roundings");
}

static void check_searched_type(const struct mzg_kernels *k, const struct mzg_type_info *info,
                                struct mzg_rng *r)
{
    static float x[ELEMS], y[ELEMS];
    static uint8_t q[ELEMS * 4];
    const struct mzg_type_kernels *type = &k->type[info->type];
    snprintf(mzg_case.kernel, sizeof mzg_case.kernel, "%s accuracy", info->name);
    mzg_case.shown = 0;
    check_search(type, info, r);
    for (unsigned kind = 0; kind < mzg_float_kinds(); kind++) {
        if (!mzg_float_kind_fits(kind))
            continue;
        snprintf(mzg_case.input, sizeof mzg_case.input, "%s", mzg_float_kind_name(kind));
        mzg_float_fill(kind, info->type, x, ELEMS, r);
        type->quantize(x, q, ELEMS);
        type->dequantize(q, y, ELEMS);
        check_no_worse_than_zero(info, x, y, NULL);
        if (format_of(info->type))
            check_blocks(format_of(info->type), x, q, y);
        check_searched_dot(k, info, q, y, r);
    }
}

static void check_type(const struct mzg_kernels *k, enum mzg_type type, struct mzg_rng *r)
{
    static float x[ELEMS], y[ELEMS];
    static uint8_t q[ELEMS * 4];
    const struct mzg_type_info *info = mzg_type_by_number((uint32_t)type);
    const struct format *f = format_of(type);
    snprintf(mzg_case.kernel, sizeof mzg_case.kernel, "%s accuracy", info->name);
    mzg_case.shown = 0;
    for (unsigned kind = 0; kind < mzg_float_kinds(); kind++) {
        if (!mzg_float_kind_fits(kind))
            continue;
        snprintf(mzg_case.input, sizeof mzg_case.input, "%s", mzg_float_kind_name(kind));
        for (int round = 0; round < 8; round++) {
            mzg_float_fill(kind, type, x, ELEMS, r);
            k->type[type].quantize(x, q, ELEMS);
            k->type[type].dequantize(q, y, ELEMS);
            if (f)
                check_blocks(f, x, q, y);
            else if (type == MZG_TYPE_F32)
                mzg_expect(memcmp(x, y, sizeof x) == 0, "F32 is not copied");
            else if (type == MZG_TYPE_Q8_K)
                check_q8_k(x, y);
            else
                check_halves(type, x, y);
            if (k->type[type].dot)
                check_dot(k, info, f, q, y, r);
        }
    }
}

void mzg_test_accuracy(uint64_t seed)
{
    struct mzg_kernels k;
    mzg_kernels_init(&k, 0);
    mzg_case.n = ELEMS;
    for (enum mzg_type type = 0; type < MZG_TYPE_END; type++) {
        struct mzg_rng r = {seed ^ (uint64_t)type << 8};
        if (k.type[type].search)
            check_searched_type(&k, mzg_type_by_number((uint32_t)type), &r);
        else if (k.type[type].quantize)
            check_type(&k, type, &r);
    }
}
