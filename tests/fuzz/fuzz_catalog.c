/* A repository's index: whatever the bytes, an entry that is read is one that can be asked for.
 * Covers: formats/bundle/catalog.c formats/bundle/item.c */
#include "bundle/catalog.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct mzg_catalog *c)
{
    struct mzg_select s;
    struct mzg_err e;
    const struct mzg_catalog_entry *t = NULL;
    for (size_t i = 0; i < c->n; i++) {
        const struct mzg_catalog_entry *x = &c->entries[i];
        if (!mzg_bundle_name_valid(x->name) || !mzg_bundle_name_valid(x->version) || x->sequence < 1 ||
            !mzg_date_valid(x->created) || x->manifest_bytes < 1 || x->manifest_bytes > MZG_MANIFEST_MAX)
            abort();
        strcpy(s.name, x->name);
        strcpy(s.version, x->version);
        if (mzg_catalog_select(c, &s, &t, &e) || strcmp(t->version, x->version) != 0)
            abort();
    }
    if (mzg_select_parse(&s, NULL, &e) ||
        (mzg_catalog_select(c, &s, &t, &e) && e.code != MZG_IO && e.code != MZG_USAGE))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mzg_catalog c;
    struct mzg_err e;
    if (mzg_catalog_parse(&c, (const char *)data, size, &e) == MZG_OK)
        check(&c);
    else if (c.n || (e.offset != MZG_NO_OFFSET && e.offset > size))
        abort();
    mzg_catalog_clear(&c);
    return 0;
}
