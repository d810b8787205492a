/* archive.c: reading. */
#include "archive.h"

#include "dsse.h"
#include "repo.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)256 << 10)
#define TAR_RECORD 512u
#define END_MAX ((uint64_t)1 << 20) /* zeros that may follow the last member */

struct mzg_archive {
    struct mzg_objects base;
    struct mzg_file file;
    struct archive *tar;
    struct archive_entry *entry; /* the member in hand, libarchive's */
    uint64_t pos;                /* next byte to give to libarchive */
    uint8_t *block;
    struct mzg_err err;          /* of the last read that failed, or code MZG_OK */
    uint64_t member_end;         /* of the member read last: its data, padded */
    const struct mzg_manifest *m;
    uint64_t *offsets;           /* of the data of each object that has come, by ordinal */
    uint32_t come;               /* objects that have */
    bool ended;                  /* what follows the last one has been looked at */
};

void mzg_documents_clear(struct mzg_documents *d)
{
    free(d->manifest);
    free(d->envelope);
    memset(d, 0, sizeof *d);
}

/* ---- libarchive ---- */

static la_ssize_t read_block(struct archive *tar, void *ctx, const void **data)
{
    struct mzg_archive *a = ctx;
    uint64_t left = a->file.size - a->pos;
    size_t n = left < BLOCK ? (size_t)left : BLOCK;
    if (n && mzg_file_read(&a->file, a->pos, a->block, n, &a->err)) {
        archive_set_error(tar, EIO, "input failed");
        return -1;
    }
    a->pos += n;
    *data = a->block;
    return (la_ssize_t)n;
}

static enum mzg_code fail_tar(struct mzg_archive *a, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    const char *why = archive_error_string(a->tar);
    if (a->err.code) {
        *e = a->err;
        return e->code;
    }
    int64_t at = archive_filter_bytes(a->tar, 0);
    return mzg_fail(e, MZG_MALFORMED, at < 0 ? MZG_NO_OFFSET : (uint64_t)at, "tar: %s",
                    mzg_quote(q, why ? why : "unreadable"));
}

/* The next member's header. *size: of its data; MZG_MALFORMED unless it is a plain file. */
static enum mzg_code next_member(struct mzg_archive *a, const char **path, uint64_t *size,
                                 uint64_t *header, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    int got = archive_read_next_header(a->tar, &a->entry);
    if (got == ARCHIVE_EOF)
        return mzg_fail(e, MZG_MALFORMED, a->file.size, "tar: ends before all its members came");
    if (got != ARCHIVE_OK)
        return fail_tar(a, e);
    *header = (uint64_t)archive_read_header_position(a->tar);
    *path = archive_entry_pathname(a->entry);
    if (!*path)
        return mzg_fail(e, MZG_MALFORMED, *header, "a member without a readable name");
    bool plain = archive_entry_filetype(a->entry) == AE_IFREG &&
                 !archive_entry_hardlink(a->entry) && !archive_entry_symlink(a->entry) &&
                 archive_entry_sparse_count(a->entry) == 0 && archive_entry_size_is_set(a->entry);
    if (!plain)
        return mzg_fail(e, MZG_MALFORMED, *header, "member '%s' is not a plain file",
                        mzg_quote(q, *path));
    *size = (uint64_t)archive_entry_size(a->entry);
    return MZG_OK;
}

static enum mzg_code read_data(struct mzg_archive *a, void *data, size_t n, struct mzg_err *e)
{
    for (size_t done = 0; done < n;) {
        la_ssize_t got = archive_read_data(a->tar, (uint8_t *)data + done, n - done);
        if (got < 0)
            return fail_tar(a, e);
        if (got == 0)
            return mzg_fail(e, MZG_MALFORMED, a->file.size, "tar: a member is cut short");
        done += (size_t)got;
    }
    return MZG_OK;
}

