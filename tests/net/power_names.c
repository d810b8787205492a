/* power_names.c: names that were made, moved or removed and not synced; see power.h. What a name stood
 * for before is kept by a hard link in the grave, a folder beside the one that is watched. */
#include "power.h"
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum kind { MADE, GONE, GONE_FOLDER, MOVED, EXCHANGED };

struct change {
    struct change *before;
    enum kind kind;
    dev_t dev; /* the folder whose sync settles it: that of path */
    ino_t ino;
    char path[PATH_MAX];
    char from[PATH_MAX];  /* MOVED, EXCHANGED */
    char grave[PATH_MAX]; /* what path stood for; "": nothing */
};

static struct change *last;
static char graves[PATH_MAX];
static unsigned n_graves;

void mzg_names_init(const char *grave)
{
    snprintf(graves, sizeof graves, "%s", grave);
}

void mzg_names_clear(void)
{
    if (n_graves > 0)
        syscall(SYS_unlinkat, AT_FDCWD, graves, AT_REMOVEDIR);
}

void mzg_names_bury(const char *path, char *grave, size_t room)
{
    struct stat st;
    *grave = '\0';
    if (fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) != 0 || S_ISDIR(st.st_mode))
        return;
    if (n_graves == 0)
        syscall(SYS_mkdirat, AT_FDCWD, graves, 0700);
    snprintf(grave, room, "%s/%u", graves, n_graves++);
    if (syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, grave, 0) != 0)
        mzg_power_fail("cannot keep a file that is removed");
}

static void note(enum kind kind, const char *path, const char *from, const char *grave)
{
    struct stat st;
    struct change *c = calloc(1, sizeof *c);
    if (!c)
        mzg_power_fail("no memory");
    snprintf(c->path, sizeof c->path, "%s", path);
    *strrchr(c->path, '/') = '\0';
    if (stat(c->path, &st) == 0) {
        c->dev = st.st_dev;
        c->ino = st.st_ino;
    }
    snprintf(c->path, sizeof c->path, "%s", path);
    snprintf(c->from, sizeof c->from, "%s", from);
    snprintf(c->grave, sizeof c->grave, "%s", grave);
    c->kind = kind;
    c->before = last;
    last = c;
}

void mzg_names_made(const char *path)
{
    note(MADE, path, "", "");
}

void mzg_names_gone(const char *path, const char *grave, bool folder)
{
    note(folder ? GONE_FOLDER : GONE, path, "", grave);
}

void mzg_names_moved(const char *from, const char *to, const char *grave, bool exchanged)
{
    note(exchanged ? EXCHANGED : MOVED, to, from, grave);
}

static void settle(dev_t dev, ino_t ino, bool all)
{
    for (struct change **at = &last; *at;) {
        struct change *c = *at;
        if (!all && (c->dev != dev || c->ino != ino)) {
            at = &c->before;
            continue;
        }
        if (*c->grave)
            syscall(SYS_unlinkat, AT_FDCWD, c->grave, 0);
        *at = c->before;
        free(c);
    }
}

void mzg_names_synced(int fd)
{
    struct stat st;
    if (fstat(fd, &st) == 0)
        settle(st.st_dev, st.st_ino, false);
}

void mzg_names_synced_all(void)
{
    settle(0, 0, true);
}

/* ---- the loss ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)where;
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, type == FTW_DP ? AT_REMOVEDIR : 0);
}

static void move(const char *from, const char *to, unsigned flags)
{
    if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags) != 0)
        mzg_power_fail("cannot take a name back");
}

static void undo(const struct change *c)
{
    if (c->kind == MADE) /* a folder goes with all that is in it */
        nftw(c->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    if (c->kind == GONE_FOLDER)
        syscall(SYS_mkdirat, AT_FDCWD, c->path, 0777);
    if (c->kind == MOVED || c->kind == EXCHANGED)
        move(c->path, c->from, c->kind == EXCHANGED ? 2 /* RENAME_EXCHANGE */ : 0);
    if (*c->grave)
        move(c->grave, c->path, 0);
}

void mzg_names_lose(struct mzg_lost *lost)
{
    for (struct change *c = last; c; c = c->before) {
        undo(c);
        lost->names++;
    }
    last = NULL;
}
