#include "arch.h"
#include "../../base/text.h"
#include "families.h"
#include "canon.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define X(name) extern const struct mzg_arch mzg_arch_##name;
MZG_FAMILIES(X)
#undef X

static const struct mzg_arch *const archs[] = {
#define X(name) &mzg_arch_##name,
    MZG_FAMILIES(X)
#undef X
};

#define SOURCE_NAME 128
#define OUT_MAX ((size_t)4 * MZG_TENSORS_MAX)

const struct mzg_arch *mzg_arch_find(const struct mzg_config *c, bool *by_type)
{
    *by_type = false;
    for (size_t i = 0; i < sizeof archs / sizeof *archs; i++) {
        if (mzg_text_among(archs[i]->classes, c->class) && (!archs[i]->fits || archs[i]->fits(c)))
            return archs[i];
    }
    *by_type = true;
    for (size_t i = 0; i < sizeof archs / sizeof *archs; i++) {
        if (mzg_text_among(archs[i]->model_types, c->model_type) && (!archs[i]->fits || archs[i]->fits(c)))
            return archs[i];
    }
    return NULL;
}

const struct mzg_arch *mzg_arch_of_numbers(const struct mzg_weights *w)
{
    int64_t n;

    for (size_t i = 0; i < sizeof archs / sizeof *archs; i++) {
        if (archs[i]->numbers && mzg_weights_number(w, archs[i]->numbers[0].name, &n))
            return archs[i];
    }
    return NULL;
}

bool mzg_arch_takes_experts(const struct mzg_arch *arch)
{
    for (size_t i = 0; i < arch->n_tensors; i++) {
        const struct mzg_arch_tensor *row = &arch->tensors[i];
        if (strchr(row->source, '@') || row->rows == MZG_DIM_EXPERTS || row->planes == MZG_DIM_EXPERTS)
            return true;
    }
    return false;
}

enum mzg_code mzg_arch_fail_key(enum mzg_code code, const char *key, const char *what,
                                struct mzg_err *e)
{
    return mzg_fail(e, code, MZG_NO_OFFSET, "config.json: key '%s' %s", key, what);
}

/* ---- one tensor ---- */

struct map {
    const struct mzg_arch_work *work;
    const struct mzg_source *source;
    struct mzg_model *m;
    struct mzg_canon canon;
    struct mzg_model_tensor *out;
    size_t n_out, room;
};

/* The pattern with the layer's number in place of '#' or '%', the expert's or head's in place of the others. */
static void expand(char *out, size_t room, const char *pattern, uint64_t layer, uint64_t part)
{
    size_t at = 0;

    for (; *pattern && at + 1 < room; pattern++) {
        if (strchr("#%@$&!", *pattern))
            at += (size_t)snprintf(out + at, room - at, "%llu",
                                   (unsigned long long)(strchr("#%", *pattern) ? layer : part));
        else
            out[at++] = *pattern;
    }
    out[at < room ? at : room - 1] = '\0';
}

static uint64_t dim_of(const struct mzg_hparams *h, enum mzg_dim dim)
{
    const uint64_t dims[MZG_DIM_COUNT] = {
        [MZG_DIM_1] = 1,
        [MZG_DIM_EMBD] = h->embd,
        [MZG_DIM_FF] = h->ff,
        [MZG_DIM_Q] = h->heads * h->head_dim,
        [MZG_DIM_KV] = h->heads_kv * h->head_dim,
        [MZG_DIM_HEAD] = h->head_dim,
        [MZG_DIM_VOCAB] = h->vocab,
        [MZG_DIM_EXPERTS] = h->experts,
        [MZG_DIM_EXPERT_FF] = h->expert_ff,
        [MZG_DIM_ANY] = UINT64_MAX,
    };

    return dim >= MZG_DIM_X0 && dim <= MZG_DIM_X5 ? h->own[dim - MZG_DIM_X0] : dims[dim];
}