/* Where the data of the member in hand begins: libarchive has consumed its headers and no more. */
static uint64_t data_offset(struct mzg_archive *a, uint64_t size)
{
    uint64_t at = (uint64_t)archive_filter_bytes(a->tar, 0);
    a->member_end = at + (size + TAR_RECORD - 1) / TAR_RECORD * TAR_RECORD;
    return at;
}

/* ---- documents ---- */

static enum mzg_code read_document(struct mzg_archive *a, size_t max, char **text, size_t *len,
                                   uint64_t size, struct mzg_err *e)
{
    if (size > max)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "%" PRIu64 " bytes, at most %zu are read",
                        size, max);
    data_offset(a, size);
    *len = (size_t)size;
    *text = malloc(*len + 1);
    if (!*text)
        return mzg_fail_memory(e, "document");
    (*text)[*len] = '\0';
    return read_data(a, *text, *len, e);
}

static enum mzg_code read_documents(struct mzg_archive *a, struct mzg_documents *d,
                                    char name[MZG_NAME_MAX + 1], char version[MZG_NAME_MAX + 1],
                                    struct mzg_err *e)
{
    const char *path;
    uint64_t size, header;
    char due[MZG_REPO_PATH], q[MZG_QUOTE];
    enum mzg_code code = next_member(a, &path, &size, &header, e);
    if (code)
        return code;
    if (!mzg_repo_parse_path(path, name, version))
        return mzg_fail(e, MZG_MALFORMED, header,
                        "member '%s' is first, not bundles/NAME/VERSION/manifest.json",
                        mzg_quote(q, path));
    code = read_document(a, MZG_MANIFEST_MAX, &d->manifest, &d->manifest_len, size, e);
    if (code)
        return mzg_prefix(e, MZG_REPO_MANIFEST);
    code = next_member(a, &path, &size, &header, e);
    if (code)
        return code;
    mzg_repo_path(due, name, version, MZG_REPO_ENVELOPE);
    if (strcmp(path, due) != 0)
        return mzg_fail(e, MZG_MALFORMED, header, "member '%s' is second, not the signature",
                        mzg_quote(q, path));
    code = read_document(a, MZG_DSSE_MAX, &d->envelope, &d->envelope_len, size, e);
    return code ? mzg_prefix(e, MZG_REPO_ENVELOPE) : MZG_OK;
}

/* ---- objects ---- */

/* An object that nobody asked for: only where it is, in case somebody does. Whoever takes bytes checks them. */
static enum mzg_code pass_over(struct mzg_archive *a, struct mzg_err *e)
{
    const char *path;
    uint64_t size, header;
    enum mzg_code code = next_member(a, &path, &size, &header, e);
    if (!code)
        a->offsets[a->come++] = data_offset(a, size);
    return code;
}

static enum mzg_code take_next(struct mzg_archive *a, const struct mzg_chunk *c, void *data,
                               struct mzg_err *e)
{
    const char *path;
    uint64_t size, header;
    char due[MZG_OBJECT_PATH], q[MZG_QUOTE];
    enum mzg_code code = next_member(a, &path, &size, &header, e);
    if (code)
        return code;
    mzg_object_path(c->object, due);
    if (strcmp(path, due) != 0)
        return mzg_fail(e, MZG_MALFORMED, header, "member '%s' is not the one due, %s",
                        mzg_quote(q, path), due);
    if (size != c->stored)
        return mzg_fail(e, MZG_MALFORMED, header, "member %s has %" PRIu64 " bytes, not %u", due,
                        size, c->stored);
    a->offsets[c->ordinal] = data_offset(a, size);
    code = read_data(a, data, c->stored, e);
    if (!code)
        a->come++;
    return code;
}

static enum mzg_code archive_get(struct mzg_objects *store, const struct mzg_chunk *c, void *data,
                                 struct mzg_err *e)
{
    struct mzg_archive *a = (struct mzg_archive *)store;
    if (c->ordinal < a->come)
        return mzg_file_read(&a->file, a->offsets[c->ordinal], data, c->stored, e);
    while (a->come < c->ordinal) {
        enum mzg_code code = pass_over(a, e);
        if (code)
            return code;
    }
    return take_next(a, c, data, e);
}

