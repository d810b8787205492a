/* power.c: preloaded into a program, takes the power away: just before the Nth thing that it does to the
 * disk in a folder, all that was not synced there is lost, and the program is gone.
 *   MZG_POWER_DIR=FOLDER    what is watched; other folders are left alone
 *   MZG_POWER=N[:HOW[:SEED]]  HOW, of the unsynced:
 *     all    bytes and names are lost (the default)
 *     data   bytes are lost, names are there: a renamed file may be empty
 *     names  names are lost, bytes of files that were there before are not
 *     torn   names and lengths are there, of the bytes some pages: by a coin, which N and SEED toss
 *   MZG_POWER_MARK=FILE     is made when the power goes, and names what the program was about to do and
 *                           what was lost: without it, N was beyond the last one
 * Bytes of a file are synced by fsync or fdatasync of it (or O_SYNC, O_DSYNC). Names, that is what was
 * created, linked, renamed or removed, are synced by fsync of the folder: for a rename, of the folder it
 * went to. syncfs and sync settle everything. sync_file_range promises nothing and counts only. That is
 * what POSIX promises; file systems keep more of it, which is what the HOWs are for.
 * Not seen: files written through mmap or stdio; locks by fcntl would be lost (those by flock are not).
 * Without MZG_POWER it only counts. Nobody waits for the disk. */
#include "power.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char watched[PATH_MAX]; /* "": nothing */
static uint64_t count;

void mzg_power_fail(const char *what)
{
    dprintf(2, "power: %s\n", what);
    _exit(99);
}

__attribute__((constructor)) static void begin_all(void)
{
    char grave[PATH_MAX + 32];
    const char *dir = getenv("MZG_POWER_DIR");
    if (!dir || !realpath(dir, watched)) {
        watched[0] = '\0';
        return;
    }
    snprintf(grave, sizeof grave, "%s.power-%d", watched, (int)getpid());
    mzg_names_init(grave);
}

/* What was not lost is on the disk sooner or later. */
__attribute__((destructor)) static void end_all(void)
{
    mzg_names_synced_all();
    mzg_names_clear();
}

/* ---- the moment ---- */

static void mark(const char *what, const struct mzg_lost *lost)
{
    char text[256];
    const char *path = getenv("MZG_POWER_MARK");
    int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, 0600) : -1;
    int n = snprintf(text, sizeof text, "%s; lost: %u writes of %llu bytes, %u names\n", what,
                     lost->writes, (unsigned long long)lost->bytes, lost->names);
    if (fd >= 0)
        syscall(SYS_write, fd, text, n);
}

/* With the lock held. */
static void strike(const char *what)
{
    struct mzg_lost lost = {0};
    const char *power = getenv("MZG_POWER");
    char *how = "";
    unsigned long long n = power ? strtoull(power, &how, 10) : 0;
    if (++count != n)
        return;
    bool torn = strncmp(how, ":torn", 5) == 0;
    bool data = strncmp(how, ":data", 5) == 0, names = strncmp(how, ":names", 6) == 0;
    const char *seed = torn && how[5] == ':' ? how + 6 : "0";
    if (!names)
        mzg_data_lose(torn, n * 1000003 + strtoull(seed, NULL, 10), &lost);
    if (names || !(data || torn))
        mzg_names_lose(&lost);
    else
        mzg_names_synced_all();
    mzg_names_clear();
    mark(what, &lost);
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

/* ---- what is watched ---- */

static bool inside(const char *path)
{
    size_t n = strlen(watched);
    return n > 0 && strncmp(path, watched, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static bool path_of(int fd, char *path, size_t room)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, room - 1);
    if (n < 0)
        return false;
    path[n] = '\0';
    return true;
}

bool mzg_power_begin(int fd, const char *what)
{
    char path[PATH_MAX];
    struct stat st;
    int kept = errno;
    bool ours = watched[0] && fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) &&
                path_of(fd, path, sizeof path) && inside(path);
    errno = kept;
    if (ours) {
        pthread_mutex_lock(&lock);
        strike(what);
    }
    return ours;
}

bool mzg_power_path(int dir, const char *path, char *full)
{
    char folder[PATH_MAX] = "", joined[2 * PATH_MAX];
    if (!watched[0])
        return false;
    if (*path != '/' && (dir == AT_FDCWD ? !getcwd(folder, sizeof folder)
                                         : !path_of(dir, folder, sizeof folder)))
        return false;
    snprintf(joined, sizeof joined, "%s/%s", folder, path);
    char *leaf = strrchr(joined, '/');
    *leaf++ = '\0';
    if (!realpath(*joined ? joined : "/", folder))
        return false;
    return snprintf(full, PATH_MAX, "%s/%s", folder, leaf) < PATH_MAX && inside(full);
}

bool mzg_power_begin_at(int dir, const char *path, char *full, const char *what)
{
    int kept = errno;
    bool ours = mzg_power_path(dir, path, full);
    errno = kept;
    if (ours) {
        pthread_mutex_lock(&lock);
        strike(what);
    }
    return ours;
}

bool mzg_power_begin_all(const char *what)
{
    if (!watched[0])
        return false;
    pthread_mutex_lock(&lock);
    strike(what);
    return true;
}

long mzg_power_done(long result)
{
    int kept = errno;
    pthread_mutex_unlock(&lock);
    errno = kept;
    return result;
}