/* Sources that a row is stacked from, *n being how many; false: it has one. */
static bool is_stacked(const struct mzg_hparams *h, const struct mzg_arch_tensor *row, uint64_t *n)
{
    const char *mark = strpbrk(row->source, "@$&!");

    *n = !mark ? 1 : *mark == '@' ? h->experts : *mark == '$' ? h->heads
       : *mark == '&' ? h->heads_kv : h->parts;
    return mark != NULL;
}

/* The shape that is due, in ggml's order. */
static void due_shape(const struct map *map, const struct mzg_arch_tensor *row, struct mzg_making *mk)
{
    const struct mzg_hparams *h = map->work->hparams;
    uint64_t n;
    bool stacked = is_stacked(h, row, &n);
    const uint64_t dims[MZG_VALUE_DIMS] = {dim_of(h, row->width), dim_of(h, row->rows),
                                           dim_of(h, row->planes), n};
    const bool given[MZG_VALUE_DIMS] = {true, row->rows != MZG_DIM_1, row->planes != MZG_DIM_1,
                                        stacked};

    mk->n_dims = 0;
    for (unsigned d = 0; d < MZG_VALUE_DIMS; d++) {
        if (given[d])
            mk->ne[mk->n_dims++] = dims[d];
    }
    for (unsigned d = mk->n_dims; d < MZG_VALUE_DIMS; d++)
        mk->ne[d] = 1;
}

static bool has_shape(const struct mzg_values *v, const struct mzg_making *mk)
{
    bool same = v->n_dims == mk->n_dims;

    for (unsigned d = 0; d < mk->n_dims; d++)
        same = same && (mk->ne[d] == UINT64_MAX || v->ne[d] == mk->ne[d]);
    return same;
}

static void print_shape(char *out, size_t room, const uint64_t *ne, unsigned n_dims)
{
    size_t at = 0;

    out[0] = '\0';
    for (unsigned d = n_dims; d-- > 0 && at < room - 1;) {
        if (ne[d] == UINT64_MAX)
            at += (size_t)snprintf(out + at, room - at, "%sany", at ? ", " : "");
        else
            at += (size_t)snprintf(out + at, room - at, "%s%llu", at ? ", " : "",
                                   (unsigned long long)ne[d]);
    }
}

static enum mzg_code fail_shape(const struct map *map, const struct mzg_source_tensor *t,
                                const struct mzg_making *mk, bool made, struct mzg_err *e)
{
    char q[MZG_QUOTE], found[96], due[96];

    print_shape(found, sizeof found, t->values->ne, t->values->n_dims);
    print_shape(due, sizeof due, mk->ne, mk->n_dims);
    return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                    "tensor '%s': its shape is [%s], %s gives [%s]%s", mzg_quote(q, t->name),
                    found, map->work->config->file, due, made ? " for what is made of it" : "");
}

/* Whether another row of the same name, or only one before it, has its source. */
static bool has_other(const struct map *map, const struct mzg_arch_tensor *row, uint64_t layer, bool before)
{
    const struct mzg_arch *arch = map->work->arch;
    char name[SOURCE_NAME];

    for (size_t i = 0; i < arch->n_tensors; i++) {
        const struct mzg_arch_tensor *other = &arch->tensors[i];
        if (other == row && before)
            break;
        if (other == row || strcmp(other->name, row->name) != 0)
            continue;
        expand(name, sizeof name, other->source, layer, 0);
        if (mzg_canon_find(&map->canon, name))
            return true;
    }
    return false;
}

static bool may_miss(const struct map *map, const struct mzg_arch_tensor *row, uint64_t layer)
{
    bool headless = map->work->hparams->tied || map->canon.bare;

    return map->work->partial || (row->flags & MZG_ROW_OPTIONAL) ||
           ((row->flags & MZG_ROW_HEAD) && headless) ||
           ((row->flags & MZG_ROW_LATER) && layer > 0) ||
           ((row->flags & MZG_ROW_EITHER) && has_other(map, row, layer, false));
}

static enum mzg_code fail_missing(const struct map *map, const char *name, struct mzg_err *e)
{
    char full[SOURCE_NAME + 64];

    mzg_canon_full(&map->canon, name, full, sizeof full);
    if (map->work->partial)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "tensor '%s' is not changed, and others are with which it "
                        "becomes one", full);
    return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "tensor '%s' is missing", full);
}

