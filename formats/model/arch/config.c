#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX 128

/* Limits of what a config may say: far beyond any model, small enough that products of a few of
 * them cannot overflow 64 bits. */
#define MAX_LAYERS 4096
#define MAX_WIDTH (1 << 24)
#define MAX_HEADS 65536
#define MAX_EXPERTS 4096
#define MAX_VOCAB (1 << 26)

/* How each value is called in config.json: the first that is there counts. Sources differ in age
 * and lineage; the order is llama.cpp's. */
#define NAMES MZG_CONFIG_NAMES

static const struct mzg_config_key rows[] = {
    {"block_count", NAMES("n_layers", "num_hidden_layers", "n_layer", "num_layers"), MZG_KV_U32, 1,
     MAX_LAYERS, true},
    {"context_length",
     NAMES("max_position_embeddings", "n_ctx", "n_positions", "max_length", "max_sequence_length",
           "model_max_length"),
     MZG_KV_U32, 1, INT32_MAX, false},
    {"embedding_length", NAMES("hidden_size", "n_embd", "dim", "d_model"), MZG_KV_U32, 1, MAX_WIDTH, true},
    {"feed_forward_length", NAMES("intermediate_size", "n_inner", "hidden_dim", "d_ff"), MZG_KV_U32, 0,
     MAX_WIDTH, false},
    {"attention.head_count", NAMES("num_attention_heads", "n_head", "n_heads", "num_heads"), MZG_KV_U32, 0,
     MAX_HEADS, false},
    {"attention.head_count_kv", NAMES("num_key_value_heads", "n_kv_heads"), MZG_KV_U32, 0,
     MAX_HEADS, false},
    {"attention.key_length", NAMES("head_dim", "d_kv"), MZG_KV_U32, 1, MAX_WIDTH, false},
    {"attention.value_length", NAMES("head_dim", "d_kv"), MZG_KV_U32, 1, MAX_WIDTH, false},
    {"attention.layer_norm_rms_epsilon", NAMES("rms_norm_eps", "norm_eps"), MZG_KV_F32, 1e-30, 1,
     false},
    {"attention.layer_norm_epsilon",
     NAMES("layer_norm_eps", "layer_norm_epsilon", "norm_epsilon"), MZG_KV_F32, 1e-30, 1, false},
    {"rope.freq_base",
     NAMES("rope_parameters.full_attention.rope_theta", "rope_parameters.rope_theta",
           "global_rope_theta", "rope_global_theta", "rope_theta_global", "rope_theta",
           "rotary_emb_base"),
     MZG_KV_F32, 1, 1e30, false},
    {"rope.freq_base_swa",
     NAMES("rope_parameters.sliding_attention.rope_theta", "local_rope_theta", "rope_local_theta",
           "rope_theta_local", "swa_rope_theta", "rope_local_base_freq"),
     MZG_KV_F32, 1, 1e30, false},
    {"expert_count", NAMES("num_local_experts", "num_experts"), MZG_KV_U32, 0, MAX_EXPERTS, false},
    {"expert_used_count", NAMES("num_experts_per_tok", "num_experts_per_token", "top_k_experts"),
     MZG_KV_U32, 0, MAX_EXPERTS, false},
};

static const char *const vocab_names[] = {"vocab_size", NULL};

/* ---- finding ---- */

const json_t *mzg_config_find(const json_t *o, const char *path)
{
    char part[KEY_MAX];
    const char *dot;

    while ((dot = strchr(path, '.')) != NULL && (size_t)(dot - path) < sizeof part) {
        memcpy(part, path, (size_t)(dot - path));
        part[dot - path] = '\0';
        o = json_object_get(o, part);
        path = dot + 1;
    }
    o = json_object_get(o, path);
    return json_is_null(o) ? NULL : o;
}

static const json_t *find_first(const json_t *o, const char *const *names, const char **name)
{
    for (size_t i = 0; names[i]; i++) {
        const json_t *v = mzg_config_find(o, names[i]);
        if (v) {
            *name = names[i];
            return v;
        }
    }
    *name = names[0];
    return NULL;
}

static enum mzg_code fail_key(const char *name, const char *what, struct mzg_err *e)
{
    return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "config.json: key '%s' %s", name, what);
}

/* A number within the row's limits; *number stays as it was where it is none, so that callers may go on to make it whole
 * before they look at the code. */
