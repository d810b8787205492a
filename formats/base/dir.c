/* dir.c: folders, and paths that cannot leave them; see file.h. */
#include "buf.h"
#include "inside.h"
#include "utf8.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PATH_MOST 1024
#define NAME_MOST 255

void mzg_fd_close(int *fd)
{
    int err = errno;

    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
    errno = err;
}

/* ---- folders named by the user ---- */

enum mzg_code mzg_dir_open(struct mzg_dir *d, const char *path, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    *d = (struct mzg_dir){.fd = -1};
    d->path = strdup(path);
    if (d->path == NULL)
        return mzg_fail_memory(e, "path");
    d->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (d->fd >= 0)
        return MZG_OK;
    enum mzg_code code = mzg_fail_errno(e, "cannot open folder '%s'", mzg_quote(q, path));
    mzg_dir_close(d);
    return code;
}

/* Makes a new folder's name last: its entry is synced as a file's is by commit. Not every file
 * system can sync a folder, and the sync of the file behind it reports a failing disk, so errors
 * are let go. */
static void sync_parent(const char *path, size_t len)
{
    while (len > 0 && path[len - 1] != '/')
        len--;
    char *parent = len > 0 ? strndup(path, len) : strdup(".");
    if (parent == NULL)
        return;
    int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        (void)fsync(fd);
    mzg_fd_close(&fd);
    free(parent);
}

enum mzg_code mzg_dir_create(struct mzg_dir *d, const char *path, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    *d = (struct mzg_dir){.fd = -1};
    char *part = strdup(path);
    if (part == NULL)
        return mzg_fail_memory(e, "path");
    enum mzg_code code = MZG_OK;
    size_t len = strlen(part);
    for (size_t i = 1; i <= len && code == MZG_OK; i++) {
        if ((part[i] != '/' && part[i] != '\0') || part[i - 1] == '/')
            continue;
        char kept = part[i];
        part[i] = '\0';
        if (mkdir(part, 0777) == 0)
            sync_parent(part, i);
        else if (errno != EEXIST)
            code = mzg_fail_errno(e, "cannot make folder '%s'", mzg_quote(q, part));
        part[i] = kept;
    }
    free(part);
    return code != MZG_OK ? code : mzg_dir_open(d, path, e);
}

void mzg_dir_close(struct mzg_dir *d)
{
    mzg_fd_close(&d->fd);
    free(d->path);
    d->path = NULL;
}

enum mzg_code mzg_dir_space(const struct mzg_dir *d, uint64_t *bytes, struct mzg_err *e)
{
    struct statvfs v;
    char q[MZG_QUOTE];

    if (fstatvfs(d->fd, &v) != 0)
        return mzg_fail_errno(e, "cannot ask for the free space of '%s'", mzg_quote(q, d->path));
    if (__builtin_mul_overflow((uint64_t)v.f_bavail, (uint64_t)v.f_frsize, bytes))
        *bytes = UINT64_MAX;
    return MZG_OK;
}

/* ---- paths from outside ---- */

bool mzg_path_confined(const char *rel)
{
    size_t len = strnlen(rel, PATH_MOST + 1);

    if (len == 0 || len > PATH_MOST || !mzg_utf8_valid(rel, len))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)rel[i] < 0x20 || rel[i] == 0x7f || rel[i] == '\\')
            return false;
    for (const char *part = rel;; part++) {
        size_t n = strcspn(part, "/");
        bool dots = part[0] == '.' && (n == 1 || (n == 2 && part[1] == '.'));
        if (n == 0 || n > NAME_MOST || dots)
            return false;
        part += n;
        if (*part == '\0')
            return true;
    }
}

char *mzg_inside_path(const struct mzg_dir *d, const char *rel)
{
    return mzg_path_join(d->path, rel);
}

/* Says why `name` in folder fd could not be opened: a link there is an attempt to leave the folder,
 * whatever errno the kernel chose for it. */
static enum mzg_code fail_open(const struct mzg_dir *d, int fd, const char *name, const char *rel,
                               struct mzg_err *e)
{
    int err = errno;
    struct stat st;
    char q[MZG_QUOTE], qr[MZG_QUOTE];

    mzg_quote(q, d->path);
    mzg_quote(qr, rel);
    if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode)) {
        char qn[MZG_QUOTE];
        return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "'%s' in '%s': '%s' is a link", qr, q,
                        mzg_quote(qn, name));
    }
    errno = err;
    return mzg_fail_errno(e, "cannot open '%s' in '%s'", qr, q);
}

/* One step down: *fd becomes the folder `name` in it. */
static enum mzg_code descend(const struct mzg_dir *d, int *fd, const char *name, const char *rel,
                             bool create, struct mzg_err *e)
{
    if (create) {
        if (mkdirat(*fd, name, 0777) == 0)
            (void)fsync(*fd); /* as in sync_parent */
        else if (errno != EEXIST)
            return fail_open(d, *fd, name, rel, e);
    }
    int next = openat(*fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (next < 0)
        return fail_open(d, *fd, name, rel, e);
    mzg_fd_close(fd);
    *fd = next;
    return MZG_OK;
}

enum mzg_code mzg_inside_folder(const struct mzg_dir *d, const char *rel, bool create, int *fd,
                                const char **leaf, struct mzg_err *e)
{
    char name[NAME_MOST + 1], q[MZG_QUOTE];
    enum mzg_code code = MZG_OK;

    *fd = -1;
    *leaf = rel;
    if (!mzg_path_confined(rel))
        return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "'%s' is no path that stays in its folder",
                        mzg_quote(q, rel));
    int at = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return mzg_fail_errno(e, "cannot open folder '%s'", mzg_quote(q, d->path));
    for (const char *slash; code == MZG_OK && (slash = strchr(*leaf, '/')) != NULL;) {
        size_t n = (size_t)(slash - *leaf);
        memcpy(name, *leaf, n);
        name[n] = '\0';
        code = descend(d, &at, name, rel, create, e);
        *leaf = slash + 1;
    }
    if (code != MZG_OK)
        mzg_fd_close(&at);
    *fd = at;
    return code;
}