/* The row's source; all experts' or heads' as one. *t: the first of them; NULL where there is none and may be. */
static enum mzg_code take_source(struct map *map, const struct mzg_arch_tensor *row, struct mzg_making *mk,
                                 struct mzg_source_tensor **t, struct mzg_err *e)
{
    uint64_t n;
    bool stacked = is_stacked(map->work->hparams, row, &n);
    const struct mzg_values **parts = calloc(n + 1, sizeof *parts);
    enum mzg_code code = parts ? MZG_OK : mzg_fail_memory(e, "experts");
    char name[SOURCE_NAME], q[MZG_QUOTE];

    *t = NULL;
    for (uint64_t i = 0; i < n && code == MZG_OK; i++) {
        expand(name, sizeof name, row->source, mk->layer, i);
        struct mzg_source_tensor *found = mzg_canon_take(&map->canon, name);
        if (!found && i == 0 && may_miss(map, row, mk->layer))
            break;
        if (!found)
            code = fail_missing(map, name, e);
        else if (!found->values)
            code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                            "tensor '%s': its type %s cannot be read as weights",
                            mzg_quote(q, found->name), found->stored->type_name);
        else if (i > 0 && memcmp(found->values->ne, parts[0]->ne, sizeof parts[0]->ne) != 0)
            code = mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                            "tensor '%s': its shape differs from that of the first of them",
                            mzg_quote(q, found->name));
        else
            parts[i] = found->values;
        if (i == 0)
            *t = found;
    }
    if (code == MZG_OK && *t) {
        mk->values = stacked ? mzg_values_stacked(&map->m->arena, parts, n) : parts[0];
        if (!mk->values)
            code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "tensor '%s': parts of %u dimensions",
                            mzg_quote(q, (*t)->name), parts[0]->n_dims);
    }
    free(parts);
    return code;
}

static enum mzg_code grow(struct map *map, struct mzg_err *e)
{
    if (map->n_out < map->room)
        return MZG_OK;
    if (map->room >= OUT_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "more than %zu tensors", OUT_MAX);
    size_t room = map->room ? 2 * map->room : 256;
    struct mzg_model_tensor *out = realloc(map->out, room * sizeof *out);
    if (!out)
        return mzg_fail_memory(e, "tensor table");
    map->out = out;
    map->room = room;
    return MZG_OK;
}

static enum mzg_code append(struct map *map, const struct mzg_making *mk,
                            const struct mzg_source_tensor *t, const struct mzg_values *v,
                            struct mzg_err *e)
{
    enum mzg_code code = grow(map, e);

    if (code != MZG_OK)
        return code;
    struct mzg_model_tensor *slot = &map->out[map->n_out++];
    *slot = (struct mzg_model_tensor){.n_dims = mk->n_dims};
    expand(slot->name, sizeof slot->name, mk->row->name, mk->layer, 0);
    mzg_model_from(slot, v, v == t->values ? t->stored : NULL);
    return MZG_OK;
}

static bool of_other_layers(const struct map *map, const struct mzg_arch_tensor *row, uint64_t layer)
{
    const struct mzg_arch_work *work = map->work;

    if (!(row->flags & (MZG_ROW_ATTENTION | MZG_ROW_OTHER)))
        return false;
    return work->arch->attends(work->config, layer) != ((row->flags & MZG_ROW_ATTENTION) != 0);
}

static enum mzg_code map_one(struct map *map, const struct mzg_arch_tensor *row, uint64_t layer,
                             struct mzg_err *e)
{
    struct mzg_making mk = {.h = map->work->hparams, .row = row, .layer = layer,
                            .arena = &map->m->arena};
    struct mzg_source_tensor *t;
    char name[SOURCE_NAME];