static enum mzg_code to_number(const json_t *v, const char *name, const struct mzg_config_key *row,
                               double *number, struct mzg_err *e)
{
    char what[80];

    if (row->type == MZG_KV_U32 ? !json_is_integer(v) : !json_is_number(v))
        return fail_key(name, row->type == MZG_KV_U32 ? "is no whole number" : "is no number", e);
    double found = json_number_value(v);
    if (found >= row->min && found <= row->max) {
        *number = found;
        return MZG_OK;
    }
    snprintf(what, sizeof what, "is outside %.9g to %.9g", row->min, row->max);
    return fail_key(name, what, e);
}

/* The largest of a list. */
static enum mzg_code to_largest(const json_t *list, const char *name, const struct mzg_config_key *row,
                                double *number, struct mzg_err *e)
{
    size_t n = json_array_size(list);

    if (n == 0 || n > MAX_LAYERS)
        return fail_key(name, "is an empty list, or one beyond all layers", e);
    for (size_t i = 0; i < n; i++) {
        double one = 0;
        enum mzg_code code = to_number(json_array_get(list, i), name, row, &one, e);
        if (code != MZG_OK)
            return code;
        *number = i == 0 || one > *number ? one : *number;
    }
    return MZG_OK;
}

enum mzg_code mzg_config_number(const json_t *o, const struct mzg_config_key *row, double *number,
                                bool *there, struct mzg_err *e)
{
    const char *name;
    const json_t *v = find_first(o, row->names, &name);

    *there = v != NULL;
    if (v)
        return json_is_array(v) ? to_largest(v, name, row, number, e)
                                : to_number(v, name, row, number, e);
    return row->required ? fail_key(name, "is missing", e) : MZG_OK;
}

static const struct mzg_config_key *find_row(const char *key)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].key, key) == 0)
            return &rows[i];
    }
    return NULL;
}

/* ---- what shapes follow from ---- */

static enum mzg_code get_size(const struct mzg_config *c, const char *key, uint64_t *size,
                              struct mzg_err *e)
{
    double number = 0;
    bool there;
    enum mzg_code code = mzg_config_number(c->root, find_row(key), &number, &there, e);

    if (code == MZG_OK && there)
        *size = (uint64_t)number;
    return code;
}

static enum mzg_code check_heads(struct mzg_hparams *h, struct mzg_err *e)
{
    if (h->heads_kv == 0)
        h->heads_kv = h->heads;
    if (h->heads_kv > h->heads || h->heads % h->heads_kv != 0)
        return fail_key("num_key_value_heads", "does not divide the number of heads", e);
    if (h->head_dim == 0 && h->embd % h->heads != 0)
        return fail_key("num_attention_heads",
                        "does not divide hidden_size, and there is no head_dim", e);
    if (h->head_dim == 0)
        h->head_dim = h->embd / h->heads;
    if (h->head_dim % 2 != 0)
        return fail_key("head_dim", "(or hidden_size by heads) is odd", e);
    return MZG_OK;
}

/* What a model must have, unless its family does without. */
static enum mzg_code check_there(const struct mzg_config *c, unsigned lacks, const struct mzg_hparams *h,
                                 struct mzg_err *e)
{
    const struct { const char *key; unsigned lack; bool there, optional; } needs[] = {
        {"context_length", MZG_LACKS_CONTEXT, false, false},
        {"feed_forward_length", MZG_LACKS_FF, h->ff > 0, false},
        {"attention.head_count", MZG_LACKS_HEADS, h->heads > 0, false},
        {"attention.head_count_kv", MZG_LACKS_HEADS, h->heads_kv > 0, true},
    };

    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        const char *name;
        const struct mzg_config_key *row = find_row(needs[i].key);
        if ((lacks & needs[i].lack) || needs[i].there)
            continue;
        bool said = find_first(c->root, row->names, &name) != NULL;
        if (!said && needs[i].optional)
            continue;
        if (!said)
            return fail_key(name, "is missing", e);
        if (needs[i].lack != MZG_LACKS_CONTEXT)
            return fail_key(name, "is 0", e);
    }
    return MZG_OK;
}

enum mzg_code mzg_config_hparams(const struct mzg_config *c, unsigned lacks, struct mzg_hparams *h,
                                 struct mzg_err *e)
{
    static const struct mzg_config_key vocab = {"vocab_size", vocab_names, MZG_KV_U32, 1, MAX_VOCAB, true};
    enum mzg_code code;
    double number = 0;
    bool there;

