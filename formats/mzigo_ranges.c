#include "mzigo_ranges.h"

#include "base/file.h"
#include "base/reader.h"
#include "model/containers/gguf.h"
#include "model/containers/parts.h"
#include "model/containers/weights.h"
#include "model/whisper/ggml.h"
#include "mzigo_notes.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ARENA_CAP ((size_t)64 << 20)
#define RECORD "mzigo." /* keys that go into the manifest */
#define NOTE_TEXT 4096
#define NOTE_KEY 512

/* ---- ranges ---- */

static struct mzg_range *add(struct mzg_ranges *r, uint64_t end, enum mzg_range_kind kind)
{
    struct mzg_range *last = r->n > 0 ? &r->ranges[r->n - 1] : NULL;
    uint64_t start = last != NULL ? last->offset + last->length : 0;
    r->ranges[r->n] = (struct mzg_range){.offset = start, .length = end - start, .kind = kind};
    return &r->ranges[r->n++];
}

/* Arrays apart from the rest of the metadata, which changes with every release. */
static void add_header(struct mzg_ranges *r, const struct mzg_gguf *g)
{
    for (size_t i = 0; i < g->kvs.count; i++) {
        const struct mzg_kv *kv = &g->kvs.items[i];
        if (kv->type != MZG_KV_ARRAY || kv->end - kv->offset < MZG_CUT_ARRAY)
            continue;
        add(r, kv->offset, MZG_RANGE_HEADER);
        add(r, kv->end, MZG_RANGE_ARRAY);
    }
    add(r, g->data_offset, MZG_RANGE_HEADER);
}

/* The vocabulary apart from the rest of what is before the tensors: models of one kind share it. The first tensor's
 * head is behind it. */
static void add_preface(struct mzg_ranges *r, const struct mzg_weights *w)
{
    const struct mzg_ggml *g = w->ggml;
    if (g->preface_len - g->tokens_at >= MZG_CUT_ARRAY) {
        add(r, g->tokens_at, MZG_RANGE_HEADER);
        add(r, g->preface_len, MZG_RANGE_ARRAY);
    }
    add(r, w->tensors[0].offset, MZG_RANGE_HEADER);
}

/* A tensor's range runs up to the next one: the padding, or the head, between them is always the same. */
static void add_tensors(struct mzg_ranges *r, const struct mzg_weights *w)
{
    for (size_t i = 0; i < w->n_tensors; i++) {
        const struct mzg_tensor *t = &w->tensors[i];
        uint64_t end = i + 1 < w->n_tensors ? w->tensors[i + 1].offset : w->files[0].file.size;
        struct mzg_range *range = add(r, end, MZG_RANGE_TENSOR);
        uint64_t rows = t->ne[0] > 0 ? t->elems / t->ne[0] : 0;
        range->layout = (uint32_t)t->type;
        range->row_bytes = rows > 0 ? t->bytes / rows : 0;
    }
}

/* ---- notes ---- */

static void take_text(char *out, size_t room, struct mzg_reader *v)
{
    uint64_t len = mzg_reader_u64(v);
    const uint8_t *text = mzg_reader_bytes(v, len);
    snprintf(out, room, "%.*s", text != NULL ? (int)(len < room ? len : room - 1) : 0,
             text != NULL ? (const char *)text : "");
}

/* The value as text; empty for a kind that the record does not use. */
static void value_text(char *out, size_t room, const struct mzg_kv *kv)
{
    struct mzg_reader v;
    mzg_reader_init(&v, kv->value, kv->size, kv->offset);
    out[0] = '\0';
    if (kv->type == MZG_KV_STRING)
        take_text(out, room, &v);
    else if (kv->type == MZG_KV_U32)
        snprintf(out, room, "%" PRIu32, mzg_reader_u32(&v));
    else if (kv->type == MZG_KV_U64)
        snprintf(out, room, "%" PRIu64, mzg_reader_u64(&v));
    else if (kv->type == MZG_KV_BOOL)
        snprintf(out, room, "%s", mzg_reader_u8(&v) ? "true" : "false");
}

static bool put_note(struct mzg_ranges *r, const char *key, const char *text)
{
    struct mzg_ranges_note *note = &r->notes[r->n_notes];
    note->key = mzg_arena_text(&r->arena, key, strlen(key));
    note->text = mzg_arena_text(&r->arena, text, strlen(text));
    r->n_notes++;
    return note->key != NULL && note->text != NULL;
}

/* An array of texts becomes a note per element: "KEY[3]". */
static bool add_note(struct mzg_ranges *r, const char *name, const struct mzg_kv *kv)
{
    char key[NOTE_KEY], text[NOTE_TEXT];
    struct mzg_reader v;
    if (kv->type != MZG_KV_ARRAY) {
        snprintf(key, sizeof key, "%s: %s", name, kv->key);
        value_text(text, sizeof text, kv);
        return put_note(r, key, text);
    }
    mzg_reader_init(&v, kv->value, kv->size, kv->offset);
    for (uint64_t i = 0; kv->elem == MZG_KV_STRING && i < kv->count; i++) {
        snprintf(key, sizeof key, "%s: %s[%" PRIu64 "]", name, kv->key, i);
        take_text(text, sizeof text, &v);
        if (!put_note(r, key, text))
            return false;
    }
    return true;
}

static bool is_record(const struct mzg_kv *kv)
{
    return strncmp(kv->key, RECORD, strlen(RECORD)) == 0;
}

/* The model that the file is of. Of one in parts the first speaks for all, with the tensors of those beside
 * it; where they are not there, their number of weights is left out. */
