#include "weights.h"
#include "../../base/text.h"
#include "coded.h"
#include "gguf.h"
#include "opening.h"
#include "parts.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define WEIGHTS_BYTES ((size_t)64 << 20) /* names; the largest models need a tenth */

void mzg_weights_start(struct mzg_weights *w)
{
    *w = (struct mzg_weights){0};
    mzg_arena_init(&w->arena, WEIGHTS_BYTES);
}

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

enum mzg_code mzg_weights_fact(struct mzg_weights *w, const char *name, const char *value, size_t len,
                               struct mzg_err *e)
{
    if (w->n_facts == MZG_FACTS_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "more than %d facts about the model",
                        MZG_FACTS_MAX);
    if (!w->facts)
        w->facts = mzg_arena_alloc(&w->arena, MZG_FACTS_MAX, sizeof *w->facts);
    name = mzg_arena_text(&w->arena, name, strlen(name));
    value = mzg_arena_text(&w->arena, value, len);
    if (!w->facts || !name || !value)
        return mzg_fail_memory(e, "facts about the model");
    w->facts[w->n_facts++] = (struct mzg_fact){name, value, len};
    return MZG_OK;
}

/* ---- files ---- */

char *mzg_weights_path(struct mzg_arena *a, const char *folder, const char *name)
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

enum mzg_code mzg_weights_add_file(struct mzg_weights *w, const char *name, uint32_t *i,
                                   struct mzg_err *e)
{
    if (w->n_files == MZG_SHARDS_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "more than %d files", MZG_SHARDS_MAX);
    if (w->n_files == w->files_room) {
        size_t room = w->files_room ? 2 * w->files_room : 4;
        struct mzg_weights_file *files = realloc(w->files, room * sizeof *files);
        if (!files)
            return mzg_fail_memory(e, "files");
        w->files = files;
        w->files_room = room;
    }
    name = mzg_arena_text(&w->arena, name, strlen(name));
    if (!name)
        return mzg_fail_memory(e, "file names");
    *i = (uint32_t)w->n_files;
    w->files[w->n_files++] = (struct mzg_weights_file){.file.fd = -1, .name = name};
    return MZG_OK;
}

/* What files that are neither look like, so that the message can say it. */
static const struct {
    size_t at;
    const char *says, *what;
} others[] = {
    {0, "PK\5\6", "an empty zip archive"},
    {0, "\x89HDF", "an HDF5 file"},
    {0, "version https://git-lfs", "a Git LFS pointer: the file itself has not been fetched"},
    {257, "ustar", "a tar archive: a bundle, or a checkpoint of PyTorch before 0.1.10, which is not read"},
};

static const char *find_other(const char *start, size_t n)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        size_t len = strlen(others[i].says);
        if (n >= others[i].at + len && memcmp(start + others[i].at, others[i].says, len) == 0)
            return others[i].what;
    }
    return NULL;
}

/* ONNX looks at more than safetensors, which would take a model of it that has '{' at the right byte. */
static const struct mzg_container *const containers[] = {
    &mzg_container_gguf,
    &mzg_container_ggml,
    &mzg_container_onnx,
    &mzg_container_safetensors,
    &mzg_container_pytorch,
};
#define CONTAINERS (sizeof containers / sizeof *containers)

static bool named_for(const struct mzg_container *c, const char *path)
{
    for (size_t i = 0; c->ends[i]; i++) {
        if (mzg_text_ends(path, c->ends[i]))
            return true;
    }
    return false;
}

/* The content decides; the name only speaks for a file whose content says nothing. */
static const struct mzg_container *find_container(const struct mzg_file *f, const uint8_t *start,
                                                  size_t n, const char **other)
{
    for (size_t i = 0; i < CONTAINERS; i++) {
        if (containers[i]->is(start, n))
            return containers[i];
    }
    *other = find_other((const char *)start, n);
    for (size_t i = 0; i < CONTAINERS && !*other; i++) {
        if (named_for(containers[i], f->path))
            return containers[i];
    }
    return NULL;
}

static enum mzg_code read_header(struct mzg_weights *w, uint32_t i, bool shard, struct mzg_err *e)
{
    const struct mzg_file *f = &w->files[i].file;
    uint8_t start[MZG_CONTAINER_START] = {0};
    size_t n = f->size < sizeof start ? (size_t)f->size : sizeof start;
    const char *other = NULL;

