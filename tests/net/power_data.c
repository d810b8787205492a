/* power_data.c: bytes that were written and not synced; see power.h. Each change keeps what was there
 * before it, so taking back is going through them from the last to the first. */
#include "power.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096

struct change {
    struct change *before;
    int64_t at, size; /* where; how long the file was */
    size_t n;         /* bytes that changed or went */
    size_t kept;      /* the first so many of them were there before */
    bool cut;
    unsigned char old[];
};

/* A file with changes. Its descriptor is our own: the program may close its own, rename, remove. */
struct file {
    struct file *next;
    dev_t dev;
    ino_t ino;
    int fd;
    struct change *last;
};

static struct file *files;

static struct file **find(const struct stat *st)
{
    struct file **f = &files;
    while (*f && ((*f)->dev != st->st_dev || (*f)->ino != st->st_ino))
        f = &(*f)->next;
    return f;
}

static struct file *open_again(int fd, const struct stat *st)
{
    char path[64];
    struct file *f = calloc(1, sizeof *f);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (!f)
        mzg_power_fail("no memory");
    *f = (struct file){.next = files, .dev = st->st_dev, .ino = st->st_ino};
    f->fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    if (f->fd < 0)
        mzg_power_fail("cannot open again a file that is written");
    files = f;
    return f;
}

static void keep(int fd, int64_t at, size_t n, bool cut)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    struct file *f = *find(&st);
    f = f ? f : open_again(fd, &st);
    int64_t there = st.st_size > at ? st.st_size - at : 0;
    if (cut)
        n = (size_t)there;
    size_t kept = there < (int64_t)n ? (size_t)there : n;
    struct change *c = malloc(sizeof *c + kept);
    if (!c)
        mzg_power_fail("no memory");
    *c = (struct change){f->last, at, st.st_size, n, kept, cut};
    for (size_t got = 0; got < kept;) {
        ssize_t k = pread(f->fd, c->old + got, kept - got, at + (int64_t)got);
        if (k <= 0)
            mzg_power_fail("cannot read a file that is written");
        got += (size_t)k;
    }
    f->last = c;
}

void mzg_data_write(int fd, int64_t at, size_t n)
{
    keep(fd, at, n, false);
}

void mzg_data_cut(int fd, int64_t size)
{
    keep(fd, size, 0, true);
}

static void forget(struct file **at)
{
    struct file *f = *at;
    while (f->last) {
        struct change *c = f->last;
        f->last = c->before;
        free(c);
    }
    syscall(SYS_close, f->fd);
    *at = f->next;
    free(f);
}

void mzg_data_synced(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return;
    struct file **f = find(&st);
    if (*f)
        forget(f);
}

void mzg_data_synced_all(void)
{
    while (files)
        forget(&files);
}

/* ---- the loss ---- */

static void put(int fd, const unsigned char *data, size_t n, int64_t at)
{
    if (n > 0 && syscall(SYS_pwrite64, fd, data, n, at) != (long)n)
        mzg_power_fail("cannot take a write back");
}

/* splitmix64, one bit of it. */
static bool coin(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) & 1;
}

/* Some pages never got there: what was before, or zeros where nothing was. */
static void tear(const struct file *f, const struct change *c, uint64_t *state, struct mzg_lost *lost)
{
    static const unsigned char zeros[PAGE];
    struct stat st;
    if (c->cut || fstat(f->fd, &st) != 0)
        return;
    int64_t end = c->at + (int64_t)c->n < st.st_size ? c->at + (int64_t)c->n : st.st_size;
    unsigned pages = 0;
    for (int64_t at = c->at, next; at < end; at = next) {
        next = (at / PAGE + 1) * PAGE < end ? (at / PAGE + 1) * PAGE : end;
        if (!coin(state))
            continue;
        int64_t border = c->at + (int64_t)c->kept; /* behind it, nothing was */
        int64_t middle = border < at ? at : border > next ? next : border;
        put(f->fd, c->old + (at - c->at), (size_t)(middle - at), at);
        put(f->fd, zeros, (size_t)(next - middle), middle);
        lost->bytes += (uint64_t)(next - at);
        pages++;
    }
    lost->writes += pages > 0;
}

static void undo(const struct file *f, const struct change *c, struct mzg_lost *lost)
{
    put(f->fd, c->old, c->kept, c->at);
    if (syscall(SYS_ftruncate, f->fd, c->size) != 0)
        mzg_power_fail("cannot take a length back");
    lost->writes++;
    lost->bytes += c->n;
}

void mzg_data_lose(bool torn, uint64_t seed, struct mzg_lost *lost)
{
    for (struct file *f = files; f; f = f->next) {
        for (struct change *c = f->last; c; c = c->before) {
            if (torn)
                tear(f, c, &seed, lost);
            else
                undo(f, c, lost);
        }
    }
}
