/* intake.c: what is there, and a bundle's coming and appearing. The objects: intake_take.c. */
#include "intake_inside.h"

#include "../catalog.h"
#include "../excerpt.h"
#include "../opened.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMING_PATH (MZG_REPO_PATH + sizeof MZG_LOCAL_COMING + 1)

static void coming_path(char path[COMING_PATH], const char *name, const char *version, const char *file)
{
    snprintf(path, COMING_PATH, MZG_LOCAL_COMING "/bundles/%s/%s%s%s", name, version, *file ? "/" : "", file);
}

/* ---- announcing ---- */

enum mzg_code mzg_intake_recall(const struct mzg_dir *d, const char *name, const char *version,
                                const uint8_t sha256[MZG_SHA256_BYTES], struct mzg_documents *documents,
                                struct mzg_err *e)
{
    char manifest[MZG_REPO_PATH], envelope[MZG_REPO_PATH];
    uint8_t digest[MZG_SHA256_BYTES];
    struct mzg_documents *t = documents;
    memset(t, 0, sizeof *t);
    mzg_repo_path(manifest, name, version, MZG_REPO_MANIFEST);
    mzg_repo_path(envelope, name, version, MZG_REPO_ENVELOPE);
    if (!mzg_dir_has(d, manifest) || !mzg_dir_has(d, envelope))
        return MZG_OK;
    enum mzg_code code = mzg_file_load_at(d, manifest, MZG_MANIFEST_MAX, &t->manifest, &t->manifest_len, e);
    if (!code)
        code = mzg_file_load_at(d, envelope, MZG_DSSE_MAX, &t->envelope, &t->envelope_len, e);
    if (!code)
        mzg_sha256_of(t->manifest, t->manifest_len, digest);
    if (code || memcmp(digest, sha256, sizeof digest) != 0)
        mzg_documents_clear(t);
    return code;
}

void mzg_intake_manifest(const struct mzg_verified *v, uint8_t digest[MZG_SHA256_BYTES])
{
    mzg_sha256_of(v->bundle->documents.manifest, v->bundle->documents.manifest_len, digest);
}

static enum mzg_code announce_excerpt(const struct mzg_dir *repo, const struct mzg_manifest *m, struct mzg_err *e)
{
    struct mzg_dir coming = {.fd = -1};
    enum mzg_code code = mzg_dir_open_at(&coming, repo, MZG_LOCAL_COMING, true, e);
    if (!code)
        code = mzg_excerpt_save(&coming, m, e);
    mzg_dir_close(&coming);
    return code;
}

/* The manifest last: both or nothing. Written anew each time, so that its date says when it was wanted. */
enum mzg_code mzg_intake_announce(const struct mzg_dir *repo, const struct mzg_verified *v,
                                  const struct mzg_run *run, struct mzg_err *e)
{
    const struct mzg_documents *d = &v->bundle->documents;
    const char *name = v->manifest.name, *version = v->manifest.version;
    struct mzg_repo_lock lock;
    char path[COMING_PATH];
    enum mzg_code code = mzg_repo_lock(&lock, repo, MZG_LOCK_REPO, "mirror", run, e);
    if (code)
        return code;
    coming_path(path, name, version, MZG_REPO_ENVELOPE);
    code = announce_excerpt(repo, &v->manifest, e);
    if (!code)
        code = mzg_file_save_at(repo, path, d->envelope, d->envelope_len, e);
    coming_path(path, name, version, MZG_REPO_MANIFEST);
    if (!code)
        code = mzg_file_save_at(repo, path, d->manifest, d->manifest_len, e);
    mzg_repo_unlock(&lock);
    return code;
}

/* ---- what is there ---- */

/* Whether the object's file is there; *fits: a regular one of the right length. */
static bool look(const struct mzg_dir *repo, const struct mzg_chunk *c, bool *fits)
{
    char path[MZG_OBJECT_PATH];
    struct mzg_file f = {.fd = -1};
    struct mzg_err ignored;
    mzg_object_path(c->object, path);
    *fits = mzg_dir_has(repo, path) && mzg_file_open_at(&f, repo, path, &ignored) == MZG_OK &&
            f.size == c->stored;
    mzg_file_close(&f);
    return *fits || mzg_dir_has(repo, path);
}

bool mzg_intake_is_whole(const struct mzg_dir *repo, const struct mzg_manifest *m)
{
    bool fits = true;
    for (size_t f = 0; f < m->n_files && fits; f++) {
        for (size_t i = 0; i < m->files[f].n_chunks && fits; i++) {
            if (m->files[f].chunks[i].first)
                (void)look(repo, &m->files[f].chunks[i], &fits);
        }
    }
    return fits;
}