    if (of_other_layers(map, row, layer))
        return MZG_OK;
    if ((row->flags & MZG_ROW_ELSE) && map->work->partial)
        return MZG_OK;
    if ((row->flags & MZG_ROW_ELSE) && has_other(map, row, layer, true)) {
        expand(name, sizeof name, row->source, layer, 0);
        (void)mzg_canon_take(&map->canon, name);
        return MZG_OK;
    }
    due_shape(map, row, &mk);
    enum mzg_code code = take_source(map, row, &mk, &t, e);
    if (code != MZG_OK || !t)
        return code;
    const struct mzg_values *v = row->how ? row->how(&mk) : mk.values;
    if (!v || !has_shape(v, &mk))
        return fail_shape(map, t, &mk, row->how != NULL, e);
    return append(map, &mk, t, v, e);
}

/* ---- all of them ---- */

/* One that was not taken is left over. */
static enum mzg_code check_all_taken(const struct map *map, struct mzg_err *e)
{
    const struct mzg_source_tensor *left = mzg_canon_left(&map->canon);
    char q[MZG_QUOTE];

    return !left ? MZG_OK
                 : mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                            "tensor '%s' is left over: %s has none of this name",
                            mzg_quote(q, left->name), map->work->arch->name);
}

/* As one reading meets the last stored tensor of each; those that share it by name. */
static int by_place(const void *a, const void *b)
{
    const struct mzg_model_tensor *x = a, *y = b;

    if (x->src->file != y->src->file)
        return x->src->file < y->src->file ? -1 : 1;
    if (x->src->offset != y->src->offset)
        return x->src->offset < y->src->offset ? -1 : 1;
    return strcmp(x->name, y->name);
}

static enum mzg_code collect(struct map *map, struct mzg_err *e)
{
    struct mzg_model *m = map->m;

    if (map->n_out > 0)
        qsort(map->out, map->n_out, sizeof *map->out, by_place);
    m->n_tensors = 0;
    m->tensors = mzg_arena_alloc(&m->arena, map->n_out + MZG_ARCH_COMPUTED, sizeof *m->tensors);
    if (!m->tensors)
        return mzg_fail_memory(e, "tensor table");
    bool computes = map->work->arch->compute && !map->work->partial;
    enum mzg_code code = computes ? map->work->arch->compute(map->work, m, e) : MZG_OK;
    if (map->n_out > 0)
        memcpy(m->tensors + m->n_tensors, map->out, map->n_out * sizeof *map->out);
    m->n_tensors += map->n_out;
    return code;
}

void mzg_arch_add(struct mzg_model *m, const char *name, const float *values, uint64_t n)
{
    struct mzg_model_tensor *t = &m->tensors[m->n_tensors++];

    *t = (struct mzg_model_tensor){.values = values, .n_dims = 1, .ne = {n, 1, 1, 1}};
    snprintf(t->name, sizeof t->name, "%s", name);
}

static void notice_left(const struct mzg_arch_work *work, const struct mzg_canon *canon)
{
    char q[MZG_QUOTE];

    if (canon->left > 0)
        mzg_notice(work->notify, "%zu tensors are left out, '%s' the first: a %s file is the language model "
                   "alone", canon->left, mzg_quote(q, canon->left_first), work->arch->name);
}

enum mzg_code mzg_arch_map(const struct mzg_arch_work *work, const struct mzg_source *source,
                           struct mzg_model *m, struct mzg_err *e)
{
    const struct mzg_arch *arch = work->arch;
    struct map map = {.work = work, .source = source, .m = m};
    enum mzg_code code = mzg_canon_init(&map.canon, arch, source, e);

    notice_left(work, &map.canon);
    for (size_t i = 0; i < arch->n_tensors && code == MZG_OK; i++) {
        const struct mzg_arch_tensor *row = &arch->tensors[i];
        uint64_t n = strchr(row->source, '#')   ? work->hparams->layers
                     : strchr(row->source, '%') ? work->hparams->decoder_layers
                                                : 1;
        for (uint64_t layer = 0; layer < n && code == MZG_OK; layer++)
            code = map_one(&map, row, layer, e);
    }
    if (code == MZG_OK)
        code = check_all_taken(&map, e);
    if (code == MZG_OK)
        code = collect(&map, e);
    mzg_canon_clear(&map.canon);
    free(map.out);
    return code;
}
