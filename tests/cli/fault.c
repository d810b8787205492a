/* Preloaded into a program: the Nth thing that it does to the disk (a write, a new file or folder, a
 * sync, a rename) is where the program is struck.
 *   MZG_FAULT=N:kill  dies by SIGKILL just before it
 *   MZG_FAULT=N:term  gets SIGTERM just before it, and goes on
 *   MZG_FAULT=N:full  it fails with ENOSPC, and so does each later one that needs room
 *   MZG_FAULT=N:eio   it alone fails with EIO
 *   MZG_FAULT=N:lie   it says that it is done, and a byte of it is wrong (pwrite alone does this)
 *   MZG_FAULT=N:worn  so does it, and each one after it
 *   MZG_FAULT_MARK=FILE is made when the program is struck, and names what it was about to do: without
 *   it, N was beyond the last one.
 * So "killed at any moment" is a loop over N, and no test depends on time. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_ulong count;
static _Thread_local bool lying; /* the call in hand */

static void mark(const char *what)
{
    const char *path = getenv("MZG_FAULT_MARK");
    int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_WRONLY, 0600) : -1;
    if (fd >= 0) {
        syscall(SYS_write, fd, what, strlen(what));
        close(fd);
    }
}

/* True when this has to fail (errno is set). */
static bool struck(const char *what, bool needs_room)
{
    const char *fault = getenv("MZG_FAULT");
    char *action;
    unsigned long n = fault ? strtoul(fault, &action, 10) : 0;
    unsigned long mine = atomic_fetch_add(&count, 1) + 1;
    if (!n || mine < n)
        return false;
    if (mine == n)
        mark(what);
    lying = strcmp(action, ":worn") == 0 || (mine == n && strcmp(action, ":lie") == 0);
    if (strcmp(action, ":full") == 0 && needs_room) {
        errno = ENOSPC;
        return true;
    }
    if (mine != n)
        return false;
    if (strcmp(action, ":kill") == 0)
        raise(SIGKILL);
    if (strcmp(action, ":term") == 0)
        raise(SIGTERM);
    errno = EIO;
    return strcmp(action, ":eio") == 0;
}

static bool is_file(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static const char *sync_of(int fd)
{
    return is_file(fd) ? "fsync" : "fsync of a folder";
}

/* Who holds a repository's lock is written there to be told, and may be missing. */
static const char *pwrite_of(int fd)
{
    char link[32], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    path[n < 0 ? 0 : n] = '\0';
    return strstr(path, "/.mzigo/lock") ? "pwrite of a lock's holder" : "pwrite";
}

/* The C library's own; the cast through a union keeps ISO C's rules on function pointers. */
#define REAL(type, name)                                                                           \
    union {                                                                                        \
        void *object;                                                                              \
        type;                                                                                      \
    } real = {.object = dlsym(RTLD_NEXT, #name)}

ssize_t write(int fd, const void *data, size_t n)
{
    REAL(ssize_t (*call)(int, const void *, size_t), write);
    return is_file(fd) && struck("write", true) ? -1 : real.call(fd, data, n);
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at)
{
    REAL(ssize_t (*call)(int, const void *, size_t, off64_t), pwrite64);
    char wrong;
    lying = false;
    if (struck(pwrite_of(fd), true))
        return -1;
    ssize_t put = real.call(fd, data, n, at);
    if (lying && put > 0) {
        wrong = (char)(*(const char *)data ^ 1);
        (void)real.call(fd, &wrong, 1, at);
    }
    return put;
}

int fallocate64(int fd, int mode, off64_t at, off64_t n)
{
    REAL(int (*call)(int, int, off64_t, off64_t), fallocate64);
    return struck("fallocate", true) ? -1 : real.call(fd, mode, at, n);
}

int posix_fallocate64(int fd, off64_t at, off64_t n)
{
    REAL(int (*call)(int, off64_t, off64_t), posix_fallocate64);
    return struck("posix_fallocate", true) ? errno : real.call(fd, at, n);
}

int ftruncate64(int fd, off64_t n)
{
    REAL(int (*call)(int, off64_t), ftruncate64);
    return struck("ftruncate", true) ? -1 : real.call(fd, n);
}

/* Nothing here takes the power away, so nobody need wait for the disk. */
int fsync(int fd)
{
    return struck(sync_of(fd), false) ? -1 : 0;
}

int fdatasync(int fd)
{
    return struck(sync_of(fd), false) ? -1 : 0;
}

int openat64(int dir, const char *path, int flags, ...)
{
    REAL(int (*call)(int, const char *, int, ...), openat64);
    va_list args;
    mode_t mode;
    va_start(args, flags);
    mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return (flags & O_CREAT) && struck("openat", true) ? -1 : real.call(dir, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    REAL(int (*call)(const char *, int, ...), open64);
    va_list args;
    mode_t mode;
    va_start(args, flags);
    mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return (flags & O_CREAT) && struck("open", true) ? -1 : real.call(path, flags, mode);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
    REAL(int (*call)(int, const char *, mode_t), mkdirat);
    return struck("mkdirat", true) ? -1 : real.call(dir, path, mode);
}

int mkdir(const char *path, mode_t mode)
{
    REAL(int (*call)(const char *, mode_t), mkdir);
    return struck("mkdir", true) ? -1 : real.call(path, mode);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    REAL(int (*call)(int, const char *, int, const char *), renameat);
    return struck("renameat", false) ? -1 : real.call(from_dir, from, to_dir, to);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    REAL(int (*call)(int, const char *, int, const char *, unsigned), renameat2);
    return struck("renameat2", false) ? -1 : real.call(from_dir, from, to_dir, to, flags);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    REAL(int (*call)(int, const char *, int, const char *, int), linkat);
    return struck("linkat", false) ? -1 : real.call(from_dir, from, to_dir, to, flags);
}
