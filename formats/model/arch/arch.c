#include "arch.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct mzg_arch *const archs[] = {
    &mzg_arch_llama,
};

/* Left over by old checkpoints, and computed by every runtime. */
static const char *const ignored_ends[] = {
    ".attention.masked_bias", ".attention.bias", ".rotary_emb.inv_freq",
};

#define PREFIX "model."
#define SOURCE_NAME 128

static bool among(const char *const *list, const char *text)
{
    for (size_t i = 0; list[i]; i++) {
        if (strcmp(list[i], text) == 0)
            return true;
    }
    return false;
}

const struct mzg_arch *mzg_arch_find(const struct mzg_config *c, bool *by_type)
{
    *by_type = false;
    for (size_t i = 0; i < sizeof archs / sizeof *archs; i++) {
        if (among(archs[i]->classes, c->class))
            return archs[i];
    }
    *by_type = true;
    for (size_t i = 0; i < sizeof archs / sizeof *archs; i++) {
        if (among(archs[i]->model_types, c->model_type))
            return archs[i];
    }
    return NULL;
}

/* ---- one tensor ---- */

struct map {
    const struct mzg_arch_work *work;
    struct mzg_model *m;
    struct mzg_model_tensor *slots; /* by index of the source's tensor; an empty name: not taken */
    bool bare;                      /* the source's names lack "model." */
};

/* The pattern with the layer's number in place of '#'. */
static void expand(char *out, size_t room, const char *pattern, uint64_t layer)
{
    const char *mark = strchr(pattern, '#');

    if (mark)
        snprintf(out, room, "%.*s%llu%s", (int)(mark - pattern), pattern,
                 (unsigned long long)layer, mark + 1);
    else
        snprintf(out, room, "%s", pattern);
}

static uint64_t dim_of(const struct mzg_hparams *h, enum mzg_dim dim)
{
    const uint64_t dims[MZG_DIM_COUNT] = {
        [MZG_DIM_1] = 1,
        [MZG_DIM_EMBD] = h->embd,
        [MZG_DIM_FF] = h->ff,
        [MZG_DIM_Q] = h->heads * h->head_dim,
        [MZG_DIM_KV] = h->heads_kv * h->head_dim,
        [MZG_DIM_VOCAB] = h->vocab,
    };

    return dims[dim];
}

static enum mzg_code check_shape(const struct mzg_tensor *t, const uint64_t ne[2], unsigned n_dims,
                                 struct mzg_err *e)
{
    char q[MZG_QUOTE], found[64] = "", due[64];

    if (t->n_dims == n_dims && t->ne[0] == ne[0] && (n_dims == 1 || t->ne[1] == ne[1]))
        return MZG_OK;
    size_t at = 0;
    for (unsigned d = t->n_dims; d-- > 0 && at < sizeof found - 1;)
        at += (size_t)snprintf(found + at, sizeof found - at, "%s%llu", at ? ", " : "",
                               (unsigned long long)t->ne[d]);
    if (n_dims == 1)
        snprintf(due, sizeof due, "%llu", (unsigned long long)ne[0]);
    else
        snprintf(due, sizeof due, "%llu, %llu", (unsigned long long)ne[1],
                 (unsigned long long)ne[0]);
    return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                    "tensor '%s': its shape is [%s], config.json gives [%s]", mzg_quote(q, t->name),
                    found, due);
}

static bool may_miss(const struct map *map, const struct mzg_arch_tensor *row)
{
    bool headless = map->work->hparams->tied || map->bare;

    return (row->flags & MZG_ROW_OPTIONAL) || ((row->flags & MZG_ROW_HEAD) && headless);
}

