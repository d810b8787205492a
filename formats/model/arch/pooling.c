#include "pooling.h"
#include "../../base/text.h"

#include "../../base/file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODULES "modules.json"
#define FILE_BYTES ((size_t)1 << 20)
#define MODULES_MAX 64

/* FOLDER/name, noted as read; *root stays NULL where it may be missing and is. */
static enum mzg_code load(const struct mzg_arch_work *work, const char *name, bool optional, json_t **root,
                          struct mzg_err *e)
{
    struct mzg_arch_files *files = work->files;
    char *path, *text = NULL;
    size_t len = 0;

    if (optional && !mzg_path_has(work->folder, name))
        return MZG_OK;
    path = mzg_path_join(work->folder, name);
    enum mzg_code code = path ? mzg_file_load(path, FILE_BYTES, &text, &len, e) : mzg_fail_memory(e, "path");
    if (code == MZG_OK)
        code = mzg_json_parse(text, len, 0, MZG_JSON_TREE, root, e);
    if (code == MZG_OK && files->n < MZG_ARCH_FILES)
        snprintf(files->names[files->n++], sizeof files->names[0], "%s", name);
    free(text);
    free(path);
    return code == MZG_OK || code == MZG_IO ? code : mzg_prefix(e, "%s", name);
}

/* ---- one module's config ---- */

/* Flags of old files, and the names for the same in the one key of new ones. */
static const struct { const char *flag, *mode; uint32_t type; } ways[] = {
    {"pooling_mode_mean_tokens", "mean", MZG_POOLING_MEAN},
    {"pooling_mode_cls_token", "cls", MZG_POOLING_CLS},
    {"pooling_mode_lasttoken", "lasttoken", MZG_POOLING_LAST},
    {"pooling_mode_max_tokens", "max", 0},
    {"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", 0},
    {"pooling_mode_weightedmean_tokens", "weightedmean", 0},
};

/* The type of the only way that is on; several are for vectors behind one another. */
static enum mzg_code by_flags(const json_t *config, const char *name, uint32_t *type, unsigned *on,
                              struct mzg_err *e)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        bool flag = false;
        if (mzg_json_bool_opt(config, ways[i].flag, &flag, e) != MZG_OK)
            return mzg_prefix(e, "%s", name);
        if (!flag)
            continue;
        if (++*on > 1 || ways[i].type == 0)
            return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: key '%s': llama.cpp pools by one of "
                            "mean, first or last token", name, ways[i].flag);
        *type = ways[i].type;
    }
    return MZG_OK;
}

static enum mzg_code read_type(const json_t *config, const char *name, uint32_t *type, struct mzg_err *e)
{
    const char *mode = NULL;
    unsigned on = 0;
    char q[MZG_QUOTE];

    enum mzg_code code = by_flags(config, name, type, &on, e);
    if (code != MZG_OK || on > 0)
        return code;
    if (mzg_json_text_opt(config, "pooling_mode", &mode, e) != MZG_OK)
        return mzg_prefix(e, "%s", name);
    if (!mode)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "%s: key 'pooling_mode' is missing", name);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (ways[i].type != 0 && strcmp(ways[i].mode, mode) == 0) {
            *type = ways[i].type;
            return MZG_OK;
        }
    }
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: key 'pooling_mode': llama.cpp has no '%s'", name,
                    mzg_quote(q, mode));
}

static enum mzg_code put_type(const struct mzg_arch_work *work, const char *path, struct mzg_kvs *k,
                              struct mzg_err *e)
{
    char name[sizeof work->files->names[0]], q[MZG_QUOTE];
    json_t *config = NULL;
    uint32_t type = 0;

    if (!mzg_path_confined(path) || strlen(path) + sizeof "/config.json" > sizeof name)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, MODULES ": path '%s' is no folder of the model's",
                        mzg_quote(q, path));
    snprintf(name, sizeof name, "%s/config.json", path);
    enum mzg_code code = load(work, name, false, &config, e);
    if (code == MZG_OK)
        code = read_type(config, name, &type, e);
    if (code == MZG_OK)
        mzg_config_put_u32(k, work->arch->name, "pooling_type", type);
    json_decref(config);
    return code;
}

/* ---- all modules ---- */

static enum mzg_code read_module(const struct mzg_arch_work *work, const json_t *module, bool *pooled,
                                 struct mzg_kvs *k, struct mzg_err *e)
{
    const char *type, *path = "";
    char q[MZG_QUOTE];

    enum mzg_code code = mzg_json_text(module, "type", &type, e);
    if (code == MZG_OK)
        code = mzg_json_text_opt(module, "path", &path, e);
    if (code != MZG_OK)
        return mzg_prefix(e, MODULES);
    if (mzg_text_ends(type, "Pooling") && !*pooled) {
        *pooled = true;
        return put_type(work, path, k, e);
    }
    if (!mzg_text_ends(type, "Transformer") && !mzg_text_ends(type, "Normalize"))
        mzg_notice(work->notify, MODULES ": module '%s': GGUF has no place for it; vectors are those before "
                   "it", mzg_quote(q, type));
    return MZG_OK;
}

enum mzg_code mzg_pooling_put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    json_t *root = NULL;
    bool pooled = false;
    size_t n;

    enum mzg_code code = load(work, MODULES, true, &root, e);
    if (code == MZG_OK && root && !json_is_array(root))
        code = mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, MODULES ": not a list");
    n = json_array_size(root);
    if (code == MZG_OK && n > MODULES_MAX)
        code = mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, MODULES ": more than %d modules", MODULES_MAX);
    for (size_t i = 0; i < n && code == MZG_OK; i++)
        code = read_module(work, json_array_get(root, i), &pooled, k, e);
    json_decref(root);
    return code;
}
