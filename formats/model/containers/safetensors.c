/* Headers of safetensors files (source: the format's own description, and what its reference reader of
 * 2026 enforces).
 *
 * The data must be covered exactly: no overlap, no hole, nothing behind the last tensor. Tensors
 * with a dimension of 0 are listed, with elems and bytes 0. Types that GGUF lacks (BOOL, U8, the F8
 * kinds ...) are listed with type MZG_TYPE_END; those whose elements are smaller than a byte, or
 * that are not known, are MZG_UNSUPPORTED. */
#include "opening.h"
#include "../../base/json.h"
#include "../../base/reader.h"
#include <stdlib.h>
#include <string.h>

#define HEADER_MAX 100000000u /* the format's own limit, in bytes */
#define MEMORY_MAX ((size_t)128 << 20) /* for it and what it is parsed to: what 70000 tensors take */
#define ULL(x) ((unsigned long long)(x))

/* type: MZG_TYPE_END where GGUF has none; bytes: 0 where an element is smaller than a byte. */
static const struct dtype {
    const char *name;
    enum mzg_type type;
    unsigned bytes;
} dtypes[] = {
    {"F64", MZG_TYPE_F64, 8},      {"F32", MZG_TYPE_F32, 4},      {"F16", MZG_TYPE_F16, 2},
    {"BF16", MZG_TYPE_BF16, 2},    {"I64", MZG_TYPE_I64, 8},      {"I32", MZG_TYPE_I32, 4},
    {"I16", MZG_TYPE_I16, 2},      {"I8", MZG_TYPE_I8, 1},        {"U64", MZG_TYPE_END, 8},
    {"U32", MZG_TYPE_END, 4},      {"U16", MZG_TYPE_END, 2},      {"U8", MZG_TYPE_END, 1},
    {"BOOL", MZG_TYPE_END, 1},     {"F8_E4M3", MZG_TYPE_END, 1},  {"F8_E5M2", MZG_TYPE_END, 1},
    {"F8_E8M0", MZG_TYPE_END, 1},  {"C64", MZG_TYPE_END, 8},      {"F4", MZG_TYPE_END, 0},
    {"F6_E2M3", MZG_TYPE_END, 0},  {"F6_E3M2", MZG_TYPE_END, 0},
};

struct header {
    struct mzg_weights *w;
    uint32_t file;
    char *text;       /* the JSON, len bytes at offset 8 */
    size_t len;
    uint64_t data;    /* offset of the data section in the file */
    uint64_t size;    /* its bytes */
};

/* Where the header spells the member `key`, as an offset in the file; the header's start when it is
 * spelt with escapes. The parsed tree has no positions, and only an error needs one. */
static uint64_t find_key(const struct header *h, const char *key)
{
    size_t n = strlen(key);
    const char *end = h->text + h->len;

    for (const char *p = h->text; (p = memmem(p, (size_t)(end - p), key, n)) != NULL; p++) {
        const char *after = p + n;
        if (p == h->text || p[-1] != '"' || after == end || *after != '"')
            continue;
        do
            after++;
        while (after < end && strchr(" \t\r\n", *after));
        if (after < end && *after == ':')
            return 8 + (uint64_t)(p - 1 - h->text);
    }
    return 8;
}

static const struct dtype *find_dtype(const char *name)
{
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++) {
        if (strcmp(dtypes[i].name, name) == 0)
            return &dtypes[i];
    }
    return NULL;
}

/* ---- one entry ---- */

static enum mzg_code read_dtype(const json_t *entry, const struct dtype **dtype, struct mzg_err *e)
{
    const char *name = "";
    char quoted[MZG_QUOTE];
    enum mzg_code code = mzg_json_text(entry, "dtype", &name, e);

    if (code != MZG_OK)
        return code;
    *dtype = find_dtype(name);
    if (!*dtype || (*dtype)->bytes == 0)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "dtype '%s' is not supported",
                        mzg_quote(quoted, name));
    return MZG_OK;
}

static enum mzg_code read_shape(const json_t *entry, const struct dtype *dtype, struct mzg_tensor *t,
                                struct mzg_err *e)
{
    const json_t *shape = json_object_get(entry, "shape"), *dim;
    size_t i;

