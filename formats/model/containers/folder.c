#include "../../base/json.h"
#include "opening.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDEX_BYTES ((size_t)64 << 20)

/* ---- shards ---- */

static enum mzg_code check_shard_name(const char *tensor, const json_t *shard, struct mzg_err *e)
{
    const char *name = json_string_value(shard);
    char q[MZG_QUOTE], r[MZG_QUOTE];

    if (!name)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "weight_map: '%s' names no file",
                        mzg_quote(q, tensor));
    if (strlen(name) != json_string_length(shard) || !mzg_path_confined(name) || strchr(name, '/'))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "weight_map: '%s' names '%s', which is no "
                        "name of a file in the folder", mzg_quote(q, tensor), mzg_quote(r, name));
    return MZG_OK;
}

/* The map's files in w->files, each once, by name. shards: room for one an entry. */
static enum mzg_code take_shards(struct mzg_weights *w, json_t *map, struct mzg_name *shards,
                                 struct mzg_err *e)
{
    size_t n = 0, files = 0;
    const char *tensor;
    json_t *shard;

    json_object_foreach(map, tensor, shard) {
        enum mzg_code code = check_shard_name(tensor, shard, e);
        if (code != MZG_OK)
            return code;
        shards[n++].name = json_string_value(shard);
    }
    mzg_names_sort(shards, n);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(shards[files - 1].name, shards[i].name) != 0)
            shards[files++] = shards[i];
    }
    if (files > MZG_SHARDS_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET,
                        "weight_map names %zu files, at most %d are read", files, MZG_SHARDS_MAX);
    enum mzg_code code = MZG_OK;
    for (size_t i = 0; i < files && code == MZG_OK; i++) {
        uint32_t at;
        code = mzg_weights_add_file(w, shards[i].name, &at, e);
    }
    return code;
}

static enum mzg_code list_shards(struct mzg_weights *w, json_t *map, struct mzg_err *e)
{
    struct mzg_name *shards = calloc(json_object_size(map), sizeof *shards);
    enum mzg_code code = shards ? take_shards(w, map, shards, e) : mzg_fail_memory(e, "shards");

    free(shards);
    return code;
}

/* Every tensor in the shard the map says, and none besides. */
static enum mzg_code check_map(const struct mzg_weights *w, json_t *map, struct mzg_err *e)
{
    const char *name;
    json_t *shard;
    char q[MZG_QUOTE];

    json_object_foreach(map, name, shard) {
        const struct mzg_tensor *t = mzg_weights_find(w, name);
        if (!t)
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                            "weight_map names tensor '%s', which no shard holds",
                            mzg_quote(q, name));
        if (strcmp(w->files[t->file].name, json_string_value(shard)) != 0)
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                            "tensor '%s' is in %s, not in the shard that weight_map names",
                            mzg_quote(q, name), w->files[t->file].name);
    }
    for (size_t i = 0; i < w->n_tensors; i++) {
        if (!json_object_get(map, w->tensors[i].name))
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                            "tensor '%s' of %s is not in weight_map",
                            mzg_quote(q, w->tensors[i].name), w->files[w->tensors[i].file].name);
    }
    return MZG_OK;
}

static enum mzg_code open_map(struct mzg_weights *w, const char *folder, json_t *root,
                              struct mzg_err *e)
{
    json_t *map = json_object_get(root, "weight_map");
    enum mzg_code code;

    if (!json_is_object(map) || json_object_size(map) == 0)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "%s: weight_map is missing or empty",
                        w->index);
    code = list_shards(w, map, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "%s", w->index);
    for (uint32_t i = 0; i < w->n_files && code == MZG_OK; i++) {
        char *path = mzg_weights_path(&w->arena, folder, w->files[i].name);
        code = path ? mzg_weights_open_file(w, i, path, true, true, e)
                    : mzg_fail_memory(e, "shards");
    }
    if (code == MZG_OK)
        code = mzg_weights_sort_names(w, e);
    if (code != MZG_OK)
        return code;
    code = check_map(w, map, e);
    return code == MZG_OK ? code : mzg_prefix(e, "%s", w->index);
}

static enum mzg_code open_index(struct mzg_weights *w, const char *folder, const char *path,
                                struct mzg_err *e)
{
    char *text = NULL;
    json_t *root = NULL;
    size_t len = 0;
    enum mzg_code code = mzg_file_load(path, INDEX_BYTES, &text, &len, e);

    if (code != MZG_OK)
        return code;
    code = mzg_json_parse(text, len, 0, MZG_JSON_TREE, &root, e);
    free(text);
    if (code != MZG_OK)
        return mzg_prefix(e, "%s", w->index);
    code = open_map(w, folder, root, e);
    json_decref(root);
    return code;
}

/* ---- folders ---- */

/* In the order in which they are looked for: the file that is all of a model, and the index of one in
 * several files. */
static const struct {
    const char *single, *index;
} layouts[] = {
    {"model.safetensors", "model.safetensors.index.json"},
};

static enum mzg_code fail_empty(const char *path, struct mzg_err *e)
{
    struct mzg_dir d;
    char **names = NULL, q[MZG_QUOTE];
    size_t n = 0;
    const char *found = NULL;
    static const char *const ends[] = {".safetensors", ".gguf", ".bin", ".pt", ".pth", ".onnx"};

    enum mzg_code code = mzg_dir_open(&d, path, e);
    if (code != MZG_OK)
        return code;
    if (mzg_dir_list(&d, ".", 100000, &names, &n, e) != MZG_OK)
        n = 0;
    for (size_t k = 0; k < sizeof ends / sizeof *ends && !found; k++) {
        for (size_t i = 0; i < n && !found; i++)
            found = mzg_ends_with(names[i], ends[k]) ? names[i] : NULL;
    }
    code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                    "there is no %s and no %s%s%s", layouts[0].single, layouts[0].index,
                    found ? "; there is " : "",
                    found ? mzg_quote(q, found) : "");
    free(names);
    mzg_dir_close(&d);
    return code;
}

enum mzg_code mzg_weights_open_folder(struct mzg_weights *w, const char *path, struct mzg_err *e)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        char *single = mzg_weights_path(&w->arena, path, layouts[i].single);
        char *index = mzg_weights_path(&w->arena, path, layouts[i].index);
        if (!single || !index)
            return mzg_fail_memory(e, "paths");
        if (access(single, F_OK) == 0)
            return mzg_weights_open_single(w, single, true, e);
        w->index = layouts[i].index;
        if (access(index, F_OK) == 0)
            return open_index(w, path, index, e);
        w->index = NULL;
    }
    return fail_empty(path, e);
}
