/* finish.c: the files read back once, and named. */
#include "inside.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum mzg_code mzg_arrival_digest(struct mzg_arrival *a, size_t file, const struct mzg_file *f, bool *same,
                                 struct mzg_err *e)
{
    uint8_t digest[MZG_SHA256_BYTES];
    enum mzg_code code = mzg_sha256_file(f, &a->run->progress, "verify", digest, e);
    *same = !code && memcmp(digest, a->m->files[file].sha256, sizeof digest) == 0;
    return code;
}

/* ---- damage ---- */

/* Which of the file's chunks the disk did not keep: they are missing again. */
static enum mzg_code find_damage(struct mzg_arrival *a, size_t file, size_t *damaged, struct mzg_err *e)
{
    const struct mzg_member *m = &a->m->files[file];
    char q[MZG_QUOTE];
    enum mzg_code code = MZG_OK;
    for (size_t k = 0; k < m->n_chunks && !code; k++) {
        size_t i = m->chunks[k].ordinal;
        bool sound = false;
        if (mzg_arrival_missing(a, i))
            continue;
        code = mzg_arrival_holds(a, i, &sound, e);
        if (code || sound)
            continue;
        mzg_notice(&a->run->notify, "%s: chunk %zu was damaged on this disk: it is fetched again",
                   mzg_quote(q, m->path), k);
        a->entries[i] = MZG_ENTRY_NONE;
        a->left += m->chunks[k].stored -
                   mzg_partial_there(&a->folder, m->chunks[k].object, m->chunks[k].stored);
        ++*damaged;
    }
    return code;
}

static enum mzg_code check_file(struct mzg_arrival *a, size_t file, size_t *damaged, struct mzg_err *e)
{
    struct mzg_output *o = &a->files[file];
    struct mzg_file f = {.fd = o->fd, .size = a->m->files[file].size, .path = o->path};
    uint64_t size = 0;
    bool same = false;
    size_t before = *damaged;
    char q[MZG_QUOTE];
    enum mzg_code code = mzg_output_size(o, &size, e);
    if (!code && size > f.size)
        code = mzg_output_cut(o, f.size, e);
    if (!code && size >= f.size)
        code = mzg_arrival_digest(a, file, &f, &same, e);
    if (code || same)
        return code;
    code = find_damage(a, file, damaged, e);
    if (!code && *damaged == before)
        code = mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET,
                        "%s: all chunks are right, but the whole is not what the manifest says",
                        mzg_quote(q, o->path));
    return code;
}

/* ---- the end ---- */

void mzg_arrival_remove_folder(struct mzg_arrival *a)
{
    (void)unlinkat(a->folder.fd, MZG_REPO_MANIFEST, 0);
    (void)unlinkat(a->folder.fd, MZG_REPO_ENVELOPE, 0);
    mzg_ledger_close(&a->ledger, true);
    (void)unlinkat(a->dir.fd, MZG_ARRIVAL_FOLDER, AT_REMOVEDIR);
}

/* Objects on their way too that another version of the bundle left here. */
static void remove_traces(struct mzg_arrival *a)
{
    struct mzg_err ignored;
    char **names = NULL;
    size_t n = 0, tail = strlen(MZG_PART);
    if (mzg_dir_list(&a->folder, ".", 2 * (size_t)MZG_MANIFEST_CHUNKS, &names, &n, &ignored))
        n = 0;
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(names[i]);
        if (len > tail && strcmp(names[i] + len - tail, MZG_PART) == 0)
            (void)unlinkat(a->folder.fd, names[i], 0);
    }
    free(names);
    mzg_arrival_remove_folder(a);
}

enum mzg_code mzg_arrival_finish(struct mzg_arrival *a, size_t *damaged, struct mzg_err *e)
{
    *damaged = 0;
    enum mzg_code code = mzg_arrival_sync(a, e);
    for (size_t f = 0; f < a->m->n_files && !code; f++) {
        if (a->files[f].fd >= 0)
            code = check_file(a, f, damaged, e);
    }
    if (!code && *damaged)
        return mzg_ledger_rewrite(&a->ledger, a->manifest, a->entries, (size_t)a->m->n_objects, e);
    for (size_t f = 0; f < a->m->n_files && !code; f++) {
        if (a->files[f].fd >= 0)
            code = mzg_output_commit(&a->files[f], e);
    }
    if (!code)
        remove_traces(a);
    return code;
}