    if (!json_is_array(shape))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'shape' is missing or no array");
    if (json_array_size(shape) > MZG_SRC_DIMS)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%zu dimensions, at most %d are read",
                        json_array_size(shape), MZG_SRC_DIMS);
    t->n_dims = (unsigned)json_array_size(shape);
    for (i = 0; i < MZG_SRC_DIMS; i++)
        t->ne[i] = 1;
    t->elems = 1;
    json_array_foreach(shape, i, dim) {
        if (!json_is_integer(dim) || json_integer_value(dim) < 0)
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'shape' holds something else than sizes");
        uint64_t n = (uint64_t)json_integer_value(dim);
        t->ne[t->n_dims - 1 - i] = n;
        if (__builtin_mul_overflow(t->elems, n, &t->elems))
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                            "'shape' gives more elements than can be counted");
    }
    if (__builtin_mul_overflow(t->elems, dtype->bytes, &t->bytes))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'shape' gives more bytes than can be counted");
    return MZG_OK;
}

static enum mzg_code read_offsets(const struct header *h, const json_t *entry, struct mzg_tensor *t,
                                  struct mzg_err *e)
{
    const json_t *pair = json_object_get(entry, "data_offsets");
    const json_t *first = json_array_get(pair, 0), *second = json_array_get(pair, 1);

    if (json_array_size(pair) != 2 || !json_is_integer(first) || !json_is_integer(second) ||
        json_integer_value(first) < 0 || json_integer_value(second) < 0)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "'data_offsets' is missing or no pair of offsets");
    uint64_t begin = (uint64_t)json_integer_value(first);
    uint64_t end = (uint64_t)json_integer_value(second);
    t->offset = h->data + begin;
    if (begin > end)
        return mzg_fail(e, MZG_MALFORMED, t->offset, "its data ends (%llu) before it begins (%llu)",
                        ULL(end), ULL(begin));
    if (end > h->size)
        return mzg_fail(e, MZG_MALFORMED, t->offset,
                        "its data ends at %llu, %llu bytes of data are in the file", ULL(end),
                        ULL(h->size));
    if (end - begin != t->bytes)
        return mzg_fail(e, MZG_MALFORMED, t->offset,
                        "shape and dtype give %llu bytes, data_offsets %llu", ULL(t->bytes),
                        ULL(end - begin));
    return MZG_OK;
}

/* Errors about what the entry says have no offset yet: read_entries finds its place, which takes long. */
static enum mzg_code read_entry(struct header *h, const char *name, json_t *entry,
                                struct mzg_err *e)
{
    struct mzg_tensor t = {.file = h->file};
    const struct dtype *dtype = NULL;

    if (!mzg_item_name_valid(name, strlen(name)))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "the name is empty or holds control characters");
    if (!json_is_object(entry))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "its entry is no object");
    enum mzg_code code = read_dtype(entry, &dtype, e);
    if (code == MZG_OK)
        code = read_shape(entry, dtype, &t, e);
    if (code == MZG_OK)
        code = read_offsets(h, entry, &t, e);
    if (code != MZG_OK)
        return code;
    if (json_object_size(entry) != 3)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                        "its entry has members besides dtype, shape, data_offsets");
    t.type = dtype->type;
    t.type_name = dtype->name;
    t.name = mzg_arena_text(&h->w->arena, name, strlen(name));
    return t.name ? mzg_weights_add(h->w, &t, e) : mzg_fail_memory(e, "tensor names");
}

/* ---- the whole ---- */

static enum mzg_code check_metadata(const struct header *h, json_t *metadata, struct mzg_err *e)
{
    const char *key;
    json_t *value;

    if (!json_is_object(metadata))
        return mzg_fail(e, MZG_MALFORMED, find_key(h, "__metadata__"), "__metadata__ is no object");
    json_object_foreach(metadata, key, value) {
        char quoted[MZG_QUOTE];
        if (!json_is_string(value))
            return mzg_fail(e, MZG_MALFORMED, find_key(h, key), "__metadata__: '%s' is no string",
                            mzg_quote(quoted, key));
    }
    return MZG_OK;
}

/* An error in the entry of this name: where that is, unless a place in the data is said. */
static enum mzg_code place_error(const struct header *h, const char *name, struct mzg_err *e)
{
    char quoted[MZG_QUOTE];

