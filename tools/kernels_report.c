#include "kernels_report.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CHECK_BLOCKS = 50,
    CHECK_ROUNDS = 400,
    SEARCH_ROUNDS = 12, /* a reference takes its time to search */
    BENCH_ELEMS = 32768,
    BENCH_ROUNDS = 9
};
#define BENCH_ROUND_S 2e-3

/* Buffers for both: the larger sizes are those of timing. */
struct scratch {
    float x[BENCH_ELEMS], w[BENCH_ELEMS];
    float decoded[2][BENCH_ELEMS];
    uint8_t q[BENCH_ELEMS * 4 + 64];
    uint8_t encoded[2][BENCH_ELEMS * 4];
    uint8_t y[BENCH_ELEMS * 4 + 64];
};

/* ---- inputs ---- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Floats of one sort per round: like weights, few different values (so that magnitudes and halves
 * tie), every magnitude, any bits (so NaN and Inf too). */
static void fill_floats(float *x, size_t n, unsigned sort, uint64_t *random)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t r = next_random(random);
        uint32_t bits = (uint32_t)(r >> 32);
        float sign = r & 1 ? -1.0f : 1.0f, unit = (float)(r >> 40) * 0x1p-24f;
        switch (sort % 4) {
        case 0: x[i] = sign * unit * unit; break;
        case 1: x[i] = sign * (float)(bits % 64) * 0.25f; break;
        case 2: bits %= 0x46000000; /* fall through */
        default: memcpy(&x[i], &bits, sizeof bits);
        }
    }
}

/* Importance: spread, with zeros. */
static void fill_importance(float *w, size_t n, uint64_t *random)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t r = next_random(random);
        w[i] = r & 7 ? (float)(r >> 40) * 0x1p-24f : 0.0f;
    }
}

/* Any bytes are blocks; in most rounds scales are finite, in some codes are the lowest. */
static void fill_blocks(uint8_t *q, size_t blocks, size_t block_bytes, unsigned sort,
                        uint64_t *random)
{
    for (size_t b = 0; b < blocks; b++, q += block_bytes) {
        for (size_t i = 0; i < block_bytes; i++) {
            uint64_t r = next_random(random);
            q[i] = sort % 4 == 3 && r >> 62 ? 0x80 : (uint8_t)r;
        }
        for (size_t half = 1; half < 4 && half < block_bytes && sort % 4; half += 2)
            q[half] &= 0xbb; /* below 2 in magnitude */
    }
}

/* ---- checking ---- */

struct check {
    const struct mzg_kernel *variant, *ref;
    size_t block_elems, block_bytes;
    const struct mzg_type_info *other; /* of a dot product */
    struct scratch *s;
};

static bool same_bits(const void *a, const void *b, size_t n)
{
    return n == 0 || memcmp(a, b, n) == 0;
}

/* One call of both; n elements, blocks at an odd address. */
static bool same_once(const struct check *c, size_t n, unsigned round, uint64_t *random)
{
    struct scratch *s = c->s;
    size_t bytes = n / c->block_elems * c->block_bytes;
    uint8_t *q = s->q + round % 64;
    float a, b, limit;
    switch (c->variant->op) {
    case MZG_OP_quantize:
        fill_floats(s->x, n, round, random);
        c->ref->as.quantize(s->x, s->encoded[0], n);
        c->variant->as.quantize(s->x, s->encoded[1], n);
        return same_bits(s->encoded[0], s->encoded[1], bytes);
    case MZG_OP_search:
        fill_floats(s->x, n, round, random);
        fill_importance(s->w, n, random);
        c->ref->as.search(s->x, s->w, s->encoded[0], n, (enum mzg_effort)(round % 3));
        c->variant->as.search(s->x, s->w, s->encoded[1], n, (enum mzg_effort)(round % 3));
        return same_bits(s->encoded[0], s->encoded[1], bytes);
    case MZG_OP_dequantize:
        fill_blocks(q, n / c->block_elems, c->block_bytes, round, random);
        c->ref->as.dequantize(q, s->decoded[0], n);
        c->variant->as.dequantize(q, s->decoded[1], n);
        return same_bits(s->decoded[0], s->decoded[1], n * sizeof(float));
    case MZG_OP_dot:
        fill_blocks(q, n / c->block_elems, c->block_bytes, round, random);
        fill_blocks(s->y, n / c->other->block_elems, c->other->block_bytes, round, random);
        a = c->ref->as.dot(q, s->y, n);
        b = c->variant->as.dot(q, s->y, n);
        return same_bits(&a, &b, sizeof a);
    case MZG_OP_find_unfit:
        fill_floats(s->x, n, round, random);
        limit = round % 3 ? 15.6f : 3e38f;
        return c->ref->as.find_unfit(s->x, n, limit) == c->variant->as.find_unfit(s->x, n, limit);
    case MZG_OP_END: break;
    }
    return false;
}

