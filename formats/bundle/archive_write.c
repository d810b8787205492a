/* archive_write.c: a bundle as one tar file, the same bytes for the same bundle. */
#include "archive.h"

#include "repo.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct sink {
    struct mzg_output *o;
    struct mzg_err *e;
    enum mzg_code code; /* of the output */
};

static la_ssize_t write_block(struct archive *a, void *ctx, const void *data, size_t n)
{
    struct sink *s = ctx;
    s->code = mzg_output_write(s->o, data, n, s->e);
    if (!s->code)
        return (la_ssize_t)n;
    archive_set_error(a, EIO, "output failed");
    return -1;
}

static enum mzg_code fail_archive(struct archive *a, struct sink *s)
{
    const char *why = a ? archive_error_string(a) : NULL;
    if (s->code)
        return s->code; /* *e says why */
    return mzg_fail(s->e, MZG_IO, MZG_NO_OFFSET, "tar: %s", why ? why : "out of memory");
}

/* Owner, times and modes are the same for every member of every archive. */
static enum mzg_code put_member(struct archive *a, struct sink *s, const char *path,
                                const void *data, size_t n)
{
    struct archive_entry *entry = archive_entry_new();
    if (!entry)
        return mzg_fail_memory(s->e, "tar member");
    archive_entry_set_pathname(entry, path);
    archive_entry_set_size(entry, (la_int64_t)n);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 0, 0);
    bool ok = archive_write_header(a, entry) == ARCHIVE_OK &&
              archive_write_data(a, data, n) == (la_ssize_t)n &&
              archive_write_finish_entry(a) == ARCHIVE_OK;
    archive_entry_free(entry);
    return ok ? MZG_OK : fail_archive(a, s);
}

static enum mzg_code put_object(struct archive *a, struct sink *s, const struct mzg_chunk *c,
                                struct mzg_objects *store, uint8_t *data)
{
    char path[MZG_OBJECT_PATH];
    uint8_t digest[MZG_SHA256_BYTES];
    mzg_object_path(c->object, path);
    if (store->get(store, c, data, s->e))
        return mzg_prefix(s->e, "%s", path);
    mzg_sha256_of(data, c->stored, digest);
    if (memcmp(digest, c->object, sizeof digest) != 0)
        return mzg_fail(s->e, MZG_REFUSED, MZG_NO_OFFSET,
                        "%s: stored bytes do not match their digest", path);
    return put_member(a, s, path, data, c->stored);
}

static enum mzg_code put_objects(struct archive *a, struct sink *s, const struct mzg_manifest *m,
                                 struct mzg_objects *store, const struct mzg_run *run)
{
    enum mzg_code code = MZG_OK;
    uint64_t done = 0;
    uint8_t *data = malloc(m->most_stored + (size_t)1);
    if (!data)
        return mzg_fail_memory(s->e, "object");
    for (size_t f = 0; f < m->n_files && !code; f++) {
        for (size_t i = 0; i < m->files[f].n_chunks && !code; i++) {
            const struct mzg_chunk *c = &m->files[f].chunks[i];
            if (!c->first)
                continue;
            code = put_object(a, s, c, store, data);
            done += c->stored;
            if (!code)
                code = mzg_progress_step(&run->progress, "write", done, m->stored_bytes, s->e);
        }
    }
    free(data);
    return code;
}

enum mzg_code mzg_archive_write(struct mzg_output *o, const struct mzg_manifest *m,
                                const struct mzg_documents *d, struct mzg_objects *store,
                                const struct mzg_run *run, struct mzg_err *e)
{
    struct sink s = {o, e, MZG_OK};
    char path[MZG_REPO_PATH];
    enum mzg_code code = MZG_OK;
    struct archive *a = archive_write_new();
    /* "Restricted": extended headers only where ustar cannot say it. */
    if (!a || archive_write_set_format_pax_restricted(a) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
        archive_write_open(a, &s, NULL, write_block, NULL) != ARCHIVE_OK) {
        code = fail_archive(a, &s);
        goto out;
    }
    mzg_repo_path(path, m->name, m->version, MZG_REPO_MANIFEST);
    code = put_member(a, &s, path, d->manifest, d->manifest_len);
    mzg_repo_path(path, m->name, m->version, MZG_REPO_ENVELOPE);
    if (!code)
        code = put_member(a, &s, path, d->envelope, d->envelope_len);
    if (!code)
        code = put_objects(a, &s, m, store, run);
    if (!code && archive_write_close(a) != ARCHIVE_OK)
        code = fail_archive(a, &s);
out:
    archive_write_free(a);
    return code;
}
