#include "settings.h"

#include "../../base/json.h"
#include "../../base/utf8.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_KEY 128

/* "KEY=VALUE", taken apart. */
struct setting {
    char key[MAX_KEY];
    const char *value;
};

/* ---- what is known of keys ---- */

/* '*' stands for the first component (an architecture), at the end for all that follows; '#' for a number. */
static bool matches(const char *pattern, const char *key)
{
    for (; *pattern; pattern++) {
        if (pattern[0] == '*' && pattern[1] == '\0')
            return true;
        size_t n = *pattern == '*' ? strcspn(key, ".") : *pattern == '#' ? strspn(key, "0123456789") : 0;
        if (*pattern == '*' || *pattern == '#') {
            if (n == 0)
                return false;
            key += n;
        } else if (*pattern != *key++) {
            return false;
        }
    }
    return *key == '\0';
}

static const struct { const char *pattern, *why; } fixed[] = {
    {"mzigo.*", "mzigo writes it"},
    {"general.file_type", "mzigo writes it"},
    {"general.quantization_version", "mzigo writes it"},
    {"quantize.imatrix.*", "mzigo writes it"},
    {"split.*", "mzigo writes it"},
    {"general.architecture", "it decides what the tensors mean"},
    {"general.type", "it decides what the tensors mean"},
    {"general.alignment", "it decides where the tensors lie"},
    {"*.block_count", "it decides what the tensors mean"},
    {"*.vocab_size", "it decides what the tensors mean"},
    {"*.embedding_length*", "it decides what the tensors mean"},
    {"*.feed_forward_length", "it decides what the tensors mean"},
    {"*.expert_count", "it decides what the tensors mean"},
    {"*.expert_feed_forward_length", "it decides what the tensors mean"},
    {"*.expert_shared_feed_forward_length", "it decides what the tensors mean"},
    {"*.attention.head_count*", "it decides what the tensors mean"},
    {"*.attention.key_length*", "it decides what the tensors mean"},
    {"*.attention.value_length*", "it decides what the tensors mean"},
    {"*.rope.dimension_count", "it decides what the tensors mean"},
    {"*.ssm.*", "it decides what the tensors mean"},
    {"*.tensor_data_layout", "it decides what the tensors mean"},
    {"tokenizer.ggml.model", "it decides what the tokens mean"},
    {"tokenizer.ggml.tokens", "it decides what the tokens mean"},
    {"tokenizer.ggml.scores", "it decides what the tokens mean"},
    {"tokenizer.ggml.token_type", "it decides what the tokens mean"},
    {"tokenizer.ggml.token_type_count", "it decides what the tokens mean"},
    {"tokenizer.ggml.merges", "it decides what the tokens mean"},
    {"tokenizer.ggml.precompiled_charsmap", "it decides what the tokens mean"},
};

/* MZG_KV_ARRAY: of strings, here and below. */
static const struct { const char *pattern; enum mzg_kv_type type; } known[] = {
    {"general.tags", MZG_KV_ARRAY},
    {"general.languages", MZG_KV_ARRAY},
    {"general.base_model.count", MZG_KV_U32},
    {"general.base_model.#.*", MZG_KV_STRING},
    {"general.dataset.count", MZG_KV_U32},
    {"general.dataset.#.*", MZG_KV_STRING},
    {"general.sampling.top_k", MZG_KV_I32},
    {"general.sampling.penalty_last_n", MZG_KV_I32},
    {"general.sampling.mirostat", MZG_KV_I32},
    {"general.sampling.sequence", MZG_KV_STRING},
    {"general.sampling.*", MZG_KV_F32},
    {"general.name", MZG_KV_STRING},
    {"general.author", MZG_KV_STRING},
    {"general.version", MZG_KV_STRING},
    {"general.organization", MZG_KV_STRING},
    {"general.finetune", MZG_KV_STRING},
    {"general.basename", MZG_KV_STRING},
    {"general.description", MZG_KV_STRING},
    {"general.quantized_by", MZG_KV_STRING},
    {"general.size_label", MZG_KV_STRING},
    {"general.license", MZG_KV_STRING},
    {"general.license.name", MZG_KV_STRING},
    {"general.license.link", MZG_KV_STRING},
    {"general.url", MZG_KV_STRING},
    {"general.doi", MZG_KV_STRING},
    {"general.uuid", MZG_KV_STRING},
    {"general.repo_url", MZG_KV_STRING},
    {"general.source.*", MZG_KV_STRING},
    {"tokenizer.chat_template", MZG_KV_STRING},
    {"tokenizer.chat_template.*", MZG_KV_STRING},
    {"tokenizer.ggml.pre", MZG_KV_STRING},
    {"tokenizer.ggml.add_bos_token", MZG_KV_BOOL},
    {"tokenizer.ggml.add_eos_token", MZG_KV_BOOL},
    {"tokenizer.ggml.add_sep_token", MZG_KV_BOOL},
    {"tokenizer.ggml.add_space_prefix", MZG_KV_BOOL},
    {"tokenizer.ggml.bos_token_id", MZG_KV_U32},
    {"tokenizer.ggml.eos_token_id", MZG_KV_U32},
    {"tokenizer.ggml.eot_token_id", MZG_KV_U32},
    {"tokenizer.ggml.eom_token_id", MZG_KV_U32},
    {"tokenizer.ggml.unknown_token_id", MZG_KV_U32},
    {"tokenizer.ggml.padding_token_id", MZG_KV_U32},
    {"*.context_length", MZG_KV_U32},
    {"*.rope.freq_base", MZG_KV_F32},
    {"*.rope.scaling.type", MZG_KV_STRING},
    {"*.rope.scaling.factor", MZG_KV_F32},
    {"*.rope.scaling.original_context_length", MZG_KV_U32},
    {"*.attention.sliding_window", MZG_KV_U32},
    {"*.pooling_type", MZG_KV_U32},
};

