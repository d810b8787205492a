/* input.c: floats and blocks that are hard on kernels: what rounds, ties, saturates, underflows. */
#include "harness.h"
#include "tests/random.h"

#include <float.h>
#include <math.h>
#include <string.h>

uint64_t mzg_rng_next(struct mzg_rng *r)
{
    return mzg_random(&r->state);
}

uint32_t mzg_rng_below(struct mzg_rng *r, uint32_t n)
{
    return (uint32_t)((mzg_rng_next(r) >> 32) * n >> 32);
}

double mzg_rng_normal(struct mzg_rng *r)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += (double)(mzg_rng_next(r) >> 11) * 0x1p-53;
    return sum;
}

static float from_bits(uint32_t u)
{
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

static float signed_as(struct mzg_rng *r, float x)
{
    return mzg_rng_next(r) & 1 ? x : -x;
}

/* One random element; where it is must be drawn before what it becomes, whatever the compiler's
 * order of evaluation, or the golden digests would depend on that. */
static float *any_of(struct mzg_rng *r, float *x, size_t n)
{
    return x + mzg_rng_below(r, (uint32_t)n);
}

/* What a kind needs to know of the format. */
struct shape {
    float max_abs;
    float levels; /* the code of largest magnitude, or the highest */
};

static struct shape shape_of(enum mzg_type type)
{
    const struct mzg_type_facts *facts = mzg_type_facts(type);
    return (struct shape){.max_abs = mzg_type_by_number((uint32_t)type)->max_abs,
                          .levels = facts ? facts->levels : 127};
}

/* Each kind fills a run of at most 32 elements, so that a block can be of one kind. */
typedef void fill(const struct shape *s, float *x, size_t n, struct mzg_rng *r);

static void fill_normal(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    (void)s;
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(0.05 * mzg_rng_normal(r));
}

/* As weights published in BF16 are: few bits, so equal magnitudes are common. */
static void fill_bf16(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    (void)s;
    for (size_t i = 0; i < n; i++) {
        float v = (float)(0.02 * mzg_rng_normal(r));
        uint32_t u;
        memcpy(&u, &v, sizeof u);
        x[i] = from_bits(u & 0xffff0000);
    }
}

static void fill_zero(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    (void)s;
    uint64_t signs = mzg_rng_below(r, 3) ? mzg_rng_next(r) : mzg_rng_next(r) & 1 ? ~0ull : 0;
    for (size_t i = 0; i < n; i++)
        x[i] = signs >> (i % 64) & 1 ? -0.0f : 0.0f;
}

static void fill_equal(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    (void)s;
    float v = (float)mzg_rng_normal(r);
    for (size_t i = 0; i < n; i++)
        x[i] = v;
}

static void fill_outlier(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    fill_normal(s, x, n, r);
    if (n) {
        float *outlier = any_of(r, x, n);
        *outlier = signed_as(r, 30.0f);
    }
}

/* Half way between codes, with a scale that is exact. */
static void fill_ties(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    float unit = ldexpf(1, (int)mzg_rng_below(r, 20) - 12);
    for (size_t i = 0; i < n; i++)
        x[i] = signed_as(r, ((float)mzg_rng_below(r, (uint32_t)s->levels) + 0.5f) * unit);
    if (n) {
        float *most = any_of(r, x, n);
        *most = signed_as(r, s->levels * unit);
    }
}

/* The largest magnitude on both sides. */
static void fill_mirrored(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    fill_normal(s, x, n, r);
    float v = (float)(1 + fabs(mzg_rng_normal(r)));
    for (int i = 0; i < 3 && n; i++) {
        float *most = any_of(r, x, n);
        *most = signed_as(r, v);
    }
}

static void fill_narrow(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    (void)s;
    float base = signed_as(r, (float)mzg_rng_below(r, 60000));
    for (size_t i = 0; i < n; i++)
        x[i] = base + (float)(0.01 * mzg_rng_normal(r));
}

/* Scales around the smallest halves. */
static void fill_subnormal_scale(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    float most = s->levels * ldexpf(1, -26 + (int)mzg_rng_below(r, 14));
    for (size_t i = 0; i < n; i++)
        x[i] = signed_as(r, most * (float)mzg_rng_below(r, 1 << 16) * 0x1p-16f);
}

/* Around the middle between two halves. */
static void fill_half_ties(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    (void)s;
    for (size_t i = 0; i < n; i++) {
        uint32_t exponent = 97 + mzg_rng_below(r, 45);
        uint32_t tie = mzg_rng_below(r, 1 << 11) << 12;
        tie += mzg_rng_below(r, 3) - 1;
        x[i] = signed_as(r, from_bits((exponent << 23) + (tie & 0x7fffff)));
    }
}

static void fill_wide(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    (void)s;
    for (size_t i = 0; i < n; i++)
        x[i] = signed_as(r, from_bits((uint32_t)mzg_rng_next(r) % 0x47000000));
}

static void fill_denormal(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    (void)s;
    uint32_t mask = 0x7fffffu >> mzg_rng_below(r, 23);
    for (size_t i = 0; i < n; i++)
        x[i] = signed_as(r, from_bits((uint32_t)mzg_rng_next(r) & mask));
}

/* Kinds from here on go beyond what every format holds. */

static void fill_edge(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    for (size_t i = 0; i < n; i++)
        x[i] = signed_as(r, s->max_abs * (float)mzg_rng_below(r, 256) / 256);
    if (n && s->max_abs < FLT_MAX / 2) {
        const float edges[] = {s->max_abs, nextafterf(s->max_abs, 0), s->max_abs * 1.0001f,
                               nextafterf(s->max_abs, INFINITY), s->max_abs * 1.5f};
        float *edge = any_of(r, x, n), v = edges[mzg_rng_below(r, 5)];
        *edge = signed_as(r, v);
    }
}

static void fill_huge(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    (void)s;
    const float some[] = {FLT_MAX, FLT_MIN, FLT_MAX / 2, 1e30f, 1.0f, 65504, 65520, 3e38f};
    for (size_t i = 0; i < n; i++)
        x[i] = signed_as(r, some[mzg_rng_below(r, 8)]);
}

static void fill_inf(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    fill_normal(s, x, n, r);
    for (uint32_t k = mzg_rng_below(r, 3) + 1; k && n; k--) {
        float *inf = any_of(r, x, n);
        *inf = signed_as(r, INFINITY);
    }
}

static void fill_nan(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    fill_normal(s, x, n, r);
    for (uint32_t k = mzg_rng_below(r, 3) + 1; k && n; k--) {
        uint32_t nan = 0x7f800001 + mzg_rng_below(r, 0x7ffffe); /* quiet or not, any payload */
        uint32_t u = nan | (uint32_t)(mzg_rng_next(r) & 1) << 31;
        memcpy(any_of(r, x, n), &u, sizeof u);
    }
}

static void fill_bits(const struct shape *s, float *x, size_t n, struct mzg_rng *r)
{
    (void)s;
    for (size_t i = 0; i < n; i++) {
        uint32_t u = (uint32_t)mzg_rng_next(r);
        memcpy(&x[i], &u, sizeof u);
    }
}

static const struct {
    const char *name;
    fill *fill;
    bool fits;
} kinds[] = {
    {"normal", fill_normal, true},
    {"rounded to BF16", fill_bf16, true},
    {"zeros of both signs", fill_zero, true},
    {"all equal", fill_equal, true},
    {"one outlier", fill_outlier, true},
    {"ties between codes", fill_ties, true},
    {"largest on both sides", fill_mirrored, true},
    {"narrow, far from zero", fill_narrow, true},
    {"subnormal scale", fill_subnormal_scale, true},
    {"ties between halves", fill_half_ties, true},
    {"every magnitude", fill_wide, true},
    {"denormal", fill_denormal, true},
    {"around the format's limit", fill_edge, false},
    {"huge", fill_huge, false},
    {"Inf", fill_inf, false},
    {"NaN", fill_nan, false},
    {"any bits", fill_bits, false},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* The last kind is a mixture of all, block by block. */
unsigned mzg_float_kinds(void)
{
    return KINDS + 1;
}

const char *mzg_float_kind_name(unsigned kind)
{
    return kind < KINDS ? kinds[kind].name : "all kinds mixed";
}

bool mzg_float_kind_fits(unsigned kind)
{
    return kind < KINDS && kinds[kind].fits;
}

void mzg_float_fill(unsigned kind, enum mzg_type type, float *x, size_t n, struct mzg_rng *r)
{
    struct shape s = shape_of(type);
    while (n) {
        size_t run = n < 32 ? n : 32;
        unsigned k = kind < KINDS ? kind : mzg_rng_below(r, KINDS);
        kinds[k].fill(&s, x, run, r);
        x += run;
        n -= run;
    }
}

enum { NO_IMPORTANCE, SPREAD, ONES, ZEROS, ONE_HOT, EXTREME, ANY_SIGNS, IMPORTANCE_KINDS };

unsigned mzg_importance_kinds(void)
{
    return IMPORTANCE_KINDS;
}

const char *mzg_importance_kind_name(unsigned kind)
{
    static const char *const names[] = {"no importance", "spread", "ones",      "zeros",
                                        "one hot",       "extreme", "any signs"};
    return names[kind];
}

const float *mzg_importance_fill(unsigned kind, float *w, size_t n, struct mzg_rng *r)
{
    uint32_t hot = mzg_rng_below(r, 32);
    for (size_t i = 0; i < n; i++) {
        double v = mzg_rng_normal(r);
        uint32_t any = mzg_rng_below(r, 0x7f800000);
        switch (kind) {
        case SPREAD: w[i] = (float)(v * v); break;
        case ONES: w[i] = 1.0f; break;
        case ZEROS: w[i] = 0.0f; break;
        case ONE_HOT: w[i] = i % 32 == hot ? 3.0f : 0.0f; break;
        case EXTREME: w[i] = mzg_rng_below(r, 9) ? from_bits(any) : 0.0f; break;
        default: w[i] = i % 7 ? from_bits((uint32_t)mzg_rng_next(r)) : NAN;
        }
    }
    return kind == NO_IMPORTANCE ? NULL : w;
}

/* Scales that a decoder may meet: any half, and those that matter. */
static uint16_t hard_half(struct mzg_rng *r)
{
    static const uint16_t some[] = {0x0000, 0x8000, 0x0001, 0x8001, 0x03ff, 0x0400, 0x3c00,
                                    0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7c01, 0xfdff, 0x7e00,
                                    0xfe01, 0xffff};
    return some[mzg_rng_below(r, sizeof some / sizeof some[0])];
}

enum { BLOCKS_MADE, BLOCKS_ANY, BLOCKS_SCALES, BLOCKS_LOWEST, BLOCKS_NORMAL_SCALE, BLOCK_KINDS };

unsigned mzg_block_kinds(void)
{
    return BLOCK_KINDS;
}

const char *mzg_block_kind_name(unsigned kind)
{
    static const char *const names[] = {"quantized", "any bytes", "hard scales", "lowest codes",
                                        "any codes, finite scales"};
    return names[kind];
}

/* Q8_K's scale is a float. */
static void fill_wide_scale(unsigned kind, uint8_t *q, struct mzg_rng *r)
{
    static const uint32_t hard[] = {0,          0x80000000, 1,          0x807fffff, 0x00800000,
                                    0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7f800001,
                                    0xffc00000, 0x3f800000};
    uint32_t u = 0x38000000 + mzg_rng_below(r, 0x08000000);
    if (kind == BLOCKS_SCALES)
        u = hard[mzg_rng_below(r, sizeof hard / sizeof hard[0])];
    if (kind != BLOCKS_ANY)
        memcpy(q, &u, sizeof u);
}

/* Random bytes, the lowest codes or values, then scales (and minima) as the kind says. */
static void fill_block(unsigned kind, const struct mzg_type_info *t, uint8_t *q, struct mzg_rng *r)
{
    for (uint32_t i = 0; i < t->block_bytes; i++)
        q[i] = kind == BLOCKS_LOWEST && mzg_rng_below(r, 8) ? 0x80 : (uint8_t)mzg_rng_next(r);
    if (t->type == MZG_TYPE_Q8_K) {
        fill_wide_scale(kind, q, r);
        return;
    }
    const struct mzg_type_facts *facts = mzg_type_facts(t->type);
    if (kind == BLOCKS_ANY || !facts)
        return;
    for (uint32_t i = 0; i < facts->n_halves; i++) {
        uint16_t h = kind == BLOCKS_SCALES ? hard_half(r) : (uint16_t)(mzg_rng_next(r) & 0xbbff);
        memcpy(q + facts->halves[i], &h, sizeof h);
    }
}

void mzg_block_fill(unsigned kind, enum mzg_type type, void *q, size_t n, struct mzg_rng *r)
{
    const struct mzg_type_info *t = mzg_type_by_number((uint32_t)type);
    struct mzg_kernels ref;
    mzg_kernels_init(&ref, 0);
    uint8_t *block = q;
    for (size_t i = 0; i < n / t->block_elems; i++, block += t->block_bytes) {
        if (kind == BLOCKS_MADE) {
            float x[256];
            fill_normal(NULL, x, t->block_elems, r);
            ref.type[type].quantize(x, block, t->block_elems);
        } else {
            fill_block(kind, t, block, r);
        }
    }
}
