/* mark.c: the objects that manifests name. */
#include "sweep.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct marking {
    const struct mzg_dir *dir;     /* that the bundles at hand lie in */
    const struct mzg_sweep *opt;
    const struct mzg_stock *going; /* of the repository itself; else NULL */
    int64_t lasts;                 /* seconds that a manifest counts from its date on; -1: for ever */
    struct mzg_tally *named;
    size_t unreadable;
    struct mzg_err first;
};

/* Whether its time is over. A date that is yet to come is of a clock that was wrong: it counts, from now. */
static bool is_over(const struct marking *k, const char *name, const char *version)
{
    char path[MZG_REPO_PATH];
    struct stat st;
    if (k->lasts < 0)
        return false;
    mzg_repo_path(path, name, version, MZG_REPO_MANIFEST);
    if (fstatat(k->dir->fd, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    if (st.st_mtim.tv_sec > k->opt->now) {
        const struct timespec times[2] = {{.tv_sec = (time_t)k->opt->now}, {.tv_sec = (time_t)k->opt->now}};
        (void)utimensat(k->dir->fd, path, times, AT_SYMLINK_NOFOLLOW);
        return k->lasts == 0;
    }
    return k->opt->now - st.st_mtim.tv_sec >= k->lasts;
}

static enum mzg_code mark_one(void *ctx, const char *name, const char *version, struct mzg_err *e)
{
    struct marking *k = ctx;
    struct mzg_manifest m;
    const struct mzg_held *h = k->going ? mzg_stock_find(k->going, name, version) : NULL;
    if (is_over(k, name, version) || (h && h->drop && k->opt->grace == 0))
        return MZG_OK;
    enum mzg_code code = mzg_repo_manifest(k->dir, name, version, &m, e);
    if (code) {
        if (k->unreadable++ == 0)
            k->first = *e;
        return MZG_OK;
    }
    code = mzg_tally_add(k->named, &m, e);
    mzg_manifest_clear(&m);
    return code;
}

static enum mzg_code mark_aside(struct marking *k, const struct mzg_dir *repo, const char *aside,
                                struct mzg_err *e)
{
    struct mzg_dir d;
    bool there = false;
    enum mzg_code code = mzg_aside_open(&d, repo, aside, &there, e);
    k->dir = &d;
    k->going = NULL;
    if (!code && there)
        code = mzg_repo_each(&d, NULL, &(struct mzg_repo_visitor){mark_one, k}, e);
    mzg_dir_close(&d);
    return code;
}

enum mzg_code mzg_sweep_mark(const struct mzg_dir *repo, const struct mzg_sweep *opt,
                             struct mzg_tally *named, struct mzg_err *e)
{
    struct marking k = {.dir = repo, .opt = opt, .going = opt->dry_run ? opt->going : NULL, .lasts = -1,
                        .named = named};
    enum mzg_code code = mzg_repo_each(repo, NULL, &(struct mzg_repo_visitor){mark_one, &k}, e);
    k.lasts = MZG_COMING_SECONDS;
    if (!code)
        code = mark_aside(&k, repo, MZG_LOCAL_COMING, e);
    k.lasts = opt->grace;
    if (!code)
        code = mark_aside(&k, repo, MZG_LOCAL_DROPPED, e);
    if (code || !k.unreadable || opt->force)
        return code;
    *e = k.first;
    return mzg_prefix(e, "no object is removed while a manifest cannot be read (--force does)");
}