    enum mzg_code code = mzg_file_read(f, 0, start, n, e);
    if (code != MZG_OK)
        return code;
    const struct mzg_container *c = find_container(f, start, n, &other);
    if (!c)
        return mzg_fail(e, MZG_UNSUPPORTED, 0, "%s",
                        other ? other : "neither safetensors, PyTorch, whisper.cpp's, GGUF nor ONNX");
    if (shard && !c->shards)
        return mzg_fail(e, MZG_UNSUPPORTED, 0, "a shard in %s", c->name);
    w->container = c->name;
    return c->read(w, i, e);
}

enum mzg_code mzg_weights_open_file(struct mzg_weights *w, uint32_t i, const char *path, bool inside,
                                    bool shard, struct mzg_err *e)
{
    const char *name = w->files[i].name;
    enum mzg_code code = mzg_file_open(&w->files[i].file, path, e);

    if (code != MZG_OK)
        return code;
    code = read_header(w, i, shard, e);
    return code == MZG_OK || code == MZG_IO || !inside ? code : mzg_prefix(e, "%s", name);
}

enum mzg_code mzg_weights_open_single(struct mzg_weights *w, const char *path, bool inside,
                                      struct mzg_err *e)
{
    const char *slash = strrchr(path, '/');
    uint32_t i;
    enum mzg_code code = mzg_weights_add_file(w, slash ? slash + 1 : path, &i, e);

    return code == MZG_OK ? mzg_weights_open_file(w, i, path, inside, false, e) : code;
}

enum mzg_code mzg_weights_sort_names(struct mzg_weights *w, struct mzg_err *e)
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

static enum mzg_code open_all(struct mzg_weights *w, const char *path, bool alone, struct mzg_err *e)
{
    struct stat st;
    char q[MZG_QUOTE];
    enum mzg_code code;

    mzg_weights_start(w);
    if (stat(path, &st) != 0)
        return mzg_fail_errno(e, "cannot examine '%s'", mzg_quote(q, path));
    bool folder = S_ISDIR(st.st_mode);
    if (folder)
        code = mzg_weights_open_folder(w, path, e);
    else
        code = mzg_weights_open_single(w, path, false, e);
    if (code == MZG_OK && w->gguf && !alone)
        code = mzg_parts_join(w, folder, e);
    return code == MZG_OK && !w->by_name ? mzg_weights_sort_names(w, e) : code;
}

static enum mzg_code open_source(struct mzg_weights *w, const char *path, bool alone, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    enum mzg_code code = open_all(w, path, alone, e);

    if (code == MZG_OK)
        return MZG_OK;
    mzg_weights_close(w);
    return code == MZG_IO ? code : mzg_prefix(e, "%s", mzg_quote(q, path));
}

enum mzg_code mzg_weights_open(struct mzg_weights *w, const char *path, struct mzg_err *e)
{
    return open_source(w, path, false, e);
}

enum mzg_code mzg_weights_open_alone(struct mzg_weights *w, const char *path, struct mzg_err *e)
{
    return open_source(w, path, true, e);
}

void mzg_weights_close(struct mzg_weights *w)
{
    for (size_t i = 0; i < w->n_files; i++)
        mzg_file_close(&w->files[i].file);
    if (w->gguf)
        mzg_gguf_clear(w->gguf);
    free(w->tensors);
    free(w->files);
    mzg_arena_clear(&w->arena);
    *w = (struct mzg_weights){0};
}

/* ---- asking ---- */

const struct mzg_tensor *mzg_weights_find(const struct mzg_weights *w, const char *name)
{
    const struct mzg_name *found = mzg_names_find(w->by_name, w->n_tensors, name);

    return found ? &w->tensors[found->index] : NULL;
}

bool mzg_weights_number(const struct mzg_weights *w, const char *name, int64_t *value)
{
    for (size_t i = 0; i < w->n_numbers; i++) {
        if (strcmp(w->numbers[i].name, name) != 0)
            continue;
        *value = w->numbers[i].value;
        return true;
    }
    return false;
}

enum mzg_code mzg_weights_read(const struct mzg_weights *w, const struct mzg_tensor *t,
                               uint64_t offset, void *data, size_t n, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    if (offset > t->bytes || n > t->bytes - offset)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "tensor '%s': a read beyond its end",
                        mzg_quote(q, t->name));
    const struct mzg_file *file = &w->files[t->file].file;
    enum mzg_code code = t->coded ? mzg_coded_read(t->coded, file, offset, data, n, e)
                                  : mzg_file_read(file, t->offset + offset, data, n, e);
    return code == MZG_OK ? code : mzg_prefix(e, "tensor '%s'", mzg_quote(q, t->name));
}
