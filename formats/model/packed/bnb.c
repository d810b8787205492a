/* bnb.c: bitsandbytes: 4-bit codes with a table of what they mean (NF4, FP4), blocks of a flat tensor, whose
 * scales may be quantized again; and 8-bit rows. Source: the library's own documentation and reader. */
#include "scheme.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STATE_MAX 65536 /* bytes of the JSON that describes one tensor */

struct state {
    uint64_t blocksize, nested_blocksize;
    double nested_offset;
    unsigned n_dims;
    uint64_t ne[MZG_VALUE_DIMS];
    uint64_t elems;
};

static enum mzg_code fail_state(const struct mzg_source_tensor *t, const char *what, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    return mzg_fail(e, MZG_MALFORMED, t->stored->offset, "tensor '%s': %s", mzg_quote(q, t->name), what);
}

static enum mzg_code read_shape(const struct mzg_source_tensor *t, const json_t *shape, struct state *st,
                                struct mzg_err *e)
{
    size_t n = json_array_size(shape);
    if (n < 1 || n > MZG_VALUE_DIMS)
        return fail_state(t, "its shape is no list of 1 to 4 numbers", e);
    st->n_dims = (unsigned)n;
    st->elems = 1;
    for (size_t i = 0; i < n; i++) {
        json_int_t len = json_integer_value(json_array_get(shape, n - 1 - i));
        if (len < 1 || len > INT32_MAX || st->elems > UINT64_MAX / 2 / (uint64_t)len)
            return fail_state(t, "its shape is no list of lengths", e);
        st->ne[i] = (uint64_t)len;
        st->elems *= st->ne[i];
    }
    for (size_t i = n; i < MZG_VALUE_DIMS; i++)
        st->ne[i] = 1;
    return MZG_OK;
}

static enum mzg_code read_members(const struct mzg_source_tensor *t, const json_t *root, struct state *st,
                                  struct mzg_err *e)
{
    int64_t block = 0, nested = 256;
    enum mzg_code rc = mzg_json_int_opt(root, "blocksize", 1, 1 << 20, &block, e);
    if (rc == MZG_OK)
        rc = mzg_json_int_opt(root, "nested_blocksize", 1, 1 << 20, &nested, e);
    if (rc == MZG_OK)
        rc = mzg_json_real_opt(root, "nested_offset", &st->nested_offset, e);
    if (rc == MZG_OK && block == 0)
        return fail_state(t, "it names no blocksize", e);
    st->blocksize = (uint64_t)block;
    st->nested_blocksize = (uint64_t)nested;
    return rc == MZG_OK ? read_shape(t, json_object_get(root, "shape"), st, e) : rc;
}

/* A tensor of bytes that are JSON. */
static enum mzg_code read_state(const struct mzg_unpack *u, const struct mzg_source_tensor *t,
                                struct state *st, struct mzg_err *e)
{
    char q[MZG_QUOTE], *text = NULL;
    json_t *root = NULL;
    *st = (struct state){0};
    if (t->stored->bytes > STATE_MAX || t->stored->strides != NULL)
        return fail_state(t, "too long for what describes a tensor", e);
    text = malloc((size_t)t->stored->bytes + 1);
    if (text == NULL)
        return mzg_fail_memory(e, "quantization state");
    enum mzg_code rc =
        mzg_weights_read(u->source->weights, t->stored, 0, text, (size_t)t->stored->bytes, e);
    if (rc == MZG_OK)
        rc = mzg_json_parse(text, (size_t)t->stored->bytes, t->stored->offset, MZG_JSON_TREE, &root, e);
    if (rc == MZG_OK)
        rc = read_members(t, root, st, e);
    json_decref(root);
    free(text);
    return rc == MZG_OK ? rc : mzg_prefix(e, "tensor '%s'", mzg_quote(q, t->name));
}

/* The first n numbers of t, in the arena. */
static enum mzg_code read_table(const struct mzg_unpack *u, const struct mzg_source_tensor *t, size_t n,
                                float **table, struct mzg_err *e)
{
    *table = mzg_arena_alloc(u->source->arena, n, sizeof **table);
    return *table == NULL ? mzg_fail_memory(e, "quantization table") : mzg_unpack_numbers(t, *table, n, e);
}