static void check_variant(const struct mzg_kernel *k, struct mzg_kernel_row *row, struct scratch *s)
{
    const struct mzg_type_info *type = mzg_type_by_number((uint32_t)k->type);
    const struct mzg_type_info *other = mzg_type_by_number((uint32_t)type->dot_with);
    struct check c = {k, mzg_kernel_best(k->type, k->op, 0), type->block_elems, type->block_bytes,
                      other, s};
    size_t unit = type->block_elems; /* every block's length is a power of two */
    if (k->op == MZG_OP_dot && other->block_elems > unit)
        unit = other->block_elems;
    bool searches = mzg_kernel_best(k->type, MZG_OP_search, 0) &&
                    (k->op == MZG_OP_quantize || k->op == MZG_OP_search);
    unsigned rounds = searches ? SEARCH_ROUNDS : CHECK_ROUNDS;
    uint64_t random = 1;
    row->same = true;
    for (unsigned round = 0; round < rounds; round++) {
        size_t n = round < 40 ? round : (size_t)(next_random(&random) % CHECK_BLOCKS);
        row->same &= same_once(&c, n * unit, round, &random);
        row->cases++;
    }
}

enum mzg_code mzg_kernel_check(const struct mzg_kernel *k, struct mzg_kernel_row *row,
                               struct mzg_err *e)
{
    struct scratch *s = calloc(1, sizeof *s);
    if (!s)
        return mzg_fail_memory(e, "buffers for kernels");
    check_variant(k, row, s);
    free(s);
    return MZG_OK;
}

/* ---- timing ---- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void call(const struct mzg_kernel *k, struct scratch *s)
{
    switch (k->op) {
    case MZG_OP_quantize: k->as.quantize(s->x, s->encoded[0], BENCH_ELEMS); break;
    case MZG_OP_search:
        k->as.search(s->x, s->w, s->encoded[0], BENCH_ELEMS, MZG_EFFORT_DEFAULT);
        break;
    case MZG_OP_dequantize: k->as.dequantize(s->q, s->decoded[0], BENCH_ELEMS); break;
    case MZG_OP_dot: s->decoded[0][0] = k->as.dot(s->q, s->y, BENCH_ELEMS); break;
    case MZG_OP_find_unfit:
        s->decoded[0][0] = (float)k->as.find_unfit(s->x, BENCH_ELEMS, 1e30f);
        break;
    case MZG_OP_END: break;
    }
}

static int ascending(const void *a, const void *b)
{
    double u = *(const double *)a, v = *(const double *)b;
    return (u > v) - (u < v);
}

/* Median seconds of one call. */
static double seconds(const struct mzg_kernel *k, struct scratch *s)
{
    double round[BENCH_ROUNDS], start, once;
    unsigned calls;
    call(k, s);
    start = now();
    call(k, s);
    once = now() - start;
    calls = 1 + (unsigned)(BENCH_ROUND_S / (once > 1e-7 ? once : 1e-7));
    for (size_t i = 0; i < BENCH_ROUNDS; i++) {
        start = now();
        for (unsigned c = 0; c < calls; c++)
            call(k, s);
        round[i] = (now() - start) / calls;
    }
    qsort(round, BENCH_ROUNDS, sizeof *round, ascending);
    return round[BENCH_ROUNDS / 2];
}

