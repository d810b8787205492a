/* A receiver's list: whatever the bytes, what is read is in bounds and can be looked for.
 * Covers: formats/bundle/carry/want.c formats/bundle/item.c */
#include "bundle/carry/want.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct mzg_want *w)
{
    uint8_t id[MZG_SHA256_BYTES] = {0};
    for (size_t i = 0; i < w->n_wants; i++) {
        if (!mzg_bundle_name_valid(w->wants[i].name) ||
            (*w->wants[i].version && !mzg_bundle_name_valid(w->wants[i].version)))
            abort();
    }
    for (size_t i = 0; i < w->n_objects; i++) {
        for (int k = 0; k < 8; k++)
            id[k] = (uint8_t)(w->objects[i] >> (56 - 8 * k));
        if (!mzg_want_has(w, id) || (i && w->objects[i - 1] >= w->objects[i]))
            abort();
    }
    if (w->n_wants > MZG_WANT_WANTS || w->n_bundles > MZG_WANT_BUNDLES || w->n_objects > MZG_WANT_OBJECTS)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mzg_want w;
    struct mzg_err e;
    if (mzg_want_parse(&w, (const char *)data, size, &e) == MZG_OK)
        check(&w);
    else if (e.offset != MZG_NO_OFFSET && e.offset > size)
        abort();
    mzg_want_clear(&w);
    return 0;
}
