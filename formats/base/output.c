/* output.c: files that appear whole or not at all; see file.h. What they are until then: temp.h. */
#include "file.h"
#include "inside.h"
#include "temp.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* ---- opening ---- */

/* A folder cannot be replaced by a file, and a device or a FIFO should not be: "-o /dev/null" run
 * as root would do it. */
static enum mzg_code check_final(int dirfd, const char *name, int follow, const char *path,
                                 struct mzg_err *e)
{
    struct stat st;
    char q[MZG_QUOTE];

    if (fstatat(dirfd, name, &st, follow) != 0 || S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
        return MZG_OK;
    return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "'%s' is %s and cannot be replaced by a file",
                    mzg_quote(q, path), S_ISDIR(st.st_mode) ? "a folder" : "not a regular file");
}

static enum mzg_code check_length(const char *name, const char *suffix, const char *path,
                                  struct mzg_err *e)
{
    char q[MZG_QUOTE];

    if (strlen(name) + (suffix != NULL ? strlen(suffix) : 0) <= MZG_NAME_MOST)
        return MZG_OK;
    errno = ENAMETOOLONG;
    return mzg_fail_errno(e, "cannot make '%s'", mzg_quote(q, path));
}

/* Takes over dirfd and path (malloc'd, may be NULL for want of memory). suffix: of what is kept, NULL:
 * nothing is. */
static enum mzg_code begin(struct mzg_output *o, int dirfd, const char *name, char *path,
                           int follow, const char *suffix, unsigned mode, struct mzg_err *e)
{
    enum mzg_code code;

    *o = (struct mzg_output){.fd = -1, .dirfd = dirfd, .name = strdup(name), .path = path};
    if (o->name == NULL || o->path == NULL)
        code = mzg_fail_memory(e, "path");
    else
        code = check_length(name, suffix, path, e);
    if (code == MZG_OK)
        code = check_final(dirfd, name, follow, path, e);
    if (code == MZG_OK)
        mzg_temp_remove_stale(dirfd, name);
    if (code == MZG_OK && suffix != NULL) {
        code = mzg_temp_open_kept(o, suffix, mode, e);
    } else if (code == MZG_OK) {
        mzg_temp_remove_kept(dirfd, name);
        code = mzg_temp_create(o, mode, e);
    }
    if (code != MZG_OK)
        mzg_output_abandon(o);
    return code;
}

static enum mzg_code open_path(struct mzg_output *o, const char *path, const char *suffix,
                               unsigned mode, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;

    *o = (struct mzg_output){.fd = -1, .dirfd = -1};
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "'%s' names a folder, not a file",
                        mzg_quote(q, path));
    char *folder = slash != NULL ? strndup(path, (size_t)(name - path)) : strdup(".");
    if (folder == NULL)
        return mzg_fail_memory(e, "path");
    enum mzg_code code;
    int dirfd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dirfd < 0)
        code = mzg_fail_errno(e, "cannot open folder '%s'", mzg_quote(q, folder));
    else
        code = begin(o, dirfd, name, strdup(path), 0, suffix, mode, e);
    free(folder);
    return code;
}

enum mzg_code mzg_output_open(struct mzg_output *o, const char *path, unsigned mode,
                              struct mzg_err *e)
{
    return open_path(o, path, NULL, mode, e);
}

enum mzg_code mzg_output_open_kept(struct mzg_output *o, const char *path, const char *suffix,
                                   unsigned mode, struct mzg_err *e)
{
    return open_path(o, path, suffix, mode, e);
}

static enum mzg_code open_inside(struct mzg_output *o, const struct mzg_dir *d, const char *rel,
                                 const char *suffix, unsigned mode, struct mzg_err *e)
{
    int dirfd;
    const char *name;

    *o = (struct mzg_output){.fd = -1, .dirfd = -1};
    enum mzg_code code = mzg_inside_folder(d, rel, true, &dirfd, &name, e);
    if (code != MZG_OK)
        return code;
    return begin(o, dirfd, name, mzg_inside_path(d, rel), AT_SYMLINK_NOFOLLOW, suffix, mode, e);
}

enum mzg_code mzg_output_open_at(struct mzg_output *o, const struct mzg_dir *d, const char *rel,
                                 unsigned mode, struct mzg_err *e)
{
    return open_inside(o, d, rel, NULL, mode, e);
}

enum mzg_code mzg_output_open_kept_at(struct mzg_output *o, const struct mzg_dir *d, const char *rel,
                                      const char *suffix, unsigned mode, struct mzg_err *e)
{
    return open_inside(o, d, rel, suffix, mode, e);
}

/* ---- writing ---- */

static enum mzg_code fail_space(const struct mzg_output *o, uint64_t bytes, uint64_t space,
                                struct mzg_err *e)
{
    char q[MZG_QUOTE];

    mzg_fail(e, MZG_IO, MZG_NO_OFFSET,
             "no space left on the device: '%s' needs %llu bytes, %llu are free",
             mzg_quote(q, o->path), (unsigned long long)bytes, (unsigned long long)space);
    e->sys_errno = ENOSPC;
    return e->code;
}

uint64_t mzg_output_held(const struct mzg_output *o)
{
    struct stat st;

    return o->kept && fstat(o->fd, &st) == 0 ? (uint64_t)st.st_blocks * 512 : 0;
}

enum mzg_code mzg_output_reserve(struct mzg_output *o, uint64_t bytes, struct mzg_err *e)
{
    struct mzg_dir here = {o->dirfd, o->path};
    uint64_t space;
    char q[MZG_QUOTE];
    enum mzg_code code = mzg_dir_space(&here, &space, e);

