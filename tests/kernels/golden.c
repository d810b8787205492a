/* golden.c: what the references give, against the digests in types.c. */
#include "harness.h"

#include <stdio.h>
#include <string.h>

enum { ELEMS = 40 * 32 };

static uint64_t digest(uint64_t h, const void *data, size_t bytes)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < bytes; i++)
        h = (h ^ p[i]) * 0x100000001b3u; /* FNV-1a */
    return h;
}

static uint64_t quantize_digest(const struct mzg_type_kernels *k, const struct mzg_type_info *t)
{
    static float x[ELEMS];
    static uint8_t q[ELEMS * 4];
    struct mzg_rng r = {1};
    uint64_t h = 0xcbf29ce484222325u;
    for (unsigned kind = 0; kind < mzg_float_kinds(); kind++) {
        mzg_float_fill(kind, t->type, x, ELEMS, &r);
        k->quantize(x, q, ELEMS);
        h = digest(h, q, ELEMS / t->block_elems * t->block_bytes);
    }
    return h;
}

/* Every kind of importance and effort; a mixture of all kinds of floats. */
static uint64_t search_digest(const struct mzg_type_kernels *k, const struct mzg_type_info *t)
{
    static float x[ELEMS], room[ELEMS];
    static uint8_t q[ELEMS * 4];
    struct mzg_rng r = {4};
    uint64_t h = 0xcbf29ce484222325u;
    for (unsigned i = 0; i < mzg_importance_kinds() * (MZG_EFFORT_BEST + 1); i++) {
        mzg_float_fill(i % 2 ? 0 : mzg_float_kinds() - 1, t->type, x, ELEMS, &r);
        const float *w = mzg_importance_fill(i % mzg_importance_kinds(), room, ELEMS, &r);
        k->search(x, w, q, ELEMS, (enum mzg_effort)(i / mzg_importance_kinds()));
        h = digest(h, q, ELEMS / t->block_elems * t->block_bytes);
    }
    return h;
}

static uint64_t dequantize_digest(const struct mzg_type_kernels *k, const struct mzg_type_info *t)
{
    static float x[ELEMS];
    static uint8_t q[ELEMS * 4];
    struct mzg_rng r = {2};
    uint64_t h = 0xcbf29ce484222325u;
    for (unsigned kind = 0; kind < mzg_block_kinds(); kind++) {
        mzg_block_fill(kind, t->type, q, ELEMS, &r);
        k->dequantize(q, x, ELEMS);
        h = digest(h, x, sizeof x);
    }
    return h;
}

static uint64_t dot_digest(const struct mzg_type_kernels *k, const struct mzg_type_info *t)
{
    static uint8_t q[ELEMS * 4], y[ELEMS * 4];
    struct mzg_rng r = {3};
    uint64_t h = 0xcbf29ce484222325u;
    for (unsigned kind = 0; kind < mzg_block_kinds(); kind++) {
        for (int round = 0; round < 16; round++) {
            mzg_block_fill(kind, t->type, q, ELEMS, &r);
            mzg_block_fill(kind, t->dot_with, y, ELEMS, &r);
            float sum = k->dot(q, y, ELEMS);
            h = digest(h, &sum, sizeof sum);
        }
    }
    return h;
}

static void compare(const struct mzg_type_info *t, const char *op, uint64_t got, uint64_t want)
{
    char what[80];
    snprintf(mzg_case.kernel, sizeof mzg_case.kernel, "%s %s", t->name, op);
    mzg_case.shown = 0;
    snprintf(what, sizeof what, "the reference's digest is now 0x%016llx", (unsigned long long)got);
    mzg_expect(got == want, what);
}

void mzg_test_golden(void)
{
    struct mzg_kernels k;
    mzg_kernels_init(&k, 0);
    snprintf(mzg_case.input, sizeof mzg_case.input, "all kinds");
    for (enum mzg_type type = 0; type < MZG_TYPE_END; type++) {
        const struct mzg_type_facts *facts = mzg_type_facts(type);
        const struct mzg_type_info *t = mzg_type_by_number((uint32_t)type);
        const struct mzg_type_kernels *ref = &k.type[type];
        if (!facts)
            continue;
        compare(t, "quantize", quantize_digest(ref, t), facts->golden[0]);
        if (ref->search)
            compare(t, "search", search_digest(ref, t), facts->golden[1]);
        compare(t, "dequantize", dequantize_digest(ref, t), facts->golden[2]);
        if (ref->dot)
            compare(t, "dot", dot_digest(ref, t), facts->golden[3]);
    }
}
