#include "sweep.h"

#include "plain.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OBJECTS_IN_FOLDER ((size_t)1 << 24)

struct sweeping {
    const struct mzg_dir *repo;
    const struct mzg_sweep *opt;
    const struct mzg_run *run;
    struct mzg_tally named;
    struct mzg_swept *r;
};

/* ---- objects ---- */

static enum mzg_code sweep_object(struct sweeping *w, const struct mzg_dir *folder, unsigned first,
                                  const char *name, struct mzg_err *e)
{
    uint8_t object[MZG_SHA256_BYTES];
    struct stat st;
    char q[MZG_QUOTE];
    if (!mzg_sha256_parse(name, object) || object[0] != first ||
        fstatat(folder->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
        return MZG_OK; /* something of somebody else's */
    if (mzg_tally_names(&w->named, object)) {
        w->r->kept_bytes += (uint64_t)st.st_size;
        return MZG_OK;
    }
    if (!w->opt->dry_run && unlinkat(folder->fd, name, 0) != 0 && errno != ENOENT)
        return mzg_fail_errno(e, "cannot remove '%s/%s'", mzg_quote(q, folder->path), name);
    w->r->objects++;
    w->r->bytes += (uint64_t)st.st_size;
    return MZG_OK;
}

static enum mzg_code sweep_folder(struct sweeping *w, unsigned first, struct mzg_err *e)
{
    char path[sizeof "objects/ab"], **names = NULL;
    struct mzg_dir folder;
    struct stat st;
    size_t n = 0;
    snprintf(path, sizeof path, "objects/%02x", first & 0xff);
    if (fstatat(w->repo->fd, path, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode))
        return MZG_OK;
    enum mzg_code code = mzg_dir_open_at(&folder, w->repo, path, false, e);
    if (!code)
        code = mzg_dir_list(&folder, ".", OBJECTS_IN_FOLDER, &names, &n, e);
    for (size_t i = 0; i < n && !code; i++)
        code = sweep_object(w, &folder, first, names[i], e);
    if (!code && !w->opt->dry_run)
        w->r->leftovers += mzg_output_sweep(&folder, MZG_PART, NULL, NULL);
    free(names);
    mzg_dir_close(&folder);
    return code ? code : mzg_progress_step(&w->run->progress, "sweep", first + 1, 256, e);
}

/* ---- documents ---- */

/* A version's folder: temporaries; and a signature whose manifest did not come any more. */
static void sweep_version(struct sweeping *w, const char *name, const char *version)
{
    char path[MZG_REPO_PATH];
    struct mzg_dir folder;
    struct mzg_err ignored;
    snprintf(path, sizeof path, "bundles/%s/%s", name, version);
    if (mzg_dir_open_at(&folder, w->repo, path, false, &ignored))
        return;
    w->r->leftovers += mzg_output_sweep(&folder, MZG_PART, NULL, NULL);
    bool lone = !mzg_dir_has(&folder, MZG_REPO_MANIFEST);
    mzg_dir_close(&folder);
    if (lone) {
        w->r->leftovers++;
        mzg_aside_remove(w->repo, name, version);
    }
}

static enum mzg_code sweep_versions(struct sweeping *w, const char *name, struct mzg_err *e)
{
    char path[MZG_REPO_PATH], **names = NULL;
    struct stat st;
    size_t n = 0;
    snprintf(path, sizeof path, "bundles/%s", name);
    if (fstatat(w->repo->fd, path, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode))
        return MZG_OK;
    enum mzg_code code = mzg_dir_list(w->repo, path, MZG_REPO_BUNDLES, &names, &n, e);
    for (size_t i = 0; i < n && !code; i++) {
        if (mzg_bundle_name_valid(names[i]))
            sweep_version(w, name, names[i]);
    }
    free(names);
    return code;
}

static enum mzg_code sweep_documents(struct sweeping *w, struct mzg_err *e)
{
    char **names = NULL;
    struct stat st;
    size_t n = 0;
    w->r->leftovers += mzg_output_sweep(w->repo, MZG_PART, NULL, NULL);
    if (fstatat(w->repo->fd, "bundles", &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode))
        return MZG_OK;
    enum mzg_code code = mzg_dir_list(w->repo, "bundles", MZG_REPO_BUNDLES, &names, &n, e);
    for (size_t i = 0; i < n && !code; i++) {
        if (mzg_bundle_name_valid(names[i]))
            code = sweep_versions(w, names[i], e);
    }
    free(names);
    return code;
}

/* ---- what is aside ---- */

struct fading {
    const struct mzg_dir *dir;
    const struct mzg_dir *repo;
    int64_t before; /* what is older goes */
};

/* By the dates that the mark phase went by. A loss of power may have left a dropped bundle's plain files. */
static enum mzg_code fade(void *ctx, const char *name, const char *version, struct mzg_err *e)
{
    const struct fading *f = ctx;
    char path[MZG_REPO_PATH];
    struct mzg_manifest m;
    struct stat st;
    mzg_repo_path(path, name, version, MZG_REPO_MANIFEST);
    if (f->repo && !mzg_dir_has(f->repo, path) && !mzg_repo_manifest(f->dir, name, version, &m, e)) {
        mzg_plain_remove(f->repo, &m);
        mzg_manifest_clear(&m);
    }
    if (fstatat(f->dir->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtim.tv_sec <= f->before)
        mzg_aside_remove(f->dir, name, version);
    return MZG_OK;
}

static enum mzg_code fade_all(struct sweeping *w, const char *aside, int64_t lasts, bool plain,
                              struct mzg_err *e)
{
    struct mzg_dir d;
    bool there = false;
    enum mzg_code code = mzg_aside_open(&d, w->repo, aside, &there, e);
    struct fading f = {&d, plain ? w->repo : NULL, w->opt->now - lasts};
    if (!code && there)
        code = mzg_repo_each(&d, NULL, &(struct mzg_repo_visitor){fade, &f}, e);
    mzg_dir_close(&d);
    (void)unlinkat(w->repo->fd, aside, AT_REMOVEDIR); /* stays where anything is in it */
    return code;
}

static bool is_named(void *ctx, const char *name)
{
    uint8_t object[MZG_SHA256_BYTES];
    return !mzg_sha256_parse(name, object) || mzg_tally_names(ctx, object);
}

/* Objects on their way that nobody is going to fetch any more. */
static void sweep_parts(struct sweeping *w)
{
    struct mzg_dir parts;
    struct mzg_err ignored;
    if (mzg_dir_open_at(&parts, w->repo, MZG_LOCAL_PARTS, false, &ignored))
        return;
    w->r->leftovers += mzg_output_sweep(&parts, MZG_PART, is_named, &w->named);
    mzg_dir_close(&parts);
}

enum mzg_code mzg_sweep(const struct mzg_dir *repo, const struct mzg_sweep *opt, const struct mzg_run *run,
                        struct mzg_swept *r, struct mzg_err *e)
{
    struct sweeping w = {.repo = repo, .opt = opt, .run = run, .r = r};
    *r = (struct mzg_swept){0};
    mzg_tally_init(&w.named);
    enum mzg_code code = mzg_sweep_mark(repo, opt, &w.named, e);
    for (unsigned first = 0; first < 256 && !code; first++)
        code = sweep_folder(&w, first, e);
    if (!code && !opt->dry_run) {
        sweep_parts(&w);
        code = sweep_documents(&w, e);
    }
    if (!code && !opt->dry_run)
        code = fade_all(&w, MZG_LOCAL_COMING, MZG_COMING_SECONDS, false, e);
    if (!code && !opt->dry_run)
        code = fade_all(&w, MZG_LOCAL_DROPPED, opt->grace, true, e);
    mzg_tally_clear(&w.named);
    return code;
}
