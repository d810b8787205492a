/* pack.c: objects first, then the signature, then the manifest that makes them a bundle, then the
 * repository's index of what it holds. */
#include "archive.h"
#include "bundle.h"
#include "catalog.h"
#include "upkeep/lock.h"

#include <stdlib.h>
#include <string.h>

struct packing {
    const struct mzg_pack *p;
    const struct mzg_key *key;
    const struct mzg_run *run;
    struct mzg_manifest m;        /* points into p, and at members */
    struct mzg_manifest parsed;   /* what a reader makes of it: sums, first mentions */
    struct mzg_buf manifest;
    struct mzg_buf envelope;
    uint64_t new_bytes;
};

/* ---- a bundle that is there already ---- */

static enum mzg_code hash_file(const char *disk, uint64_t *size, uint8_t digest[MZG_SHA256_BYTES],
                               struct mzg_err *e)
{
    struct mzg_file f = {.fd = -1};
    enum mzg_code code = mzg_file_open(&f, disk, e);
    if (!code)
        code = mzg_sha256_file(&f, NULL, "", digest, e);
    *size = f.size;
    mzg_file_close(&f);
    return code;
}

static enum mzg_code same_files(const struct mzg_pack *p, const struct mzg_manifest *m, bool *same,
                                struct mzg_err *e)
{
    uint8_t digest[MZG_SHA256_BYTES];
    uint64_t size = 0;
    *same = p->n_files == m->n_files;
    for (size_t i = 0; i < m->n_files && *same; i++) {
        enum mzg_code code = hash_file(p->files[i].disk, &size, digest, e);
        if (code)
            return code;
        *same = strcmp(p->files[i].path, m->files[i].path) == 0 && size == m->files[i].size &&
                memcmp(digest, m->files[i].sha256, sizeof digest) == 0;
    }
    return MZG_OK;
}

static void report(struct mzg_packed *r, const struct mzg_manifest *m)
{
    r->sequence = m->sequence;
    r->n_chunks = m->n_chunks;
    r->n_objects = m->n_objects;
    r->content_bytes = m->content_bytes;
    r->stored_bytes = m->stored_bytes;
}

/* The bundle of this name and version, if location has one, must hold these files and this key's
 * signature. */
static enum mzg_code check_existing(const char *location, const struct packing *k,
                                    struct mzg_packed *r, struct mzg_err *e)
{
    struct mzg_bundle *b = NULL;
    struct mzg_verified *v = NULL;
    struct mzg_select s = {0};
    struct mzg_policy policy = {.trusted = {&k->key, 1}};
    bool same = false;
    char q[MZG_QUOTE];
    memcpy(s.name, k->p->name, strlen(k->p->name));
    memcpy(s.version, k->p->version, strlen(k->p->version));
    enum mzg_code code = mzg_bundle_open(&b, location, &s, e);
    if (!code)
        code = mzg_bundle_verify(b, &policy, &v, e);
    if (!code)
        code = same_files(k->p, mzg_verified_manifest(v), &same, e);
    if (!code && mzg_verified_manifest(v)->n_left_out > 0)
        code = mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: has a partial copy of %s@%s, which mzigo mirror makes whole",
                        mzg_quote(q, location), s.name, s.version);
    else if (!code && !same)
        code = mzg_fail(e, MZG_IO, MZG_NO_OFFSET,
                        "%s: holds %s@%s with other files; a published version never changes",
                        mzg_quote(q, location), s.name, s.version);
    if (!code) {
        report(r, mzg_verified_manifest(v));
        r->existed = true;
    }
    mzg_verified_free(v);
    mzg_bundle_close(b);
    return code;
}

/* ---- the documents ---- */

static enum mzg_code sign(struct packing *k, struct mzg_err *e)
{
    mzg_buf_init(&k->manifest, MZG_MANIFEST_MAX);
    mzg_buf_init(&k->envelope, MZG_DSSE_MAX);
    enum mzg_code code = mzg_manifest_write(&k->m, &k->manifest, e);
    if (!code)
        code = mzg_manifest_parse(&k->parsed, (const char *)k->manifest.data, k->manifest.len, e);
    if (code)
        return mzg_prefix(e, MZG_REPO_MANIFEST);
    return mzg_dsse_sign(&k->envelope, MZG_MANIFEST_TYPE, k->manifest.data, k->manifest.len, k->key,
                         e);
}

/* The manifest with its files still empty, read back: what it cannot say is found before anything
 * is written. */
static enum mzg_code rehearse(const struct mzg_manifest *m, struct mzg_err *e)
{
    struct mzg_buf b;
    struct mzg_manifest first = *m;
    if (!first.sequence)
        first.sequence = 1;
    mzg_buf_init(&b, MZG_MANIFEST_MAX);
    enum mzg_code code = mzg_manifest_write(&first, &b, e);
    mzg_buf_clear(&b);
    if (!code && m->expires && strcmp(m->expires, m->created) <= 0)
        code = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "expires: is not after created");
    return code ? mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "%s", e->msg) : MZG_OK;
}

static enum mzg_code begin(struct packing *k, struct mzg_err *e)
{
    const struct mzg_pack *p = k->p;
    k->m = (struct mzg_manifest){
        .name = p->name, .version = p->version, .sequence = p->sequence, .created = p->created,
        .expires = p->expires, .licence = p->licence, .program = p->program,
        .provenance = p->provenance, .n_provenance = p->n_provenance,
        .accuracy = p->accuracy, .n_accuracy = p->n_accuracy,
        .files = calloc(p->n_files + 1, sizeof *k->m.files), .n_files = p->n_files,
    };
    if (!k->m.files)
        return mzg_fail_memory(e, "files");
    for (size_t i = 0; i < p->n_files; i++)
        k->m.files[i].path = p->files[i].path;
    return rehearse(&k->m, e);
}