static enum mzg_code fail(const struct setting *s, const char *why, struct mzg_err *e)
{
    return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "metadata key '%s' cannot be set: %s", s->key, why);
}

/* ---- form ---- */

static enum mzg_code parse(struct setting *s, const char *text, struct mzg_err *e)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t n = strcspn(text, "=");
    char q[MZG_QUOTE];

    if (text[n] != '=' || n == 0 || n >= MAX_KEY || strspn(text, letters) != n || text[0] == '.' ||
        text[n - 1] == '.' || !memchr(text, '.', n))
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                        "'%s' sets no metadata: KEY=VALUE is needed, with a key like general.name",
                        mzg_quote(q, text));
    memcpy(s->key, text, n);
    s->key[n] = '\0';
    s->value = text + n + 1;
    if (!mzg_utf8_valid(s->value, strlen(s->value)))
        return fail(s, "its value is not UTF-8", e);
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        if (matches(fixed[i].pattern, s->key))
            return fail(s, fixed[i].why, e);
    }
    return MZG_OK;
}

enum mzg_code mzg_settings_check(const char *const *set, size_t n, struct mzg_err *e)
{
    struct setting s, before;

    if (n > MZG_SETTINGS_MAX)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "%zu metadata keys are set, %d are possible", n,
                        MZG_SETTINGS_MAX);
    for (size_t i = 0; i < n; i++) {
        enum mzg_code code = parse(&s, set[i], e);
        for (size_t j = 0; j < i && code == MZG_OK; j++) {
            code = parse(&before, set[j], e);
            if (code == MZG_OK && strcmp(s.key, before.key) == 0)
                code = fail(&s, "it is set twice", e);
        }
        if (code != MZG_OK)
            return code;
    }
    return MZG_OK;
}

/* ---- types ---- */

static const char *name_of(enum mzg_kv_type type)
{
    return type == MZG_KV_ARRAY ? "strings" : mzg_kv_type_name(type);
}

/* The type that the value begins with, which is cut off; MZG_KV_TYPES where there is none. */
static enum mzg_kv_type cut_type(struct setting *s)
{
    const char *colon = strchr(s->value, ':');

    for (enum mzg_kv_type t = 0; colon && t < MZG_KV_TYPES; t++) {
        const char *name = name_of(t);
        if (strlen(name) == (size_t)(colon - s->value) && strncmp(name, s->value, strlen(name)) == 0) {
            s->value = colon + 1;
            return t;
        }
    }
    return MZG_KV_TYPES;
}

/* What the key's type must be; MZG_KV_TYPES: any. */
static enum mzg_code find_type(const struct mzg_kvs *k, const struct setting *s, enum mzg_kv_type *type,
                               struct mzg_err *e)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, s->key);

    *type = MZG_KV_TYPES;
    if (kv && kv->type == MZG_KV_ARRAY && kv->elem != MZG_KV_STRING)
        return fail(s, "it is a list of numbers", e);
    if (kv)
        *type = kv->type;
    for (size_t i = 0; !kv && i < sizeof known / sizeof *known && *type == MZG_KV_TYPES; i++) {
        if (matches(known[i].pattern, s->key))
            *type = known[i].type;
    }
    return MZG_OK;
}

/* ---- values ---- */