uint64_t mzg_intake_lacking(const struct mzg_dir *repo, const struct mzg_tally *t)
{
    struct mzg_dir parts = {.fd = -1};
    struct mzg_err ignored;
    uint64_t bytes = 0;
    bool fits, on_way = mzg_dir_open_at(&parts, repo, MZG_LOCAL_PARTS, false, &ignored) == MZG_OK;
    for (size_t i = 0; i < t->n; i++) {
        struct mzg_chunk c = {.stored = t->entries[i].stored};
        memcpy(c.object, t->entries[i].object, sizeof c.object);
        (void)look(repo, &c, &fits);
        if (!fits && t->entries[i].uses)
            bytes += c.stored - (on_way ? mzg_partial_there(&parts, c.object, c.stored) : 0);
    }
    mzg_dir_close(&parts);
    return bytes;
}

static enum mzg_code read_object(struct mzg_intake *x, const struct mzg_chunk *c, bool *sound,
                                 struct mzg_err *e)
{
    char path[MZG_OBJECT_PATH];
    uint8_t digest[MZG_SHA256_BYTES];
    struct mzg_file f = {.fd = -1};
    struct mzg_err fault;
    mzg_object_path(c->object, path);
    enum mzg_code code = mzg_file_open_at(&f, x->repo, path, &fault);
    if (!code)
        code = mzg_sha256_file(&f, &x->run->progress, "check", digest, &fault);
    mzg_file_close(&f);
    *sound = !code && memcmp(digest, c->object, sizeof digest) == 0;
    if (code == MZG_STOPPED || code == MZG_LIMIT)
        return (*e = fault).code;
    return MZG_OK; /* one that cannot be read is not sound */
}

static enum mzg_code look_at(struct mzg_intake *x, size_t i, bool anew, struct mzg_err *e)
{
    const struct mzg_chunk *c = x->chunks[i];
    bool sound = false, settled = x->entries[i] == MZG_ENTRY_SETTLED && !anew;
    char hex[MZG_SHA256_HEX];
    enum mzg_code code = MZG_OK;
    bool there = look(x->repo, c, &sound);
    if (sound && !settled)
        code = read_object(x, c, &sound, e);
    if (code)
        return code;
    if (there && !sound) {
        mzg_sha256_hex(c->object, hex);
        mzg_notice(&x->run->notify, "object %s is here with other bytes: it is replaced", hex);
        x->replaced++;
    }
    x->entries[i] = sound ? MZG_ENTRY_SETTLED : MZG_ENTRY_NONE;
    x->left += sound ? 0 : c->stored - mzg_partial_there(&x->parts, c->object, c->stored);
    return mzg_progress_step(&x->run->progress, "check", i + 1, x->m->n_objects, e);
}

/* The ledger then says what was found, whatever it said. */
static enum mzg_code look_at_all(struct mzg_intake *x, bool anew, struct mzg_err *e)
{
    const struct mzg_manifest *m = x->m;
    size_t n = (size_t)m->n_objects;
    for (size_t f = 0; f < m->n_files; f++) {
        for (size_t k = 0; k < m->files[f].n_chunks; k++) {
            const struct mzg_chunk *c = &m->files[f].chunks[k];
            if (c->first)
                x->chunks[c->ordinal] = c;
        }
    }
    enum mzg_code code = mzg_ledger_open(&x->ledger, &x->folder, x->manifest, x->entries, n, e);
    for (size_t i = 0; i < n && !code; i++)
        code = look_at(x, i, anew, e);
    return code ? code : mzg_ledger_rewrite(&x->ledger, x->manifest, x->entries, n, e);
}

/* ---- opening and closing ---- */

/* Objects are numbered within the files that come, so a ledger is of these files only. */
static void name_ledger(struct mzg_intake *x)
{
    mzg_intake_manifest(x->v, x->manifest);
    for (size_t i = 0; x->m->n_left_out > 0 && i < x->m->n_files; i++) {
        uint8_t both[2 * MZG_SHA256_BYTES];
        memcpy(both, x->manifest, MZG_SHA256_BYTES);
        mzg_sha256_of(x->m->files[i].path, strlen(x->m->files[i].path), both + MZG_SHA256_BYTES);
        mzg_sha256_of(both, sizeof both, x->manifest);
    }
}

