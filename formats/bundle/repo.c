#include "repo.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void mzg_repo_path(char path[MZG_REPO_PATH], const char *name, const char *version,
                   const char *file)
{
    snprintf(path, MZG_REPO_PATH, "bundles/%.*s/%.*s/%.13s", MZG_NAME_MAX, name, MZG_NAME_MAX,
             version, file);
}

static bool take_step(const char **p, char step[MZG_NAME_MAX + 1])
{
    size_t n = strcspn(*p, "/");
    if (n > MZG_NAME_MAX || (*p)[n] != '/')
        return false;
    memcpy(step, *p, n);
    step[n] = '\0';
    *p += n + 1;
    return mzg_bundle_name_valid(step);
}

bool mzg_repo_parse_path(const char *path, char name[MZG_NAME_MAX + 1],
                         char version[MZG_NAME_MAX + 1])
{
    static const char top[] = "bundles/";
    if (strncmp(path, top, sizeof top - 1) != 0)
        return false;
    path += sizeof top - 1;
    return take_step(&path, name) && take_step(&path, version) &&
           strcmp(path, MZG_REPO_MANIFEST) == 0;
}

/* ---- listing ---- */

/* People and servers put other things beside bundles: an index.html is not one. */
static bool is_folder(const struct mzg_dir *repo, const char *path)
{
    struct stat st;
    return fstatat(repo->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static enum mzg_code each_version(const struct mzg_dir *repo, const char *name,
                                  const struct mzg_repo_visitor *v, struct mzg_err *e)
{
    char folder[MZG_REPO_PATH], path[MZG_REPO_PATH];
    char **versions = NULL;
    size_t n = 0;
    snprintf(folder, sizeof folder, "bundles/%s", name);
    if (!is_folder(repo, folder))
        return MZG_OK;
    enum mzg_code code = mzg_dir_list(repo, folder, MZG_REPO_BUNDLES, &versions, &n, e);
    for (size_t i = 0; i < n && !code; i++) {
        if (!mzg_bundle_name_valid(versions[i]))
            continue;
        mzg_repo_path(path, name, versions[i], MZG_REPO_MANIFEST);
        if (mzg_dir_has(repo, path))
            code = v->fn(v->ctx, name, versions[i], e);
    }
    free(versions);
    return code;
}

enum mzg_code mzg_repo_each(const struct mzg_dir *repo, const char *name,
                            const struct mzg_repo_visitor *v, struct mzg_err *e)
{
    char **names = NULL;
    size_t n = 0;
    if (name)
        return each_version(repo, name, v, e);
    if (!is_folder(repo, "bundles"))
        return MZG_OK;
    enum mzg_code code = mzg_dir_list(repo, "bundles", MZG_REPO_BUNDLES, &names, &n, e);
    for (size_t i = 0; i < n && !code; i++) {
        if (mzg_bundle_name_valid(names[i]))
            code = each_version(repo, names[i], v, e);
    }
    free(names);
    return code;
}

enum mzg_code mzg_repo_manifest(const struct mzg_dir *repo, const char *name, const char *version,
                                struct mzg_manifest *m, struct mzg_err *e)
{
    char path[MZG_REPO_PATH], *text = NULL;
    size_t len = 0;
    memset(m, 0, sizeof *m);
    mzg_repo_path(path, name, version, MZG_REPO_MANIFEST);
    enum mzg_code code = mzg_file_load_at(repo, path, MZG_MANIFEST_MAX, &text, &len, e);
    if (code)
        return code;
    code = mzg_manifest_parse(m, text, len, e);
    free(text);
    if (!code && (strcmp(m->name, name) != 0 || strcmp(m->version, version) != 0)) {
        code = mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "is the manifest of %s %s", m->name,
                        m->version);
        mzg_manifest_clear(m);
    }
    return code ? mzg_prefix(e, "%s", path) : MZG_OK;
}

/* ---- choosing ---- */

struct choice {
    const struct mzg_dir *repo;
    struct mzg_select *s;
    bool several;      /* names */
    size_t versions;   /* of the name */
    int64_t sequence;
};

static enum mzg_code note_name(void *ctx, const char *name, const char *version, struct mzg_err *e)
{
    struct choice *c = ctx;
    (void)version;
    (void)e;
    if (*c->s->name && strcmp(c->s->name, name) != 0)
        c->several = true;
    snprintf(c->s->name, sizeof c->s->name, "%s", name);
    return MZG_OK;
}

static enum mzg_code count_version(void *ctx, const char *name, const char *version,
                                   struct mzg_err *e)
{
    struct choice *c = ctx;
    (void)name;
    (void)e;
    c->versions++;
    snprintf(c->s->version, sizeof c->s->version, "%s", version);
    return MZG_OK;
}

static enum mzg_code note_version(void *ctx, const char *name, const char *version,
                                  struct mzg_err *e)
{
    struct choice *c = ctx;
    struct mzg_manifest m;
    enum mzg_code code = mzg_repo_manifest(c->repo, name, version, &m, e);
    if (code)
        return code;
    if (m.sequence >= c->sequence) {
        c->sequence = m.sequence;
        if (c->s)
            snprintf(c->s->version, sizeof c->s->version, "%s", version);
    }
    mzg_manifest_clear(&m);
    return MZG_OK;
}

enum mzg_code mzg_repo_sequence(const struct mzg_dir *repo, const char *name, int64_t *highest,
                                struct mzg_err *e)
{
    struct choice c = {.repo = repo};
    struct mzg_repo_visitor v = {note_version, &c};
    enum mzg_code code = mzg_repo_each(repo, name, &v, e);
    *highest = c.sequence;
    return code;
}

/* A lone version is chosen by its path: no manifest is read before its signature is checked. */
static enum mzg_code select_version(struct choice *c, struct mzg_err *e)
{
    struct mzg_repo_visitor count = {count_version, c}, note = {note_version, c};
    char q[MZG_QUOTE];
    enum mzg_code code = mzg_repo_each(c->repo, c->s->name, &count, e);
    if (!code && c->versions > 1)
        code = mzg_repo_each(c->repo, c->s->name, &note, e);
    return code ? mzg_prefix(e, "%s", mzg_quote(q, c->repo->path)) : MZG_OK;
}

enum mzg_code mzg_repo_select(const struct mzg_dir *repo, struct mzg_select *s, struct mzg_err *e)
{
    struct choice c = {.repo = repo, .s = s};
    enum mzg_code code = MZG_OK;
    char path[MZG_REPO_PATH], q[MZG_QUOTE];
    if (!*s->name)
        code = mzg_repo_each(repo, NULL, &(struct mzg_repo_visitor){note_name, &c}, e);
    if (!code && c.several)
        code = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "%s: holds several bundles: name one",
                        mzg_quote(q, repo->path));
    if (!code && *s->name && !*s->version)
        code = select_version(&c, e);
    if (code)
        return code;
    mzg_repo_path(path, s->name, s->version, MZG_REPO_MANIFEST);
    if (*s->version && mzg_dir_has(repo, path))
        return MZG_OK;
    return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: holds no bundle%s%s%s%s",
                    mzg_quote(q, repo->path), *s->name ? " " : "", s->name,
                    *s->version ? "@" : "", s->version);
}
