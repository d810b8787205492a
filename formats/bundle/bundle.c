/* bundle.c: a location, opened. */
#include "bundle.h"

#include "excerpt.h"
#include "opened.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum mzg_code mzg_opened_prefix(const struct mzg_bundle *b, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    return mzg_prefix(e, "%s: %s@%s", mzg_quote(q, b->location), b->name, b->version);
}

/* ---- listing ---- */

static enum mzg_code visit_archive(const char *location, const struct mzg_repo_visitor *v,
                                   struct mzg_err *e)
{
    struct mzg_archive *a;
    struct mzg_documents d;
    char name[MZG_NAME_MAX + 1], version[MZG_NAME_MAX + 1];
    enum mzg_code code = mzg_archive_open(&a, location, &d, name, version, e);
    if (code)
        return code;
    code = v->fn(v->ctx, name, version, e);
    mzg_documents_clear(&d);
    mzg_archive_close(a);
    return code;
}

enum mzg_code mzg_bundle_each(const char *location, const struct mzg_repo_visitor *v,
                              struct mzg_err *e)
{
    struct mzg_dir dir = {.fd = -1};
    if (!mzg_path_is_folder(location))
        return visit_archive(location, v, e);
    enum mzg_code code = mzg_dir_open(&dir, location, e);
    if (!code)
        code = mzg_repo_each(&dir, NULL, v, e);
    mzg_dir_close(&dir);
    return code;
}

/* ---- opening ---- */

static enum mzg_code load_documents(struct mzg_bundle *b, struct mzg_err *e)
{
    char path[MZG_REPO_PATH];
    struct mzg_documents *d = &b->documents;
    mzg_repo_path(path, b->name, b->version, MZG_REPO_MANIFEST);
    enum mzg_code code = mzg_file_load_at(&b->dir, path, MZG_MANIFEST_MAX, &d->manifest,
                                          &d->manifest_len, e);
    if (code)
        return code;
    mzg_repo_path(path, b->name, b->version, MZG_REPO_ENVELOPE);
    if (!mzg_dir_has(&b->dir, path))
        return MZG_OK; /* verifying will refuse it */
    return mzg_file_load_at(&b->dir, path, MZG_DSSE_MAX, &d->envelope, &d->envelope_len, e);
}

static enum mzg_code open_folder(struct mzg_bundle *b, const struct mzg_select *select,
                                 struct mzg_err *e)
{
    struct mzg_select s = {0};
    enum mzg_code code = mzg_dir_open(&b->dir, b->location, e);
    if (code)
        return code;
    mzg_folder_objects_init(&b->folder, &b->dir);
    if (select)
        s = *select;
    code = mzg_repo_select(&b->dir, &s, e);
    if (code)
        return code;
    memcpy(b->name, s.name, sizeof b->name);
    memcpy(b->version, s.version, sizeof b->version);
    return load_documents(b, e);
}

static enum mzg_code open_archive(struct mzg_bundle *b, const struct mzg_select *s,
                                  struct mzg_err *e)
{
    enum mzg_code code = mzg_archive_open(&b->archive, b->location, &b->documents, b->name,
                                          b->version, e);
    char q[MZG_QUOTE];
    if (code || !s)
        return code;
    if ((!*s->name || strcmp(s->name, b->name) == 0) &&
        (!*s->version || strcmp(s->version, b->version) == 0))
        return MZG_OK;
    return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: holds %s@%s, not %s%s%s",
                    mzg_quote(q, b->location), b->name, b->version, s->name,
                    *s->version ? "@" : "", s->version);
}

enum mzg_code mzg_bundle_open(struct mzg_bundle **b, const char *location,
                              const struct mzg_select *select, struct mzg_err *e)
{
    *b = calloc(1, sizeof **b);
    if (!*b)
        return mzg_fail_memory(e, "bundle");
    (*b)->dir.fd = -1;
    (*b)->location = strdup(location);
    enum mzg_code code;
    if (!(*b)->location)
        code = mzg_fail_memory(e, "bundle");
    else if (mzg_path_is_folder(location))
        code = open_folder(*b, select, e);
    else
        code = open_archive(*b, select, e);
    if (code) {
        mzg_bundle_close(*b);
        *b = NULL;
    }
    return code;
}

enum mzg_code mzg_bundle_of_documents(struct mzg_bundle **b, const char *origin,
                                      const struct mzg_select *is, struct mzg_documents *d,
                                      struct mzg_err *e)
{
    *b = calloc(1, sizeof **b);
    if (*b) {
        (*b)->dir.fd = -1;
        (*b)->location = strdup(origin);
        (*b)->documents = *d;
        memcpy((*b)->name, is->name, sizeof (*b)->name);
        memcpy((*b)->version, is->version, sizeof (*b)->version);
        memset(d, 0, sizeof *d);
    }
    if (*b && (*b)->location)
        return MZG_OK;
    mzg_bundle_close(*b);
    *b = NULL;
    mzg_documents_clear(d);
    return mzg_fail_memory(e, "bundle");
}

void mzg_bundle_close(struct mzg_bundle *b)
{
    if (!b)
        return;
    mzg_archive_close(b->archive);
    mzg_dir_close(&b->dir);
    mzg_documents_clear(&b->documents);
    free(b->location);
    free(b);
}

const struct mzg_documents *mzg_bundle_documents(const struct mzg_bundle *b)
{
    return &b->documents;
}

enum mzg_code mzg_bundle_peek(const struct mzg_bundle *b, struct mzg_manifest *m, struct mzg_err *e)
{
    enum mzg_code code = mzg_manifest_parse(m, b->documents.manifest, b->documents.manifest_len, e);
    if (code)
        mzg_prefix(e, MZG_REPO_MANIFEST);
    else if (b->dir.fd >= 0 && (code = mzg_excerpt_apply(&b->dir, m, e)) != MZG_OK)
        mzg_manifest_clear(m);
    if (code)
        mzg_opened_prefix(b, e);
    return code;
}
