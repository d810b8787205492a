#include "weights.h"
#include "../../base/json.h"
#include "gguf.h"
#include "safetensors.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WEIGHTS_BYTES ((size_t)64 << 20) /* names; the largest models need a tenth */
#define INDEX_BYTES ((size_t)64 << 20)

enum mzg_code mzg_weights_add(struct mzg_weights *w, const struct mzg_tensor *t, struct mzg_err *e)
{
    if (w->n_tensors == MZG_TENSORS_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "more than %u tensors", MZG_TENSORS_MAX);
    if (w->n_tensors == w->room) {
        size_t room = w->room ? 2 * w->room : 256;
        struct mzg_tensor *tensors = realloc(w->tensors, room * sizeof *tensors);
        if (!tensors)
            return mzg_fail_memory(e, "tensor table");
        w->tensors = tensors;
        w->room = room;
    }
    w->tensors[w->n_tensors++] = *t;
    return MZG_OK;
}

/* ---- files ---- */

static char *join(struct mzg_arena *a, const char *folder, const char *name)
{
    size_t n = strlen(folder), m = strlen(name);
    char *path = mzg_arena_alloc(a, n + m + 2, 1);

    if (!path)
        return NULL;
    memcpy(path, folder, n);
    path[n] = '/';
    memcpy(path + n + 1, name, m + 1);
    return path;
}

static enum mzg_code make_files(struct mzg_weights *w, size_t n, struct mzg_err *e)
{
    w->files = mzg_arena_alloc(&w->arena, n, sizeof *w->files);
    if (!w->files)
        return mzg_fail_memory(e, "files");
    for (size_t i = 0; i < n; i++)
        w->files[i].file.fd = -1;
    w->n_files = n;
    return MZG_OK;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

/* What files that are neither look like, so that the message can say it. */
static const struct {
    const char *start, *what;
} others[] = {
    {"PK\3\4", "a zip archive, perhaps a PyTorch checkpoint"},
    {"\x80\2", "a Python pickle"},
    {"lmgg", "an old ggml file"},
    {"\x89HDF", "an HDF5 file"},
    {"version https://git-lfs", "a Git LFS pointer: the file itself has not been fetched"},
};

static const char *find_other(const char *start, size_t n)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        size_t len = strlen(others[i].start);
        if (n >= len && memcmp(start, others[i].start, len) == 0)
            return others[i].what;
    }
    return NULL;
}

/* The content decides; the name only speaks for a file whose content says nothing. */
static enum mzg_code read_header(struct mzg_weights *w, uint32_t i, bool shard, struct mzg_err *e)
{
    const struct mzg_file *f = &w->files[i].file;
    char start[24] = {0};
    size_t n = f->size < sizeof start ? (size_t)f->size : sizeof start;

    enum mzg_code code = mzg_file_read(f, 0, start, n, e);
    if (code != MZG_OK)
        return code;
    const char *other = find_other(start, n);
    bool gguf = n >= 4 && memcmp(start, "GGUF", 4) == 0;
    bool safetensors = !gguf && n > 8 && start[8] == '{';
    if (!gguf && !safetensors && !other) {
        gguf = ends_with(f->path, ".gguf");
        safetensors = ends_with(f->path, ".safetensors");
    }
    if (gguf && !shard) {
        w->container = "GGUF";
        return mzg_gguf_read(w, i, e);
    }
    if (safetensors) {
        w->container = "safetensors";
        return mzg_safetensors_read(w, i, e);
    }
    return mzg_fail(e, MZG_UNSUPPORTED, 0, "%s",
                    gguf ? "a shard in GGUF" : other ? other : "neither safetensors nor GGUF");
}

/* inside: a file of the folder that was asked for, which messages name. */
static enum mzg_code open_file(struct mzg_weights *w, uint32_t i, const char *path,
                               const char *name, bool inside, bool shard, struct mzg_err *e)
{
    w->files[i].name = name;
    enum mzg_code code = mzg_file_open(&w->files[i].file, path, e);
    if (code != MZG_OK)
        return code;
    code = read_header(w, i, shard, e);
    return code == MZG_OK || code == MZG_IO || !inside ? code : mzg_prefix(e, "%s", name);
}

