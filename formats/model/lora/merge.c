/* merge.c: an adapter's tensors beside the base's. Names are told apart by as little as they differ: the base, or the
 * adapter, may have been saved from inside another model, whose prefix it then has. */
#include "adapter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct merge {
    struct mzg_source *source;
    const struct mzg_adapter *ad;
    const char *const *prefixes;
    struct mzg_name *names; /* of source's items, sorted */
    bool *replaced;         /* of the same items: by this adapter */
};

static enum mzg_code fail_part(const struct mzg_adapter_part *p, enum mzg_code code, const char *what,
                               struct mzg_err *e)
{
    const struct mzg_tensor *t = p->whole != NULL ? p->whole : p->a;
    char q[MZG_QUOTE];
    return mzg_fail(e, code, t->offset, "tensor '%s' %s", mzg_quote(q, t->name), what);
}

/* As it is, without one of the prefixes, or with one. */
static struct mzg_source_tensor *find(const struct merge *m, const char *target)
{
    const struct mzg_name *found = mzg_names_find(m->names, m->source->n, target);
    char name[512];
    for (size_t i = 0; found == NULL && m->prefixes != NULL && m->prefixes[i] != NULL; i++) {
        size_t n = strlen(m->prefixes[i]);
        if (strncmp(target, m->prefixes[i], n) == 0)
            found = mzg_names_find(m->names, m->source->n, target + n);
        if (found == NULL && (size_t)snprintf(name, sizeof name, "%s%s", m->prefixes[i], target) < sizeof name)
            found = mzg_names_find(m->names, m->source->n, name);
    }
    return found != NULL ? &m->source->items[found->index] : NULL;
}

/* Which way round: [out, in] as in a linear layer, or [in, out]. A square is as the config says. */
static bool is_turned(const struct merge *m, const struct mzg_adapter_part *p, const struct mzg_values *base)
{
    bool plain = p->a->ne[0] == base->ne[0] && p->b->ne[1] == base->ne[1];
    bool turned = p->a->ne[0] == base->ne[1] && p->b->ne[1] == base->ne[0];
    return turned && (p->embedding || !plain || m->ad->config.fan_in_fan_out);
}

static enum mzg_code change(struct merge *m, const struct mzg_adapter_part *p,
                            struct mzg_source_tensor *item, struct mzg_err *e)
{
    struct mzg_arena *arena = m->source->arena;
    const struct mzg_weights *w = &m->ad->weights;
    const struct mzg_values *a = mzg_values_stored(arena, w, p->a), *b = mzg_values_stored(arena, w, p->b);
    float scale = (float)(m->ad->scale * p->scale);
    char q[MZG_QUOTE];
    if (a == NULL || b == NULL)
        return mzg_fail_memory(e, "adapter");
    const struct mzg_values *v = mzg_values_merged(arena, item->values, a, b, is_turned(m, p, item->values), scale);
    if (v == NULL)
        return mzg_fail(e, MZG_MALFORMED, p->a->offset, "tensor '%s': with its lora_B it is a change of "
                        "[%llu, %llu], the base's is another shape", mzg_quote(q, p->a->name),
                        (unsigned long long)p->b->ne[1], (unsigned long long)p->a->ne[0]);
    item->values = v;
    return MZG_OK;
}

static enum mzg_code apply_part(struct merge *m, const struct mzg_adapter_part *p, uint64_t tied,
                                struct mzg_err *e)
{
    struct mzg_source_tensor *item = find(m, p->target);
    if (item == NULL)
        return fail_part(p, MZG_MALFORMED, "changes what the base has none of", e);
    if (item->values == NULL)
        return fail_part(p, MZG_UNSUPPORTED, "changes a tensor whose type cannot be read as weights", e);
    if (tied > 0 && item->values->n_dims == 2 && item->values->ne[1] == tied)
        return fail_part(p, MZG_UNSUPPORTED, "changes an embedding that is the output matrix too: only one of "
                         "the two is meant", e);
    if (p->whole == NULL)
        return change(m, p, item, e);
    size_t at = (size_t)(item - m->source->items);
    if (m->replaced[at])
        return fail_part(p, MZG_MALFORMED, "is there under two names", e);
    m->replaced[at] = true;
    item->values = mzg_values_instead(m->source->arena, item->values,
                                      mzg_values_stored(m->source->arena, &m->ad->weights, p->whole));
    return item->values != NULL ? MZG_OK : fail_part(p, MZG_MALFORMED, "has another shape than the base's", e);
}

enum mzg_code mzg_adapter_merge(struct mzg_source *s, const struct mzg_adapter *ad,
                                const char *const *prefixes, uint64_t tied, struct mzg_err *e)
{
    struct merge m = {.source = s, .ad = ad, .prefixes = prefixes,
                      .names = calloc(s->n + 1, sizeof *m.names),
                      .replaced = calloc(s->n + 1, sizeof *m.replaced)};
    char q[MZG_QUOTE];
    enum mzg_code rc = m.names != NULL && m.replaced != NULL ? MZG_OK : mzg_fail_memory(e, "tensor names");
    for (size_t i = 0; i < s->n && rc == MZG_OK; i++)
        m.names[i] = (struct mzg_name){s->items[i].name, i};
    if (rc == MZG_OK)
        mzg_names_sort(m.names, s->n);
    for (size_t i = 0; i < ad->n_parts && rc == MZG_OK; i++)
        rc = apply_part(&m, &ad->parts[i], tied, e);
    free(m.names);
    free(m.replaced);
    return rc == MZG_OK ? rc : mzg_prefix(e, "%s", mzg_quote(q, ad->path));
}
