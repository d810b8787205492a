/* power_bytes.c: the calls that change and sync bytes, and those that sync names; see power.h. */
#undef _FILE_OFFSET_BITS /* so that pwrite and pwrite64 are two names, and both are here */
#include "power.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static bool lasts_at_once(int fd)
{
    return fcntl(fd, F_GETFL) & O_DSYNC;
}

/* Bytes that go where the file's offset is. */
static void written_next(int fd, size_t n)
{
    struct stat st;
    bool at_end = fcntl(fd, F_GETFL) & O_APPEND;
    if (!lasts_at_once(fd) && fstat(fd, &st) == 0)
        mzg_data_write(fd, at_end ? st.st_size : lseek(fd, 0, SEEK_CUR), n);
}

ssize_t write(int fd, const void *data, size_t n)
{
    if (!mzg_power_begin(fd, "write"))
        return syscall(SYS_write, fd, data, n);
    written_next(fd, n);
    return mzg_power_done(syscall(SYS_write, fd, data, n));
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
    size_t bytes = 0;
    if (!mzg_power_begin(fd, "writev"))
        return syscall(SYS_writev, fd, parts, n);
    for (int i = 0; i < n; i++)
        bytes += parts[i].iov_len;
    written_next(fd, bytes);
    return mzg_power_done(syscall(SYS_writev, fd, parts, n));
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at)
{
    if (!mzg_power_begin(fd, "pwrite"))
        return syscall(SYS_pwrite64, fd, data, n, at);
    if (!lasts_at_once(fd))
        mzg_data_write(fd, at, n);
    return mzg_power_done(syscall(SYS_pwrite64, fd, data, n, at));
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at)
{
    return pwrite64(fd, data, n, at);
}

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t n, unsigned flags)
{
    if (!mzg_power_begin(out, "copy_file_range"))
        return syscall(SYS_copy_file_range, in, from, out, to, n, flags);
    if (to)
        mzg_data_write(out, *to, n);
    else
        written_next(out, n);
    return mzg_power_done(syscall(SYS_copy_file_range, in, from, out, to, n, flags));
}

int ftruncate64(int fd, off64_t size)
{
    if (!mzg_power_begin(fd, "ftruncate"))
        return (int)syscall(SYS_ftruncate, fd, size);
    mzg_data_cut(fd, size);
    return (int)mzg_power_done(syscall(SYS_ftruncate, fd, size));
}

int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

int fallocate64(int fd, int mode, off64_t at, off64_t n)
{
    if (!mzg_power_begin(fd, "fallocate"))
        return (int)syscall(SYS_fallocate, fd, mode, at, n);
    if (mode != FALLOC_FL_KEEP_SIZE) /* which changes no byte */
        mzg_data_write(fd, at, (size_t)n);
    return (int)mzg_power_done(syscall(SYS_fallocate, fd, mode, at, n));
}

int fallocate(int fd, int mode, off_t at, off_t n)
{
    return fallocate64(fd, mode, at, n);
}

/* ---- syncs ---- */

static int sync_one(int fd, int call)
{
    struct stat st;
    bool folder = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
    if (!mzg_power_begin(fd, folder ? "fsync of a folder" : "fsync"))
        return (int)syscall(call, fd);
    if (folder)
        mzg_names_synced(fd);
    else
        mzg_data_synced(fd);
    return (int)mzg_power_done(0);
}

int fsync(int fd)
{
    return sync_one(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return sync_one(fd, SYS_fdatasync);
}

int sync_file_range(int fd, off64_t at, off64_t n, unsigned flags)
{
    if (!mzg_power_begin(fd, "sync_file_range"))
        return (int)syscall(SYS_sync_file_range, fd, at, n, flags);
    return (int)mzg_power_done(0);
}

int syncfs(int fd)
{
    if (!mzg_power_begin(fd, "syncfs"))
        return (int)syscall(SYS_syncfs, fd);
    mzg_data_synced_all();
    mzg_names_synced_all();
    return (int)mzg_power_done(0);
}

void sync(void)
{
    if (!mzg_power_begin_all("sync")) {
        syscall(SYS_sync);
        return;
    }
    mzg_data_synced_all();
    mzg_names_synced_all();
    mzg_power_done(0);
}