static enum mzg_code open_single(struct mzg_weights *w, const char *path, bool inside,
                                 struct mzg_err *e)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *name = mzg_arena_text(&w->arena, base, strlen(base));
    enum mzg_code code = name ? make_files(w, 1, e) : mzg_fail_memory(e, "file name");

    return code == MZG_OK ? open_file(w, 0, path, name, inside, false, e) : code;
}

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
    enum mzg_code code = make_files(w, files, e);
    for (size_t i = 0; i < files && code == MZG_OK; i++) {
        w->files[i].name = mzg_arena_text(&w->arena, shards[i].name, strlen(shards[i].name));
        if (!w->files[i].name)
            code = mzg_fail_memory(e, "shards");
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

/* Sorts the names; no two tensors may share one. */
static enum mzg_code make_names(struct mzg_weights *w, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    w->by_name = mzg_arena_alloc(&w->arena, w->n_tensors, sizeof *w->by_name);
    if (!w->by_name)
        return mzg_fail_memory(e, "tensor names");
    for (size_t i = 0; i < w->n_tensors; i++)
        w->by_name[i] = (struct mzg_name){w->tensors[i].name, i};
    mzg_names_sort(w->by_name, w->n_tensors);
    const struct mzg_name *twice = mzg_names_twice(w->by_name, w->n_tensors);
    if (!twice)
        return MZG_OK;
    const struct mzg_tensor *t = &w->tensors[twice->index];
    return mzg_fail(e, MZG_MALFORMED, t->offset, "%s: tensor '%s' is there twice",
                    w->files[t->file].name, mzg_quote(q, t->name));
}

static enum mzg_code open_map(struct mzg_weights *w, const char *folder, json_t *root,
                              struct mzg_err *e)
{
    json_t *map = json_object_get(root, "weight_map");
    enum mzg_code code;

    if (!json_is_object(map) || json_object_size(map) == 0)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "%s: weight_map is missing or empty",
                        MZG_INDEX_NAME);
    code = list_shards(w, map, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "%s", MZG_INDEX_NAME);
    for (uint32_t i = 0; i < w->n_files && code == MZG_OK; i++) {
        char *path = join(&w->arena, folder, w->files[i].name);
        code = path ? open_file(w, i, path, w->files[i].name, true, true, e)
                    : mzg_fail_memory(e, "shards");
    }
    if (code == MZG_OK)
        code = make_names(w, e);
    if (code != MZG_OK)
        return code;
    code = check_map(w, map, e);
    return code == MZG_OK ? code : mzg_prefix(e, "%s", MZG_INDEX_NAME);
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
        return mzg_prefix(e, "%s", MZG_INDEX_NAME);
    w->indexed = true;
    code = open_map(w, folder, root, e);
    json_decref(root);
    return code;
}

/* ---- folders ---- */

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
            found = ends_with(names[i], ends[k]) ? names[i] : NULL;
    }
    code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                    "there is no model.safetensors and no %s%s%s", MZG_INDEX_NAME,
                    found ? "; there is " : "",
                    found ? mzg_quote(q, found) : "");
    free(names);
    mzg_dir_close(&d);
    return code;
}

static enum mzg_code open_folder(struct mzg_weights *w, const char *path, struct mzg_err *e)
{
    char *single = join(&w->arena, path, "model.safetensors");
    char *index = join(&w->arena, path, MZG_INDEX_NAME);

    if (!single || !index)
        return mzg_fail_memory(e, "paths");
    if (access(single, F_OK) == 0)
        return open_single(w, single, true, e);
    if (access(index, F_OK) == 0)
        return open_index(w, path, index, e);
    return fail_empty(path, e);
}

enum mzg_code mzg_weights_open(struct mzg_weights *w, const char *path, struct mzg_err *e)
{
    struct stat st;
    char q[MZG_QUOTE];
    enum mzg_code code;

    *w = (struct mzg_weights){0};
    mzg_arena_init(&w->arena, WEIGHTS_BYTES);
    if (stat(path, &st) != 0)
        code = mzg_fail_errno(e, "cannot examine '%s'", mzg_quote(q, path));
    else if (S_ISDIR(st.st_mode))
        code = open_folder(w, path, e);
    else
        code = open_single(w, path, false, e);
    if (code == MZG_OK && !w->by_name)
        code = make_names(w, e);
    if (code == MZG_OK)
        return MZG_OK;
    mzg_weights_close(w);
    return code == MZG_IO ? code : mzg_prefix(e, "%s", mzg_quote(q, path));
}

void mzg_weights_close(struct mzg_weights *w)
{
    for (size_t i = 0; i < w->n_files; i++)
        mzg_file_close(&w->files[i].file);
    if (w->gguf)
        mzg_gguf_clear(w->gguf);
    free(w->tensors);
    mzg_arena_clear(&w->arena);
    *w = (struct mzg_weights){0};
}

/* ---- asking ---- */

const struct mzg_tensor *mzg_weights_find(const struct mzg_weights *w, const char *name)
{
    const struct mzg_name *found = mzg_names_find(w->by_name, w->n_tensors, name);

    return found ? &w->tensors[found->index] : NULL;
}

enum mzg_code mzg_weights_read(const struct mzg_weights *w, const struct mzg_tensor *t,
                               uint64_t offset, void *data, size_t n, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    if (offset > t->bytes || n > t->bytes - offset)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "tensor '%s': a read beyond its end",
                        mzg_quote(q, t->name));
    enum mzg_code code = mzg_file_read(&w->files[t->file].file, t->offset + offset, data, n, e);
    return code == MZG_OK ? code : mzg_prefix(e, "tensor '%s'", mzg_quote(q, t->name));
}
