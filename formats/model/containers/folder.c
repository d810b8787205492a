#include "../../base/json.h"
#include "../../base/text.h"
#include "opening.h"
#include "parts.h"
#include <stdlib.h>
#include <string.h>

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

#define FOLDER_FILES 100000 /* most that a folder may hold to be looked through */

/* In the order in which they are looked for: what holds all of a model, the index of one in several
 * files, and what these are called where there is no index: STEM-00001-of-00003.END. Safetensors come
 * first: of the two forms they are the one that cannot be misread. */
static const struct layout {
    const char *single, *index, *stem, *end;
} layouts[] = {
    {"model.safetensors", "model.safetensors.index.json", "model", ".safetensors"},
    {"consolidated.safetensors", "consolidated.safetensors.index.json", "consolidated", ".safetensors"},
    {"pytorch_model.bin", "pytorch_model.bin.index.json", "pytorch_model", ".bin"},
};
#define LAYOUTS (sizeof layouts / sizeof *layouts)

struct folder {
    const char *path;
    char **names; /* n, sorted */
    size_t n;
};

static bool has(const struct folder *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->names[i], name) == 0)
            return true;
    }
    return false;
}

/* Digits up to `end`, which is passed over. */
static bool read_count(const char **text, const char *end, unsigned long *count)
{
    char *after;
    size_t n = strspn(*text, "0123456789");

    if (n != 5)
        return false;
    *count = strtoul(*text, &after, 10);
    if (strncmp(after, end, strlen(end)) != 0)
        return false;
    *text = after + strlen(end);
    return true;
}

/* name is STEM-0000I-of-0000N.END. */
static bool is_part(const char *name, const struct layout *l, unsigned long *i, unsigned long *n)
{
    size_t stem = strlen(l->stem);

    if (strncmp(name, l->stem, stem) != 0 || name[stem] != '-')
        return false;
    name += stem + 1;
    return read_count(&name, "-of-", i) && read_count(&name, l->end, n) && *name == '\0';
}

static enum mzg_code open_in(struct mzg_weights *w, const struct folder *f, const char *name,
                             bool shard, struct mzg_err *e)
{
    char *path = mzg_weights_path(&w->arena, f->path, name);
    uint32_t at;

    if (!path)
        return mzg_fail_memory(e, "paths");
    enum mzg_code code = mzg_weights_add_file(w, name, &at, e);
    return code == MZG_OK ? mzg_weights_open_file(w, at, path, true, shard, e) : code;
}

/* Shards without an index: *found when there are any, and then all of them must be there. Names of one
 * width sort as their numbers do. */
static enum mzg_code open_parts(struct mzg_weights *w, const struct folder *f, const struct layout *l,
                                bool *found, struct mzg_err *e)
{
    const char *first = NULL;
    unsigned long parts = 0, due = 1, i, n;
    char q[MZG_QUOTE], r[MZG_QUOTE];

    for (size_t k = 0; k < f->n; k++) {
        if (!is_part(f->names[k], l, &i, &n))
            continue;
        if (first && n != parts)
            return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "parts of two models: there are '%s' and "
                            "'%s'", mzg_quote(q, first), mzg_quote(r, f->names[k]));
        if (i != due++)
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "part %lu of %lu is missing: there is '%s'",
                            due - 1, n, mzg_quote(q, f->names[k]));
        first = first ? first : f->names[k];
        parts = n;
        enum mzg_code code = open_in(w, f, f->names[k], true, e);
        if (code != MZG_OK)
            return code;
    }
    *found = first != NULL;
    if (first && due != parts + 1)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "part %lu of %lu is missing: there is '%s'", due,
                        parts, mzg_quote(q, first));
    return MZG_OK;
}

/* Mistral's and Llama's own form. Of several, each has a part of every tensor. */
static enum mzg_code open_consolidated(struct mzg_weights *w, const struct folder *f, bool *found,
                                       struct mzg_err *e)
{
    *found = has(f, "consolidated.00.pth");
    if (*found && has(f, "consolidated.01.pth"))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "consolidated.00.pth and consolidated.01.pth: each "
                        "has a part of every tensor, which is not put together here: take the same model in "
                        "Hugging Face's form, with config.json");
    return *found ? open_in(w, f, "consolidated.00.pth", false, e) : MZG_OK;
}

/* The only file of its kind. */
static enum mzg_code open_only(struct mzg_weights *w, const struct folder *f, bool *found,
                               struct mzg_err *e)
{
    const char *only = NULL;
    char q[MZG_QUOTE], r[MZG_QUOTE];

    for (size_t i = 0; i < f->n; i++) {
        if (!mzg_text_ends(f->names[i], ".pt") && !mzg_text_ends(f->names[i], ".pth"))
            continue;
        if (only)
            return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "there are '%s' and '%s': name the one that "
                            "holds the weights", mzg_quote(q, only), mzg_quote(r, f->names[i]));
        only = f->names[i];
    }
    *found = only != NULL;
    return only ? open_in(w, f, only, false, e) : MZG_OK;
}

/* Whether both are parts of one model, by their names. */
static bool same_model(const char *a, const char *b)
{
    uint32_t part, of_a, of_b;
    size_t n = mzg_part_parse(a, &part, &of_a), m = mzg_part_parse(b, &part, &of_b);

    return n > 0 && n == m && of_a == of_b && memcmp(a, b, n) == 0;
}

/* The GGUF file of the folder, or the first of its parts that is there: *name, one of f's, or NULL. */
static enum mzg_code find_gguf(const struct folder *f, const char **name, struct mzg_err *e)
{
    char q[MZG_QUOTE], r[MZG_QUOTE];

