#include "freight.h"

#include "../excerpt.h"
#include "../objects.h"
#include "../opened.h"
#include <stdlib.h>
#include <string.h>

void mzg_freight_clear(struct mzg_freight *p)
{
    mzg_index_clear(&p->seen);
    free(p->bundles);
    free(p->items);
    p->bundles = NULL;
    p->items = NULL;
    p->n_bundles = p->n_items = 0;
}

/* ---- items ---- */

static enum mzg_code add_item(struct mzg_freight *p, const struct mzg_cargo *c, struct mzg_err *e)
{
    if (p->n_items == MZG_FREIGHT_ITEMS)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET,
                        "more than %zu objects at once: name fewer bundles", MZG_FREIGHT_ITEMS);
    if (p->n_items == p->room) {
        size_t room = p->room ? 2 * p->room : 1024;
        struct mzg_cargo *items = realloc(p->items, room * sizeof *items);
        if (!items)
            return mzg_fail_memory(e, "freight");
        p->items = items;
        p->room = room;
    }
    p->items[p->n_items++] = *c;
    return MZG_OK;
}

static enum mzg_code add_document(struct mzg_freight *p, enum mzg_part_kind kind, const char *text, size_t n,
                                  struct mzg_err *e)
{
    struct mzg_cargo c = {.kind = (uint8_t)kind, .size = (uint32_t)n, .bundle = (uint32_t)p->n_bundles};
    const struct mzg_select *is = &p->bundles[p->n_bundles].is.is;
    char path[MZG_REPO_PATH];
    mzg_repo_path(path, is->name, is->version,
                  kind == MZG_PART_MANIFEST ? MZG_REPO_MANIFEST : MZG_REPO_ENVELOPE);
    mzg_part_document_key(path, c.key);
    mzg_sha256_of(text, n, c.digest);
    return add_item(p, &c, e);
}

static enum mzg_code add_object(struct mzg_freight *p, const struct mzg_chunk *chunk, struct mzg_err *e)
{
    struct mzg_cargo c = {.kind = MZG_PART_OBJECT, .size = chunk->stored, .bundle = (uint32_t)p->n_bundles};
    struct mzg_chunk itself = *chunk;
    memcpy(itself.sha256, chunk->object, sizeof itself.sha256);
    if (!chunk->first || (p->list && mzg_want_has(p->list, chunk->object)) ||
        mzg_index_find(&p->seen, chunk->object))
        return MZG_OK;
    memcpy(c.key, chunk->object, sizeof c.key);
    memcpy(c.digest, chunk->object, sizeof c.digest);
    enum mzg_code code = mzg_index_add(&p->seen, &itself, e);
    return code ? code : add_item(p, &c, e);
}

/* ---- bundles ---- */

static enum mzg_code open_bundle(struct mzg_freight *p, struct mzg_err *e)
{
    if (p->n_bundles == MZG_WANT_BUNDLES)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "more than %d bundles at once", MZG_WANT_BUNDLES);
    if (p->n_bundles == p->bundle_room) {
        size_t larger = p->bundle_room ? 2 * p->bundle_room : 64;
        struct mzg_freight_bundle *bundles = realloc(p->bundles, larger * sizeof *bundles);
        if (!bundles)
            return mzg_fail_memory(e, "freight");
        p->bundles = bundles;
        p->bundle_room = larger;
    }
    p->bundles[p->n_bundles] = (struct mzg_freight_bundle){.first = p->n_items};
    return MZG_OK;
}

/* m was read from the documents of b. */
static enum mzg_code add_contents(struct mzg_freight *p, const struct mzg_bundle *b, const struct mzg_manifest *m,
                                  struct mzg_err *e)
{
    const struct mzg_documents *d = &b->documents;
    struct mzg_freight_bundle *mine = &p->bundles[p->n_bundles];
    memcpy(mine->is.is.name, b->name, sizeof b->name);
    memcpy(mine->is.is.version, b->version, sizeof b->version);
    mzg_sha256_of(d->manifest, d->manifest_len, mine->is.manifest);
    mine->all = (struct mzg_carry_sum){m->n_objects, m->stored_bytes};
    bool documents = !p->list || !mzg_want_has_bundle(p->list, &mine->is);
    enum mzg_code code = MZG_OK;
    if (documents) /* as in a repository, the manifest last: it says that a bundle is there */
        code = add_document(p, MZG_PART_ENVELOPE, d->envelope, d->envelope_len, e);
    if (!code && documents)
        code = add_document(p, MZG_PART_MANIFEST, d->manifest, d->manifest_len, e);
    for (size_t f = 0; f < m->n_files && !code; f++) {
        for (size_t i = 0; i < m->files[f].n_chunks && !code; i++)
            code = add_object(p, &m->files[f].chunks[i], e);
    }
    mine->n = p->n_items - mine->first;
    if (!code && mine->n)
        p->n_bundles++;
    return code;
}

