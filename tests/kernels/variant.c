/* variant.c: one listed variant against the reference, bit by bit, for every kind of input, length
 * and place in memory. */
#include "harness.h"

#include <stdio.h>
#include <string.h>

enum { MAX_ELEMS = 1024 * 32, MAX_BYTES = MAX_ELEMS * 4 };

/* Lengths in units (blocks of 32, or elements where a type has no blocks). Around each group of 8
 * or 16 units there is one of every remainder. */
static const size_t units[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,  14, 15, 16,
                               17, 23, 24, 25, 31, 32, 33, 40, 47, 48, 63, 64, 65, 100, 127};
enum {
    UNITS = sizeof units / sizeof units[0],
    FEW_UNITS = 17, /* of those, where a unit has 256 elements or is searched */
    LARGE_BLOCKS = 1024
};

/* Memory for the two sides; the reference writes into plain buffers. */
static struct {
    struct mzg_guard in, in2, out;
    _Alignas(64) float x[MAX_ELEMS], w[MAX_ELEMS];
    _Alignas(64) uint8_t q[MAX_BYTES], y[MAX_BYTES], want[MAX_BYTES];
    const struct mzg_kernel *variant, *ref;
    const struct mzg_type_info *type, *other; /* other: what the type is multiplied with */
    const float *importance;                  /* of the case: t.w or NULL */
    enum mzg_effort effort;
} t;

static void set_case(const char *input, size_t n, enum mzg_place place, size_t shift)
{
    snprintf(mzg_case.input, sizeof mzg_case.input, "%s", input);
    mzg_case.n = n;
    mzg_case.place = place;
    mzg_case.shift = shift;
}

static size_t bytes_of(size_t n)
{
    return n / t.type->block_elems * t.type->block_bytes;
}

static uint8_t *placed(const struct mzg_guard *g, const void *data, size_t bytes)
{
    uint8_t *p = mzg_guard_take(g, mzg_case.place, mzg_case.shift, bytes);
    if (data && bytes)
        memcpy(p, data, bytes);
    return p;
}

/* A float buffer is aligned as floats are, whatever the shift. */
static float *placed_floats(const struct mzg_guard *g, const float *x, size_t n)
{
    size_t shift = mzg_case.shift;
    mzg_case.shift = shift & ~(size_t)3;
    void *p = placed(g, x, n * sizeof *x);
    mzg_case.shift = shift;
    return p;
}

static void run_quantize(size_t n)
{
    size_t bytes = bytes_of(n);
    float *x = placed_floats(&t.in, t.x, n);
    uint8_t *q = placed(&t.out, NULL, bytes);
    t.variant->as.quantize(x, q, n);
    mzg_expect(memcmp(q, t.want, bytes) == 0, "output differs from the reference");
    mzg_expect(mzg_guard_intact(&t.out, q, bytes), "wrote outside the output");
    mzg_expect(memcmp(x, t.x, n * sizeof *x) == 0, "wrote into the input");
}

static void run_search(size_t n)
{
    size_t bytes = bytes_of(n);
    float *x = placed_floats(&t.in, t.x, n), *w = placed_floats(&t.in2, t.w, n);
    uint8_t *q = placed(&t.out, NULL, bytes);
    t.variant->as.search(x, t.importance ? w : NULL, q, n, t.effort);
    mzg_expect(memcmp(q, t.want, bytes) == 0, "output differs from the reference");
    mzg_expect(mzg_guard_intact(&t.out, q, bytes), "wrote outside the output");
    mzg_expect(memcmp(x, t.x, n * sizeof *x) == 0 && memcmp(w, t.w, n * sizeof *w) == 0,
               "wrote into the input");
}

static void run_dequantize(size_t n)
{
    size_t bytes = bytes_of(n);
    uint8_t *q = placed(&t.in, t.q, bytes);
    float *x = placed_floats(&t.out, NULL, n);
    t.variant->as.dequantize(q, x, n);
    mzg_expect(memcmp(x, t.want, n * sizeof *x) == 0, "output differs from the reference");
    mzg_expect(mzg_guard_intact(&t.out, (uint8_t *)x, n * sizeof *x), "wrote outside the output");
    mzg_expect(memcmp(q, t.q, bytes) == 0, "wrote into the input");
}

static void run_dot(size_t n)
{
    size_t bytes = bytes_of(n), y_bytes = n / t.other->block_elems * t.other->block_bytes;
    uint8_t *q = placed(&t.in, t.q, bytes), *y = placed(&t.in2, t.y, y_bytes);
    float got = t.variant->as.dot(q, y, n), want;
    memcpy(&want, t.want, sizeof want);
    mzg_expect(memcmp(&got, &want, sizeof got) == 0, "result differs from the reference");
    mzg_expect(memcmp(q, t.q, bytes) == 0 && memcmp(y, t.y, y_bytes) == 0, "wrote into the input");
}

