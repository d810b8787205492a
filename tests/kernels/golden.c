/* golden.c: what the references give, as digests kept here: the same on every CPU, from every
 * compiler. A change of one of these is a change of output bytes, and so of the type's revision in
 * kernels/types.c. */
#include "harness.h"

#include <stdio.h>
#include <string.h>

enum { ELEMS = 40 * 32 };

static const struct {
    enum mzg_type type;
    uint64_t quantize, dequantize, dot;
} golden[] = {
    {MZG_TYPE_F32, 0xae0b5f0914658251, 0xaa62e663235e986f, 0xba294da06f0bd306},
    {MZG_TYPE_F16, 0x2d719a3052281bb0, 0x8c473f324646819c, 0xeb32117a9b2c0d8b},
    {MZG_TYPE_BF16, 0xb008b375d2474458, 0x95d0f5619ab91c31, 0xc2494a83c205c611},
    {MZG_TYPE_Q8_0, 0xa95b9fd83eb32897, 0xff80e0a93516f1ac, 0x2e6cf80e4dc0006e},
    {MZG_TYPE_Q4_0, 0x774c8f73ddfa0017, 0x73b99dfe8a102f3c, 0xe6949d3a9c492894},
    {MZG_TYPE_Q4_1, 0x6c5e86ca3c5a4616, 0xb2fc736927384d7a, 0x4b030974627e745c},
    {MZG_TYPE_Q5_0, 0xcb3905f058c023f3, 0x94ea7c84a2d130ee, 0xb1ad3ac79ab747ad},
    {MZG_TYPE_Q8_K, 0x6fc09a77e7d42bd2, 0xc4ec2e6653564f17, 0},
    {MZG_TYPE_Q5_1, 0x3219cfe770f8ef72, 0x69105f924a787639, 0xe6ba620e81459c60},
};

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
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        const struct mzg_type_info *t = mzg_type_by_number((uint32_t)golden[i].type);
        const struct mzg_type_kernels *ref = &k.type[golden[i].type];
        compare(t, "quantize", quantize_digest(ref, t), golden[i].quantize);
        compare(t, "dequantize", dequantize_digest(ref, t), golden[i].dequantize);
        if (ref->dot)
            compare(t, "dot", dot_digest(ref, t), golden[i].dot);
    }
}
