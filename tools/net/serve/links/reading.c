#include "reading.h"
#include "bundle/upkeep/plain.h"
#include "bundle/walk.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)1 << 20)
#define PATH (sizeof MZG_REPO_PLAIN + 2 * (MZG_NAME_MAX + 1) + MZG_MEMBER_PATH_MAX + 1)

/* ---- as it lies ---- */

static enum mzg_code read_plain(struct mzg_piecing *g, const struct mzg_file *f, const struct mzg_progress *pause,
                                struct mzg_err *e)
{
    uint8_t *block = malloc(BLOCK);
    enum mzg_code code = block ? MZG_OK : mzg_fail_memory(e, "file");
    for (uint64_t at = 0; at < f->size && !code;) {
        size_t n = f->size - at < BLOCK ? (size_t)(f->size - at) : BLOCK;
        code = mzg_file_read(f, at, block, n, e);
        if (!code)
            mzg_piecing_feed(g, block, n);
        at += n;
        if (!code)
            code = mzg_progress_step(pause, "links", at, f->size, e);
    }
    free(block);
    return code;
}

/* ---- out of its objects ---- */

static enum mzg_code feed_chunk(void *ctx, const struct mzg_member *file, const struct mzg_chunk *chunk,
                                const uint8_t *content, struct mzg_err *e)
{
    (void)file, (void)e;
    mzg_piecing_feed(ctx, content, chunk->length);
    return MZG_OK;
}

static enum mzg_code end_at_fault(void *ctx, const struct mzg_member *file, const struct mzg_err *fault,
                                  struct mzg_err *e)
{
    (void)ctx, (void)file;
    *e = *fault;
    return e->code;
}

static enum mzg_code read_objects(struct mzg_piecing *g, const struct mzg_dir *repo, const struct mzg_manifest *of,
                                  const struct mzg_member *m, const struct mzg_progress *pause, struct mzg_err *e)
{
    struct mzg_manifest one = *of; /* of this file only */
    struct mzg_member file = *m;
    struct mzg_folder_objects objects;
    struct mzg_run run = {.threads = 1, .progress = *pause};
    one.files = &file;
    one.n_files = 1;
    mzg_folder_objects_init(&objects, repo);
    return mzg_walk(&one, &objects.base, MZG_DEPTH_CONTENT, &run, "links",
                    &(struct mzg_walker){g, feed_chunk, end_at_fault, NULL}, e);
}

/* ---- all of it ---- */

/* False where it does not lie there with the manifest's length. */
static bool open_plain(struct mzg_file *f, const struct mzg_dir *repo, const struct mzg_manifest *of,
                       const struct mzg_member *m)
{
    char path[PATH];
    struct mzg_err e;
    snprintf(path, sizeof path, MZG_REPO_PLAIN "/%s/%s/%s", of->name, of->version, m->path);
    if (mzg_file_open_at(f, repo, path, &e))
        return false;
    if (f->size == m->size)
        return true;
    mzg_file_close(f);
    return false;
}

static enum mzg_code read_bytes(struct mzg_piecing *g, const struct mzg_dir *repo, const struct mzg_manifest *of,
                                const struct mzg_member *m, const struct mzg_progress *pause, struct mzg_err *e)
{
    struct mzg_file f;
    if (!open_plain(&f, repo, of, m))
        return read_objects(g, repo, of, m, pause, e);
    enum mzg_code code = read_plain(g, &f, pause, e);
    mzg_file_close(&f);
    return code;
}

enum mzg_code mzg_reading_pieces(struct mzg_pieces **p, const struct mzg_dir *repo, const struct mzg_manifest *of,
                                 const struct mzg_member *m, const struct mzg_progress *pause, struct mzg_err *e)
{
    struct mzg_piecing *g = NULL;
    uint8_t digest[MZG_SHA256_BYTES];
    char q[MZG_QUOTE];
    *p = NULL;
    enum mzg_code code = mzg_piecing_new(&g, m->size, e);
    if (!code)
        code = read_bytes(g, repo, of, m, pause, e);
    if (!code)
        *p = mzg_piecing_end(g, digest);
    mzg_piecing_free(g);
    if (code || memcmp(digest, m->sha256, sizeof digest) == 0)
        return code;
    mzg_pieces_drop(*p);
    *p = NULL;
    return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "%s: content does not match the file's digest",
                    mzg_quote(q, m->path));
}
