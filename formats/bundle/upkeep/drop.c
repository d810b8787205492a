/* drop.c: bundles taken away from readers, in the order that never shows one whose parts are going. */
#include "stock.h"

#include "../catalog.h"
#include "plain.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEDGER ("pull" MZG_JOURNAL) /* of an intake */
#define ASIDE_PATH (MZG_REPO_PATH + sizeof MZG_LOCAL_DROPPED + 1)

/* ---- manifests aside ---- */

enum mzg_code mzg_aside_open(struct mzg_dir *d, const struct mzg_dir *repo, const char *aside, bool *there,
                             struct mzg_err *e)
{
    *d = (struct mzg_dir){.fd = -1};
    *there = mzg_dir_has(repo, aside);
    return *there ? mzg_dir_open_at(d, repo, aside, false, e) : MZG_OK;
}

void mzg_aside_remove(const struct mzg_dir *d, const char *name, const char *version)
{
    static const char *const files[] = {LEDGER, MZG_REPO_MANIFEST, MZG_REPO_ENVELOPE,
                                        MZG_REPO_PARTIAL};
    char path[MZG_REPO_PATH + sizeof MZG_JOURNAL];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "bundles/%s/%s/%s", name, version, files[i]);
        (void)mzg_dir_remove(d, path);
    }
}

/* ---- dropping ---- */

static bool is_going(void *ctx, const char *name, const char *version)
{
    const struct mzg_held *h = mzg_stock_find(ctx, name, version);
    return h && h->drop;
}

/* Its manifest, dated, from the one folder to the other; after a loss of power it is in one of them. */
static enum mzg_code move_aside(const struct mzg_dir *repo, const struct mzg_held *h, int64_t now,
                                struct mzg_err *e)
{
    struct mzg_dir from = {.fd = -1}, to = {.fd = -1};
    char path[ASIDE_PATH];
    const struct timespec times[2] = {{.tv_sec = (time_t)now}, {.tv_sec = (time_t)now}};
    snprintf(path, sizeof path, "bundles/%s/%s", h->name, h->version);
    enum mzg_code code = mzg_dir_open_at(&from, repo, path, false, e);
    snprintf(path, sizeof path, MZG_LOCAL_DROPPED "/bundles/%s/%s", h->name, h->version);
    if (!code)
        code = mzg_dir_open_at(&to, repo, path, true, e);
    if (!code && (utimensat(from.fd, MZG_REPO_MANIFEST, times, AT_SYMLINK_NOFOLLOW) != 0 ||
                  renameat(from.fd, MZG_REPO_MANIFEST, to.fd, MZG_REPO_MANIFEST) != 0))
        code = mzg_fail_errno(e, "cannot put '%s/" MZG_REPO_MANIFEST "' aside", from.path);
    if (!code) {
        (void)fsync(to.fd); /* not every file system can */
        (void)fsync(from.fd);
    }
    mzg_dir_close(&to);
    mzg_dir_close(&from);
    return code;
}

static enum mzg_code drop(const struct mzg_dir *repo, const struct mzg_held *h, int64_t now,
                          struct mzg_err *e)
{
    struct mzg_manifest m;
    enum mzg_code code = mzg_repo_manifest(repo, h->name, h->version, &m, e);
    if (code)
        return code;
    mzg_plain_remove(repo, &m);
    mzg_manifest_clear(&m);
    code = move_aside(repo, h, now, e);
    if (!code)
        mzg_aside_remove(repo, h->name, h->version);
    return code;
}

enum mzg_code mzg_stock_drop(const struct mzg_stock *s, const struct mzg_dir *repo, int64_t now,
                             const struct mzg_run *run, struct mzg_err *e)
{
    size_t going = 0;
    for (size_t i = 0; i < s->n; i++)
        going += s->held[i].drop;
    if (!going)
        return MZG_OK;
    struct mzg_catalog_filter filter = {is_going, (void *)s};
    enum mzg_code code = mzg_catalog_update_without(repo, &filter, &run->notify, e);
    for (size_t i = 0; i < s->n && !code; i++) {
        if (s->held[i].drop)
            code = drop(repo, &s->held[i], now, e);
    }
    return code;
}
