#include "scheme.h"
#include "../../base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct scheme {
    const char *method; /* quant_method */
    enum mzg_code (*unpack)(struct mzg_unpack *u, struct mzg_err *e);
} schemes[] = {
    {"fp8", mzg_unpack_scaled},
    {"fbgemm_fp8", mzg_unpack_scaled},
    {"modelopt", mzg_unpack_scaled},
    {"compressed-tensors", mzg_unpack_compressed},
    {"gptq", mzg_unpack_gptq},
    {"awq", mzg_unpack_awq},
    {"bitsandbytes", mzg_unpack_bitsandbytes},
    {"mxfp4", mzg_unpack_mxfp4},
};
/* MLX says "quantization", and no method. */
static const struct scheme mlx = {"mlx", mzg_unpack_mlx};

/* ---- which ---- */

static const json_t *member(const json_t *config, const char *key)
{
    const json_t *v = json_object_get(config, key);
    return json_is_null(v) ? NULL : v;
}

static const struct scheme *by_method(const char *method)
{
    for (size_t i = 0; method != NULL && i < sizeof schemes / sizeof *schemes; i++) {
        if (strcmp(schemes[i].method, method) == 0)
            return &schemes[i];
    }
    return NULL;
}

/* *scheme is NULL where weights are plain. */
static enum mzg_code find_scheme(const json_t *config, const struct scheme **scheme, const json_t **own,
                                 struct mzg_err *e)
{
    static const char *const places[] = {"quantization_config", "compression_config"};
    char q[MZG_QUOTE];
    *scheme = NULL;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        *own = member(config, places[i]);
        if (*own == NULL)
            continue;
        const char *method = json_string_value(json_object_get(*own, "quant_method"));
        if (method == NULL && member(config, "quantization") != NULL)
            continue; /* MLX writes its own words under both names */
        *scheme = by_method(method);
        if (*scheme != NULL)
            return MZG_OK;
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                        "config.json: key '%s': weights packed by '%s' are not supported; start from the "
                        "original ones", places[i], mzg_quote(q, method ? method : "an unnamed method"));
    }
    *own = member(config, "quantization");
    *scheme = json_is_object(*own) ? &mlx : NULL;
    return MZG_OK;
}

enum mzg_code mzg_packed_check(const json_t *config, struct mzg_err *e)
{
    const struct scheme *scheme;
    const json_t *own;
    return find_scheme(config, &scheme, &own, e);
}

/* ---- tensors that belong together ---- */

static struct mzg_source_tensor *find(const struct mzg_unpack *u, const char *base, const char *end)
{
    char name[512];
    if ((size_t)snprintf(name, sizeof name, "%s%s", base, end) >= sizeof name)
        return NULL;
    const struct mzg_name *found = mzg_names_find(u->names, u->source->n, name);
    return found != NULL && !u->gone[found->index] ? &u->source->items[found->index] : NULL;
}

struct mzg_source_tensor *mzg_unpack_find(const struct mzg_unpack *u, const char *base, const char *end)
{
    return find(u, base, end);
}

struct mzg_source_tensor *mzg_unpack_take(struct mzg_unpack *u, const char *base, const char *end)
{
    struct mzg_source_tensor *t = find(u, base, end);
    if (t != NULL)
        u->gone[t - u->source->items] = true;
    return t;
}

const char *mzg_unpack_base(const struct mzg_unpack *u, const char *name, const char *end)
{
    return mzg_text_ends(name, end) ? mzg_arena_text(u->source->arena, name, strlen(name) - strlen(end)) : NULL;
}

enum mzg_code mzg_unpack_put(struct mzg_unpack *u, struct mzg_source_tensor *item, const char *base,
                             const char *end, const struct mzg_values *v, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    size_t room = strlen(base) + strlen(end) + 1;
    char *name = mzg_arena_alloc(u->source->arena, room, 1);
    if (v == NULL)
        return mzg_fail(e, MZG_MALFORMED, item->stored->offset,
                        "tensor '%s': it does not fit the scales, zero points and shapes beside it",
                        mzg_quote(q, item->name));
    if (name == NULL)
        return mzg_fail_memory(e, "tensor names");
    snprintf(name, room, "%s%s", base, end);
    u->gone[item - u->source->items] = false;
    item->name = name;
    item->values = v;
    return MZG_OK;
}

void mzg_unpack_drop(struct mzg_unpack *u, const char *const *ends)
{
    for (size_t i = 0; i < u->source->n; i++) {
        for (size_t k = 0; ends[k] != NULL; k++)
            u->gone[i] = u->gone[i] || mzg_text_ends(u->source->items[i].name, ends[k]);
    }
}

enum mzg_code mzg_unpack_numbers(const struct mzg_source_tensor *t, float *x, size_t n, struct mzg_err *e)
{
    struct mzg_kernels kernels;
    struct mzg_scratch scratch = {.kernels = &kernels};
    char q[MZG_QUOTE];
    mzg_kernels_init(&kernels, 0);
    if (t->values == NULL || mzg_values_elems(t->values) < n)
        return mzg_fail(e, MZG_MALFORMED, t->stored->offset, "tensor '%s': not %zu numbers",
                        mzg_quote(q, t->name), n);
    enum mzg_code rc = mzg_values_get(t->values, &scratch, 0, n, x, e);
    mzg_scratch_clear(&scratch);
    return rc;
}

/* ---- all of them ---- */

/* Closes the gaps that tensors have left that are gone. */
static void close_up(struct mzg_unpack *u)
{
    size_t n = 0;
    for (size_t i = 0; i < u->source->n; i++) {
        if (!u->gone[i])
            u->source->items[n++] = u->source->items[i];
    }
    u->source->n = n;
}

enum mzg_code mzg_packed_apply(struct mzg_source *s, const json_t *config, struct mzg_err *e)
{
    struct mzg_unpack u = {.source = s};
    const struct scheme *scheme;
    enum mzg_code rc = find_scheme(config, &scheme, &u.config, e);
    if (rc != MZG_OK || scheme == NULL)
        return rc;
    u.names = calloc(s->n + 1, sizeof *u.names);
    u.gone = calloc(s->n + 1, sizeof *u.gone);
    if (u.names == NULL || u.gone == NULL)
        rc = mzg_fail_memory(e, "tensor names");
    for (size_t i = 0; i < s->n && rc == MZG_OK; i++)
        u.names[i] = (struct mzg_name){s->items[i].name, i};
    if (rc == MZG_OK) {
        mzg_names_sort(u.names, s->n);
        rc = scheme->unpack(&u, e);
    }
    if (rc == MZG_OK)
        close_up(&u);
    free(u.names);
    free(u.gone);
    return rc;
}
