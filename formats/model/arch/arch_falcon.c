/* Falcon: 7B, whose heads share one k and one v; 40B, 180B and 11B, whose groups of heads have theirs.
 * Falcon 3 is Llama's. Sources: llama.cpp's converter and loader of 2026; which heads share what, as
 * transformers reads it from the config. */
#include "common.h"
#include <string.h>

#define QKV MZG_DIM_X0 /* (heads + 2 * heads_kv) * head_dim */
#define MATRIX(from, to, rows, width, how)                                                         \
    MZG_TENSOR("h.#." from ".weight", "blk.#." to ".weight", rows, width, 0, how)
#define NORM(from, to, flags)                                                                      \
    MZG_TENSOR("h.#." from ".weight", "blk.#." to ".weight", MZG_DIM_1, MZG_DIM_EMBD, flags, NULL), \
    MZG_TENSOR("h.#." from ".bias", "blk.#." to ".bias", MZG_DIM_1, MZG_DIM_EMBD, flags, NULL)

/* Each group's q heads, its k and its v, to all of q, then k, then v. */
static const struct mzg_values *how_qkv(const struct mzg_making *m)
{
    uint64_t groups = m->h->heads_kv, each = m->h->heads / groups, hd = m->h->head_dim;
    uint64_t group = (each + 2) * hd, ne[MZG_VALUE_DIMS];
    const struct mzg_row_map q = {3, {groups, each, hd}, {group, hd, 1}, 0},
                             k = {2, {groups, hd}, {group, 1}, each * hd},
                             v = {2, {groups, hd}, {group, 1}, (each + 1) * hd};
    const struct mzg_values *parts[3];

    if (m->values->n_dims != 2 || m->values->ne[1] != groups * group)
        return NULL;
    memcpy(ne, m->ne, sizeof ne);
    ne[1] = m->h->heads * hd;
    parts[0] = mzg_values_rows(m->arena, m->values, &q, 2, ne);
    ne[1] = groups * hd;
    parts[1] = mzg_values_rows(m->arena, m->values, &k, 2, ne);
    parts[2] = mzg_values_rows(m->arena, m->values, &v, 2, ne);
    return parts[0] && parts[1] && parts[2] ? mzg_values_joined(m->arena, parts, 3) : NULL;
}

static const struct mzg_arch_tensor tensors[] = {
    MZG_TENSOR("word_embeddings.weight", "token_embd.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, 0, NULL),
    MZG_HEAD, MZG_NORM_BIASED("ln_f", "output_norm"),
    NORM("input_layernorm", "attn_norm", MZG_ROW_EITHER), NORM("ln_mlp", "attn_norm", MZG_ROW_EITHER),
    NORM("ln_attn", "attn_norm_2", MZG_ROW_OPTIONAL),
    MATRIX("self_attention.query_key_value", "attn_qkv", QKV, MZG_DIM_EMBD, how_qkv),
    MATRIX("self_attention.dense", "attn_output", MZG_DIM_EMBD, MZG_DIM_EMBD, NULL),
    MATRIX("mlp.dense_h_to_4h", "ffn_up", MZG_DIM_FF, MZG_DIM_EMBD, NULL),
    MATRIX("mlp.dense_4h_to_h", "ffn_down", MZG_DIM_EMBD, MZG_DIM_FF, NULL),
};

/* num_kv_heads counts only where heads share nothing, or in groups. */
static json_t *groups(const struct mzg_config *c)
{
    const json_t *all = mzg_config_find(c->root, "num_attention_heads"),
                 *some = mzg_config_find(c->root, "num_kv_heads");
    bool in_groups = json_is_true(mzg_config_find(c->root, "new_decoder_architecture")),
         share = !json_is_false(mzg_config_find(c->root, "multi_query"));

    all = all ? all : mzg_config_find(c->root, "n_head");
    some = some ? some : mzg_config_find(c->root, "n_head_kv");
    some = some ? some : all;
    if (!in_groups && !some)
        return json_integer(1);
    return json_integer(!in_groups && share ? 1 : json_integer_value(some));
}

static enum mzg_code settle(struct mzg_config *c, struct mzg_err *e)
{
    int64_t embd = json_integer_value(mzg_config_find(c->root, "hidden_size"));
    const json_t *ff = mzg_config_find(c->root, "ffn_hidden_size");
    bool ok = json_object_set_new(c->root, "num_key_value_heads", groups(c)) == 0;

    if (embd > 0 && embd < INT32_MAX)
        ok = mzg_config_default(c, "intermediate_size",
                                ff ? json_deep_copy(ff) : json_integer(4 * embd)) && ok;
    ok = mzg_config_default(c, "max_position_embeddings", json_integer(2048)) && ok;
    return ok ? mzg_common_tied(c, e) : mzg_fail_memory(e, "config.json");
}

static enum mzg_code measure(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    (void)c;
    (void)e;
    h->own[0] = (h->heads + 2 * h->heads_kv) * h->head_dim;
    return MZG_OK;
}

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {MZG_EPSILON, mzg_common_gelu, MZG_COMMON_WHOLE};

    enum mzg_code code = mzg_common_put(work, &common, k, e);
    if (code == MZG_OK)
        code = mzg_common_must_be(work, "alibi", false, false, e);
    if (code == MZG_OK)
        code = mzg_common_must_be(work, "parallel_attn", true, true, e);
    mzg_kvs_text(k, "falcon.tensor_data_layout", "jploski");
    return code;
}

const struct mzg_arch mzg_arch_falcon = {
    .name = "falcon",
    .classes = (const char *const[]){"FalconForCausalLM", "RWForCausalLM", NULL},
    .model_types = (const char *const[]){"falcon", "RefinedWeb", "RefinedWebModel", NULL},
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"transformer.", NULL},
    .settle = settle,
    .measure = measure,
    .put = put,
};
