#include "inspect.h"
#include "tools/report.h"

#include "base/utf8.h"
#include <math.h>
#include <string.h>

#define LIST_FEW 64           /* elements that are shown without being asked for */
#define LIST_MANY (1u << 21)  /* of all lists together, when they are: a vocabulary has fewer */

/* ---- metadata, typed ---- */

static json_t *text_value(struct mzg_reader *r)
{
    char q[MZG_QUOTE];
    uint64_t len = mzg_reader_u64(r);
    const char *text = (const char *)mzg_reader_bytes(r, len);
    if (!text)
        return json_null();
    return mzg_utf8_valid(text, (size_t)len) ? json_stringn(text, (size_t)len)
                                             : json_string(mzg_quote_n(q, text, (size_t)len));
}

/* JSON's whole numbers are signed here: what is larger becomes a text. */
static json_t *whole_value(uint64_t v)
{
    char text[24];
    if (v <= INT64_MAX)
        return json_integer((json_int_t)v);
    snprintf(text, sizeof text, "%llu", (unsigned long long)v);
    return json_string(text);
}

static json_t *real_value(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

static json_t *value_of(enum mzg_kv_type type, struct mzg_reader *r)
{
    switch (type) {
    case MZG_KV_U8: return json_integer(mzg_reader_u8(r));
    case MZG_KV_I8: return json_integer((int8_t)mzg_reader_u8(r));
    case MZG_KV_U16: return json_integer(mzg_reader_u16(r));
    case MZG_KV_I16: return json_integer((int16_t)mzg_reader_u16(r));
    case MZG_KV_U32: return json_integer(mzg_reader_u32(r));
    case MZG_KV_I32: return json_integer((int32_t)mzg_reader_u32(r));
    case MZG_KV_F32: return real_value((double)mzg_reader_f32(r));
    case MZG_KV_BOOL: return json_boolean(mzg_reader_u8(r));
    case MZG_KV_STRING: return text_value(r);
    case MZG_KV_U64: return whole_value(mzg_reader_u64(r));
    case MZG_KV_I64: return json_integer((json_int_t)mzg_reader_u64(r));
    case MZG_KV_F64: return real_value(mzg_reader_f64(r));
    case MZG_KV_ARRAY:
    case MZG_KV_TYPES: break;
    }
    return json_null();
}

/* {"type": "string", "count": 151936}: of a list that is too long to be shown. */
static json_t *summary(const struct mzg_kv *kv)
{
    json_t *o = json_object();
    mzg_report_text(o, "type", mzg_kv_type_name(kv->elem));
    mzg_report_number(o, "count", kv->count);
    return o;
}

/* *room: elements that may still be shown. */
static json_t *pair_value(const struct mzg_kv *kv, bool all, uint64_t *room)
{
    struct mzg_reader r;
    mzg_reader_init(&r, kv->value, kv->size, kv->offset);
    if (kv->type != MZG_KV_ARRAY)
        return value_of(kv->type, &r);
    if (kv->count > (all ? *room : LIST_FEW))
        return summary(kv);
    *room -= all ? kv->count : 0;
    json_t *list = json_array();
    for (uint64_t i = 0; i < kv->count; i++)
        mzg_report_row_value(list, value_of(kv->elem, &r));
    return list;
}

static void report_metadata(json_t *o, const struct mzg_kvs *k, bool all)
{
    uint64_t room = LIST_MANY;
    char q[MZG_QUOTE];
    for (size_t i = 0; i < k->count; i++) {
        const char *key = k->items[i].key;
        bool clean = mzg_utf8_valid(key, strlen(key));
        mzg_report_value(o, clean ? key : mzg_quote(q, key), pair_value(&k->items[i], all, &room));
    }
}

/* What a model of another container says of itself. */
static void report_facts(json_t *o, const struct mzg_weights *w)
{
    char q[MZG_QUOTE], r[MZG_QUOTE];
    for (size_t i = 0; i < w->n_facts; i++) {
        const struct mzg_fact *f = &w->facts[i];
        mzg_report_value(o, mzg_quote(q, f->name),
                         mzg_utf8_valid(f->value, f->len) ? json_stringn(f->value, f->len)
                                                          : json_string(mzg_quote_n(r, f->value, f->len)));
    }
}

/* ---- what it is ---- */

static void report_known(json_t *o, const char *name, const struct mzg_kvs *k, const char *key)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, key);
    uint64_t room = 0;
    mzg_report_value(o, name, kv ? pair_value(kv, false, &room) : json_null());
}