/* A whole number of so many bytes. */
static bool put_whole(struct mzg_buf *b, const char *p, size_t size, bool has_sign)
{
    uint64_t v = 0, most = UINT64_MAX >> (64 - 8 * size);
    bool minus = has_sign && *p == '-';

    p += minus;
    if (has_sign)
        most = most / 2 + minus;
    if (*p == '\0')
        return false;
    for (; *p; p++) {
        unsigned digit = (unsigned)(*p - '0');
        if (digit > 9 || v > (most - digit) / 10)
            return false;
        v = 10 * v + digit;
    }
    v = minus ? 0 - v : v;
    for (size_t i = 0; i < size; i++)
        mzg_buf_u8(b, (uint8_t)(v >> 8 * i));
    return true;
}

/* As JSON writes numbers, and read as those are (SPEC.md, "Determinism"). */
static bool put_real(struct mzg_buf *b, const char *text, bool is_double)
{
    char list[80];
    json_t *root = NULL;
    struct mzg_err e;
    int n = snprintf(list, sizeof list, "[%s]", text);
    bool ok = n > 0 && (size_t)n < sizeof list &&
              mzg_json_parse(list, (size_t)n, 0, MZG_JSON_TREE, &root, &e) == MZG_OK &&
              json_array_size(root) == 1 && json_is_number(json_array_get(root, 0));
    double v = ok ? json_number_value(json_array_get(root, 0)) : 0;
    uint64_t bits;

    json_decref(root);
    if (!ok || !isfinite(v) || (!is_double && !isfinite((float)v)))
        return false;
    memcpy(&bits, &v, sizeof bits);
    if (is_double)
        mzg_buf_u64(b, bits);
    else
        mzg_buf_f32(b, (float)v);
    return true;
}

static void put_text(struct mzg_buf *b, const char *text, size_t len)
{
    mzg_buf_u64(b, len);
    mzg_buf_put(b, text, len);
}

/* *count: how many; an empty text is none. */
static void put_texts(struct mzg_buf *b, const char *p, uint64_t *count)
{
    *count = 0;
    while (*p) {
        size_t n = strcspn(p, ",");
        put_text(b, p, n);
        ++*count;
        p += n + (p[n] == ',');
    }
}

static bool encode(struct mzg_buf *b, struct mzg_kv *kv, const char *text)
{
    kv->count = 1;
    kv->elem = kv->type;
    switch (kv->type) {
    case MZG_KV_BOOL:
        mzg_buf_u8(b, strcmp(text, "true") == 0);
        return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
    case MZG_KV_STRING:
        put_text(b, text, strlen(text));
        return true;
    case MZG_KV_ARRAY:
        kv->elem = MZG_KV_STRING;
        put_texts(b, text, &kv->count);
        return true;
    case MZG_KV_F32: case MZG_KV_F64:
        return put_real(b, text, kv->type == MZG_KV_F64);
    case MZG_KV_I8: case MZG_KV_I16: case MZG_KV_I32: case MZG_KV_I64:
        return put_whole(b, text, mzg_kv_type_size(kv->type), true);
    default:
        return put_whole(b, text, mzg_kv_type_size(kv->type), false);
    }
}

static enum mzg_code apply(struct mzg_kvs *k, struct setting *s, struct mzg_err *e)
{
    struct mzg_kv kv = {.key = s->key};
    enum mzg_kv_type must;
    struct mzg_buf b;
    char why[64];

    enum mzg_code code = find_type(k, s, &must, e);
    if (code != MZG_OK)
        return code;
    enum mzg_kv_type said = cut_type(s);
    kv.type = said != MZG_KV_TYPES ? said : must;
    if (kv.type == MZG_KV_TYPES)
        return fail(s, "its type is not known: give it, as in u32:5, f32:0.5, bool:true, string:text", e);
    if (must != MZG_KV_TYPES && must != kv.type) {
        snprintf(why, sizeof why, "it is of type %s", name_of(must));
        return fail(s, why, e);
    }
    mzg_buf_init(&b, MZG_KVS_BYTES);
    snprintf(why, sizeof why, "its value is no %s", name_of(kv.type));
    if (!encode(&b, &kv, s->value))
        code = fail(s, why, e);
    else
        code = mzg_buf_ok(&b, "metadata", e);
    kv.value = b.data;
    kv.size = b.len;
    if (code == MZG_OK)
        mzg_kvs_set(k, &kv);
    mzg_buf_clear(&b);
    return code;
}

enum mzg_code mzg_settings_apply(struct mzg_kvs *k, const char *const *set, size_t n, struct mzg_err *e)
{
    struct setting s;

    enum mzg_code code = mzg_settings_check(set, n, e);
    for (size_t i = 0; i < n && code == MZG_OK; i++) {
        code = parse(&s, set[i], e);
        if (code == MZG_OK)
            code = apply(k, &s, e);
    }
    return code;
}
