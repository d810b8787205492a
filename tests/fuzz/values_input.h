/* values_input.h: values that a hostile source made up: a run of them is what single ones are, also as blocks. */
#ifndef MZG_TESTS_VALUES_INPUT_H
#define MZG_TESTS_VALUES_INPUT_H

#include "kernels/kernels.h"
#include "model/values/values.h"
#include <stdlib.h>
#include <string.h>

#define VALUES_RUN 96

/* False where they cannot be had, which an error must say. */
static inline bool values_of(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n, float *x)
{
    struct mzg_err e = {0};
    enum mzg_code code = mzg_values_get(v, s, first, n, x, &e);
    if (code != MZG_OK && e.msg[0] == '\0')
        abort();
    return code == MZG_OK;
}

static inline void values_run(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n)
{
    float run[VALUES_RUN], one;
    const struct mzg_tensor *src;
    uint64_t elem;
    if (!values_of(v, s, first, n, run))
        return;
    for (size_t i = 0; i < n; i += n / 7 + 1) {
        if (!values_of(v, s, first + i, 1, &one) || memcmp(&one, &run[i], sizeof one) != 0)
            abort();
        src = mzg_values_place(v, first + i, &elem);
        if (src != NULL && elem >= src->elems)
            abort();
    }
}

static inline void values_blocks(const struct mzg_values *v, struct mzg_scratch *s)
{
    const struct mzg_type_info *info = v->native != MZG_TYPE_END ? mzg_type_by_number(v->native) : NULL;
    uint8_t blocks[VALUES_RUN * 4];
    float run[VALUES_RUN], decoded[VALUES_RUN];
    struct mzg_err e;
    size_t n = info != NULL && info->block_elems < VALUES_RUN ? VALUES_RUN / info->block_elems * info->block_elems : 0;
    if (n == 0 || mzg_values_elems(v) < n || v->ne[0] % info->block_elems != 0 || v->kind->blocks == NULL ||
        mzg_values_blocks(v, s, 0, n, blocks, &e) != MZG_OK || !values_of(v, s, 0, n, run))
        return;
    s->kernels->type[v->native].dequantize(blocks, decoded, n);
    for (size_t i = 0; i < n; i++) { /* what is no number need not be the same one */
        if (memcmp(&run[i], &decoded[i], sizeof run[i]) != 0 && (run[i] == run[i] || decoded[i] == decoded[i]))
            abort();
    }
}

/* The first of them, the last, and some in the middle. */
static inline void values_input(const struct mzg_values *v)
{
    struct mzg_kernels kernels;
    struct mzg_scratch s = {.kernels = &kernels};
    uint64_t all = mzg_values_elems(v);
    size_t n = all < VALUES_RUN ? (size_t)all : VALUES_RUN;
    mzg_kernels_init(&kernels, 0);
    if (n > 0) {
        values_run(v, &s, 0, n);
        values_run(v, &s, all - n, n);
        values_run(v, &s, all / 2 < all - n ? all / 2 : all - n, n);
        values_blocks(v, &s);
    }
    mzg_scratch_clear(&s);
}

#endif