    *h = (struct mzg_hparams){0};
    const struct { const char *key; uint64_t *size; } sizes[] = {
        {"block_count", &h->layers}, {"embedding_length", &h->embd},
        {"feed_forward_length", &h->ff}, {"attention.head_count", &h->heads},
        {"attention.head_count_kv", &h->heads_kv}, {"attention.key_length", &h->head_dim},
        {"expert_count", &h->experts},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        code = get_size(c, sizes[i].key, sizes[i].size, e);
        if (code != MZG_OK)
            return code;
    }
    code = mzg_config_number(c->root, &vocab, &number, &there, e);
    if (code == MZG_OK)
        code = check_there(c, lacks, h, e);
    if (code != MZG_OK)
        return code;
    h->vocab = (uint64_t)number;
    code = mzg_json_bool_opt(c->root, "tie_word_embeddings", &h->tied, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "config.json");
    return (lacks & MZG_LACKS_HEADS) && h->heads == 0 ? MZG_OK : check_heads(h, e);
}

/* ---- metadata ---- */

void mzg_config_put_u32(struct mzg_kvs *k, const char *arch, const char *name, uint32_t v)
{
    char key[KEY_MAX];

    snprintf(key, sizeof key, "%s.%s", arch, name);
    mzg_kvs_u32(k, key, v);
}

void mzg_config_put_f32(struct mzg_kvs *k, const char *arch, const char *name, double v)
{
    char key[KEY_MAX];

    snprintf(key, sizeof key, "%s.%s", arch, name);
    mzg_kvs_f32(k, key, (float)v);
}

static void put_number(struct mzg_kvs *k, const char *arch, const char *name,
                       enum mzg_kv_type type, double number)
{
    if (type == MZG_KV_U32)
        mzg_config_put_u32(k, arch, name, (uint32_t)number);
    else
        mzg_config_put_f32(k, arch, name, number);
}

/* One a layer; all have been found to be numbers in their limits. */
static enum mzg_code put_list(struct mzg_kvs *k, const char *arch, const struct mzg_config_key *row,
                              const json_t *list, struct mzg_err *e)
{
    size_t n = json_array_size(list);
    bool same = true;
    char key[KEY_MAX];

    for (size_t i = 1; i < n; i++)
        same = same && json_equal(json_array_get(list, i), json_array_get(list, 0));
    if (same || row->type != MZG_KV_U32) {
        if (!same)
            return fail_key(row->names[0], "is a list of different numbers", e);
        put_number(k, arch, row->key, row->type, json_number_value(json_array_get(list, 0)));
        return MZG_OK;
    }
    int32_t *v = calloc(n, sizeof *v);
    if (!v)
        return mzg_fail_memory(e, "config.json");
    for (size_t i = 0; i < n; i++)
        v[i] = (int32_t)json_integer_value(json_array_get(list, i));
    snprintf(key, sizeof key, "%s.%s", arch, row->key);
    mzg_kvs_i32s(k, key, v, n);
    free(v);
    return MZG_OK;
}

static enum mzg_code put_flag(struct mzg_kvs *k, const char *arch, const struct mzg_config_key *row,
                              const json_t *v, const char *name, struct mzg_err *e)
{
    char key[KEY_MAX];

    if (!json_is_boolean(v))
        return fail_key(name, "is neither true nor false", e);
    snprintf(key, sizeof key, "%s.%s", arch, row->key);
    mzg_kvs_bool(k, key, json_is_true(v));
    return MZG_OK;
}

enum mzg_code mzg_config_put_keys(const json_t *o, const char *arch, const struct mzg_config_key *keys,
                                  size_t n, struct mzg_kvs *k, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;

    for (size_t i = 0; i < n && code == MZG_OK; i++) {
        double number = 0;
        bool there;
        const char *name;
        const json_t *v = find_first(o, keys[i].names, &name);
        if (v && keys[i].type == MZG_KV_BOOL) {
            code = put_flag(k, arch, &keys[i], v, name, e);
            continue;
        }
        code = mzg_config_number(o, &keys[i], &number, &there, e);
        if (code == MZG_OK && there && json_is_array(v))
            code = put_list(k, arch, &keys[i], v, e);
        else if (code == MZG_OK && there)
            put_number(k, arch, keys[i].key, keys[i].type, number);
    }
    return code;
}

enum mzg_code mzg_config_put(const struct mzg_config *c, const char *arch, struct mzg_kvs *k,
                             struct mzg_err *e)
{
    return mzg_config_put_keys(c->root, arch, rows, sizeof rows / sizeof *rows, k, e);
}

bool mzg_config_default(struct mzg_config *c, const char *name, json_t *value)
{
    if (mzg_config_find(c->root, name)) {
        json_decref(value);
        return true;
    }
    return value && json_object_set_new(c->root, name, value) == 0;
}
