/* The public view of a model's tensors and metadata. */
#include "mzigo_view.h"

#include "base/buf.h"
#include "base/reader.h"
#include "model/arch/arch.h"
#include "model/containers/gguf.h"
#include "model/lora/adapter.h"
#include "model/meta/general.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SHOWN 120    /* bytes of a string that are shown */
#define ELEMENTS_SHOWN 6  /* of an array */
#define GENERAL_BYTES ((size_t)1 << 20)

struct mzg_view {
    struct mzg_model model;     /* what convert would make of it ... */
    struct mzg_err why;         /* ... or why that is not possible: MZG_OK where it is; then model has metadata only, */
    struct mzg_weights weights; /* and the tensors are here */
    struct mzg_buf text;        /* the value shown last */
    char key[MZG_QUOTE];
};

/* ---- opening ---- */

/* Who made a model of a family that is not known, and under which licence, can be told all the same. */
static enum mzg_code describe(struct mzg_view *v, const char *folder, struct mzg_err *e)
{
    struct mzg_config config;
    struct mzg_err unread;
    bool has_config = mzg_config_load(&config, folder, &unread) == MZG_OK;
    enum mzg_code rc = mzg_general_put(&v->model, folder, has_config ? config.root : NULL, NULL, NULL, e);
    if (has_config)
        mzg_config_clear(&config);
    return rc != MZG_OK ? rc : mzg_kvs_ok(&v->model.kvs, e);
}

/* What is a model by itself, though it cannot be converted, is not told of as bare weights. */
static bool is_bare(struct mzg_view *v)
{
    bool bare = mzg_arch_of_numbers(&v->model.weights) == NULL;
    if (!bare)
        mzg_model_close(&v->model);
    return bare;
}

/* An adapter needs its base to become anything; what it is can be told without. */
static enum mzg_code open_adapter(struct mzg_view *v, const char *path, const struct mzg_notify *notify,
                                  struct mzg_err *e)
{
    const struct mzg_adapter_wanted wanted = {.path = path, .scale = 1};
    struct mzg_adapter ad;
    struct mzg_err why;
    bool whole = mzg_adapter_open(&ad, &wanted, &why) == MZG_OK;
    enum mzg_code rc = MZG_OK;
    if (whole) {
        v->weights = ad.weights; /* its tensors stay where they are */
        ad.weights = (struct mzg_weights){.n_files = 0};
    } else {
        v->why = why;
        rc = mzg_adapter_weights_open(&v->weights, path, e);
    }
    v->model.adapter = true;
    if (rc == MZG_OK)
        rc = mzg_general_put(&v->model, path, ad.config.root, NULL, notify, e);
    if (rc == MZG_OK && whole)
        mzg_adapter_put(&v->model.kvs, (float)ad.config.alpha);
    mzg_adapter_close(&ad);
    return rc == MZG_OK ? mzg_kvs_ok(&v->model.kvs, e) : rc;
}

/* Bare weights are converted as they are; a folder of them may lack what it needs to be a model. */
static enum mzg_code open_path(struct mzg_view *v, const char *path, const struct mzg_notify *notify,
                               struct mzg_err *e)
{
    struct mzg_model_options opt = {.raw = false, .notify = notify};
    struct mzg_err raw;
    bool is_folder = mzg_path_is_folder(path);
    if (mzg_model_open(&v->model, path, &opt, &v->why) == MZG_OK) {
        v->why.code = MZG_OK;
        return MZG_OK;
    }
    opt.raw = true;
    if (!is_folder && mzg_model_open(&v->model, path, &opt, &raw) == MZG_OK && is_bare(v)) {
        v->why.code = MZG_OK;
        return MZG_OK;
    }
    mzg_arena_init(&v->model.arena, GENERAL_BYTES);
    mzg_kvs_init(&v->model.kvs);
    if (is_folder && mzg_adapter_is(path))
        return open_adapter(v, path, notify, e);
    enum mzg_code rc = mzg_weights_open(&v->weights, path, e);
    return rc == MZG_OK && is_folder ? describe(v, path, e) : rc;
}

enum mzg_code mzg_view_open_telling(struct mzg_view **v, const char *path, const struct mzg_notify *notify,
                                    struct mzg_err *e)
{
    *v = NULL;
    struct mzg_view *view = calloc(1, sizeof *view);
    if (view == NULL)
        return mzg_fail_memory(e, "view");
    mzg_buf_init(&view->text, 1 << 16);
    enum mzg_code rc = open_path(view, path, notify, e);
    if (rc != MZG_OK)
        mzg_view_close(view);
    else
        *v = view;
    return rc;
}

enum mzg_code mzg_view_open(struct mzg_view **v, const char *path, struct mzg_err *e)
{
    return mzg_view_open_telling(v, path, NULL, e);
}

void mzg_view_close(struct mzg_view *v)
{
    if (v == NULL)
        return;
    mzg_model_close(&v->model);
    mzg_weights_close(&v->weights);
    mzg_buf_clear(&v->text);
    free(v);
}

/* ---- what is there ---- */

const struct mzg_weights *mzg_view_weights(const struct mzg_view *v)
{
    return v->why.code == MZG_OK ? &v->model.weights : &v->weights;
}

const struct mzg_kvs *mzg_view_kvs(const struct mzg_view *v)
{
    static const struct mzg_kvs none;
    const struct mzg_gguf *g = mzg_view_weights(v)->gguf;
    if (g != NULL)
        return &g->kvs;
    return v->model.raw ? &none : &v->model.kvs;
}

