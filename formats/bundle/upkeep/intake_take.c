/* intake_take.c: one object: its bytes as they come, then its file. */
#include "intake_inside.h"

#include <stdlib.h>
#include <string.h>

static struct mzg_intake *of(struct mzg_receiver *r)
{
    return (struct mzg_intake *)r;
}

static const struct mzg_intake *of_const(const struct mzg_receiver *r)
{
    return (const struct mzg_intake *)r;
}

/* ---- what is missing ---- */

static size_t count(const struct mzg_receiver *r)
{
    return (size_t)of_const(r)->m->n_objects;
}

static const struct mzg_chunk *object(const struct mzg_receiver *r, size_t i)
{
    return of_const(r)->chunks[i];
}

static bool missing(const struct mzg_receiver *r, size_t i)
{
    return of_const(r)->entries[i] == MZG_ENTRY_NONE;
}

static uint64_t left(const struct mzg_receiver *r)
{
    return of_const(r)->left;
}

/* ---- in flight ---- */

static struct mzg_partial *find(struct mzg_intake *x, size_t object)
{
    for (size_t k = 0; k < MZG_RECEIVER_FLIGHT; k++) {
        if (x->flight[k].object == object)
            return &x->flight[k].partial;
    }
    return NULL;
}

static void park(struct mzg_receiver *r, size_t i)
{
    struct mzg_intake *x = of(r);
    for (size_t k = 0; k < MZG_RECEIVER_FLIGHT; k++) {
        if (x->flight[k].object != i)
            continue;
        mzg_partial_close(&x->flight[k].partial, false);
        x->flight[k].object = SIZE_MAX;
    }
}

static enum mzg_code begin(struct mzg_receiver *r, size_t i, uint32_t *have, struct mzg_err *e)
{
    struct mzg_intake *x = of(r);
    const struct mzg_chunk *c = x->chunks[i];
    uint32_t there = mzg_partial_there(&x->parts, c->object, c->stored);
    struct mzg_partial *p = find(x, SIZE_MAX);
    if (!p)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "more than %d objects on their way", MZG_RECEIVER_FLIGHT);
    enum mzg_code code = mzg_partial_open(p, &x->parts, c->object, c->stored, e);
    if (code)
        return code;
    for (size_t k = 0; k < MZG_RECEIVER_FLIGHT; k++) {
        if (&x->flight[k].partial == p)
            x->flight[k].object = i;
    }
    x->left = x->left + there - p->have;
    *have = p->have;
    return MZG_OK;
}

static enum mzg_code take(struct mzg_receiver *r, size_t i, const void *data, size_t n, struct mzg_err *e)
{
    struct mzg_intake *x = of(r);
    enum mzg_code code = mzg_partial_take(find(x, i), data, (uint32_t)n, e);
    x->left -= n;
    return code;
}

static enum mzg_code forget(struct mzg_receiver *r, size_t i, struct mzg_err *e)
{
    struct mzg_intake *x = of(r);
    struct mzg_partial *p = find(x, i);
    x->left += p->have;
    return mzg_partial_reset(p, e);
}

/* ---- the object's file ---- */

/* Synced and named; the ledger that says so follows, then what they were made from goes. */
static enum mzg_code flush(struct mzg_intake *x, struct mzg_err *e)
{
    size_t done[MZG_INTAKE_BATCH], n = x->n_batch;
    enum mzg_code code = MZG_OK;
    x->n_batch = 0;
    for (size_t k = 0; k < n; k++) {
        done[k] = x->batch[k].object;
        if (!code)
            code = mzg_output_commit(&x->batch[k].file, e);
        if (!code)
            code = mzg_ledger_add(&x->ledger, (uint32_t)done[k], e);
        mzg_output_abandon(&x->batch[k].file);
    }
    if (!code && n)
        code = mzg_ledger_mark(&x->ledger, e);
    for (size_t k = 0; k < n && !code; k++) {
        x->entries[done[k]] = MZG_ENTRY_SETTLED;
        mzg_partial_remove(&x->parts, x->chunks[done[k]]->object);
    }
    return code;
}

static enum mzg_code write_object(struct mzg_intake *x, size_t i, const uint8_t *stored, struct mzg_err *e)
{
    char path[MZG_OBJECT_PATH];
    struct mzg_output o;
    enum mzg_code code = x->n_batch == MZG_INTAKE_BATCH ? flush(x, e) : MZG_OK;
    if (code)
        return code;
    mzg_object_path(x->chunks[i]->object, path);
    code = mzg_output_open_at(&o, x->repo, path, 0666, e);
    if (!code)
        code = mzg_output_write(&o, stored, x->chunks[i]->stored, e);
    if (code) {
        mzg_output_abandon(&o);
        return code;
    }
    x->batch[x->n_batch].object = i;
    x->batch[x->n_batch++].file = o;
    x->entries[i] = MZG_ENTRY_CLAIMED;
    return MZG_OK;
}

static enum mzg_code settle(struct mzg_receiver *r, size_t i, bool *sound, struct mzg_err *e)
{
    struct mzg_intake *x = of(r);
    const struct mzg_partial *p = find(x, i);
    uint8_t digest[MZG_SHA256_BYTES];
    mzg_sha256_of(p->data, p->have, digest);
    *sound = p->have == x->chunks[i]->stored && memcmp(digest, x->chunks[i]->object, sizeof digest) == 0;
    if (!*sound)
        return forget(r, i, e);
    enum mzg_code code = write_object(x, i, p->data, e);
    if (!code)
        park(r, i);
    return code;
}

/* ---- sync ---- */

static enum mzg_code sync_all(struct mzg_receiver *r, struct mzg_err *e)
{
    struct mzg_intake *x = of(r);
    enum mzg_code code = MZG_OK;
    for (size_t k = 0; k < MZG_RECEIVER_FLIGHT && !code; k++) {
        if (x->flight[k].object != SIZE_MAX)
            code = mzg_output_sync(&x->flight[k].partial.file, e);
    }
    return code ? code : flush(x, e);
}

/* Each was checked when it came, and named when it was on the disk. */
static enum mzg_code finish(struct mzg_receiver *r, size_t *damaged, struct mzg_err *e)
{
    *damaged = 0;
    return sync_all(r, e);
}

const struct mzg_receiver mzg_intake_functions = {
    .count = count, .object = object, .missing = missing, .left = left, .begin = begin, .take = take,
    .settle = settle, .forget = forget, .park = park, .sync = sync_all, .finish = finish,
};