/* Under every place, or under both pages and one shift. */
static void in_places(const char *input, size_t n, void (*run)(size_t n), bool every_shift)
{
    for (int place = MZG_AT_END; place <= MZG_AT_START; place++) {
        set_case(input, n, (enum mzg_place)place, 0);
        run(n);
    }
    size_t step = every_shift ? 1 : 64;
    for (size_t shift = n % step; shift < 64; shift += step) {
        set_case(input, n, MZG_INSIDE, shift);
        run(n);
    }
}

static void quantize_case(unsigned kind, size_t n, struct mzg_rng *r, bool every_shift)
{
    mzg_float_fill(kind, t.type->type, t.x, n, r);
    t.ref->as.quantize(t.x, t.want, n);
    in_places(mzg_float_kind_name(kind), n, run_quantize, every_shift);
}

/* A kind is one of floats, of importance and of effort. */
static void search_case(unsigned kind, size_t n, struct mzg_rng *r, bool every_shift)
{
    unsigned floats = mzg_float_kinds(), importances = mzg_importance_kinds();
    unsigned weighting = kind / floats % importances;
    char name[sizeof mzg_case.input];
    t.effort = (enum mzg_effort)(kind / floats / importances);
    snprintf(name, sizeof name, "%.23s, %.14s, %d", mzg_float_kind_name(kind % floats),
             mzg_importance_kind_name(weighting), (int)t.effort);
    mzg_float_fill(kind % floats, t.type->type, t.x, n, r);
    t.importance = mzg_importance_fill(weighting, t.w, n, r);
    t.ref->as.search(t.x, t.importance, t.want, n, t.effort);
    in_places(name, n, run_search, every_shift);
}

static void dequantize_case(unsigned kind, size_t n, struct mzg_rng *r, bool every_shift)
{
    mzg_block_fill(kind, t.type->type, t.q, n, r);
    t.ref->as.dequantize(t.q, (float *)(void *)t.want, n);
    in_places(mzg_block_kind_name(kind), n, run_dequantize, every_shift);
}

/* The kinds of the two sides vary independently. */
static void dot_case(unsigned kind, size_t n, struct mzg_rng *r, bool every_shift)
{
    unsigned kinds = mzg_block_kinds();
    char name[sizeof mzg_case.input];
    snprintf(name, sizeof name, "%.20s x %.20s", mzg_block_kind_name(kind / kinds),
             mzg_block_kind_name(kind % kinds));
    mzg_block_fill(kind / kinds, t.type->type, t.q, n, r);
    mzg_block_fill(kind % kinds, t.other->type, t.y, n, r);
    float want = t.ref->as.dot(t.q, t.y, n);
    memcpy(t.want, &want, sizeof want);
    in_places(name, n, run_dot, every_shift);
}

typedef void test_case(unsigned kind, size_t n, struct mzg_rng *r, bool every_shift);

static void all_lengths(test_case *test, unsigned kinds, size_t unit, struct mzg_rng *r)
{
    size_t few = unit > 32 ? FEW_UNITS : UNITS;
    for (unsigned kind = 0; kind < kinds; kind++) {
        for (size_t i = 0; i < few; i++)
            test(kind, units[i] * unit, r, false);
        test(kind, 19 * unit, r, true);
    }
    size_t large = (size_t)LARGE_BLOCKS * 32 / (unit > 32 ? 8 : 1);
    test(kinds - 1, large, r, false);
    test(0, large - unit, r, false);
}

/* Every kind at a few lengths, and a mixture at all. */
static void all_searches(size_t unit, struct mzg_rng *r)
{
    unsigned kinds = mzg_float_kinds() * mzg_importance_kinds() * (MZG_EFFORT_BEST + 1);
    unsigned step = mzg_quick ? 13 : 1; /* shares no factor with the numbers of kinds */
    for (unsigned kind = 0; kind < kinds; kind += step)
        search_case(kind, (1 + kind % 5) * unit, r, kind % 97 == 0);
    for (unsigned i = 0; i < FEW_UNITS; i += mzg_quick ? 4 : 1)
        search_case(mzg_float_kinds() * (2 + 3 * i % 7) - 1, units[i] * unit, r, false);
}

/* Quantizing is a search with one kind of importance, so a few lengths are enough. */
static void searched_quantize(size_t unit, struct mzg_rng *r)
{
    for (unsigned kind = 0; kind < mzg_float_kinds(); kind++)
        for (size_t i = mzg_quick ? 2 + kind % 3 : 0; i < 6; i += mzg_quick ? 3 : 1)
            quantize_case(kind, units[i] * unit, r, kind == 0 && i == 2);
    quantize_case(mzg_float_kinds() - 1, 19 * unit, r, false);
}

