#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HOLDER 80

static void close_both(struct mzg_repo_lock *l)
{
    if (l->fd >= 0)
        (void)close(l->fd);
    if (l->dirfd >= 0)
        (void)close(l->dirfd);
    l->fd = l->dirfd = -1;
}

/* The folder goes when a lock is released and nothing else is in it, perhaps just now. */
static bool open_both(struct mzg_repo_lock *l)
{
    for (int i = 0; i < 100; i++) {
        if (mkdirat(l->repofd, MZG_LOCAL, 0777) != 0 && errno != EEXIST)
            return false;
        l->dirfd = openat(l->repofd, MZG_LOCAL, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (l->dirfd >= 0)
            l->fd = openat(l->dirfd, l->file, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
        if (l->fd >= 0)
            return true;
        int err = errno;
        close_both(l);
        errno = err;
        if (err != ENOENT)
            return false;
    }
    return false;
}

/* "gc (process 1234)", as the holder wrote it down. */
static void read_holder(const struct mzg_repo_lock *l, char holder[MZG_QUOTE])
{
    char text[HOLDER];
    ssize_t n = pread(l->fd, text, sizeof text, 0);
    mzg_quote_n(holder, n > 0 ? text : "another program", n > 0 ? (size_t)n : strlen("another program"));
}

static void write_holder(const struct mzg_repo_lock *l, const char *who)
{
    char text[HOLDER];
    int n = snprintf(text, sizeof text, "%s (process %ld)", who, (long)getpid());
    /* It only helps those who wait. */
    if (n > 0 && (size_t)n < sizeof text && ftruncate(l->fd, 0) == 0 && pwrite(l->fd, text, (size_t)n, 0) < 0)
        return;
}

/* One try. *busy: somebody holds it, and holder says who. */
static enum mzg_code try_once(struct mzg_repo_lock *l, bool *busy, char holder[MZG_QUOTE],
                              const struct mzg_dir *repo, struct mzg_err *e)
{
    struct stat st;
    char q[MZG_QUOTE];
    *busy = false;
    for (int i = 0; i < 100; i++) {
        if (!open_both(l))
            return mzg_fail_errno(e, "cannot lock '%s' by '" MZG_LOCAL "/%s'", mzg_quote(q, repo->path),
                                  l->file);
        if (flock(l->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            *busy = true;
            read_holder(l, holder);
            close_both(l);
            return MZG_OK;
        }
        /* Whoever held it may have removed it in between. */
        if (fstat(l->fd, &st) == 0 && st.st_nlink > 0)
            return MZG_OK;
        close_both(l);
    }
    return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "'%s': its lock does not stay in its place",
                    mzg_quote(q, repo->path));
}

enum mzg_code mzg_repo_lock(struct mzg_repo_lock *l, const struct mzg_dir *repo, const char *file,
                            const char *who, const struct mzg_run *run, struct mzg_err *e)
{
    char holder[MZG_QUOTE], q[MZG_QUOTE];
    bool busy = true, told = false, waits = strcmp(file, MZG_LOCK_MIRROR) != 0;
    enum mzg_code code = MZG_OK;
    *l = (struct mzg_repo_lock){.fd = -1, .dirfd = -1, .repofd = repo->fd, .file = file};
    while (!code && busy) {
        code = try_once(l, &busy, holder, repo, e);
        if (code || !busy)
            continue;
        if (!waits)
            return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: %s is at it already", mzg_quote(q, repo->path),
                            holder);
        if (!told)
            mzg_notice(&run->notify, "waiting for %s to be done with %s", holder, mzg_quote(q, repo->path));
        told = true;
        (void)nanosleep(&(struct timespec){0, 100000000L}, NULL);
        code = mzg_progress_step(&run->progress, "wait", 0, 0, e);
    }
    if (!code)
        write_holder(l, who);
    return code;
}

void mzg_repo_unlock(struct mzg_repo_lock *l)
{
    if (l->fd < 0)
        return;
    (void)unlinkat(l->dirfd, l->file, 0);
    (void)unlinkat(l->repofd, MZG_LOCAL, AT_REMOVEDIR); /* stays where anything is in it */
    close_both(l);
}