/* n scales: as they are, or codes of 8 bits with scales of their own and an offset. */
static enum mzg_code read_scales(struct mzg_unpack *u, const char *name, const struct state *st, uint64_t n,
                                 const struct mzg_values **out, struct mzg_err *e)
{
    struct mzg_source *src = u->source;
    const struct mzg_source_tensor *absmax = mzg_unpack_take(u, name, ".absmax");
    const struct mzg_source_tensor *nested = mzg_unpack_take(u, name, ".nested_absmax");
    const struct mzg_source_tensor *map = mzg_unpack_take(u, name, ".nested_quant_map");
    uint64_t ne[MZG_VALUE_DIMS] = {n, 1, 1, 1}, inner = (n + st->nested_blocksize - 1) / st->nested_blocksize;
    float *table = NULL;
    *out = NULL;
    if (absmax == NULL || (nested == NULL) != (map == NULL))
        return MZG_OK;
    if (nested == NULL) {
        *out = mzg_values_shaped(src->arena, absmax->values, 2, ne);
        return MZG_OK;
    }
    enum mzg_code rc = read_table(u, map, 256, &table, e);
    if (rc != MZG_OK)
        return rc;
    const struct mzg_codes codes = {.bits = 8, .table = table};
    const uint64_t inner_ne[MZG_VALUE_DIMS] = {inner, 1, 1, 1};
    const struct mzg_values *v = mzg_values_scaled(src->arena, &(struct mzg_scaled){
        .codes = mzg_codes_rows(src->arena, src->weights, absmax->stored, &codes, 2, ne),
        .scale = mzg_values_shaped(src->arena, nested->values, 2, inner_ne),
        .block_width = st->nested_blocksize, .block_rows = 1, .times = 1, .by = 1});
    *out = mzg_values_plus(src->arena, v, (float)st->nested_offset);
    return MZG_OK;
}

/* X (bytes of two codes, the first in the high half), X.absmax, X.quant_map, X.quant_state.* -> X */
static enum mzg_code unpack_4bit(struct mzg_unpack *u, struct mzg_source_tensor *t,
                                 const struct mzg_source_tensor *described, struct mzg_err *e)
{
    static const uint8_t halves[8] = {1, 0, 3, 2, 5, 4, 7, 6};
    struct mzg_source *src = u->source;
    const struct mzg_source_tensor *map = mzg_unpack_take(u, t->name, ".quant_map");
    const struct mzg_values *scale = NULL, *v = NULL;
    struct state st;
    float *table = NULL;
    enum mzg_code rc = read_state(u, described, &st, e);
    if (rc == MZG_OK && map == NULL)
        rc = fail_state(t, "there is no quant_map beside it", e);
    if (rc == MZG_OK)
        rc = read_table(u, map, 16, &table, e);
    if (rc == MZG_OK)
        rc = read_scales(u, t->name, &st, (st.elems + st.blocksize - 1) / st.blocksize, &scale, e);
    if (rc != MZG_OK)
        return rc;
    const struct mzg_codes codes = {.bits = 4, .order = halves, .table = table};
    const uint64_t flat[MZG_VALUE_DIMS] = {st.elems, 1, 1, 1};
    if (scale != NULL)
        v = mzg_values_scaled(src->arena, &(struct mzg_scaled){
            .codes = mzg_codes_rows(src->arena, src->weights, t->stored, &codes, 2, flat), .scale = scale,
            .block_width = st.blocksize, .block_rows = 1, .times = 1, .by = 1});
    v = v != NULL ? mzg_values_shaped(src->arena, v, st.n_dims, st.ne) : NULL;
    return mzg_unpack_put(u, t, t->name, "", v, e);
}

/* X.weight {width, rows} of signed bytes, X.SCB {rows}: the largest of each row, for 127 -> X.weight */
static enum mzg_code unpack_8bit(struct mzg_unpack *u, struct mzg_source_tensor *t, const char *base,
                                 const struct mzg_source_tensor *scale, struct mzg_err *e)
{
    struct mzg_arena *a = u->source->arena;
    struct mzg_scaled s = {.codes = t->values, .times = 1.0f / 127, .by = 1};
    if (s.codes != NULL)
        s.scale = mzg_scaled_shape(a, scale->values, s.codes, &s.block_width, &s.block_rows);
    return mzg_unpack_put(u, t, base, ".weight", s.scale != NULL ? mzg_values_scaled(a, &s) : NULL, e);
}

enum mzg_code mzg_unpack_bitsandbytes(struct mzg_unpack *u, struct mzg_err *e)
{
    static const char *const useless[] = {".weight_format", NULL};
    enum mzg_code rc = MZG_OK;
    mzg_unpack_drop(u, useless);
    for (size_t i = 0; i < u->source->n && rc == MZG_OK; i++) {
        struct mzg_source_tensor *t = &u->source->items[i];
        if (u->gone[i])
            continue;
        const struct mzg_source_tensor *state = mzg_unpack_take(u, t->name, ".quant_state.bitsandbytes__nf4");
        if (state == NULL)
            state = mzg_unpack_take(u, t->name, ".quant_state.bitsandbytes__fp4");
        if (state != NULL) {
            rc = unpack_4bit(u, t, state, e);
            continue;
        }
        const char *base = mzg_unpack_base(u, t->name, ".weight");
        const struct mzg_source_tensor *scale = base != NULL ? mzg_unpack_take(u, base, ".SCB") : NULL;
        if (scale != NULL)
            rc = unpack_8bit(u, t, base, scale, e);
    }
    return rc;
}