static void end(struct packing *k)
{
    for (size_t i = 0; k->m.files && i < k->m.n_files; i++)
        free(k->m.files[i].chunks);
    free(k->m.files);
    mzg_manifest_clear(&k->parsed);
    mzg_buf_clear(&k->manifest);
    mzg_buf_clear(&k->envelope);
}

/* ---- a repository folder ---- */

static enum mzg_code write_document(const struct mzg_dir *repo, const struct mzg_pack *p,
                                    const char *file, const struct mzg_buf *b, struct mzg_err *e)
{
    char path[MZG_REPO_PATH];
    mzg_repo_path(path, p->name, p->version, file);
    return mzg_file_save_at(repo, path, b->data, b->len, e);
}

static enum mzg_code add_to_repo(struct packing *k, const struct mzg_dir *repo, struct mzg_err *e)
{
    struct mzg_index known;
    struct mzg_folder_objects objects;
    int64_t highest = 0;
    mzg_index_init(&known);
    mzg_folder_objects_init(&objects, repo);
    enum mzg_code code = mzg_repo_sequence(repo, k->p->name, &highest, e);
    if (!code && highest == INT64_MAX && !k->p->sequence)
        code = mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "no sequence number is left");
    if (!code && !k->p->sequence)
        k->m.sequence = highest + 1;
    if (!code)
        code = mzg_index_repo(&known, repo, &k->run->notify, e);
    if (!code)
        code = mzg_store_files(k->p->files, k->p->n_files, k->m.files, &known, &objects.base,
                               k->run, &k->new_bytes, e);
    mzg_index_clear(&known);
    if (!code)
        code = sign(k, e);
    if (!code)
        code = write_document(repo, k->p, MZG_REPO_ENVELOPE, &k->envelope, e);
    return code ? code : write_document(repo, k->p, MZG_REPO_MANIFEST, &k->manifest, e);
}

static enum mzg_code pack_repo(const char *location, struct packing *k, struct mzg_packed *r,
                               struct mzg_err *e)
{
    struct mzg_dir repo = {.fd = -1};
    struct mzg_repo_lock lock = {.fd = -1};
    char path[MZG_REPO_PATH];
    mzg_repo_path(path, k->p->name, k->p->version, MZG_REPO_MANIFEST);
    enum mzg_code code = mzg_dir_create(&repo, location, e);
    /* Two packs at once would give two bundles one sequence number, and nobody may clear away objects that
     * no manifest names yet. */
    if (!code)
        code = mzg_repo_lock(&lock, &repo, MZG_LOCK_REPO, "pack", k->run, e);
    if (!code && mzg_dir_has(&repo, path))
        code = check_existing(location, k, r, e);
    else if (!code)
        code = add_to_repo(k, &repo, e);
    if (!code)
        code = mzg_catalog_update(&repo, &k->run->notify, e);
    mzg_repo_unlock(&lock);
    mzg_dir_close(&repo);
    return code;
}

/* ---- an archive ---- */

static enum mzg_code pack_archive(const char *location, struct packing *k, struct mzg_err *e)
{
    struct mzg_output o = {.fd = -1, .dirfd = -1};
    struct mzg_spool_objects spool = {.file = {.fd = -1, .dirfd = -1}};
    struct mzg_index nothing;
    mzg_index_init(&nothing);
    if (!k->p->sequence)
        k->m.sequence = 1;
    enum mzg_code code = mzg_spool_objects_open(&spool, location, e);
    if (!code)
        code = mzg_store_files(k->p->files, k->p->n_files, k->m.files, &nothing, &spool.base,
                               k->run, &k->new_bytes, e);
    if (!code)
        code = sign(k, e);
    if (!code)
        code = mzg_output_open(&o, location, 0666, e);
    if (!code)
        code = mzg_output_reserve(&o, k->parsed.stored_bytes, e);
    if (!code) {
        struct mzg_documents d = {(char *)k->manifest.data, k->manifest.len,
                                  (char *)k->envelope.data, k->envelope.len};
        code = mzg_archive_write(&o, &k->parsed, &d, &spool.base, k->run, e);
    }
    if (!code)
        code = mzg_output_commit(&o, e);
    mzg_output_abandon(&o);
    mzg_spool_objects_close(&spool);
    return code;
}

static bool is_archive_name(const char *location)
{
    size_t n = strlen(location);
    return n > 4 && strcmp(location + n - 4, ".mzb") == 0;
}

enum mzg_code mzg_bundle_pack(const char *location, const struct mzg_pack *p,
                              const struct mzg_key *key, const struct mzg_run *run,
                              struct mzg_packed *r, struct mzg_err *e)
{
    struct packing k = {.p = p, .key = key, .run = run};
    struct mzg_packed packed = {0};
    enum mzg_code code = begin(&k, e);
    if (!code)
        code = is_archive_name(location) ? pack_archive(location, &k, e)
                                         : pack_repo(location, &k, &packed, e);
    if (!code && !packed.existed) {
        report(&packed, &k.parsed);
        packed.new_bytes = k.new_bytes;
    }
    if (!code && r)
        *r = packed;
    end(&k);
    return code;
}