enum mzg_code mzg_dir_open_at(struct mzg_dir *d, const struct mzg_dir *in, const char *rel, bool create,
                              struct mzg_err *e)
{
    int at;
    const char *leaf;

    *d = (struct mzg_dir){.fd = -1};
    enum mzg_code code = mzg_inside_folder(in, rel, create, &at, &leaf, e);
    if (code == MZG_OK)
        code = descend(in, &at, leaf, rel, create, e);
    d->fd = at;
    if (code == MZG_OK && (d->path = mzg_inside_path(in, rel)) == NULL)
        code = mzg_fail_memory(e, "path");
    if (code != MZG_OK)
        mzg_dir_close(d);
    return code;
}

enum mzg_code mzg_inside_open(const struct mzg_dir *d, const char *rel, int flags, int *fd,
                              struct mzg_err *e)
{
    int at;
    const char *leaf;
    enum mzg_code code = mzg_inside_folder(d, rel, false, &at, &leaf, e);

    *fd = -1;
    if (code != MZG_OK)
        return code;
    *fd = openat(at, leaf, flags | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0)
        code = fail_open(d, at, leaf, rel, e);
    mzg_fd_close(&at);
    return code;
}

bool mzg_dir_has(const struct mzg_dir *d, const char *rel)
{
    int at;
    const char *leaf;
    struct stat st;
    struct mzg_err e;

    if (mzg_inside_folder(d, rel, false, &at, &leaf, &e) != MZG_OK)
        return false;
    bool has = fstatat(at, leaf, &st, AT_SYMLINK_NOFOLLOW) == 0;
    mzg_fd_close(&at);
    return has;
}

static bool remove_leaf(const struct mzg_dir *d, const char *rel, int flags)
{
    int at;
    const char *leaf;
    struct mzg_err e;

    if (mzg_inside_folder(d, rel, false, &at, &leaf, &e) != MZG_OK)
        return false;
    bool removed = unlinkat(at, leaf, flags) == 0;
    mzg_fd_close(&at);
    return removed;
}

bool mzg_dir_remove(const struct mzg_dir *d, const char *rel)
{
    char folder[PATH_MOST + 1];
    bool removed = remove_leaf(d, rel, 0);

    snprintf(folder, sizeof folder, "%s", rel);
    for (char *slash; (slash = strrchr(folder, '/')) != NULL;) {
        *slash = '\0';
        if (!remove_leaf(d, folder, AT_REMOVEDIR))
            break;
    }
    return removed;
}

/* ---- listing ---- */

/* The names, each with its NUL, one behind the other. */
static enum mzg_code read_names(DIR *dir, size_t max, struct mzg_buf *names, size_t *count,
                                const char *path, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    *count = 0;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL && errno != 0)
            return mzg_fail_errno(e, "cannot list '%s'", mzg_quote(q, path));
        if (entry == NULL)
            return mzg_buf_ok(names, "names in a folder", e);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (*count == max)
            return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "'%s' has more than %zu entries",
                            mzg_quote(q, path), max);
        mzg_buf_put(names, entry->d_name, strlen(entry->d_name) + 1);
        ++*count;
    }
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The array of pointers and the text they point to, in one allocation. */
static char **names_table(const struct mzg_buf *text, size_t count)
{
    size_t table, room;

    if (__builtin_mul_overflow(count, sizeof(char *), &table) ||
        __builtin_add_overflow(table, text->len + 1, &room))
        return NULL;
    char **names = malloc(room);
    if (names == NULL)
        return NULL;
    char *p = (char *)names + table;
    if (text->len > 0)
        memcpy(p, text->data, text->len);
    for (size_t i = 0; i < count; i++) {
        names[i] = p;
        p += strlen(p) + 1;
    }
    qsort(names, count, sizeof *names, compare_names);
    return names;
}

enum mzg_code mzg_dir_list(const struct mzg_dir *d, const char *rel, size_t max, char ***names,
                           size_t *count, struct mzg_err *e)
{
    struct mzg_buf text;
    DIR *dir = NULL;
    int fd = -1;
    char q[MZG_QUOTE];
    enum mzg_code code = MZG_OK;
    bool top = strcmp(rel, ".") == 0;

    *names = NULL;
    *count = 0;
    mzg_buf_init(&text, SIZE_MAX);
    if (top)
        fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    else
        code = mzg_inside_open(d, rel, O_RDONLY | O_DIRECTORY, &fd, e);
    if (code != MZG_OK)
        goto out;
    dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL) {
        code = mzg_fail_errno(e, "cannot list '%s'", mzg_quote(q, top ? d->path : rel));
        goto out;
    }
    fd = -1; /* closed with dir */
    code = read_names(dir, max, &text, count, top ? d->path : rel, e);
    if (code != MZG_OK)
        goto out;
    *names = names_table(&text, *count);
    if (*names == NULL)
        code = mzg_fail_memory(e, "names in a folder");
out:
    if (code != MZG_OK)
        *count = 0;
    if (dir != NULL)
        closedir(dir);
    mzg_fd_close(&fd);
    mzg_buf_clear(&text);
    return code;
}
