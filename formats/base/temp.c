/* temp.c: temporary files; see temp.h.
 *
 * A killed run leaves its temporary file behind. The next one for the same name removes it, and
 * must not remove that of a run that is still writing: every writer holds a lock (flock) on its
 * temporary file, which the kernel drops when the process ends, however it ends. Where the file
 * system has no such locks, left-overs stay. */
#include "temp.h"
#include "inside.h"
#include "utf8.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK ".mzg-"
#define SUFFIX 12 /* of 32 letters each: 60 bits that nobody can guess */
#define STEM_MOST (MZG_NAME_MOST - SUFFIX)

static const char letters[33] = "abcdefghijklmnopqrstuvwxyz234567";

/* ---- temporary names ---- */

/* ".NAME.mzg-", with as much of a long name as leaves room for the suffix. */
static void make_stem(char stem[STEM_MOST + 1], const char *name)
{
    size_t n = mzg_utf8_cut(name, strlen(name), STEM_MOST - 1 - strlen(MARK));

    snprintf(stem, STEM_MOST + 1, ".%.*s" MARK, (int)n, name);
}

static bool is_temp(const char *entry, const char *stem)
{
    size_t n = strlen(stem);

    return strncmp(entry, stem, n) == 0 && strlen(entry + n) == SUFFIX &&
           strspn(entry + n, letters) == SUFFIX;
}

static bool make_temp(char temp[MZG_NAME_MOST + 1], const char *stem)
{
    uint8_t bytes[SUFFIX];
    ssize_t got;
    size_t n = strlen(stem);

    do
        got = getrandom(bytes, sizeof bytes, 0);
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof bytes)
        return false;
    memcpy(temp, stem, n);
    for (size_t i = 0; i < SUFFIX; i++)
        temp[n + i] = letters[bytes[i] % 32];
    temp[n + SUFFIX] = '\0';
    return true;
}

/* ---- left-overs ---- */

static bool remove_if_stale(int dirfd, const char *temp)
{
    struct stat st;
    int fd = openat(dirfd, temp, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return false;
    bool removed = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
                   unlinkat(dirfd, temp, 0) == 0;
    mzg_fd_close(&fd);
    return removed;
}

/* ".NAME.mzg-" and a suffix of ours, whatever NAME is. */
static bool is_any_temp(const char *entry)
{
    size_t n = strlen(entry), mark = strlen(MARK);

    return entry[0] == '.' && n > 1 + mark + SUFFIX &&
           memcmp(entry + n - SUFFIX - mark, MARK, mark) == 0 &&
           strspn(entry + n - SUFFIX, letters) == SUFFIX;
}

/* NAME of an entry that is NAME and suffix. */
static bool take_name(const char *entry, const char *suffix, char name[MZG_NAME_MOST + 1])
{
    size_t n = strlen(entry), tail = strlen(suffix);

    if (n <= tail || n - tail > MZG_NAME_MOST || strcmp(entry + n - tail, suffix) != 0)
        return false;
    memcpy(name, entry, n - tail);
    name[n - tail] = '\0';
    return true;
}

size_t mzg_output_sweep(const struct mzg_dir *d, const char *suffix,
                        bool (*wanted)(void *ctx, const char *name), void *ctx)
{
    char name[MZG_NAME_MOST + 1];
    int fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    size_t n = 0;

    if (dir == NULL) {
        mzg_fd_close(&fd);
        return 0;
    }
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        bool kept = wanted != NULL && take_name(entry->d_name, suffix, name) && !wanted(ctx, name);
        if (kept || is_any_temp(entry->d_name))
            n += remove_if_stale(d->fd, entry->d_name);
    }
    closedir(dir);
    return n;
}

void mzg_temp_remove_stale(int dirfd, const char *name)
{
    char stem[STEM_MOST + 1];
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

    if (dir == NULL) {
        mzg_fd_close(&fd);
        return;
    }
    make_stem(stem, name);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (is_temp(entry->d_name, stem))
            (void)remove_if_stale(dirfd, entry->d_name);
    closedir(dir);
}

/* ---- opening ---- */

/* Locks a new temporary file. False when a run that looks for left-overs got hold of it between its
 * creation and the lock: it is as good as gone then. */
static bool claim(int fd)
{
    struct stat st;

    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return false;
    return fstat(fd, &st) == 0 && st.st_nlink > 0;
}

enum mzg_code mzg_temp_create(struct mzg_output *o, unsigned mode, struct mzg_err *e)
{
    char stem[STEM_MOST + 1], temp[MZG_NAME_MOST + 1], q[MZG_QUOTE];
    int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

    make_stem(stem, o->name);
    for (int i = 0; i < 100; i++) {
        if (!make_temp(temp, stem))
            return mzg_fail_errno(e, "cannot get random bytes for a name beside '%s'",
                                  mzg_quote(q, o->path));
        o->fd = openat(o->dirfd, temp, flags, (mode_t)mode);
        if (o->fd >= 0 && claim(o->fd)) {
            o->temp = strdup(temp);
            if (o->temp != NULL)
                return MZG_OK;
            (void)unlinkat(o->dirfd, temp, 0);
            return mzg_fail_memory(e, "path");
        }
        if (o->fd < 0 && errno != EEXIST)
            return mzg_fail_errno(e, "cannot make a file beside '%s'", mzg_quote(q, o->path));
        mzg_fd_close(&o->fd);
    }
    return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "no free temporary name beside '%s'",
                    mzg_quote(q, o->path));
}

void mzg_temp_remove_kept(int dirfd, const char *name)
{
    static const char *const suffixes[] = {MZG_PART, MZG_JOURNAL};
    char kept[MZG_NAME_MOST + sizeof MZG_JOURNAL];

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(kept, sizeof kept, "%s%s", name, suffixes[i]);
        (void)remove_if_stale(dirfd, kept);
    }
}

/* The file may be renamed or removed between its opening and its lock: then it is looked for again. */
enum mzg_code mzg_temp_open_kept(struct mzg_output *o, const char *suffix, unsigned mode,
                                 struct mzg_err *e)
{
    char temp[MZG_NAME_MOST + 1], q[MZG_QUOTE];
    struct stat st;
    int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

    snprintf(temp, sizeof temp, "%s%s", o->name, suffix);
    o->kept = true;
    o->temp = strdup(temp);
    if (o->temp == NULL)
        return mzg_fail_memory(e, "path");
    for (int i = 0; i < 100; i++) {
        o->fd = openat(o->dirfd, temp, flags, (mode_t)mode);
        if (o->fd < 0 || fstat(o->fd, &st) != 0)
            return mzg_fail_errno(e, "cannot open '%s' beside '%s'", temp, mzg_quote(q, o->path));
        if (!S_ISREG(st.st_mode))
            return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "what is kept of '%s' is not a regular file",
                            mzg_quote(q, o->path));
        if (flock(o->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
            return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "'%s' is being written by another run",
                            mzg_quote(q, o->path));
        if (fstat(o->fd, &st) == 0 && st.st_nlink > 0)
            return MZG_OK;
        mzg_fd_close(&o->fd);
    }
    return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "what is kept of '%s' does not stay in its place",
                    mzg_quote(q, o->path));
}
