/* mirror_choose.c: which bundles of a source are wanted. */
#include "mirroring.h"

#include <stdlib.h>
#include <string.h>

static int by_age(const void *x, const void *y)
{
    const struct mzg_catalog_entry *a = *(const struct mzg_catalog_entry *const *)x;
    const struct mzg_catalog_entry *b = *(const struct mzg_catalog_entry *const *)y;
    int names = strcmp(a->name, b->name);
    if (names)
        return names;
    if (a->sequence != b->sequence)
        return a->sequence > b->sequence ? -1 : 1;
    return strcmp(b->version, a->version);
}

struct choosing {
    const struct mzg_catalog_entry **sorted;
    size_t n_sorted;
    struct mzg_mirror_item *items;
    size_t n;
};

/* Twice the same is once. */
static void add(struct choosing *k, const char *name, const char *version,
                const struct mzg_catalog_entry *entry, bool asked)
{
    for (size_t i = k->n; i-- > 0;) {
        struct mzg_mirror_item *t = &k->items[i];
        if (strcmp(t->is.version, version) == 0 && strcmp(t->is.name, name) == 0) {
            t->asked |= asked;
            return;
        }
    }
    struct mzg_mirror_item *t = &k->items[k->n++];
    *t = (struct mzg_mirror_item){.entry = entry, .asked = asked};
    memcpy(t->is.name, name, strlen(name) + 1);
    memcpy(t->is.version, version, strlen(version) + 1);
}

/* The newest `most` of a name; NULL: of each. */
static size_t add_newest(struct choosing *k, const char *name, unsigned most)
{
    size_t found = 0;
    unsigned taken = 0;
    for (size_t i = 0; i < k->n_sorted; i++) {
        const struct mzg_catalog_entry *t = k->sorted[i];
        if (name && strcmp(t->name, name) != 0)
            continue;
        if (i == 0 || strcmp(t->name, k->sorted[i - 1]->name) != 0)
            taken = 0;
        if (taken++ < most)
            add(k, t->name, t->version, t, name != NULL);
        found++;
    }
    return found;
}

static enum mzg_code add_wanted(struct choosing *k, const struct mzg_select *s, bool absent, unsigned most,
                                struct mzg_err *e)
{
    if (!*s->version && add_newest(k, s->name, most))
        return MZG_OK;
    for (size_t i = 0; *s->version && i < k->n_sorted; i++) {
        const struct mzg_catalog_entry *t = k->sorted[i];
        if (strcmp(t->name, s->name) == 0 && strcmp(t->version, s->version) == 0) {
            add(k, t->name, t->version, t, true);
            return MZG_OK;
        }
    }
    if (!*s->version || !absent)
        return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "holds no bundle %s%s%s", s->name, *s->version ? "@" : "",
                        s->version);
    add(k, s->name, s->version, NULL, true);
    return MZG_OK;
}

enum mzg_code mzg_mirroring_choose(const struct mzg_catalog *c, bool absent, const struct mzg_mirror_wish *w,
                                   struct mzg_mirror_item **items, size_t *n, struct mzg_err *e)
{
    unsigned most = w->keep ? w->keep : 1;
    struct choosing k = {.n_sorted = c->n};
    enum mzg_code code = MZG_OK;
    k.sorted = calloc(c->n + 1, sizeof(const struct mzg_catalog_entry *));
    k.items = calloc(c->n + w->n_selects + 1, sizeof *k.items);
    if (!k.sorted || !k.items)
        code = mzg_fail_memory(e, "bundles");
    for (size_t i = 0; i < c->n && !code; i++)
        k.sorted[i] = &c->entries[i];
    if (!code)
        qsort(k.sorted, c->n, sizeof(const struct mzg_catalog_entry *), by_age);
    if (!code && !w->n_selects)
        (void)add_newest(&k, NULL, most);
    for (size_t i = 0; i < w->n_selects && !code; i++)
        code = add_wanted(&k, &w->selects[i], absent, most, e);
    free(k.sorted);
    *items = k.items;
    *n = k.n;
    return code;
}
