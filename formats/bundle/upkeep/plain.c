#include "plain.h"

#include "../opened.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is being unpacked: one bundle at a time (MZG_LOCK_MIRROR). */
#define MAKING MZG_LOCAL "/making"
#define PLAIN_PATH (sizeof MZG_REPO_PLAIN + 2 * (size_t)MZG_NAME_MAX + 3)

static void plain_path(char path[PLAIN_PATH], const char *name, const char *version)
{
    snprintf(path, PLAIN_PATH, MZG_REPO_PLAIN "/%s/%s", name, version);
}

bool mzg_plain_has(const struct mzg_dir *repo, const char *name, const char *version)
{
    char path[PLAIN_PATH];
    plain_path(path, name, version);
    return mzg_dir_has(repo, path);
}

/* Each of the files: of a copy that was partial there are fewer. */
static bool has_all(const struct mzg_dir *repo, const struct mzg_manifest *m)
{
    char path[PLAIN_PATH + MZG_MEMBER_PATH_MAX + 1];
    bool there = mzg_plain_has(repo, m->name, m->version);
    for (size_t i = 0; i < m->n_files && there; i++) {
        snprintf(path, sizeof path, MZG_REPO_PLAIN "/%s/%s/%s", m->name, m->version, m->files[i].path);
        there = mzg_dir_has(repo, path);
    }
    return there;
}

/* Onto its name, where nothing is. */
static enum mzg_code publish(const struct mzg_dir *repo, const struct mzg_manifest *m, struct mzg_err *e)
{
    struct mzg_dir local = {.fd = -1}, folder = {.fd = -1};
    char path[PLAIN_PATH];
    snprintf(path, sizeof path, MZG_REPO_PLAIN "/%s", m->name);
    enum mzg_code code = mzg_dir_open_at(&local, repo, MZG_LOCAL, false, e);
    if (!code)
        code = mzg_dir_open_at(&folder, repo, path, true, e);
    if (!code && renameat(local.fd, "making", folder.fd, m->version) != 0)
        code = mzg_fail_errno(e, "cannot make '%s/%s'", path, m->version);
    if (!code)
        (void)fsync(folder.fd); /* not every file system can */
    mzg_dir_close(&folder);
    mzg_dir_close(&local);
    return code;
}

enum mzg_code mzg_plain_make(const struct mzg_dir *repo, struct mzg_verified *v, const struct mzg_run *run,
                             struct mzg_err *e)
{
    struct mzg_dir making = {.fd = -1};
    char *path = NULL;
    if (has_all(repo, &v->manifest))
        return MZG_OK;
    mzg_plain_remove(repo, &v->manifest);
    if (asprintf(&path, "%s/" MAKING, repo->path) < 0)
        return mzg_fail_memory(e, "path");
    mzg_plain_clear(repo);
    /* Made here first, so that a link in its place is refused. */
    enum mzg_code code = mzg_dir_open_at(&making, repo, MAKING, true, e);
    mzg_dir_close(&making);
    if (!code)
        code = mzg_verified_unpack(v, path, run, e);
    if (!code)
        code = publish(repo, &v->manifest, e);
    if (code)
        mzg_plain_clear(repo);
    free(path);
    return code;
}

void mzg_plain_remove(const struct mzg_dir *repo, const struct mzg_manifest *m)
{
    char path[PLAIN_PATH], *file = NULL;
    plain_path(path, m->name, m->version);
    for (size_t i = 0; i < m->n_files && mzg_dir_has(repo, path); i++) {
        if (asprintf(&file, "%s/%s", path, m->files[i].path) < 0)
            return;
        (void)mzg_dir_remove(repo, file);
        free(file);
    }
}

/* ---- what a killed run left ---- */

#define DEPTH 32

static void clear_folder(const struct mzg_dir *d, unsigned depth)
{
    struct mzg_err ignored;
    struct mzg_dir below;
    char **names = NULL;
    size_t n = 0;
    if (depth > DEPTH || mzg_dir_list(d, ".", MZG_REPO_BUNDLES, &names, &n, &ignored))
        return;
    for (size_t i = 0; i < n; i++) {
        if (mzg_dir_open_at(&below, d, names[i], false, &ignored) == MZG_OK) {
            clear_folder(&below, depth + 1);
            mzg_dir_close(&below);
            (void)unlinkat(d->fd, names[i], AT_REMOVEDIR);
        } else {
            (void)unlinkat(d->fd, names[i], 0); /* of a link, the link */
        }
    }
    free(names);
}

void mzg_plain_clear(const struct mzg_dir *repo)
{
    struct mzg_dir local, making;
    struct mzg_err ignored;
    if (mzg_dir_open_at(&local, repo, MZG_LOCAL, false, &ignored))
        return;
    if (mzg_dir_open_at(&making, &local, "making", false, &ignored) == MZG_OK) {
        clear_folder(&making, 0);
        mzg_dir_close(&making);
        (void)unlinkat(local.fd, "making", AT_REMOVEDIR);
    }
    mzg_dir_close(&local);
}
