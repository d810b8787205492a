/* The public view of a model's tensors and metadata. */
#include "mzigo.h"

#include "base/buf.h"
#include "base/reader.h"
#include "model/containers/gguf.h"
#include "model/containers/weights.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SHOWN 120    /* bytes of a string that are shown */
#define ELEMENTS_SHOWN 6  /* of an array */

struct mzg_view {
    struct mzg_weights weights;
    struct mzg_buf text; /* the value shown last */
    char key[MZG_QUOTE];
};

enum mzg_code mzg_view_open(struct mzg_view **v, const char *path, struct mzg_err *e)
{
    *v = NULL;
    struct mzg_view *view = calloc(1, sizeof *view);
    if (view == NULL)
        return mzg_fail_memory(e, "view");
    mzg_buf_init(&view->text, 1 << 16);
    enum mzg_code rc = mzg_weights_open(&view->weights, path, e);
    if (rc != MZG_OK) {
        mzg_buf_clear(&view->text);
        free(view);
        return rc;
    }
    *v = view;
    return MZG_OK;
}

void mzg_view_close(struct mzg_view *v)
{
    if (v == NULL)
        return;
    mzg_weights_close(&v->weights);
    mzg_buf_clear(&v->text);
    free(v);
}

const char *mzg_view_container(const struct mzg_view *v)
{
    return v->weights.container;
}

size_t mzg_view_tensors(const struct mzg_view *v)
{
    return v->weights.n_tensors;
}

void mzg_view_tensor(const struct mzg_view *v, size_t i, struct mzg_view_tensor *t)
{
    const struct mzg_tensor *from = &v->weights.tensors[i];
    *t = (struct mzg_view_tensor){.name = from->name, .type = from->type_name,
                                  .n_dims = from->n_dims, .ne = from->ne, .elems = from->elems,
                                  .bytes = from->bytes};
}

static void show_bytes(struct mzg_buf *b, const uint8_t *text, uint64_t len)
{
    char q[MZG_QUOTE];
    size_t shown = len < TEXT_SHOWN ? (size_t)len : TEXT_SHOWN;
    while (shown < len && shown > 0 && (text[shown] & 0xc0) == 0x80)
        shown--; /* not in the middle of a character */
    mzg_buf_printf(b, "%s", mzg_quote_n(q, (const char *)text, shown));
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
    const struct mzg_weights *w = &v->weights;
    size_t n = w->gguf != NULL ? w->gguf->kvs.count : 0;
    if (i >= n + w->n_facts)
        return false;
    v->text.len = 0;
    if (i < n) {
        const struct mzg_kv *kv = &w->gguf->kvs.items[i];
        show_kv(&v->text, kv);
        *key = mzg_quote(v->key, kv->key);
    } else {
        const struct mzg_fact *fact = &w->facts[i - n];
        show_bytes(&v->text, (const uint8_t *)fact->value, fact->len);
        *key = mzg_quote(v->key, fact->name);
    }
    mzg_buf_u8(&v->text, 0);
    *value = (const char *)v->text.data;
    return true;
}
