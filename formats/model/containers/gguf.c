#include "gguf.h"
#include "opening.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ALIGNMENT (1 << 20)
#define FIRST_LOAD ((size_t)1 << 20)

/* The header is loaded as far as it has been needed, so that neither a huge file nor a lying count
 * costs more memory than the header itself. A read beyond what is loaded leaves r.bad set; `more`
 * then loads twice as much and the item is parsed again. */
struct parse {
    const struct mzg_file *file;
    struct mzg_weights *w;
    struct mzg_gguf *g;
    uint32_t file_index;
    size_t first;                 /* of the tensors, in w */
    size_t loaded;
    struct mzg_reader r;
    uint64_t n_tensors, n_kvs;
    uint64_t data;                /* padded bytes of the tensors so far */
    char where[MZG_QUOTE + 32];   /* the item, for messages */
};

#define ULL(x) ((unsigned long long)(x))

static uint64_t left_in_file(const struct parse *p)
{
    return p->file->size - mzg_reader_offset(&p->r);
}

static enum mzg_code more(struct parse *p, size_t pos, struct mzg_err *e)
{
    size_t cap = p->file->size < MZG_GGUF_HEADER ? (size_t)p->file->size : MZG_GGUF_HEADER;
    size_t want = p->loaded ? 2 * p->loaded : FIRST_LOAD;

    if (p->loaded == cap && cap < p->file->size)
        return mzg_fail(e, MZG_LIMIT, pos, "the header is longer than %zu bytes", MZG_GGUF_HEADER);
    if (p->loaded == cap)
        return mzg_fail(e, MZG_MALFORMED, pos, "the file ends inside it, at byte %zu", cap);
    if (want > cap)
        want = cap;
    uint8_t *data = realloc(p->g->header, want);
    if (!data)
        return mzg_fail_memory(e, "GGUF header");
    p->g->header = data;
    enum mzg_code code = mzg_file_read(p->file, p->loaded, data + p->loaded, want - p->loaded, e);
    if (code != MZG_OK)
        return code;
    p->loaded = want;
    mzg_reader_init(&p->r, data, want, 0);
    p->r.pos = pos;
    return MZG_OK;
}

/* Parses one item, loading more as long as it asks for it. */
static enum mzg_code item(struct parse *p, enum mzg_code (*parse)(struct parse *, struct mzg_err *),
                          struct mzg_err *e)
{
    for (;;) {
        size_t pos = p->r.pos;
        enum mzg_code code = parse(p, e);
        if (code == MZG_OK && p->r.bad)
            code = more(p, pos, e);
        else if (code == MZG_OK)
            return MZG_OK;
        if (code != MZG_OK)
            return mzg_prefix(e, "%s", p->where);
    }
}

/* In what follows `return MZG_OK` with r.bad set asks for more; nothing read is judged before. */

static enum mzg_code parse_text(struct parse *p, const char *what, const char **text, size_t *len,
                                struct mzg_err *e)
{
    uint64_t at = mzg_reader_offset(&p->r);
    uint64_t n = mzg_reader_u64(&p->r);

    if (!p->r.bad && n > left_in_file(p))
        return mzg_fail(e, MZG_MALFORMED, at, "%s of %llu bytes, %llu are left in the file", what,
                        ULL(n), ULL(left_in_file(p)));
    *text = (const char *)mzg_reader_bytes(&p->r, n);
    *len = (size_t)n;
    return MZG_OK;
}

static enum mzg_code parse_start(struct parse *p, struct mzg_err *e)
{
    const uint8_t *magic = mzg_reader_bytes(&p->r, 4);
    uint32_t version = mzg_reader_u32(&p->r);

    p->n_tensors = mzg_reader_u64(&p->r);
    p->n_kvs = mzg_reader_u64(&p->r);
    if (p->r.bad)
        return MZG_OK;
    if (memcmp(magic, "GGUF", 4) != 0)
        return mzg_fail(e, MZG_MALFORMED, 0, "does not start with GGUF");
    if (version != 0 && (version & 0xFFFF) == 0)
        return mzg_fail(e, MZG_UNSUPPORTED, 4, "big-endian GGUF");
    if (version < 2 || version > MZG_GGUF_VERSION)
        return mzg_fail(e, MZG_UNSUPPORTED, 4, "GGUF version %u", version);
    /* Least sizes: name or key of one byte, one dimension, one byte of value. */
    if (p->n_tensors > left_in_file(p) / 33)
        return mzg_fail(e, MZG_MALFORMED, 8, "%llu tensors do not fit in the file",
                        ULL(p->n_tensors));
    if (p->n_kvs > left_in_file(p) / 14)
        return mzg_fail(e, MZG_MALFORMED, 16, "%llu metadata pairs do not fit in the file",
                        ULL(p->n_kvs));
    if (p->n_kvs > MZG_GGUF_KEYS)
        return mzg_fail(e, MZG_LIMIT, 16, "%llu metadata pairs, at most %d are read",
                        ULL(p->n_kvs), MZG_GGUF_KEYS);
    return MZG_OK;
}