static double bytes_per_call(const struct mzg_kernel *k)
{
    const struct mzg_type_info *type = mzg_type_by_number((uint32_t)k->type);
    double floats = BENCH_ELEMS * sizeof(float);
    double blocks = (double)BENCH_ELEMS / type->block_elems * type->block_bytes;
    if (k->op == MZG_OP_find_unfit)
        return floats;
    const struct mzg_type_info *other = mzg_type_by_number((uint32_t)type->dot_with);
    if (k->op == MZG_OP_dot)
        return blocks + (double)BENCH_ELEMS / other->block_elems * other->block_bytes;
    return k->op == MZG_OP_search ? 2 * floats + blocks : floats + blocks;
}

/* The reference stands before its variants: their speed is told in its terms. */
static void time_variant(struct mzg_kernel_row *row, const struct mzg_kernels_report *r,
                         struct scratch *s)
{
    const struct mzg_kernel *k = row->kernel;
    const struct mzg_type_info *type = mzg_type_by_number((uint32_t)k->type);
    const struct mzg_type_info *other = mzg_type_by_number((uint32_t)type->dot_with);
    uint64_t random = 1;
    fill_floats(s->x, BENCH_ELEMS, 0, &random);
    fill_importance(s->w, BENCH_ELEMS, &random);
    fill_blocks(s->q, BENCH_ELEMS / type->block_elems, type->block_bytes, 1, &random);
    fill_blocks(s->y, BENCH_ELEMS / other->block_elems, other->block_bytes, 1, &random);
    double t = seconds(k, s);
    row->elems_s = BENCH_ELEMS / t;
    row->bytes_s = bytes_per_call(k) / t;
    for (const struct mzg_kernel_row *ref = r->rows; ref <= row; ref++) {
        const struct mzg_kernel *base = ref->kernel;
        if (base->needs == 0 && base->type == k->type && base->op == k->op)
            row->times_ref = row->elems_s / ref->elems_s;
    }
}

/* ---- all of them ---- */

static void check_all(struct mzg_kernels_report *r, uint32_t cpu, struct scratch *s)
{
    for (size_t i = 0; i < r->n_rows; i++) {
        struct mzg_kernel_row *row = &r->rows[i];
        const struct mzg_kernel *k = row->kernel;
        row->runs = (k->needs & ~cpu) == 0;
        row->selected = k == mzg_kernel_best(k->type, k->op, cpu);
        if (!row->runs)
            continue;
        check_variant(k, row, s);
        r->n_checked++;
        r->n_failed += !row->same;
    }
}

/* Rows in the list's order, but each kernel's variants next to its reference. */
static void list_rows(struct mzg_kernels_report *r, const struct mzg_kernel *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count && list[i].needs == 0; j++) {
            if (list[j].type == list[i].type && list[j].op == list[i].op)
                r->rows[r->n_rows++].kernel = &list[j];
        }
    }
}

static enum mzg_code verdict(const struct mzg_kernels_report *r, struct mzg_err *e)
{
    for (size_t i = 0; i < r->n_rows; i++) {
        if (r->rows[i].runs && !r->rows[i].same)
            return mzg_fail(e, MZG_DIFFERS, MZG_NO_OFFSET,
                            "kernel %s differs from the reference on this CPU (%llu in all do)",
                            r->rows[i].kernel->name, (unsigned long long)r->n_failed);
    }
    return MZG_OK;
}

enum mzg_code mzg_kernels_check(struct mzg_kernels_report *r, uint32_t cpu, bool bench,
                                struct mzg_err *e)
{
    enum mzg_code code;
    size_t count;
    struct scratch *s = calloc(1, sizeof *s);
    const struct mzg_kernel *list = mzg_kernel_list(&count);
    *r = (struct mzg_kernels_report){.rows = calloc(count, sizeof *r->rows)};
    if (!s || !r->rows) {
        code = mzg_fail_memory(e, "buffers for kernels");
        goto out;
    }
    list_rows(r, list, count);
    check_all(r, cpu, s);
    for (size_t i = 0; bench && i < r->n_rows; i++) {
        if (r->rows[i].runs)
            time_variant(&r->rows[i], r, s);
    }
    code = verdict(r, e);
out:
    free(s);
    return code;
}

void mzg_kernels_report_clear(struct mzg_kernels_report *r)
{
    free(r->rows);
    *r = (struct mzg_kernels_report){0};
}
