/* unpack.c: a verified bundle's files, whole or not at all. */
#include "bundle.h"
#include "choose.h"
#include "opened.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct unpacking {
    const struct mzg_manifest *m;
    const char *const *paths;  /* instead of the members' own, or NULL; a NULL in it: the file is not wanted */
    struct mzg_dir dir;
    bool made_dir;             /* dir was not there before */
    bool *wanted;              /* one per member */
    struct mzg_output *files;  /* one per member, open until all are checked */
    size_t *kept;              /* bytes of each member's path whose folders were there before */
};

static const char *path_of(const struct unpacking *u, size_t i)
{
    return u->paths ? u->paths[i] : u->m->files[i].path;
}

static enum mzg_code write_chunk(void *ctx, const struct mzg_member *file,
                                 const struct mzg_chunk *chunk, const uint8_t *content,
                                 struct mzg_err *e)
{
    struct unpacking *u = ctx;
    return mzg_output_write(&u->files[file - u->m->files], content, chunk->length, e);
}

static enum mzg_code stop_at_bad(void *ctx, const struct mzg_member *file,
                                 const struct mzg_err *fault, struct mzg_err *e)
{
    (void)ctx, (void)file;
    *e = *fault;
    return e->code;
}

/* Length of the longest parent of path that is there, as a prefix of path; 0 for none. */
static size_t find_kept(const struct mzg_dir *dir, const char *path)
{
    char parent[1025];
    size_t kept = 0;
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        size_t n = (size_t)(slash - path);
        memcpy(parent, path, n);
        parent[n] = '\0';
        if (!mzg_dir_has(dir, parent))
            break;
        kept = n;
    }
    return kept;
}

/* Folders that were made for path are taken away again; one that is not empty stays. */
static void remove_parents(const struct mzg_dir *dir, const char *path, size_t kept)
{
    char parent[1025];
    size_t n = strlen(path);
    memcpy(parent, path, n + 1);
    for (;;) {
        char *slash = strrchr(parent, '/');
        if (!slash || (size_t)(slash - parent) <= kept)
            return;
        *slash = '\0';
        (void)unlinkat(dir->fd, parent, AT_REMOVEDIR);
    }
}

static enum mzg_code open_files(struct unpacking *u, struct mzg_err *e)
{
    const struct mzg_manifest *m = u->m;
    uint64_t space = 0, needed = 0;
    char q[MZG_QUOTE];
    enum mzg_code code = mzg_dir_space(&u->dir, &space, e);
    for (size_t i = 0; i < m->n_files; i++)
        needed += u->wanted[i] ? m->files[i].size : 0;
    if (!code && space < needed)
        code = mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: needs %llu bytes, %llu are free",
                        mzg_quote(q, u->dir.path), (unsigned long long)needed,
                        (unsigned long long)space);
    /* All of them before any is opened: one member's folders are not another's old ones. */
    for (size_t i = 0; i < m->n_files && !code; i++)
        u->kept[i] = u->wanted[i] ? find_kept(&u->dir, path_of(u, i)) : SIZE_MAX;
    for (size_t i = 0; i < m->n_files && !code; i++) {
        if (!u->wanted[i])
            continue;
        code = mzg_output_open_at(&u->files[i], &u->dir, path_of(u, i), 0666, e);
        if (!code)
            code = mzg_output_reserve(&u->files[i], m->files[i].size, e);
    }
    return code;
}

static enum mzg_code begin(struct unpacking *u, const struct mzg_verified *v, const char *dir,
                           struct mzg_err *e)
{
    struct stat st;
    size_t n = u->m->n_files;
    u->files = calloc(n, sizeof *u->files);
    u->kept = calloc(n, sizeof *u->kept);
    u->wanted = calloc(n, sizeof *u->wanted);
    if (!u->files || !u->kept || !u->wanted)
        return mzg_fail_memory(e, "files");
    for (size_t i = 0; i < n; i++) {
        u->wanted[i] = mzg_verified_wants(v, i) && path_of(u, i);
        u->files[i] = (struct mzg_output){.fd = -1, .dirfd = -1};
        u->kept[i] = SIZE_MAX; /* nothing made yet */
    }
    u->made_dir = stat(dir, &st) != 0;
    enum mzg_code code = mzg_dir_create(&u->dir, dir, e);
    return code ? code : open_files(u, e);
}

static void end(struct unpacking *u, const char *dir, bool failed)
{
    for (size_t i = 0; u->files && i < u->m->n_files; i++)
        mzg_output_abandon(&u->files[i]);
    for (size_t i = 0; failed && u->dir.fd >= 0 && i < u->m->n_files; i++) {
        if (u->wanted[i])
            remove_parents(&u->dir, path_of(u, i), u->kept[i]);
    }
    mzg_dir_close(&u->dir);
    if (failed && u->made_dir)
        (void)rmdir(dir);
    free(u->files);
    free(u->kept);
    free(u->wanted);
}

static bool wants_all(const struct unpacking *u)
{
    size_t n = 0;
    for (size_t i = 0; i < u->m->n_files; i++)
        n += u->wanted[i];
    return n == u->m->n_files;
}

enum mzg_code mzg_verified_unpack(struct mzg_verified *v, const char *dir,
                                  const struct mzg_run *run, struct mzg_err *e)
{
    return mzg_verified_unpack_as(v, dir, NULL, run, e);
}

enum mzg_code mzg_verified_unpack_as(struct mzg_verified *v, const char *dir, const char *const *paths,
                                     const struct mzg_run *run, struct mzg_err *e)
{
    struct unpacking u = {.m = &v->manifest, .paths = paths, .dir = {.fd = -1}};
    struct mzg_walker w = {&u, write_chunk, stop_at_bad, NULL};
    enum mzg_code code = begin(&u, v, dir, e);
    if (!code) {
        w.files = u.wanted;
        code = mzg_walk(u.m, v->objects, MZG_DEPTH_CONTENT, run, "unpack", &w, e);
        if (!code && v->bundle->archive && wants_all(&u))
            code = mzg_archive_end(v->bundle->archive, e);
        if (code)
            mzg_opened_prefix(v->bundle, e);
    }
    for (size_t i = 0; i < u.m->n_files && !code; i++)
        code = u.wanted[i] ? mzg_output_commit(&u.files[i], e) : MZG_OK;
    end(&u, dir, code != MZG_OK);
    return code;
}
