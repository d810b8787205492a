#include "excerpt.h"

#include "../base/json.h"
#include "repo.h"
#include <stdlib.h>
#include <string.h>

#define TREE_CAP ((size_t)4 << 20)

bool mzg_excerpt_is(const struct mzg_dir *repo, const char *name, const char *version)
{
    char path[MZG_REPO_PATH];
    mzg_repo_path(path, name, version, MZG_REPO_PARTIAL);
    return mzg_dir_has(repo, path);
}

/* ---- reading ---- */

static enum mzg_code keep_file(const struct mzg_manifest *m, const json_t *value, bool *keep, struct mzg_err *e)
{
    const char *path = json_string_value(value);
    char q[MZG_QUOTE];
    for (size_t i = 0; path && i < m->n_files; i++) {
        if (strcmp(m->files[i].path, path) != 0)
            continue;
        if (keep[i])
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "names '%s' twice", mzg_quote(q, path));
        keep[i] = true;
        return MZG_OK;
    }
    return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "names '%s', which the manifest does not",
                    mzg_quote(q, path ? path : ""));
}

static enum mzg_code read_names(const struct mzg_manifest *m, const json_t *root, bool *keep, struct mzg_err *e)
{
    const json_t *list = json_object_get(root, "files"), *value;
    const char *format = json_string_value(json_object_get(root, "format"));
    enum mzg_code code = MZG_OK;
    size_t i;
    if (!format || strcmp(format, MZG_EXCERPT_FORMAT) != 0)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "format: only " MZG_EXCERPT_FORMAT " is known");
    if (json_array_size(list) == 0)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "files: no list, or an empty one");
    json_array_foreach(list, i, value) {
        if (!code)
            code = keep_file(m, value, keep, e);
    }
    return code;
}

enum mzg_code mzg_excerpt_parse(struct mzg_manifest *m, const char *text, size_t len, struct mzg_err *e)
{
    bool keep[MZG_MANIFEST_FILES] = {false};
    json_t *root = NULL;
    enum mzg_code code = mzg_json_parse(text, len, 0, TREE_CAP, &root, e);
    if (!code)
        code = read_names(m, root, keep, e);
    if (!code)
        code = mzg_manifest_keep(m, keep, e);
    json_decref(root);
    return code;
}

enum mzg_code mzg_excerpt_apply(const struct mzg_dir *repo, struct mzg_manifest *m, struct mzg_err *e)
{
    char path[MZG_REPO_PATH], *text = NULL;
    size_t len = 0;
    if (!mzg_excerpt_is(repo, m->name, m->version))
        return MZG_OK;
    mzg_repo_path(path, m->name, m->version, MZG_REPO_PARTIAL);
    enum mzg_code code = mzg_file_load_at(repo, path, MZG_EXCERPT_MAX, &text, &len, e);
    if (code)
        return code;
    code = mzg_excerpt_parse(m, text, len, e);
    free(text);
    return code ? mzg_prefix(e, "%s", path) : MZG_OK;
}

/* ---- writing ---- */

enum mzg_code mzg_excerpt_save(const struct mzg_dir *repo, const struct mzg_manifest *m, struct mzg_err *e)
{
    char path[MZG_REPO_PATH];
    mzg_repo_path(path, m->name, m->version, MZG_REPO_PARTIAL);
    if (m->n_left_out == 0) {
        (void)mzg_dir_remove(repo, path);
        return MZG_OK;
    }
    json_t *list = json_array(), *root = json_pack("{s:s, s:o}", "format", MZG_EXCERPT_FORMAT, "files", list);
    bool whole = root != NULL;
    for (size_t i = 0; i < m->n_files && whole; i++)
        whole = json_array_append_new(list, json_string(m->files[i].path)) == 0;
    char *text = whole ? json_dumps(root, JSON_INDENT(1)) : NULL;
    enum mzg_code code = text ? mzg_file_save_at(repo, path, text, strlen(text), e)
                              : mzg_fail_memory(e, MZG_REPO_PARTIAL);
    free(text);
    json_decref(root);
    return code;
}