static enum mzg_code map_one(struct map *map, const struct mzg_arch_tensor *row, uint64_t layer,
                             struct mzg_err *e)
{
    const struct mzg_hparams *h = map->work->hparams;
    const uint64_t ne[2] = {dim_of(h, row->width), dim_of(h, row->rows)};
    unsigned n_dims = row->rows == MZG_DIM_1 ? 1 : 2;
    bool prefixed = strncmp(row->source, PREFIX, strlen(PREFIX)) == 0;
    size_t skip = map->bare && prefixed ? strlen(PREFIX) : 0;
    char name[SOURCE_NAME];

    expand(name, sizeof name, row->source + skip, layer);
    const struct mzg_tensor *t = mzg_weights_find(&map->m->weights, name);
    if (!t && may_miss(map, row))
        return MZG_OK;
    if (!t)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "tensor '%s' is missing", name);
    enum mzg_code code = check_shape(t, ne, n_dims, e);
    if (code != MZG_OK)
        return code;
    struct mzg_model_tensor *slot = &map->slots[t - map->m->weights.tensors];
    expand(slot->name, sizeof slot->name, row->name, layer);
    slot->src = t;
    slot->n_dims = n_dims;
    for (unsigned d = 0; d < MZG_DIMS; d++)
        slot->ne[d] = d < 2 ? ne[d] : 1;
    if (row->flags & MZG_ROW_ROTARY)
        slot->heads = (uint32_t)(ne[n_dims - 1] / h->head_dim);
    return MZG_OK;
}

/* ---- all of them ---- */

static bool ignored(const char *name)
{
    for (size_t i = 0; i < sizeof ignored_ends / sizeof *ignored_ends; i++) {
        size_t n = strlen(name), m = strlen(ignored_ends[i]);
        if (n >= m && strcmp(name + n - m, ignored_ends[i]) == 0)
            return true;
    }
    return false;
}

/* Appends the taken tensors in the source's order; one that was not is left over. */
static enum mzg_code collect(struct map *map, struct mzg_err *e)
{
    struct mzg_model *m = map->m;
    char q[MZG_QUOTE];

    for (size_t i = 0; i < m->weights.n_tensors; i++) {
        if (map->slots[i].src)
            m->tensors[m->n_tensors++] = map->slots[i];
        else if (!ignored(m->weights.tensors[i].name))
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                            "tensor '%s' is left over: %s has none of this name",
                            mzg_quote(q, m->weights.tensors[i].name), map->work->arch->name);
    }
    return MZG_OK;
}

void mzg_arch_add(struct mzg_model *m, const char *name, const float *values, uint64_t n)
{
    struct mzg_model_tensor *t = &m->tensors[m->n_tensors++];

    *t = (struct mzg_model_tensor){.values = values, .n_dims = 1, .ne = {n, 1, 1, 1}};
    snprintf(t->name, sizeof t->name, "%s", name);
}

enum mzg_code mzg_arch_map(const struct mzg_arch_work *work, struct mzg_model *m,
                           struct mzg_err *e)
{
    const struct mzg_arch *arch = work->arch;
    struct map map = {.work = work, .m = m};
    enum mzg_code code = MZG_OK;

    map.bare = !mzg_weights_find(&m->weights, arch->tensors[0].source);
    m->n_tensors = 0;
    m->tensors = mzg_arena_alloc(&m->arena, m->weights.n_tensors + MZG_ARCH_COMPUTED,
                                 sizeof *m->tensors);
    map.slots = calloc(m->weights.n_tensors + 1, sizeof *map.slots);
    if (!m->tensors || !map.slots)
        code = mzg_fail_memory(e, "tensor table");
    for (size_t i = 0; i < arch->n_tensors && code == MZG_OK; i++) {
        const struct mzg_arch_tensor *row = &arch->tensors[i];
        uint64_t n = strchr(row->source, '#') ? work->hparams->layers : 1;
        for (uint64_t layer = 0; layer < n && code == MZG_OK; layer++)
            code = map_one(&map, row, layer, e);
    }
    if (code == MZG_OK && arch->compute)
        code = arch->compute(work, m, e);
    if (code == MZG_OK)
        code = collect(&map, e);
    free(map.slots);
    return code;
}
