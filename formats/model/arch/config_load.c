/* config_load.c: config.json from its file to what config.h tells of it. */
#include "config.h"
#include "../../base/file.h"
#include <stdlib.h>
#include <string.h>

#define CONFIG_BYTES ((size_t)16 << 20)

/* What speaks of the language model, where it is one part of several, put over the rest. */
static enum mzg_code merge_text(struct mzg_config *c, struct mzg_err *e)
{
    static const char *const places[] = {"text_config", "llm_config", "lm_config", "language_config",
                                         "thinker_config.text_config"};

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const json_t *text = mzg_config_find(c->root, places[i]);
        if (!json_is_object(text))
            continue;
        /* The whole may come without what only the part has: its class is the whole's. */
        json_t *copy = json_copy((json_t *)text);
        if (copy)
            json_object_del(copy, "architectures");
        int rc = copy ? json_object_update(c->root, copy) : -1;
        json_decref(copy);
        return rc == 0 ? MZG_OK : mzg_fail_memory(e, "config.json");
    }
    return MZG_OK;
}

static enum mzg_code parse(const char *path, json_t **root, struct mzg_err *e)
{
    char *text = NULL;
    size_t len = 0;
    enum mzg_code code = mzg_file_load(path, CONFIG_BYTES, &text, &len, e);

    if (code != MZG_OK)
        return code;
    code = mzg_json_parse(text, len, 0, MZG_JSON_TREE, root, e);
    free(text);
    if (code == MZG_OK && !json_is_object(*root)) {
        json_decref(*root);
        *root = NULL;
        code = mzg_fail(e, MZG_MALFORMED, 0, "not an object");
    }
    return code;
}

enum mzg_code mzg_config_read(const char *folder, const char *name, json_t **root, struct mzg_err *e)
{
    char *path = mzg_path_join(folder, name);

    *root = NULL;
    enum mzg_code code = path ? parse(path, root, e) : mzg_fail_memory(e, "path");
    free(path);
    return code == MZG_OK || code == MZG_IO ? code : mzg_prefix(e, "%s", name);
}

enum mzg_code mzg_config_take(struct mzg_config *c, json_t *root, const char *file, struct mzg_err *e)
{
    *c = (struct mzg_config){.root = root, .class = "", .model_type = "", .file = file};
    enum mzg_code code = merge_text(c, e);
    if (code == MZG_OK)
        code = mzg_json_text_opt(c->root, "model_type", &c->model_type, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "%s", file);
    const json_t *classes = json_object_get(c->root, "architectures");
    if (json_is_string(json_array_get(classes, 0)))
        c->class = json_string_value(json_array_get(classes, 0));
    return MZG_OK;
}

enum mzg_code mzg_config_load(struct mzg_config *c, const char *folder, struct mzg_err *e)
{
    json_t *root = NULL;

    *c = (struct mzg_config){.class = "", .model_type = "", .file = MZG_CONFIG_FILE};
    if (!mzg_path_has(folder, MZG_CONFIG_FILE))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                        "there is no config.json: no model folder (raw mode takes bare weights)");
    enum mzg_code code = mzg_config_read(folder, MZG_CONFIG_FILE, &root, e);
    if (code == MZG_OK)
        code = mzg_config_take(c, root, MZG_CONFIG_FILE, e);
    if (code != MZG_OK)
        mzg_config_clear(c);
    return code;
}

void mzg_config_clear(struct mzg_config *c)
{
    json_decref(c->root);
    *c = (struct mzg_config){.class = "", .model_type = "", .file = MZG_CONFIG_FILE};
}
