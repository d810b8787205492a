#include "gc.h"

#include "../catalog.h"
#include "plain.h"
#include <string.h>

static enum mzg_code collect(const struct mzg_dir *repo, struct mzg_sweep *opt,
                             const struct mzg_gc_choice *choice, const struct mzg_run *run,
                             struct mzg_stock *s, struct mzg_swept *r, struct mzg_err *e)
{
    enum mzg_code code = mzg_stock_read(s, repo, e);
    if (!code && s->unreadable && !opt->force) {
        *e = s->why;
        return mzg_prefix(e, "nothing is removed while a manifest cannot be read (--force does)");
    }
    if (!code)
        code = choice->choose(choice->ctx, s, e);
    opt->going = s;
    if (!code && !opt->dry_run)
        code = mzg_stock_drop(s, repo, opt->now, run, e);
    if (!code && !opt->dry_run)
        code = mzg_catalog_update(repo, &run->notify, e);
    return code ? code : mzg_sweep(repo, opt, run, r, e);
}

/* What a mirror that was killed had unpacked, if none is at it. */
static void clear_plain(const struct mzg_dir *repo)
{
    const struct mzg_run silent = {0};
    struct mzg_repo_lock lock;
    struct mzg_err ignored;
    if (mzg_repo_lock(&lock, repo, MZG_LOCK_MIRROR, "gc", &silent, &ignored) == MZG_OK)
        mzg_plain_clear(repo);
    mzg_repo_unlock(&lock);
}

enum mzg_code mzg_gc(const struct mzg_dir *repo, const char *who, const struct mzg_sweep *opt,
                     const struct mzg_gc_choice *choice, const struct mzg_run *run, struct mzg_stock *s,
                     struct mzg_swept *r, struct mzg_err *e)
{
    struct mzg_sweep own = *opt;
    struct mzg_repo_lock lock;
    memset(s, 0, sizeof *s);
    *r = (struct mzg_swept){0};
    enum mzg_code code = mzg_repo_lock(&lock, repo, MZG_LOCK_REPO, who, run, e);
    if (code)
        return code;
    code = collect(repo, &own, choice, run, s, r, e);
    if (!code && !opt->dry_run)
        clear_plain(repo);
    mzg_repo_unlock(&lock);
    return code;
}