/* *fault: why the bundle is not carried. */
static enum mzg_code read_bundle(struct mzg_freight *p, struct mzg_bundle *b, struct mzg_verified **v,
                                 struct mzg_manifest *m, struct mzg_err *fault)
{
    enum mzg_code code = MZG_OK;
    if (p->policy)
        code = mzg_bundle_verify(b, p->policy, v, fault);
    if (!code && mzg_excerpt_is(&b->dir, b->name, b->version)) {
        mzg_fail(fault, MZG_REFUSED, MZG_NO_OFFSET, "is a partial copy, which is not carried");
        return mzg_opened_prefix(b, fault);
    }
    if (p->policy)
        return code;
    if (!b->documents.envelope || b->documents.envelope_len == 0)
        code = mzg_fail(fault, MZG_REFUSED, MZG_NO_OFFSET, "is not signed: it has no " MZG_REPO_ENVELOPE);
    if (code)
        return mzg_opened_prefix(b, fault);
    code = mzg_bundle_peek(b, m, fault);
    if (!code && (strcmp(m->name, b->name) != 0 || strcmp(m->version, b->version) != 0)) {
        code = mzg_fail(fault, MZG_REFUSED, MZG_NO_OFFSET, "is the manifest of %s %s", m->name, m->version);
        mzg_opened_prefix(b, fault);
    }
    return code;
}

static bool is_among(const struct mzg_freight *p, const struct mzg_bundle *b)
{
    for (size_t i = 0; i < p->n_bundles; i++) {
        const struct mzg_select *is = &p->bundles[i].is.is;
        if (strcmp(is->name, b->name) == 0 && strcmp(is->version, b->version) == 0)
            return true;
    }
    return false;
}

enum mzg_code mzg_freight_add(struct mzg_freight *p, const struct mzg_select *s, struct mzg_err *e)
{
    struct mzg_bundle *b = NULL;
    struct mzg_verified *v = NULL;
    struct mzg_manifest m = {0};
    struct mzg_err fault;
    enum mzg_code code = mzg_bundle_open(&b, p->repo->path, s, &fault);
    if (!code && is_among(p, b))
        goto out;
    if (!code)
        code = read_bundle(p, b, &v, &m, &fault);
    if (code) {
        mzg_faults_add(p->faults, &fault);
        code = MZG_OK;
        goto out;
    }
    code = open_bundle(p, e);
    if (!code)
        code = add_contents(p, b, v ? mzg_verified_manifest(v) : &m, e);
out:
    mzg_manifest_clear(&m);
    mzg_verified_free(v);
    mzg_bundle_close(b);
    return code;
}

/* ---- bytes ---- */

void mzg_freight_path(const struct mzg_freight *p, const struct mzg_cargo *c, char path[MZG_REPO_PATH])
{
    const struct mzg_select *is = &p->bundles[c->bundle].is.is;
    if (c->kind == MZG_PART_OBJECT)
        mzg_object_path(c->key, path);
    else
        mzg_repo_path(path, is->name, is->version,
                      c->kind == MZG_PART_MANIFEST ? MZG_REPO_MANIFEST : MZG_REPO_ENVELOPE);
}

enum mzg_code mzg_freight_load(struct mzg_freight *p, const struct mzg_cargo *c, void *data, struct mzg_err *e)
{
    struct mzg_file f = {.fd = -1};
    char path[MZG_REPO_PATH], q[MZG_QUOTE];
    uint8_t digest[MZG_SHA256_BYTES];
    mzg_freight_path(p, c, path);
    enum mzg_code code = mzg_file_open_at(&f, p->repo, path, e);
    if (!code && f.size == c->size)
        code = mzg_file_read(&f, 0, data, c->size, e);
    else if (!code)
        code = mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "%s: %s: is %llu bytes long, not %u",
                        mzg_quote(q, p->repo->path), path, (unsigned long long)f.size, c->size);
    mzg_file_close(&f);
    if (code)
        return code;
    mzg_sha256_of(data, c->size, digest);
    if (memcmp(digest, c->digest, sizeof digest) == 0)
        return MZG_OK;
    return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "%s: %s: is damaged: its bytes do not match its digest",
                    mzg_quote(q, p->repo->path), path);
}