/* ---- metadata ---- */

static enum mzg_code parse_elements(struct parse *p, const struct mzg_kv *kv, struct mzg_err *e)
{
    size_t size = mzg_kv_type_size(kv->elem);
    uint64_t at = mzg_reader_offset(&p->r);
    const char *text;
    size_t len;

    if (kv->count > left_in_file(p) / (size ? size : 8))
        return mzg_fail(e, MZG_MALFORMED, kv->type == MZG_KV_ARRAY ? at - 8 : at,
                        "%llu values do not fit in the file", ULL(kv->count));
    if (kv->elem == MZG_KV_STRING) {
        enum mzg_code code = MZG_OK;
        for (uint64_t i = 0; i < kv->count && !p->r.bad && code == MZG_OK; i++)
            code = parse_text(p, "a string", &text, &len, e);
        return code;
    }
    const uint8_t *value = mzg_reader_bytes(&p->r, kv->count * size);
    for (uint64_t i = 0; kv->elem == MZG_KV_BOOL && value && i < kv->count; i++) {
        if (value[i] > 1)
            return mzg_fail(e, MZG_MALFORMED, at + i, "a bool of %u", value[i]);
    }
    return MZG_OK;
}

/* Type and count; the elements follow. */
static enum mzg_code parse_type(struct parse *p, struct mzg_kv *kv, struct mzg_err *e)
{
    uint64_t at = mzg_reader_offset(&p->r);
    uint32_t type = mzg_reader_u32(&p->r), elem = type;

    kv->count = 1;
    if (type == MZG_KV_ARRAY) {
        at = mzg_reader_offset(&p->r);
        elem = mzg_reader_u32(&p->r);
        kv->count = mzg_reader_u64(&p->r);
    }
    if (p->r.bad)
        return MZG_OK;
    if (elem >= MZG_KV_TYPES)
        return mzg_fail(e, MZG_MALFORMED, at, "there is no value type %u", elem);
    if (elem == MZG_KV_ARRAY)
        return mzg_fail(e, MZG_UNSUPPORTED, at, "an array of arrays");
    kv->type = type;
    kv->elem = elem;
    return MZG_OK;
}

static enum mzg_code parse_key(struct parse *p, const char **key, size_t *len, struct mzg_err *e)
{
    uint64_t at = mzg_reader_offset(&p->r);
    char quoted[MZG_QUOTE];
    enum mzg_code code = parse_text(p, "a key", key, len, e);

    if (code != MZG_OK || p->r.bad)
        return code;
    if (*len == 0 || *len > UINT16_MAX)
        return mzg_fail(e, MZG_MALFORMED, at, "a key of %zu bytes", *len);
    snprintf(p->where, sizeof p->where, "metadata key '%s'", mzg_quote_n(quoted, *key, *len));
    if (!mzg_item_name_valid(*key, *len))
        return mzg_fail(e, MZG_MALFORMED, at + 8, "not a text");
    return MZG_OK;
}

static enum mzg_code parse_kv(struct parse *p, struct mzg_err *e)
{
    struct mzg_kv kv = {.offset = mzg_reader_offset(&p->r)};
    struct mzg_kvs *kvs = &p->g->kvs;
    const char *key;
    size_t len;
    enum mzg_code code = parse_key(p, &key, &len, e);

    if (code == MZG_OK && !p->r.bad)
        code = parse_type(p, &kv, e);
    uint64_t start = mzg_reader_offset(&p->r);
    if (code == MZG_OK && !p->r.bad)
        code = parse_elements(p, &kv, e);
    if (code != MZG_OK || p->r.bad)
        return code;
    kv.end = mzg_reader_offset(&p->r);
    kv.size = (size_t)(kv.end - start);
    kv.key = mzg_arena_text(&kvs->arena, key, len);
    if (kv.key)
        mzg_kvs_refer(kvs, &kv); /* its value is set when the header has stopped moving */
    else
        kvs->bad = true;
    return mzg_kvs_ok(kvs, e);
}

static enum mzg_code check_keys(const struct mzg_kvs *k, struct mzg_err *e)
{
    struct mzg_name *names = calloc(k->count + 1, sizeof *names);
    enum mzg_code code = MZG_OK;
    char quoted[MZG_QUOTE];