    if (e->offset == MZG_NO_OFFSET && (e->code == MZG_MALFORMED || e->code == MZG_UNSUPPORTED))
        e->offset = find_key(h, name);
    return mzg_prefix(e, "tensor '%s'", mzg_quote(quoted, name));
}

static enum mzg_code read_entries(struct header *h, json_t *root, struct mzg_err *e)
{
    const char *name;
    json_t *entry;

    json_object_foreach(root, name, entry) {
        enum mzg_code code = strcmp(name, "__metadata__") == 0 ? check_metadata(h, entry, e)
                                                               : read_entry(h, name, entry, e);
        if (code != MZG_OK)
            return place_error(h, name, e);
    }
    return MZG_OK;
}

static int by_offset(const void *a, const void *b)
{
    const struct mzg_tensor *x = a, *y = b;

    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* The tensors must cover the data section, each byte once. */
static enum mzg_code check_cover(const struct header *h, struct mzg_tensor *t, size_t n,
                                 struct mzg_err *e)
{
    uint64_t at = h->data;
    char quoted[MZG_QUOTE];

    qsort(t, n, sizeof *t, by_offset);
    for (size_t i = 0; i < n; i++) {
        if (t[i].offset != at)
            return mzg_fail(e, MZG_MALFORMED, t[i].offset, "tensor '%s': %s",
                            mzg_quote(quoted, t[i].name),
                            t[i].offset < at ? "its data overlaps another's"
                                             : "there is a hole before its data");
        at += t[i].bytes;
    }
    if (at != h->data + h->size)
        return mzg_fail(e, MZG_MALFORMED, at, "%llu bytes follow the last tensor's",
                        ULL(h->data + h->size - at));
    return MZG_OK;
}

static enum mzg_code load_header(struct header *h, const struct mzg_file *f, struct mzg_err *e)
{
    uint8_t raw[8];
    struct mzg_reader r;

    enum mzg_code code = mzg_file_read(f, 0, raw, sizeof raw, e);
    if (code != MZG_OK)
        return code;
    mzg_reader_init(&r, raw, sizeof raw, 0);
    uint64_t len = mzg_reader_u64(&r);
    if (len > f->size - sizeof raw)
        return mzg_fail(e, MZG_MALFORMED, 0, "a header of %llu bytes, %llu are in the file",
                        ULL(len), ULL(f->size - sizeof raw));
    if (len > HEADER_MAX)
        return mzg_fail(e, MZG_MALFORMED, 0, "a header of %llu bytes, the format allows %u",
                        ULL(len), HEADER_MAX);
    h->len = (size_t)len;
    h->data = sizeof raw + len;
    h->size = f->size - h->data;
    h->text = malloc(h->len + 1);
    if (!h->text)
        return mzg_fail_memory(e, "safetensors header");
    code = mzg_file_read(f, sizeof raw, h->text, h->len, e);
    if (code == MZG_OK && (h->len == 0 || h->text[0] != '{'))
        code = mzg_fail(e, MZG_MALFORMED, 8, "the header does not start with '{'");
    return code;
}

static bool is_safetensors(const uint8_t *start, size_t n)
{
    return n > 8 && start[8] == '{' && memcmp(start, "GGUF", 4) != 0;
}

static enum mzg_code read_safetensors(struct mzg_weights *w, uint32_t file, struct mzg_err *e)
{
    struct header h = {.w = w, .file = file};
    size_t first = w->n_tensors;
    json_t *root = NULL;
    enum mzg_code code = load_header(&h, &w->files[file].file, e);

    if (code == MZG_OK)
        code = mzg_json_parse(h.text, h.len, 8, MEMORY_MAX - h.len, &root, e);
    if (code == MZG_OK)
        code = read_entries(&h, root, e);
    if (code == MZG_OK && w->n_tensors == first)
        code = mzg_fail(e, MZG_MALFORMED, 8, "it holds no tensors");
    if (code == MZG_OK)
        code = check_cover(&h, w->tensors + first, w->n_tensors - first, e);
    json_decref(root);
    free(h.text);
    return code;
}

const struct mzg_container mzg_container_safetensors = {
    .name = "safetensors",
    .ends = (const char *const[]){".safetensors", NULL},
    .shards = true,
    .is = is_safetensors,
    .read = read_safetensors,
};
