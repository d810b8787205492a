#include "tally.h"

#include <stdlib.h>
#include <string.h>

void mzg_tally_init(struct mzg_tally *t)
{
    memset(t, 0, sizeof *t);
}

void mzg_tally_clear(struct mzg_tally *t)
{
    free(t->entries);
    free(t->slots);
    memset(t, 0, sizeof *t);
}

/* The slot that holds the object, or the free one where it belongs. A digest is its own hash. */
static uint32_t *find_slot(const struct mzg_tally *t, const uint8_t object[MZG_SHA256_BYTES])
{
    uint64_t h;
    memcpy(&h, object, sizeof h);
    for (size_t i = (size_t)h & (t->n_slots - 1);; i = (i + 1) & (t->n_slots - 1)) {
        uint32_t at = t->slots[i];
        if (!at || memcmp(t->entries[at - 1].object, object, MZG_SHA256_BYTES) == 0)
            return &t->slots[i];
    }
}

static struct mzg_tally_entry *find(const struct mzg_tally *t, const uint8_t object[MZG_SHA256_BYTES])
{
    uint32_t at = t->n ? *find_slot(t, object) : 0;
    return at ? &t->entries[at - 1] : NULL;
}

static enum mzg_code grow(struct mzg_tally *t, struct mzg_err *e)
{
    size_t room = t->room ? 2 * t->room : 1024;
    if (room > MZG_TALLY_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "manifests name more than %zu objects", MZG_TALLY_MAX);
    struct mzg_tally_entry *entries = realloc(t->entries, room * sizeof *entries);
    if (!entries)
        return mzg_fail_memory(e, "objects");
    t->entries = entries;
    uint32_t *slots = calloc(2 * room, sizeof *slots); /* never more than half full */
    if (!slots)
        return mzg_fail_memory(e, "objects");
    free(t->slots);
    t->slots = slots;
    t->n_slots = 2 * room;
    t->room = room;
    for (size_t i = 0; i < t->n; i++)
        *find_slot(t, t->entries[i].object) = (uint32_t)(i + 1);
    return MZG_OK;
}

static enum mzg_code add_one(struct mzg_tally *t, const struct mzg_chunk *c, struct mzg_err *e)
{
    struct mzg_tally_entry *x = find(t, c->object);
    if (!x && t->n == t->room && grow(t, e))
        return e->code;
    if (!x) {
        x = &t->entries[t->n++];
        *x = (struct mzg_tally_entry){.stored = c->stored};
        memcpy(x->object, c->object, sizeof x->object);
        *find_slot(t, c->object) = (uint32_t)t->n;
    }
    t->bytes += x->uses++ ? 0 : x->stored;
    return MZG_OK;
}

enum mzg_code mzg_tally_add(struct mzg_tally *t, const struct mzg_manifest *m, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    for (size_t f = 0; f < m->n_files; f++) {
        for (size_t i = 0; i < m->files[f].n_chunks && !code; i++) {
            if (m->files[f].chunks[i].first)
                code = add_one(t, &m->files[f].chunks[i], e);
        }
    }
    return code;
}

void mzg_tally_remove(struct mzg_tally *t, const struct mzg_manifest *m)
{
    for (size_t f = 0; f < m->n_files; f++) {
        for (size_t i = 0; i < m->files[f].n_chunks; i++) {
            const struct mzg_chunk *c = &m->files[f].chunks[i];
            struct mzg_tally_entry *x = c->first ? find(t, c->object) : NULL;
            if (x && x->uses > 0)
                t->bytes -= --x->uses ? 0 : x->stored;
        }
    }
}

bool mzg_tally_names(const struct mzg_tally *t, const uint8_t object[MZG_SHA256_BYTES])
{
    const struct mzg_tally_entry *x = find(t, object);
    return x && x->uses > 0;
}