static enum mzg_code open_all(struct mzg_intake *x, bool anew, struct mzg_err *e)
{
    char path[COMING_PATH];
    coming_path(path, x->m->name, x->m->version, "");
    name_ledger(x);
    x->chunks = calloc((size_t)x->m->n_objects + 1, sizeof(const struct mzg_chunk *));
    x->entries = calloc((size_t)x->m->n_objects + 1, sizeof *x->entries);
    enum mzg_code code = x->chunks && x->entries ? MZG_OK : mzg_fail_memory(e, "objects");
    if (!code)
        code = mzg_dir_open_at(&x->folder, x->repo, path, false, e);
    if (!code)
        code = mzg_dir_open_at(&x->parts, x->repo, MZG_LOCAL_PARTS, true, e);
    return code ? code : look_at_all(x, anew, e);
}

enum mzg_code mzg_intake_open(struct mzg_intake **x, const struct mzg_verified *v, const struct mzg_dir *repo,
                              bool anew, const struct mzg_run *run, struct mzg_err *e)
{
    *x = calloc(1, sizeof **x);
    if (!*x)
        return mzg_fail_memory(e, "intake");
    (*x)->base = mzg_intake_functions;
    (*x)->v = v;
    (*x)->m = &v->manifest;
    (*x)->repo = repo;
    (*x)->run = run;
    (*x)->folder.fd = (*x)->parts.fd = -1;
    (*x)->ledger.file = (struct mzg_output){.fd = -1, .dirfd = -1};
    for (size_t k = 0; k < MZG_RECEIVER_FLIGHT; k++) {
        (*x)->flight[k].object = SIZE_MAX;
        (*x)->flight[k].partial.file = (struct mzg_output){.fd = -1, .dirfd = -1};
    }
    if (open_all(*x, anew, e) == MZG_OK)
        return MZG_OK;
    mzg_intake_close(*x);
    *x = NULL;
    return e->code;
}

void mzg_intake_close(struct mzg_intake *x)
{
    if (!x)
        return;
    for (size_t k = 0; k < MZG_RECEIVER_FLIGHT; k++)
        mzg_partial_close(&x->flight[k].partial, false);
    for (size_t k = 0; k < x->n_batch; k++)
        mzg_output_abandon(&x->batch[k].file);
    mzg_ledger_close(&x->ledger, false);
    mzg_dir_close(&x->parts);
    mzg_dir_close(&x->folder);
    free(x->chunks);
    free(x->entries);
    free(x);
}

struct mzg_receiver *mzg_intake_receiver(struct mzg_intake *x)
{
    return &x->base;
}

uint64_t mzg_intake_replaced(const struct mzg_intake *x)
{
    return x->replaced;
}

/* ---- appearing ---- */

/* What is there already keeps its date, and what caches know of it stays good. */
static enum mzg_code save(const struct mzg_intake *x, const char *file, const char *data, size_t n,
                          struct mzg_err *e)
{
    char path[MZG_REPO_PATH], *old = NULL;
    size_t len = 0;
    struct mzg_err ignored;
    mzg_repo_path(path, x->m->name, x->m->version, file);
    bool same = mzg_dir_has(x->repo, path) &&
                mzg_file_load_at(x->repo, path, n, &old, &len, &ignored) == MZG_OK && len == n &&
                memcmp(old, data, n) == 0;
    free(old);
    return same ? MZG_OK : mzg_file_save_at(x->repo, path, data, n, e);
}

enum mzg_code mzg_intake_publish(struct mzg_intake *x, struct mzg_err *e)
{
    const struct mzg_documents *d = &x->v->bundle->documents;
    struct mzg_repo_lock lock;
    struct mzg_dir coming;
    bool there = false;
    enum mzg_code code = mzg_repo_lock(&lock, x->repo, MZG_LOCK_REPO, "mirror", x->run, e);
    if (code)
        return code;
    code = save(x, MZG_REPO_ENVELOPE, d->envelope, d->envelope_len, e);
    if (!code && x->m->n_left_out > 0) /* never a manifest that seems to be all here */
        code = mzg_excerpt_save(x->repo, x->m, e);
    if (!code)
        code = save(x, MZG_REPO_MANIFEST, d->manifest, d->manifest_len, e);
    if (!code && x->m->n_left_out == 0)
        code = mzg_excerpt_save(x->repo, x->m, e);
    if (!code)
        code = mzg_catalog_update(x->repo, &x->run->notify, e);
    if (!code)
        code = mzg_aside_open(&coming, x->repo, MZG_LOCAL_COMING, &there, e);
    if (!code && there) {
        mzg_ledger_close(&x->ledger, true);
        mzg_aside_remove(&coming, x->m->name, x->m->version);
        mzg_dir_close(&coming);
        (void)unlinkat(x->repo->fd, MZG_LOCAL_COMING, AT_REMOVEDIR); /* stays where anything is in it */
        (void)unlinkat(x->repo->fd, MZG_LOCAL_PARTS, AT_REMOVEDIR);
    }
    mzg_repo_unlock(&lock);
    return code;
}