static void find_model(struct mzg_model_notes *model, const struct mzg_ranges *r,
                       const struct mzg_weights *w, uint64_t part)
{
    struct mzg_weights all;
    struct mzg_err e;
    model->n = 0;
    if (r->parts == 0)
        mzg_model_notes_find(model, w, true);
    else if (part == 0 && mzg_weights_open(&all, w->files[0].file.path, &e) == MZG_OK) {
        mzg_model_notes_find(model, &all, true);
        mzg_weights_close(&all);
    } else if (part == 0)
        mzg_model_notes_find(model, w, false);
}

static bool add_model_notes(struct mzg_ranges *r, const struct mzg_weights *w, uint64_t part,
                            const char *name)
{
    struct mzg_model_notes model;
    char key[NOTE_KEY];
    find_model(&model, r, w, part);
    for (size_t i = 0; i < model.n; i++) {
        snprintf(key, sizeof key, "%s: %s", name, model.all[i].key);
        if (!put_note(r, key, model.all[i].text))
            return false;
    }
    return true;
}

static enum mzg_code add_notes(struct mzg_ranges *r, const struct mzg_weights *w, const char *name,
                               struct mzg_err *e)
{
    const struct mzg_kvs *k = &w->gguf->kvs;
    uint64_t room = MZG_MODEL_NOTES;
    struct mzg_part_keys part;
    enum mzg_code rc = mzg_part_keys(k, &part, e);
    if (rc != MZG_OK)
        return rc;
    r->parts = part.count > 1 ? (size_t)part.count : 0;
    for (size_t i = 0; i < k->count; i++)
        room += is_record(&k->items[i]) ? k->items[i].count : 0;
    r->notes = mzg_arena_alloc(&r->arena, room, sizeof *r->notes);
    if (r->notes == NULL)
        return mzg_fail_memory(e, "provenance");
    for (size_t i = 0; i < k->count; i++)
        if (is_record(&k->items[i]) && !add_note(r, name, &k->items[i]))
            return mzg_fail_memory(e, "provenance");
    r->n_records = r->n_notes;
    return add_model_notes(r, w, part.number, name) ? MZG_OK : mzg_fail_memory(e, "provenance");
}

/* ---- */

/* A file is looked into when it begins as a GGUF file does, and then it must be a sound one; or as ggml files do, of
 * which only whisper.cpp's are known. */
enum kind { OTHER, GGUF, GGML };

static enum mzg_code kind_of(const char *path, enum kind *kind, struct mzg_err *e)
{
    struct mzg_file f;
    char magic[4];
    *kind = OTHER;
    enum mzg_code rc = mzg_file_open(&f, path, e);
    if (rc == MZG_OK && f.size >= sizeof magic) {
        rc = mzg_file_read(&f, 0, magic, sizeof magic, e);
        if (rc == MZG_OK)
            *kind = memcmp(magic, "GGUF", sizeof magic) == 0   ? GGUF
                    : memcmp(magic, "lmgg", sizeof magic) == 0 ? GGML
                                                               : OTHER;
    }
    mzg_file_close(&f);
    return rc;
}

static enum mzg_code add_all(struct mzg_ranges *r, const struct mzg_weights *w, const char *name, struct mzg_err *e)
{
    size_t room = (w->gguf != NULL ? 2 * w->gguf->kvs.count : 2) + 1 + w->n_tensors;
    r->ranges = mzg_arena_alloc(&r->arena, room, sizeof *r->ranges);
    if (r->ranges == NULL)
        return mzg_fail_memory(e, "ranges");
    if (w->gguf != NULL)
        add_header(r, w->gguf);
    else
        add_preface(r, w);
    add_tensors(r, w);
    if (w->gguf != NULL)
        return add_notes(r, w, name, e);
    r->notes = mzg_arena_alloc(&r->arena, MZG_MODEL_NOTES, sizeof *r->notes);
    return r->notes != NULL && add_model_notes(r, w, 0, name) ? MZG_OK : mzg_fail_memory(e, "provenance");
}

enum mzg_code mzg_ranges_find(struct mzg_ranges *r, const char *path, const char *name,
                              struct mzg_err *e)
{
    struct mzg_weights w;
    enum kind kind;
    memset(r, 0, sizeof *r);
    mzg_arena_init(&r->arena, ARENA_CAP);
    enum mzg_code rc = kind_of(path, &kind, e);
    if (rc != MZG_OK || kind == OTHER)
        return rc;
    rc = mzg_weights_open_alone(&w, path, e);
    if (rc != MZG_OK)
        return kind == GGML && rc != MZG_IO ? MZG_OK : rc;
    rc = add_all(r, &w, name, e);
    mzg_weights_close(&w);
    return rc;
}

static bool is_among(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

enum mzg_code mzg_ranges_check_parts(const struct mzg_ranges *r, const char *name,
                                     const char *const *names, size_t n, struct mzg_err *e)
{
    char due[512], q[MZG_QUOTE], other[MZG_QUOTE];
    uint32_t part, parts;
    size_t prefix = mzg_part_parse(name, &part, &parts);
    if (prefix == 0 || parts != r->parts)
        return MZG_OK; /* by its own name it is none */
    for (size_t k = 0; k < parts; k++) {
        mzg_part_format(due, sizeof due, name, prefix, k, parts);
        if (!is_among(names, n, due))
            return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "'%s' is a part of a model, and '%s' is not among the "
                            "files", mzg_quote(q, name), mzg_quote(other, due));
    }
    return MZG_OK;
}

void mzg_ranges_clear(struct mzg_ranges *r)
{
    mzg_arena_clear(&r->arena);
    memset(r, 0, sizeof *r);
}
