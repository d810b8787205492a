/* power_paths.c: the calls that make, move and remove names; see power.h. */
#undef _FILE_OFFSET_BITS /* so that open and open64 are two names, and both are here */
#include "power.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* O_TRUNC takes a file's bytes away before there is a descriptor of the program's. */
static void emptied(const char *full)
{
    int fd = (int)syscall(SYS_openat, AT_FDCWD, full, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0) {
        mzg_data_cut(fd, 0);
        syscall(SYS_close, fd);
    }
}

static int open_any(int dir, const char *path, int flags, mode_t mode)
{
    char full[PATH_MAX];
    struct stat st;
    /* Opening what is there changes nothing. */
    if (!(flags & (O_CREAT | O_TRUNC)) || (flags & O_TMPFILE) == O_TMPFILE ||
        !mzg_power_begin_at(dir, path, full, flags & O_CREAT ? "open" : "open to empty"))
        return (int)syscall(SYS_openat, dir, path, flags, mode);
    bool there = fstatat(AT_FDCWD, full, &st, AT_SYMLINK_NOFOLLOW) == 0;
    if (there && (flags & O_TRUNC) && !(flags & O_EXCL))
        emptied(full);
    int fd = (int)syscall(SYS_openat, dir, path, flags, mode);
    if (fd >= 0 && !there)
        mzg_names_made(full);
    return (int)mzg_power_done(fd);
}

#define OPEN(name, first, dir)                                                                     \
    int name(first const char *path, int flags, ...)                                               \
    {                                                                                              \
        va_list args;                                                                              \
        va_start(args, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;                    \
        va_end(args);                                                                              \
        return open_any(dir, path, flags, mode);                                                   \
    }
#define AT int dir,
OPEN(open, , AT_FDCWD)
OPEN(open64, , AT_FDCWD)
OPEN(openat, AT, dir)
OPEN(openat64, AT, dir)

int mkdirat(int dir, const char *path, mode_t mode)
{
    char full[PATH_MAX];
    if (!mzg_power_begin_at(dir, path, full, "mkdir"))
        return (int)syscall(SYS_mkdirat, dir, path, mode);
    int result = (int)syscall(SYS_mkdirat, dir, path, mode);
    if (result == 0)
        mzg_names_made(full);
    return (int)mzg_power_done(result);
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    char full[PATH_MAX];
    if (!mzg_power_begin_at(to_dir, to, full, "link"))
        return (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
    int result = (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
    if (result == 0)
        mzg_names_made(full);
    return (int)mzg_power_done(result);
}

int link(const char *from, const char *to)
{
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int symlinkat(const char *target, int dir, const char *path)
{
    char full[PATH_MAX];
    if (!mzg_power_begin_at(dir, path, full, "symlink"))
        return (int)syscall(SYS_symlinkat, target, dir, path);
    int result = (int)syscall(SYS_symlinkat, target, dir, path);
    if (result == 0)
        mzg_names_made(full);
    return (int)mzg_power_done(result);
}

int symlink(const char *target, const char *path)
{
    return symlinkat(target, AT_FDCWD, path);
}

/* A rename into the watched folder from outside is as good as made; nobody here moves out of it. */
int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    char full[PATH_MAX], old[PATH_MAX], grave[PATH_MAX] = "";
    bool exchange = flags & RENAME_EXCHANGE;
    if (!mzg_power_begin_at(to_dir, to, full, "rename"))
        return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
    if (!exchange)
        mzg_names_bury(full, grave, sizeof grave);
    int result = (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
    int kept = errno;
    if (result != 0 && *grave)
        syscall(SYS_unlinkat, AT_FDCWD, grave, 0);
    else if (result == 0 && mzg_power_path(from_dir, from, old))
        mzg_names_moved(old, full, grave, exchange);
    else if (result == 0)
        mzg_names_made(full);
    errno = kept;
    return (int)mzg_power_done(result);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    return renameat2(from_dir, from, to_dir, to, 0);
}

int rename(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlinkat(int dir, const char *path, int flags)
{
    char full[PATH_MAX], grave[PATH_MAX] = "";
    bool folder = flags & AT_REMOVEDIR;
    if (!mzg_power_begin_at(dir, path, full, folder ? "rmdir" : "unlink"))
        return (int)syscall(SYS_unlinkat, dir, path, flags);
    if (!folder)
        mzg_names_bury(full, grave, sizeof grave);
    int result = (int)syscall(SYS_unlinkat, dir, path, flags);
    int kept = errno;
    if (result == 0)
        mzg_names_gone(full, grave, folder);
    else if (*grave)
        syscall(SYS_unlinkat, AT_FDCWD, grave, 0);
    errno = kept;
    return (int)mzg_power_done(result);
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}