/* The first misfit at every position, of each sort, and none. */
static void test_find_unfit(struct mzg_rng *r)
{
    static const uint32_t misfits[] = {0x7f800000, 0xff800000, 0x7f800001, 0xffc00000, 0x7fffffff,
                                       0x40000001, 0xc0000001, 0x7f7fffff};
    const float limit = 2.0f;
    for (size_t n = 0; n < 150; n++) {
        for (size_t i = 0; i < n; i++)
            t.x[i] = (float)((int)mzg_rng_below(r, 3) - 1) * limit;
        for (size_t at = 0; at <= n; at += 1 + n / 37) {
            float saved = t.x[at];
            memcpy(&t.x[at], &misfits[(n + at) % 8], sizeof(float));
            for (int place = MZG_AT_END; place <= MZG_INSIDE; place++) {
                set_case("a misfit", n, (enum mzg_place)place, (n + at) % 16 * 4);
                const float *x = placed_floats(&t.in, t.x, n);
                mzg_expect(t.variant->as.find_unfit(x, n, limit) == at, "wrong index");
            }
            t.x[at] = saved;
        }
    }
}

/* Every half and bfloat16 decoded; and encoded, with its neighbours and the ties beside it. */
static void test_all_halves(void)
{
    if (t.variant->op == MZG_OP_dequantize) {
        for (uint32_t h = 0; h < MAX_ELEMS * 2; h += MAX_ELEMS) {
            for (uint32_t i = 0; i < MAX_ELEMS; i++) {
                uint16_t v = (uint16_t)(h + i);
                memcpy(t.q + 2 * i, &v, sizeof v);
            }
            t.ref->as.dequantize(t.q, (float *)(void *)t.want, MAX_ELEMS);
            in_places("every value", MAX_ELEMS, run_dequantize, false);
        }
        return;
    }
    unsigned shift = t.type->type == MZG_TYPE_F16 ? 12 : 15; /* of half a step, in bits */
    uint32_t bits = 0;
    for (unsigned round = 0; round < 65536 / (MAX_ELEMS / 8); round++) {
        for (uint32_t i = 0; i + 6 <= MAX_ELEMS; bits += 1u << shift << 1) {
            for (uint32_t near = 0; near < 6; near++, i++) {
                uint32_t u = bits + (near / 3 << shift) + near % 3 - 1;
                memcpy(&t.x[i], &u, sizeof u);
            }
        }
        t.ref->as.quantize(t.x, t.want, MAX_ELEMS);
        in_places("around every value", MAX_ELEMS, run_quantize, false);
    }
}

void mzg_test_variant(const struct mzg_kernel *k, uint64_t seed)
{
    if (!t.in.start) {
        t.in = mzg_guard_new(MAX_BYTES + 1024);
        t.in2 = mzg_guard_new(MAX_BYTES + 1024);
        t.out = mzg_guard_new(MAX_BYTES + 1024);
    }
    t.variant = k;
    t.ref = mzg_kernel_best(k->type, k->op, 0);
    t.type = mzg_type_by_number((uint32_t)k->type);
    t.other = mzg_type_by_number((uint32_t)t.type->dot_with);
    snprintf(mzg_case.kernel, sizeof mzg_case.kernel, "%s", k->name);
    mzg_case.shown = 0;
    struct mzg_rng r = {seed ^ (uint64_t)k->type << 8 ^ (uint64_t)k->op};
    size_t unit = t.type->block_elems;
    switch (k->op) {
    case MZG_OP_quantize:
        if (mzg_kernel_best(k->type, MZG_OP_search, 0))
            searched_quantize(unit, &r);
        else
            all_lengths(quantize_case, mzg_float_kinds(), unit, &r);
        break;
    case MZG_OP_search: all_searches(unit, &r); break;
    case MZG_OP_dequantize: all_lengths(dequantize_case, mzg_block_kinds(), unit, &r); break;
    case MZG_OP_dot:
        unit = t.other->block_elems > unit ? t.other->block_elems : unit;
        all_lengths(dot_case, mzg_block_kinds() * mzg_block_kinds(), unit, &r);
        break;
    case MZG_OP_find_unfit: test_find_unfit(&r); break;
    case MZG_OP_END: break;
    }
    bool half = k->type == MZG_TYPE_F16 || k->type == MZG_TYPE_BF16;
    if (half && (k->op == MZG_OP_quantize || k->op == MZG_OP_dequantize))
        test_all_halves();
}