enum mzg_code mzg_archive_expect(struct mzg_archive *a, const struct mzg_manifest *m,
                                 struct mzg_err *e)
{
    a->m = m;
    a->offsets = calloc((size_t)m->n_objects + 1, sizeof *a->offsets);
    return a->offsets ? MZG_OK : mzg_fail_memory(e, "objects");
}

struct mzg_objects *mzg_archive_objects(struct mzg_archive *a)
{
    return &a->base;
}

enum mzg_code mzg_archive_end(struct mzg_archive *a, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    if (a->ended)
        return MZG_OK;
    int got = archive_read_next_header(a->tar, &a->entry);
    if (got == ARCHIVE_OK) {
        const char *path = archive_entry_pathname(a->entry);
        return mzg_fail(e, MZG_MALFORMED, (uint64_t)archive_read_header_position(a->tar),
                        "member '%s' is not listed in the manifest",
                        mzg_quote(q, path ? path : ""));
    }
    if (got != ARCHIVE_EOF)
        return fail_tar(a, e);
    uint64_t left = a->member_end < a->file.size ? a->file.size - a->member_end : 0;
    if (left < 2 * TAR_RECORD)
        return mzg_fail(e, MZG_MALFORMED, a->file.size, "tar: its end is missing");
    for (uint64_t pos = a->member_end; pos < a->file.size; pos += TAR_RECORD) {
        uint8_t record[TAR_RECORD];
        size_t n = a->file.size - pos < TAR_RECORD ? (size_t)(a->file.size - pos) : TAR_RECORD;
        enum mzg_code code = mzg_file_read(&a->file, pos, record, n, e);
        if (code)
            return code;
        for (size_t i = 0; i < n; i++) {
            if (record[i] || pos - a->member_end > END_MAX)
                return mzg_fail(e, MZG_MALFORMED, pos + i, "tar: something follows its end");
        }
    }
    a->ended = true;
    return MZG_OK;
}

/* ---- opening ---- */

static enum mzg_code open_tar(struct mzg_archive *a, struct mzg_err *e)
{
    a->block = malloc(BLOCK);
    a->tar = archive_read_new();
    if (!a->block || !a->tar)
        return mzg_fail_memory(e, "archive");
    if (archive_read_support_format_tar(a->tar) != ARCHIVE_OK ||
        archive_read_open(a->tar, a, NULL, read_block, NULL) != ARCHIVE_OK)
        return fail_tar(a, e);
    return MZG_OK;
}

enum mzg_code mzg_archive_open(struct mzg_archive **a, const char *path, struct mzg_documents *d,
                               char name[MZG_NAME_MAX + 1], char version[MZG_NAME_MAX + 1],
                               struct mzg_err *e)
{
    char q[MZG_QUOTE];
    memset(d, 0, sizeof *d);
    *a = calloc(1, sizeof **a);
    if (!*a)
        return mzg_fail_memory(e, "archive");
    (*a)->base.get = archive_get;
    (*a)->file.fd = -1;
    enum mzg_code code = mzg_file_open(&(*a)->file, path, e);
    if (!code) {
        code = open_tar(*a, e);
        if (!code)
            code = read_documents(*a, d, name, version, e);
        if (code)
            mzg_prefix(e, "%s", mzg_quote(q, path));
    }
    if (code) {
        mzg_archive_close(*a);
        *a = NULL;
        mzg_documents_clear(d);
    }
    return code;
}

void mzg_archive_close(struct mzg_archive *a)
{
    if (!a)
        return;
    archive_read_free(a->tar);
    mzg_file_close(&a->file);
    free(a->block);
    free(a->offsets);
    free(a);
}
