/* Where a tensor's bytes lie in another file: a path inside the model's folder. A link may lead to a
 * file that really lies in that folder, or beside the file that the model's own name leads to, as in
 * the caches of download tools; one that leads elsewhere could have a model carry anybody's files. */
#include "onnx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRY_KEY = 1, ENTRY_VALUE = 2 };

enum mzg_code mzg_onnx_pair(struct mzg_onnx *o, struct mzg_protobuf_span entry, const char **key,
                            const char **value, size_t *len, struct mzg_err *e)
{
    struct mzg_arena *a = &o->w->arena;
    struct mzg_protobuf_span body;
    struct mzg_protobuf_field f;
    uint64_t at = entry.pos;
    size_t key_len = 0;
    enum mzg_code code;
    bool more;

    *key = *value = "";
    *len = 0;
    while ((code = mzg_protobuf_file_next(&o->in, &entry, &f, &body, &more, e)) == MZG_OK && more) {
        if (f.number != ENTRY_KEY && f.number != ENTRY_VALUE)
            continue;
        code = mzg_protobuf_expect(&f, MZG_PROTOBUF_BYTES, "StringStringEntryProto", e);
        if (code == MZG_OK && f.number == ENTRY_KEY)
            code = mzg_protobuf_file_text(&o->in, &body, MZG_ONNX_NAME, "key", a, key, &key_len, e);
        else if (code == MZG_OK)
            code = mzg_protobuf_file_text(&o->in, &body, MZG_ONNX_TEXT, "value", a, value, len, e);
        if (code != MZG_OK)
            return code;
    }
    if (code == MZG_OK && !mzg_item_name_valid(*key, key_len))
        return mzg_fail(e, MZG_MALFORMED, at, "a key is empty or holds control characters");
    return code;
}

/* A number in decimal digits and nothing else. */
static bool parse_number(const char *text, size_t len, uint64_t *n)
{
    *n = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || __builtin_mul_overflow(*n, 10, n) ||
            __builtin_add_overflow(*n, (uint64_t)(text[i] - '0'), n))
            return false;
    }
    return len > 0;
}

enum mzg_code mzg_onnx_external_entry(struct mzg_onnx *o, struct mzg_onnx_external *x,
                                      struct mzg_protobuf_span entry, struct mzg_err *e)
{
    const char *key, *value;
    uint64_t at = entry.pos;
    bool number = true;
    size_t len;

    x->any = true;
    enum mzg_code code = mzg_onnx_pair(o, entry, &key, &value, &len, e);
    if (code != MZG_OK)
        return code;
    if (strcmp(key, "location") == 0) {
        if (x->location)
            return mzg_fail(e, MZG_MALFORMED, at, "external data: two locations");
        x->location = value;
        if (strlen(value) != len)
            return mzg_fail(e, MZG_MALFORMED, at, "external data: a NUL in its location");
    } else if (strcmp(key, "offset") == 0) {
        number = parse_number(value, len, &x->offset);
    } else if (strcmp(key, "length") == 0) {
        number = parse_number(value, len, &x->length);
        x->has_length = true;
    }
    return number ? MZG_OK : mzg_fail(e, MZG_MALFORMED, at, "external data: %s is no number", key);
}

/* ---- the file ---- */

/* "FOLDER/" of a path, an empty text where it names none; malloc'd. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
}

/* The folder, or the folder of a file, that a path really leads to, with a '/' behind it; malloc'd.
 * NULL when it leads nowhere. */
static char *real_folder(const char *path, bool is_folder)
{
    char *real = realpath(path[0] ? path : ".", NULL), *folder = NULL;

    if (real && !is_folder)
        folder = folder_of(real);
    else if (real && asprintf(&folder, "%s%s", real, real[1] ? "/" : "") < 0)
        folder = NULL;
    free(real);
    return folder;
}

static bool is_below(const char *path, const char *folder)
{
    return folder && strncmp(path, folder, strlen(folder)) == 0;
}

/* Whether path, in the model's folder, leads to a file that may be read for it. */
static enum mzg_code check_inside(const struct mzg_onnx *o, const char *folder, const char *path,
                                  struct mzg_err *e)
{
    char q[MZG_QUOTE];
    enum mzg_code code = MZG_OK;
    char *real = realpath(path, NULL);

    if (!real)
        return mzg_fail_errno(e, "cannot open '%s'", mzg_quote(q, path));
    char *own = real_folder(folder, true), *beside = real_folder(o->model.path, false);
    if (!is_below(real, own) && !is_below(real, beside))
        code = mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                        "external data: '%s' is a link out of the model's folder",
                        mzg_quote(q, path));
    free(own);
    free(beside);
    free(real);
    return code;
}

static enum mzg_code open_other(struct mzg_onnx *o, const char *location, struct mzg_err *e)
{
    char *folder = folder_of(o->model.path);
    size_t n = folder ? strlen(folder) : 0, m = strlen(location);
    char *path = mzg_arena_alloc(&o->w->arena, n + m + 1, 1);
    enum mzg_code code;

    if (folder && path) {
        memcpy(path, folder, n);
        memcpy(path + n, location, m + 1);
        code = check_inside(o, folder, path, e);
    } else {
        code = mzg_fail_memory(e, "paths");
    }
    if (code == MZG_OK)
        code = mzg_weights_add_file(o->w, location, &o->other, e);
    if (code == MZG_OK)
        code = mzg_file_open(&o->w->files[o->other].file, path, e);
    free(folder);
    return code;
}

static bool find_other(struct mzg_onnx *o, const char *location)
{
    const struct mzg_weights_file *files = o->w->files;

    if (o->other > o->file && strcmp(files[o->other].name, location) == 0)
        return true;
    for (o->other = o->file + 1; o->other < o->w->n_files; o->other++) {
        if (strcmp(files[o->other].name, location) == 0)
            return true;
    }
    return false;
}

enum mzg_code mzg_onnx_external_find(struct mzg_onnx *o, const struct mzg_onnx_external *x,
                                     uint64_t at, struct mzg_tensor *t, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    const char *file = mzg_quote(q, x->location ? x->location : "");

    if (!x->location)
        return mzg_fail(e, MZG_MALFORMED, at, "external data without a location");
    if (strcmp(x->location, o->w->files[o->file].name) == 0)
        return mzg_fail(e, MZG_MALFORMED, at, "external data: its location is the model itself");
    if (!mzg_path_confined(x->location))
        return mzg_fail(e, MZG_MALFORMED, at, "external data: '%s' is no path inside the model's folder",
                        file);
    enum mzg_code code = find_other(o, x->location) ? MZG_OK : open_other(o, x->location, e);
    if (code != MZG_OK)
        return code;
    uint64_t size = o->w->files[o->other].file.size;
    t->file = o->other;
    t->offset = x->offset;
    if (x->has_length && x->length != t->bytes)
        return mzg_fail(e, MZG_MALFORMED, at, "external data: type and dims give %llu bytes, its "
                        "length is %llu", (unsigned long long)t->bytes,
                        (unsigned long long)x->length);
    if (x->offset > size || t->bytes > size - x->offset)
        return mzg_fail(e, MZG_MALFORMED, at, "external data: %llu bytes at byte %llu of '%s', which has %llu",
                        (unsigned long long)t->bytes, (unsigned long long)x->offset, file,
                        (unsigned long long)size);
    return MZG_OK;
}
