/* object.c: one object: its bytes as they come, then its content in its places. */
#include "inside.h"

#include <string.h>

/* ---- content ---- */

enum mzg_code mzg_arrival_write(struct mzg_arrival *a, size_t i, const uint8_t *content,
                                struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    for (size_t k = a->first[i]; k < a->first[i + 1] && !code; k++) {
        const struct mzg_arrival_place *p = &a->places[k];
        if (a->files[p->file].fd < 0)
            continue;
        code = mzg_output_write_at(&a->files[p->file], p->offset, content, p->chunk->length, e);
        a->dirty[p->file] = true;
    }
    if (!code)
        code = mzg_ledger_add(&a->ledger, (uint32_t)i, e);
    if (!code)
        a->entries[i] = MZG_ENTRY_CLAIMED;
    return code;
}

enum mzg_code mzg_arrival_holds(struct mzg_arrival *a, size_t i, bool *sound, struct mzg_err *e)
{
    uint8_t digest[MZG_SHA256_BYTES];
    enum mzg_code code = MZG_OK;
    *sound = true;
    for (size_t k = a->first[i]; k < a->first[i + 1] && !code && *sound; k++) {
        const struct mzg_arrival_place *p = &a->places[k];
        if (a->files[p->file].fd < 0)
            continue;
        code = mzg_output_read(&a->files[p->file], p->offset, a->content, p->chunk->length, sound, e);
        if (code || !*sound)
            break;
        mzg_sha256_of(a->content, p->chunk->length, digest);
        *sound = memcmp(digest, p->chunk->sha256, sizeof digest) == 0;
    }
    return code;
}

bool mzg_arrival_decode(struct mzg_arrival *a, const struct mzg_chunk *c, const uint8_t *stored)
{
    uint8_t digest[MZG_SHA256_BYTES];
    struct mzg_err fault;
    mzg_sha256_of(stored, c->stored, digest);
    if (memcmp(digest, c->object, sizeof digest) != 0 ||
        mzg_coder_decode(a->decoder, c->codec, stored, c->stored, a->content, c->length, &fault))
        return false;
    mzg_sha256_of(a->content, c->length, digest);
    return memcmp(digest, c->sha256, sizeof digest) == 0;
}

/* ---- in flight ---- */

static struct mzg_partial *find(struct mzg_arrival *a, size_t object)
{
    for (size_t k = 0; k < MZG_ARRIVAL_FLIGHT; k++) {
        if (a->flight[k].object == object)
            return &a->flight[k].partial;
    }
    return NULL;
}

static void land(struct mzg_arrival *a, size_t i, bool remove)
{
    for (size_t k = 0; k < MZG_ARRIVAL_FLIGHT; k++) {
        if (a->flight[k].object != i)
            continue;
        mzg_partial_close(&a->flight[k].partial, remove);
        a->flight[k].object = SIZE_MAX;
    }
}

enum mzg_code mzg_arrival_begin(struct mzg_arrival *a, size_t i, uint32_t *have, struct mzg_err *e)
{
    const struct mzg_chunk *c = mzg_arrival_object(a, i);
    uint32_t there = mzg_partial_there(&a->folder, c->object, c->stored);
    struct mzg_partial *p = find(a, SIZE_MAX);
    if (!p)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "more than %d objects on their way",
                        MZG_ARRIVAL_FLIGHT);
    enum mzg_code code = mzg_partial_open(p, &a->folder, c->object, c->stored, e);
    if (code)
        return code;
    for (size_t k = 0; k < MZG_ARRIVAL_FLIGHT; k++) {
        if (&a->flight[k].partial == p)
            a->flight[k].object = i;
    }
    a->left = a->left + there - p->have;
    *have = p->have;
    return MZG_OK;
}

enum mzg_code mzg_arrival_take(struct mzg_arrival *a, size_t i, const void *data, size_t n,
                               struct mzg_err *e)
{
    struct mzg_partial *p = find(a, i);
    enum mzg_code code = mzg_partial_take(p, data, (uint32_t)n, e);
    a->left -= n;
    return code;
}

enum mzg_code mzg_arrival_forget(struct mzg_arrival *a, size_t i, struct mzg_err *e)
{
    struct mzg_partial *p = find(a, i);
    a->left += p->have;
    return mzg_partial_reset(p, e);
}

/* The object's own file stays until its content is on the disk (mzg_arrival_sync). */
enum mzg_code mzg_arrival_settle(struct mzg_arrival *a, size_t i, bool *sound, struct mzg_err *e)
{
    struct mzg_partial *p = find(a, i);
    const struct mzg_chunk *c = mzg_arrival_object(a, i);
    *sound = p->have == c->stored && mzg_arrival_decode(a, c, p->data);
    if (!*sound)
        return mzg_arrival_forget(a, i, e);
    enum mzg_code code = mzg_arrival_write(a, i, a->content, e);
    if (!code)
        land(a, i, false);
    return code;
}

void mzg_arrival_park(struct mzg_arrival *a, size_t i)
{
    land(a, i, false);
}

/* ---- sync ---- */

/* First the content, then the ledger that says so, then away with what it was made from. */
enum mzg_code mzg_arrival_sync(struct mzg_arrival *a, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    bool any = false;
    for (size_t k = 0; k < MZG_ARRIVAL_FLIGHT && !code; k++) {
        if (a->flight[k].object != SIZE_MAX)
            code = mzg_output_sync(&a->flight[k].partial.file, e);
    }
    for (size_t f = 0; f < a->m->n_files && !code; f++) {
        if (!a->dirty[f])
            continue;
        any = true;
        code = mzg_output_sync(&a->files[f], e);
        a->dirty[f] = code != MZG_OK;
    }
    if (!code && any)
        code = mzg_ledger_mark(&a->ledger, e);
    for (size_t i = 0; i < a->m->n_objects && !code && any; i++) {
        if (a->entries[i] != MZG_ENTRY_CLAIMED)
            continue;
        a->entries[i] = MZG_ENTRY_SETTLED;
        mzg_partial_remove(&a->folder, mzg_arrival_object(a, i)->object);
    }
    return code;
}
