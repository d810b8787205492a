/* file.c: files read at offsets; see file.h. */
#include "file.h"
#include "inside.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* O_NONBLOCK: opening a FIFO must not wait for a writer; it is refused once its type is known. */
#define READ_FLAGS (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* Takes over fd and path (malloc'd, may be NULL for want of memory). */
static enum mzg_code take(struct mzg_file *f, int fd, char *path, struct mzg_err *e)
{
    struct stat st;
    char q[MZG_QUOTE];
    enum mzg_code code = MZG_OK;

    *f = (struct mzg_file){.fd = fd, .path = path};
    if (path == NULL)
        code = mzg_fail_memory(e, "path");
    else if (fstat(fd, &st) != 0)
        code = mzg_fail_errno(e, "cannot examine '%s'", mzg_quote(q, path));
    else if (!S_ISREG(st.st_mode))
        code = mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "'%s' is %s", mzg_quote(q, path),
                        S_ISDIR(st.st_mode) ? "a folder, not a file" : "not a regular file");
    else
        f->size = (uint64_t)st.st_size;
    if (code != MZG_OK)
        mzg_file_close(f);
    return code;
}

enum mzg_code mzg_file_open(struct mzg_file *f, const char *path, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    *f = (struct mzg_file){.fd = -1};
    int fd = open(path, READ_FLAGS);
    if (fd < 0)
        return mzg_fail_errno(e, "cannot open '%s'", mzg_quote(q, path));
    return take(f, fd, strdup(path), e);
}

enum mzg_code mzg_file_open_at(struct mzg_file *f, const struct mzg_dir *d, const char *rel,
                               struct mzg_err *e)
{
    int fd;

    *f = (struct mzg_file){.fd = -1};
    enum mzg_code code = mzg_inside_open(d, rel, READ_FLAGS, &fd, e);
    if (code != MZG_OK)
        return code;
    return take(f, fd, mzg_inside_path(d, rel), e);
}

void mzg_file_close(struct mzg_file *f)
{
    mzg_fd_close(&f->fd);
    free(f->path);
    f->path = NULL;
}

static enum mzg_code fail_short(const struct mzg_file *f, uint64_t end, uint64_t offset, size_t n,
                                struct mzg_err *e)
{
    char q[MZG_QUOTE];

    return mzg_fail(e, MZG_MALFORMED, end,
                    "'%s' ends at byte %llu, where %zu bytes from byte %llu on are needed",
                    mzg_quote(q, f->path), (unsigned long long)end, n, (unsigned long long)offset);
}

enum mzg_code mzg_file_read(const struct mzg_file *f, uint64_t offset, void *data, size_t n,
                            struct mzg_err *e)
{
    char q[MZG_QUOTE];

    if (offset > f->size || n > f->size - offset)
        return fail_short(f, f->size, offset, n, e);
    for (size_t done = 0; done < n;) {
        ssize_t got = pread(f->fd, (uint8_t *)data + done, n - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            enum mzg_code code =
                mzg_fail_errno(e, "cannot read '%s' at byte %llu", mzg_quote(q, f->path),
                               (unsigned long long)(offset + done));
            e->offset = offset + done;
            return code;
        }
        if (got == 0) /* shrank since it was opened */
            return fail_short(f, offset + done, offset, n, e);
        done += (size_t)got;
    }
    return MZG_OK;
}

void mzg_file_soon(const struct mzg_file *f, uint64_t offset, uint64_t n)
{
    if (offset < f->size)
        (void)posix_fadvise(f->fd, (off_t)offset, (off_t)n, POSIX_FADV_WILLNEED);
}

void mzg_file_forget(const struct mzg_file *f)
{
    (void)posix_fadvise(f->fd, 0, 0, POSIX_FADV_DONTNEED);
}

/* Reads all of f and closes it. */
static enum mzg_code load(struct mzg_file *f, size_t max, char **data, size_t *len,
                          struct mzg_err *e)
{
    char q[MZG_QUOTE];
    enum mzg_code code;

    if (f->size > max || f->size == SIZE_MAX) {
        code = mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "'%s' has %llu bytes, %zu are the limit",
                        mzg_quote(q, f->path), (unsigned long long)f->size, max);
        goto out;
    }
    size_t n = (size_t)f->size;
    char *text = malloc(n + 1);
    if (text == NULL) {
        code = mzg_fail_memory(e, "file in memory");
        goto out;
    }
    code = mzg_file_read(f, 0, text, n, e);
    if (code != MZG_OK) {
        free(text);
        goto out;
    }
    text[n] = '\0';
    *data = text;
    *len = n;
out:
    mzg_file_close(f);
    return code;
}

enum mzg_code mzg_file_load(const char *path, size_t max, char **data, size_t *len,
                            struct mzg_err *e)
{
    struct mzg_file f;

    *data = NULL;
    *len = 0;
    enum mzg_code code = mzg_file_open(&f, path, e);
    return code != MZG_OK ? code : load(&f, max, data, len, e);
}

enum mzg_code mzg_file_load_at(const struct mzg_dir *d, const char *rel, size_t max, char **data,
                               size_t *len, struct mzg_err *e)
{
    struct mzg_file f;

    *data = NULL;
    *len = 0;
    enum mzg_code code = mzg_file_open_at(&f, d, rel, e);
    return code != MZG_OK ? code : load(&f, max, data, len, e);
}