enum mzg_code mzg_view_sizes(const struct mzg_view *v, struct mzg_size_row rows[MZG_SIZE_ROWS], size_t *n,
                             struct mzg_err *e)
{
    *n = 0;
    if (v->why.code == MZG_OK)
        return mzg_model_sizes(&v->model, rows, n, e);
    *e = v->why;
    return e->code;
}

const char *mzg_view_container(const struct mzg_view *v)
{
    return mzg_view_weights(v)->container;
}

size_t mzg_view_files(const struct mzg_view *v)
{
    return v->weights.n_files;
}

size_t mzg_view_tensors(const struct mzg_view *v)
{
    return mzg_view_weights(v)->n_tensors;
}

void mzg_view_tensor(const struct mzg_view *v, size_t i, struct mzg_view_tensor *t)
{
    const struct mzg_weights *w = mzg_view_weights(v);
    const struct mzg_tensor *from = &w->tensors[i];
    *t = (struct mzg_view_tensor){.name = from->name, .type = from->type_name,
                                  .n_dims = from->n_dims, .ne = from->ne, .elems = from->elems,
                                  .bytes = from->bytes, .file = w->files[from->file].name};
}

/* What was escaped only because messages stand in quotes, and a newline, as people write them. */
static void put_plain(struct mzg_buf *b, const char *quoted)
{
    static const struct { const char *from, *to; } marks[] = {
        {"\\x22", "\""}, {"\\x27", "'"}, {"\\x5c", "\\"}, {"\\x0a", "\\n"}};
    for (const char *p = quoted; *p; p++) {
        size_t i = 0, n = sizeof marks / sizeof *marks;
        while (i < n && (*p != '\\' || strncmp(p, marks[i].from, 4) != 0))
            i++;
        if (i < n)
            mzg_buf_text(b, marks[i].to);
        else
            mzg_buf_u8(b, (uint8_t)*p);
        p += i < n ? 3 : 0;
    }
}

static void show_bytes(struct mzg_buf *b, const uint8_t *text, uint64_t len)
{
    char q[MZG_QUOTE];
    size_t shown = len < TEXT_SHOWN ? (size_t)len : TEXT_SHOWN;
    while (shown < len && shown > 0 && (text[shown] & 0xc0) == 0x80)
        shown--; /* not in the middle of a character */
    put_plain(b, mzg_quote_n(q, (const char *)text, shown));
    if (shown < len)
        mzg_buf_printf(b, "... (%" PRIu64 " bytes)", len);
}

static void show_text(struct mzg_buf *b, struct mzg_reader *r)
{
    uint64_t len = mzg_reader_u64(r);
    const uint8_t *text = mzg_reader_bytes(r, len);
    if (text != NULL)
        show_bytes(b, text, len);
}

static void show_value(struct mzg_buf *b, enum mzg_kv_type type, struct mzg_reader *r)
{
    switch (type) {
    case MZG_KV_U8: mzg_buf_printf(b, "%u", mzg_reader_u8(r)); break;
    case MZG_KV_I8: mzg_buf_printf(b, "%d", (int8_t)mzg_reader_u8(r)); break;
    case MZG_KV_U16: mzg_buf_printf(b, "%u", mzg_reader_u16(r)); break;
    case MZG_KV_I16: mzg_buf_printf(b, "%d", (int16_t)mzg_reader_u16(r)); break;
    case MZG_KV_U32: mzg_buf_printf(b, "%" PRIu32, mzg_reader_u32(r)); break;
    case MZG_KV_I32: mzg_buf_printf(b, "%" PRId32, (int32_t)mzg_reader_u32(r)); break;
    case MZG_KV_F32: mzg_buf_printf(b, "%.9g", (double)mzg_reader_f32(r)); break;
    case MZG_KV_BOOL: mzg_buf_text(b, mzg_reader_u8(r) ? "true" : "false"); break;
    case MZG_KV_STRING: show_text(b, r); break;
    case MZG_KV_U64: mzg_buf_printf(b, "%" PRIu64, mzg_reader_u64(r)); break;
    case MZG_KV_I64: mzg_buf_printf(b, "%" PRId64, (int64_t)mzg_reader_u64(r)); break;
    case MZG_KV_F64: mzg_buf_printf(b, "%.17g", mzg_reader_f64(r)); break;
    case MZG_KV_ARRAY:
    case MZG_KV_TYPES: break;
    }
}

static void show_kv(struct mzg_buf *b, const struct mzg_kv *kv)
{
    struct mzg_reader r;
    mzg_reader_init(&r, kv->value, kv->size, kv->offset);
    if (kv->type != MZG_KV_ARRAY) {
        show_value(b, kv->type, &r);
        return;
    }
    mzg_buf_printf(b, "[%" PRIu64 "] ", kv->count);
    for (uint64_t j = 0; j < kv->count && j < ELEMENTS_SHOWN; j++) {
        mzg_buf_text(b, j > 0 ? ", " : "");
        show_value(b, kv->elem, &r);
    }
    mzg_buf_text(b, kv->count > ELEMENTS_SHOWN ? ", ..." : "");
}

bool mzg_view_metadata(struct mzg_view *v, size_t i, const char **key, const char **value)
{
    const struct mzg_weights *w = mzg_view_weights(v);
    const struct mzg_kvs *k = mzg_view_kvs(v);
    if (i >= k->count + w->n_facts)
        return false;
    v->text.len = 0;
    if (i < k->count) {
        show_kv(&v->text, &k->items[i]);
        *key = mzg_quote(v->key, k->items[i].key);
    } else {
        const struct mzg_fact *fact = &w->facts[i - k->count];
        show_bytes(&v->text, (const uint8_t *)fact->value, fact->len);
        *key = mzg_quote(v->key, fact->name);
    }
    mzg_buf_u8(&v->text, 0);
    *value = (const char *)v->text.data;
    return true;
}