    *name = NULL;
    for (size_t i = 0; i < f->n; i++) {
        if (!mzg_text_ends(f->names[i], ".gguf"))
            continue;
        if (*name && !same_model(*name, f->names[i]))
            return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "several models, '%s' and '%s': name the file",
                            mzg_quote(q, *name), mzg_quote(r, f->names[i]));
        *name = *name ? *name : f->names[i];
    }
    return MZG_OK;
}

static enum mzg_code open_gguf(struct mzg_weights *w, const struct folder *f, bool *found,
                               struct mzg_err *e)
{
    const char *name;
    enum mzg_code code = find_gguf(f, &name, e);

    *found = name != NULL;
    if (code != MZG_OK || !name)
        return code;
    const char *path = mzg_weights_path(&w->arena, f->path, name);
    return path ? mzg_weights_open_single(w, path, true, e) : mzg_fail_memory(e, "paths");
}

static enum mzg_code open_onnx(struct mzg_weights *w, const struct folder *f, bool *found,
                               struct mzg_err *e)
{
    char *path;
    enum mzg_code code = mzg_onnx_find(w, f->path, &path, e);

    *found = path != NULL;
    return code == MZG_OK && path ? mzg_weights_open_single(w, path, true, e) : code;
}

static enum mzg_code fail_empty(const struct folder *f, struct mzg_err *e)
{
    static const char *const ends[] = {".safetensors", ".bin"};
    const char *found = NULL;
    char q[MZG_QUOTE];

    for (size_t k = 0; k < sizeof ends / sizeof *ends && !found; k++) {
        for (size_t i = 0; i < f->n && !found; i++)
            found = mzg_text_ends(f->names[i], ends[k]) ? f->names[i] : NULL;
    }
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "there is no %s, no %s and no %s%s%s",
                    layouts[0].single, layouts[0].index, layouts[LAYOUTS - 1].single,
                    found ? "; there is " : "", found ? mzg_quote(q, found) : "");
}

static enum mzg_code open_layout(struct mzg_weights *w, const struct folder *f, const struct layout *l,
                                 bool *found, struct mzg_err *e)
{
    *found = true;
    if (has(f, l->single))
        return open_in(w, f, l->single, false, e);
    if (!has(f, l->index))
        return open_parts(w, f, l, found, e);
    char *path = mzg_weights_path(&w->arena, f->path, l->index);
    w->index = l->index;
    return path ? open_index(w, f->path, path, e) : mzg_fail_memory(e, "paths");
}

static enum mzg_code open_any(struct mzg_weights *w, const struct folder *f, struct mzg_err *e)
{
    bool found = false;
    enum mzg_code code = MZG_OK;

    for (size_t i = 0; i < LAYOUTS && code == MZG_OK && !found; i++)
        code = open_layout(w, f, &layouts[i], &found, e);
    if (code == MZG_OK && !found)
        code = open_consolidated(w, f, &found, e);
    if (code == MZG_OK && !found)
        code = open_only(w, f, &found, e);
    if (code == MZG_OK && !found)
        code = open_gguf(w, f, &found, e);
    if (code == MZG_OK && !found)
        code = open_onnx(w, f, &found, e);
    return code == MZG_OK && !found ? fail_empty(f, e) : code;
}

static enum mzg_code list(struct folder *f, const char *path, struct mzg_err *e)
{
    struct mzg_dir d;
    enum mzg_code code = mzg_dir_open(&d, path, e);

    *f = (struct folder){.path = path};
    if (code != MZG_OK)
        return code;
    code = mzg_dir_list(&d, ".", FOLDER_FILES, &f->names, &f->n, e);
    mzg_dir_close(&d);
    return code;
}

enum mzg_code mzg_weights_open_folder(struct mzg_weights *w, const char *path, struct mzg_err *e)
{
    struct folder f;
    enum mzg_code code = list(&f, path, e);

    if (code == MZG_OK)
        code = open_any(w, &f, e);
    free(f.names);
    return code;
}

/* Whether it is one of a layout's files. */
static bool is_of(const char *name, const struct layout *l)
{
    unsigned long i, n;

    return strcmp(name, l->single) == 0 || strcmp(name, l->index) == 0 || is_part(name, l, &i, &n);
}

bool mzg_weights_consolidated(const char *folder)
{
    enum { MODEL, CONSOLIDATED, BIN, PTH, NONE } first = NONE; /* in the order in which they are looked for */
    struct folder f;
    struct mzg_err e;
    enum mzg_code code = list(&f, folder, &e);

    for (size_t k = 0; k < f.n && code == MZG_OK; k++) {
        for (unsigned l = MODEL; l < first; l++) {
            if (l == PTH ? strcmp(f.names[k], "consolidated.00.pth") == 0 : is_of(f.names[k], &layouts[l]))
                first = l;
        }
    }
    free(f.names);
    return first == CONSOLIDATED || first == PTH;
}

/* Whether this file would be taken before any in GGUF. */
static bool goes_before(const char *name)
{
    for (size_t k = 0; k < LAYOUTS; k++) {
        if (is_of(name, &layouts[k]))
            return true;
    }
    return mzg_text_ends(name, ".pt") || mzg_text_ends(name, ".pth");
}

bool mzg_weights_in_gguf(const char *folder)
{
    struct folder f;
    struct mzg_err e;
    const char *name = NULL;
    bool other = false;
    enum mzg_code code = list(&f, folder, &e);

    for (size_t i = 0; i < f.n && code == MZG_OK; i++)
        other = other || goes_before(f.names[i]);
    if (code == MZG_OK && !other)
        code = find_gguf(&f, &name, &e);
    free(f.names);
    return name || code == MZG_UNSUPPORTED; /* several models: opening says which there are */
}