    if (code != MZG_OK || bytes == 0)
        return code;
    if (bytes > space + mzg_output_held(o))
        return fail_space(o, bytes, space, e);
    /* KEEP_SIZE: the file's length stays what was written. Not posix_fallocate, which would write
     * zeros where the file system cannot reserve. */
    int failed;
    do
        failed = fallocate(o->fd, FALLOC_FL_KEEP_SIZE, (off_t)o->length, (off_t)bytes);
    while (failed != 0 && errno == EINTR);
    o->reserved = failed == 0;
    if (failed == 0 || errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL)
        return MZG_OK;
    if (errno == ENOSPC)
        return fail_space(o, bytes, space, e);
    return mzg_fail_errno(e, "cannot reserve %llu bytes for '%s'", (unsigned long long)bytes,
                          mzg_quote(q, o->path));
}

enum mzg_code mzg_output_write_at(const struct mzg_output *o, uint64_t offset, const void *data,
                                  size_t n, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    for (size_t done = 0; done < n;) {
        ssize_t put = -1;
        uint64_t at = offset + done;
        if (offset > INT64_MAX || n > INT64_MAX - offset)
            errno = EFBIG;
        else
            put = pwrite(o->fd, (const uint8_t *)data + done, n - done, (off_t)at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            mzg_fail_errno(e, "cannot write '%s' at byte %llu", mzg_quote(q, o->path),
                           (unsigned long long)at);
            e->offset = at;
            return e->code;
        }
        done += (size_t)put;
    }
    return MZG_OK;
}

enum mzg_code mzg_output_write(struct mzg_output *o, const void *data, size_t n, struct mzg_err *e)
{
    enum mzg_code code = mzg_output_write_at(o, o->length, data, n, e);

    if (code == MZG_OK)
        o->length += n;
    return code;
}

/* ---- what is kept, and what is beside it ---- */

bool mzg_output_same(const struct mzg_output *a, const struct mzg_output *b)
{
    struct stat x, y;

    return strcmp(a->name, b->name) == 0 && fstat(a->dirfd, &x) == 0 && fstat(b->dirfd, &y) == 0 &&
           x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

enum mzg_code mzg_output_size(const struct mzg_output *o, uint64_t *size, struct mzg_err *e)
{
    struct stat st;
    char q[MZG_QUOTE];

    if (fstat(o->fd, &st) != 0)
        return mzg_fail_errno(e, "cannot examine '%s'", mzg_quote(q, o->path));
    *size = (uint64_t)st.st_size;
    return MZG_OK;
}

enum mzg_code mzg_output_read(const struct mzg_output *o, uint64_t offset, void *data, size_t n,
                              bool *there, struct mzg_err *e)
{
    struct mzg_file f = {.fd = o->fd, .path = o->path};
    enum mzg_code code = mzg_output_size(o, &f.size, e);

    *there = code == MZG_OK && offset <= f.size && n <= f.size - offset;
    return *there ? mzg_file_read(&f, offset, data, n, e) : code;
}

enum mzg_code mzg_output_cut(const struct mzg_output *o, uint64_t size, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    if (ftruncate(o->fd, (off_t)size) != 0)
        return mzg_fail_errno(e, "cannot shorten '%s'", mzg_quote(q, o->path));
    return MZG_OK;
}

/* ---- the end ---- */

void mzg_output_discard(struct mzg_output *o)
{
    o->kept = false;
    mzg_output_abandon(o);
}

static bool synced(int fd)
{
    int failed;

    do
        failed = fsync(fd);
    while (failed != 0 && errno == EINTR);
    return failed == 0;
}

enum mzg_code mzg_output_sync(const struct mzg_output *o, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    if (!synced(o->fd))
        return mzg_fail_errno(e, "cannot sync '%s'", mzg_quote(q, o->path));
    if (o->kept)
        (void)synced(o->dirfd); /* not every file system can */
    return MZG_OK;
}

/* Gives back what was reserved and not written. */
static void trim(const struct mzg_output *o)
{
    struct stat st;

    if (fstat(o->fd, &st) == 0 && ftruncate(o->fd, st.st_size) != 0)
        return; /* only space is lost */
}

enum mzg_code mzg_output_commit(struct mzg_output *o, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    enum mzg_code code = MZG_OK;

    if (o->reserved)
        trim(o);
    if (!synced(o->fd)) {
        code = mzg_fail_errno(e, "cannot sync '%s'", mzg_quote(q, o->path));
    } else if (renameat(o->dirfd, o->temp, o->dirfd, o->name) != 0) {
        code = mzg_fail_errno(e, "cannot rename onto '%s'", mzg_quote(q, o->path));
    } else {
        free(o->temp);
        o->temp = NULL;
        /* Some file systems cannot sync a folder: EINVAL. */
        if (!synced(o->dirfd) && errno != EINVAL)
            code = mzg_fail_errno(e, "cannot sync the folder of '%s'", mzg_quote(q, o->path));
    }
    mzg_output_abandon(o);
    return code;
}

void mzg_output_abandon(struct mzg_output *o)
{
    if (o->temp != NULL && !o->kept)
        (void)unlinkat(o->dirfd, o->temp, 0);
    mzg_fd_close(&o->fd);
    mzg_fd_close(&o->dirfd);
    free(o->name);
    free(o->temp);
    free(o->path);
    *o = (struct mzg_output){.fd = -1, .dirfd = -1};
}

enum mzg_code mzg_file_save_at(const struct mzg_dir *d, const char *rel, const void *data, size_t n,
                               struct mzg_err *e)
{
    struct mzg_output o;
    enum mzg_code code = mzg_output_open_at(&o, d, rel, 0666, e);

    if (code == MZG_OK)
        code = mzg_output_write(&o, data, n, e);
    if (code == MZG_OK)
        code = mzg_output_commit(&o, e);
    mzg_output_abandon(&o);
    return code;
}