    if (!names)
        return mzg_fail_memory(e, "metadata keys");
    for (size_t i = 0; i < k->count; i++)
        names[i] = (struct mzg_name){k->items[i].key, i};
    mzg_names_sort(names, k->count);
    const struct mzg_name *twice = mzg_names_twice(names, k->count);
    if (twice)
        code = mzg_fail(e, MZG_MALFORMED, k->items[twice->index].offset,
                        "metadata key '%s' is there twice", mzg_quote(quoted, twice->name));
    free(names);
    return code;
}

static void settle_values(struct mzg_gguf *g)
{
    for (size_t i = 0; i < g->kvs.count; i++) {
        struct mzg_kv *kv = &g->kvs.items[i];
        kv->value = g->header + (kv->end - kv->size);
    }
}

static enum mzg_code read_alignment(struct mzg_gguf *g, struct mzg_err *e)
{
    const struct mzg_kv *kv = mzg_kvs_find(&g->kvs, "general.alignment");
    uint64_t v;

    g->alignment = MZG_GGUF_ALIGNMENT;
    if (!kv)
        return MZG_OK;
    if (kv->type != MZG_KV_U32 || !mzg_kvs_get_u64(&g->kvs, kv->key, &v))
        return mzg_fail(e, MZG_MALFORMED, kv->offset,
                        "metadata key '%s': a u32 is expected, not %s", kv->key,
                        mzg_kv_type_name(kv->type));
    if (v == 0 || (v & (v - 1)) != 0)
        return mzg_fail(e, MZG_MALFORMED, kv->end - 4, "metadata key '%s': %llu is no power of two",
                        kv->key, ULL(v));
    if (v > MAX_ALIGNMENT)
        return mzg_fail(e, MZG_UNSUPPORTED, kv->end - 4, "metadata key '%s': %llu is more than %d",
                        kv->key, ULL(v), MAX_ALIGNMENT);
    g->alignment = (uint32_t)v;
    return MZG_OK;
}

static enum mzg_code read_metadata(struct parse *p, struct mzg_err *e)
{
    struct mzg_gguf *g = p->g;
    enum mzg_code code = MZG_OK;

    for (uint64_t i = 0; i < p->n_kvs && code == MZG_OK; i++) {
        snprintf(p->where, sizeof p->where, "metadata pair %llu of %llu", ULL(i + 1),
                 ULL(p->n_kvs));
        code = item(p, parse_kv, e);
    }
    if (code != MZG_OK)
        return code;
    settle_values(g);
    g->infos_offset = mzg_reader_offset(&p->r);
    code = check_keys(&g->kvs, e);
    return code == MZG_OK ? read_alignment(g, e) : code;
}

/* ---- tensors ---- */

static enum mzg_code parse_name(struct parse *p, const char **name, size_t *len, struct mzg_err *e)
{
    uint64_t at = mzg_reader_offset(&p->r);
    char quoted[MZG_QUOTE];
    enum mzg_code code = parse_text(p, "a name", name, len, e);

    if (code != MZG_OK || p->r.bad)
        return code;
    if (*len == 0 || *len >= MZG_GGUF_NAME)
        return mzg_fail(e, MZG_MALFORMED, at, "a name of %zu bytes", *len);
    snprintf(p->where, sizeof p->where, "tensor '%s'", mzg_quote_n(quoted, *name, *len));
    if (!mzg_item_name_valid(*name, *len))
        return mzg_fail(e, MZG_MALFORMED, at + 8, "not a text");
    return MZG_OK;
}

static enum mzg_code parse_shape(struct parse *p, struct mzg_tensor *t, struct mzg_err *e)
{
    uint64_t at = mzg_reader_offset(&p->r);

    t->n_dims = mzg_reader_u32(&p->r);
    if (p->r.bad)
        return MZG_OK;
    if (t->n_dims == 0 || t->n_dims > MZG_DIMS)
        return mzg_fail(e, MZG_MALFORMED, at, "%u dimensions", t->n_dims);
    t->elems = 1;
    for (unsigned d = 0; d < MZG_SRC_DIMS; d++) {
        at = mzg_reader_offset(&p->r);
        t->ne[d] = d < t->n_dims ? mzg_reader_u64(&p->r) : 1;
        if (p->r.bad)
            return MZG_OK;
        if (t->ne[d] == 0)
            return mzg_fail(e, MZG_MALFORMED, at, "dimension %u is 0", d);
        if (__builtin_mul_overflow(t->elems, t->ne[d], &t->elems) || t->elems > INT64_MAX)
            return mzg_fail(e, MZG_MALFORMED, at, "more elements than can be counted");
    }
    return MZG_OK;
}

/* Type, and the place that the tensors before leave to this one. */
static enum mzg_code parse_place(struct parse *p, struct mzg_tensor *t, struct mzg_err *e)
{
    uint64_t at = mzg_reader_offset(&p->r);
    uint32_t number = mzg_reader_u32(&p->r);
    const struct mzg_type_info *info = mzg_type_by_number(number);