static void report_tokenizer(json_t *o, const struct mzg_kvs *k)
{
    const struct mzg_kv *tokens = mzg_kvs_find(k, "tokenizer.ggml.tokens");
    json_t *special;
    if (!mzg_kvs_find(k, "tokenizer.ggml.model")) {
        mzg_report_value(o, "tokenizer", json_null());
        return;
    }
    o = mzg_report_object(o, "tokenizer");
    report_known(o, "model", k, "tokenizer.ggml.model");
    report_known(o, "pre", k, "tokenizer.ggml.pre");
    mzg_report_number(o, "tokens", tokens ? tokens->count : 0);
    special = mzg_report_object(o, "special");
    for (const struct mzg_inspect_special *s = mzg_inspect_specials; s->name; s++) {
        if (mzg_kvs_find(k, s->key))
            report_known(special, s->name, k, s->key);
    }
    mzg_report_flag(o, "chat_template", mzg_kvs_find(k, "tokenizer.chat_template") != NULL);
}

static void report_head(json_t *o, const struct mzg_inspect *m)
{
    const struct mzg_weights *w = mzg_view_weights(m->view);
    const struct mzg_kvs *k = mzg_view_kvs(m->view);
    json_t *files;
    uint64_t context;
    mzg_report_text(o, "container", mzg_view_container(m->view));
    files = mzg_report_list(o, "files");
    for (size_t i = 0; i < w->n_files; i++) {
        json_t *file = mzg_report_row(files);
        mzg_report_text(file, "name", w->files[i].name);
        mzg_report_number(file, "bytes", w->files[i].file.size);
    }
    report_known(o, "architecture", k, "general.architecture");
    report_known(o, "name", k, "general.name");
    report_known(o, "licence", k, "general.license");
    report_known(o, "languages", k, "general.languages");
    report_known(o, "size_label", k, "general.size_label");
    mzg_report_value(o, "context_length",
                     mzg_inspect_context(k, &context) ? whole_value(context) : json_null());
    report_tokenizer(o, k);
}

/* ---- tensors ---- */

static void report_tensors(json_t *list, const struct mzg_view *v)
{
    for (size_t i = 0; i < mzg_view_tensors(v); i++) {
        struct mzg_view_tensor t;
        json_t *o = mzg_report_row(list), *shape;
        mzg_view_tensor(v, i, &t);
        mzg_report_text(o, "name", t.name);
        mzg_report_text(o, "type", t.type);
        shape = mzg_report_list(o, "shape");
        for (unsigned d = 0; d < t.n_dims; d++)
            mzg_report_row_number(shape, t.ne[d]);
        mzg_report_number(o, "elements", t.elems);
        mzg_report_number(o, "bytes", t.bytes);
        mzg_report_text(o, "file", t.file);
    }
}

static void report_types(json_t *o, const struct mzg_view *v)
{
    struct mzg_type_count all[MZG_INSPECT_TYPES + 1];
    size_t n = mzg_inspect_types(v, all);
    json_t *types;
    mzg_report_number(o, "tensor_count", all[MZG_INSPECT_TYPES].tensors);
    mzg_report_number(o, "elements", all[MZG_INSPECT_TYPES].elems);
    mzg_report_number(o, "bytes", all[MZG_INSPECT_TYPES].bytes);
    types = mzg_report_object(o, "types");
    for (size_t i = 0; i < n; i++) {
        json_t *type = mzg_report_object(types, all[i].type);
        mzg_report_number(type, "tensors", all[i].tensors);
        mzg_report_number(type, "bytes", all[i].bytes);
    }
}

void mzg_inspect_report(const struct mzg_inspect *m, json_t *o)
{
    json_t *sizes, *metadata;
    report_head(o, m);
    report_types(o, m->view);
    metadata = mzg_report_object(o, "metadata");
    report_metadata(metadata, mzg_view_kvs(m->view), m->metadata);
    report_facts(metadata, mzg_view_weights(m->view));
    sizes = mzg_report_object(o, "converted_bytes");
    for (size_t i = 0; i < m->n_rows; i++)
        mzg_report_number(sizes, m->rows[i].to, m->rows[i].bytes);
    mzg_report_text(o, "cannot_convert", m->why_not);
    if (m->tensors)
        report_tensors(mzg_report_list(o, "tensors"), m->view);
}