    t->offset = mzg_reader_u64(&p->r);
    if (p->r.bad)
        return MZG_OK;
    if (!info)
        return mzg_fail(e, MZG_UNSUPPORTED, at, "tensor type %u is not known", number);
    t->type = info->type;
    t->type_name = info->name;
    if (t->ne[0] % info->block_elems != 0)
        return mzg_fail(e, MZG_MALFORMED, at, "a row of %llu is no multiple of %s's block of %u",
                        ULL(t->ne[0]), info->name, info->block_elems);
    if (t->offset != p->data)
        return mzg_fail(e, MZG_MALFORMED, at + 4, "its offset is %llu, where %llu is due",
                        ULL(t->offset), ULL(p->data));
    if (!mzg_gguf_bytes(info, t->n_dims, t->ne, &t->bytes) ||
        __builtin_add_overflow(p->data, t->bytes, &p->data) ||
        !mzg_gguf_pad(p->data, p->g->alignment, &p->data) || p->data > INT64_MAX)
        return mzg_fail(e, MZG_MALFORMED, at, "more bytes than can be counted");
    return MZG_OK;
}

static enum mzg_code parse_info(struct parse *p, struct mzg_err *e)
{
    struct mzg_tensor t = {.file = p->file_index};
    const char *name;
    size_t len;
    enum mzg_code code = parse_name(p, &name, &len, e);

    if (code == MZG_OK && !p->r.bad)
        code = parse_shape(p, &t, e);
    if (code == MZG_OK && !p->r.bad)
        code = parse_place(p, &t, e);
    if (code != MZG_OK || p->r.bad)
        return code;
    t.name = mzg_arena_text(&p->w->arena, name, len);
    return t.name ? mzg_weights_add(p->w, &t, e) : mzg_fail_memory(e, "tensor names");
}

/* Turns offsets into places in the file, now that it is known where the data starts. */
static enum mzg_code place_data(struct parse *p, struct mzg_err *e)
{
    struct mzg_weights *w = p->w;
    char quoted[MZG_QUOTE];

    if (!mzg_gguf_pad(mzg_reader_offset(&p->r), p->g->alignment, &p->g->data_offset))
        return mzg_fail(e, MZG_MALFORMED, p->g->infos_offset, "there is no place for the data");
    for (size_t i = p->first; i < w->n_tensors; i++) {
        struct mzg_tensor *t = &w->tensors[i];
        t->offset += p->g->data_offset;
        if (t->offset > p->file->size || t->bytes > p->file->size - t->offset)
            return mzg_fail(e, MZG_MALFORMED, t->offset,
                            "tensor '%s': its %llu bytes run past the file's end at %llu",
                            mzg_quote(quoted, t->name), ULL(t->bytes), ULL(p->file->size));
    }
    return MZG_OK;
}

/* Gives back what was loaded beyond the header. */
static void settle(struct parse *p)
{
    uint8_t *header = p->r.pos > 0 ? realloc(p->g->header, p->r.pos) : NULL;

    if (header)
        p->g->header = header;
    settle_values(p->g);
}

static bool is_gguf(const uint8_t *start, size_t n)
{
    return n >= 4 && memcmp(start, "GGUF", 4) == 0;
}

static enum mzg_code read_gguf(struct mzg_weights *w, uint32_t file, struct mzg_err *e)
{
    struct parse p = {.file = &w->files[file].file, .w = w, .file_index = file,
                      .first = w->n_tensors, .where = "the first 24 bytes"};
    enum mzg_code code;

    p.g = w->gguf = mzg_arena_alloc(&w->arena, 1, sizeof *w->gguf);
    if (!w->gguf)
        return mzg_fail_memory(e, "GGUF header");
    mzg_kvs_init(&p.g->kvs);
    mzg_reader_init(&p.r, "", 0, 0);
    code = item(&p, parse_start, e);
    if (code == MZG_OK)
        code = read_metadata(&p, e);
    for (uint64_t i = 0; i < p.n_tensors && code == MZG_OK; i++) {
        snprintf(p.where, sizeof p.where, "tensor %llu of %llu", ULL(i + 1), ULL(p.n_tensors));
        code = item(&p, parse_info, e);
    }
    settle(&p);
    return code == MZG_OK ? place_data(&p, e) : code;
}

void mzg_gguf_clear(struct mzg_gguf *g)
{
    mzg_kvs_clear(&g->kvs);
    free(g->header);
    g->header = NULL;
}

const struct mzg_container mzg_container_gguf = {
    .name = "GGUF",
    .ends = (const char *const[]){".gguf", NULL},
    .is = is_gguf,
    .read = read_gguf,
};
