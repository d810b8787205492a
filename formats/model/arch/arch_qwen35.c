/* Qwen 3.5, the language model: three of four layers have a gated delta net in place of an attention.
 *
 * Where a net has more heads of values than of keys, the published weights have the values of one key
 * together; its runtime wants them in turns. Sources: llama.cpp's converter and loader of 2026. */
#include "common.h"
#include <stdlib.h>
#include <string.h>

#define QUERIES MZG_DIM_X0 /* 2 * heads * head_dim: q, and the gate of what attention gives */
#define MIXED MZG_DIM_X1   /* 2 * keys + values */
#define VALUES MZG_DIM_X2  /* value heads * state */
#define VHEADS MZG_DIM_X3
#define STATE MZG_DIM_X4   /* of a head, of keys and of values */
#define KERNEL MZG_DIM_X5
enum { OWN_KHEADS = 6 };   /* h->own that is no dimension */

/* Value heads (k, j) of each k's r to (j, k), each of `each` rows, behind the first `before` rows. */
static const struct mzg_values *in_turns(const struct mzg_making *m, const struct mzg_values *v,
                                         uint64_t before, uint64_t each)
{
    uint64_t keys = m->h->own[OWN_KHEADS], r = m->h->own[3] / keys, ne[MZG_VALUE_DIMS];
    unsigned d = v->n_dims >= 2 ? 1 : 0;
    const struct mzg_row_map head = {1, {before}, {1}, 0},
                             tail = {3, {r, keys, each}, {each, r * each, 1}, before};
    const struct mzg_values *parts[2];

    if (v->ne[d] != before + r * keys * each)
        return NULL;
    memcpy(ne, v->ne, sizeof ne);
    ne[d] = r * keys * each;
    parts[1] = mzg_values_rows(m->arena, v, &tail, v->n_dims, ne);
    if (before == 0 || !parts[1])
        return parts[1];
    ne[d] = before;
    parts[0] = mzg_values_rows(m->arena, v, &head, v->n_dims, ne);
    return parts[0] ? mzg_values_joined(m->arena, parts, 2) : NULL;
}

static uint64_t q_and_k(const struct mzg_making *m)
{
    return 2 * m->h->own[OWN_KHEADS] * m->h->own[4];
}

static const struct mzg_values *how_mixed(const struct mzg_making *m)
{
    return in_turns(m, m->values, q_and_k(m), m->h->own[4]);
}

static const struct mzg_values *how_convolution(const struct mzg_making *m)
{
    const struct mzg_values *v = mzg_values_shaped(m->arena, m->values, m->n_dims, m->ne);

    return v ? in_turns(m, v, q_and_k(m), m->h->own[4]) : NULL;
}

static const struct mzg_values *how_values(const struct mzg_making *m)
{
    return in_turns(m, m->values, 0, m->h->own[4]);
}

static const struct mzg_values *how_heads(const struct mzg_making *m)
{
    return in_turns(m, m->values, 0, 1);
}

static const struct mzg_values *how_decay(const struct mzg_making *m)
{
    const struct mzg_values *v = how_heads(m);

    return v ? mzg_values_neg_exp(m->arena, v) : NULL;
}

/* Columns in turns: as rows of one head's columns. */
static const struct mzg_values *how_output(const struct mzg_making *m)
{
    uint64_t state = m->h->own[4], heads = m->h->own[3], keys = m->h->own[OWN_KHEADS], r = heads / keys;
    const uint64_t ne[MZG_VALUE_DIMS] = {state, heads * m->h->embd, 1, 1};
    const struct mzg_row_map map = {3, {m->h->embd, r, keys}, {heads, 1, r}, 0};
    const struct mzg_values *v = mzg_values_shaped(m->arena, m->values, 2, ne);

    v = v && m->values->n_dims == 2 ? mzg_values_rows(m->arena, v, &map, 2, ne) : NULL;
    return v ? mzg_values_shaped(m->arena, v, m->n_dims, m->ne) : NULL;
}

#define MIXER(from, to, rows, width, flags, how)                                                   \
    MZG_TENSOR(MZG_LAYER from, "blk.#." to, rows, width, flags, how)
#define ATTENTION(from, to, rows, width, how)                                                      \
    MIXER("self_attn." from ".weight", to ".weight", rows, width, MZG_ROW_ATTENTION, how)
#define NET(from, to, rows, width, how) MIXER("linear_attn." from, to, rows, width, MZG_ROW_OTHER, how)

static const struct mzg_arch_tensor tensors[] = {
    MZG_EMBEDDING, MZG_HEAD, MZG_NORM("norm", "output_norm", mzg_how_plus_one), MZG_GATED_FFN,
    MZG_LAYER_NORM("input_layernorm", "attn_norm", MZG_DIM_EMBD, mzg_how_plus_one),
    MZG_LAYER_NORM("post_attention_layernorm", "post_attention_norm", MZG_DIM_EMBD, mzg_how_plus_one),
    ATTENTION("q_proj", "attn_q", QUERIES, MZG_DIM_EMBD, NULL),
    ATTENTION("k_proj", "attn_k", MZG_DIM_KV, MZG_DIM_EMBD, NULL),
    ATTENTION("v_proj", "attn_v", MZG_DIM_KV, MZG_DIM_EMBD, NULL),
    ATTENTION("o_proj", "attn_output", MZG_DIM_EMBD, MZG_DIM_Q, NULL),
    ATTENTION("q_norm", "attn_q_norm", MZG_DIM_1, MZG_DIM_HEAD, mzg_how_plus_one),
    ATTENTION("k_norm", "attn_k_norm", MZG_DIM_1, MZG_DIM_HEAD, mzg_how_plus_one),
    NET("in_proj_qkv.weight", "attn_qkv.weight", MIXED, MZG_DIM_EMBD, how_mixed),
    NET("in_proj_z.weight", "attn_gate.weight", VALUES, MZG_DIM_EMBD, how_values),
    NET("in_proj_b.weight", "ssm_beta.weight", VHEADS, MZG_DIM_EMBD, how_heads),
    NET("in_proj_a.weight", "ssm_alpha.weight", VHEADS, MZG_DIM_EMBD, how_heads),
    NET("conv1d.weight", "ssm_conv1d.weight", MIXED, KERNEL, how_convolution),
    NET("dt_bias", "ssm_dt.bias", MZG_DIM_1, VHEADS, how_heads),
    NET("A_log", "ssm_a", MZG_DIM_1, VHEADS, how_decay),
    NET("norm.weight", "ssm_norm.weight", MZG_DIM_1, STATE, NULL),
    NET("out_proj.weight", "ssm_out.weight", MZG_DIM_EMBD, VALUES, how_output),
};

#define SIZE(key, name) {key, MZG_CONFIG_NAMES(name), MZG_KV_U32, 1, 65536, true}
static const struct mzg_config_key sizes[] = {
    SIZE("ssm.conv_kernel", "linear_conv_kernel_dim"), SIZE("ssm.state_size", "linear_key_head_dim"),
    SIZE("ssm.group_count", "linear_num_key_heads"), SIZE("ssm.time_step_rank", "linear_num_value_heads"),
};
static const struct mzg_config_key value_state = SIZE("", "linear_value_head_dim");
static const struct mzg_config_key interval = {
    "full_attention_interval", MZG_CONFIG_NAMES("full_attention_interval"), MZG_KV_U32, 1, 4096, false};

static bool attends(const struct mzg_config *c, uint64_t layer)
{
    const json_t *types = mzg_config_find(c->root, "layer_types");
    const char *type = json_string_value(json_array_get(types, layer));
    json_int_t every = json_integer_value(mzg_config_find(c->root, "full_attention_interval"));

    if (types)
        return type && strcmp(type, "full_attention") == 0;
    return (layer + 1) % (every > 0 ? (uint64_t)every : 4) == 0;
}

static enum mzg_code settle(struct mzg_config *c, struct mzg_err *e)
{
    return mzg_common_rotary_default(c, 0.25, e);
}

static enum mzg_code measure(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    double n[5] = {0};
    bool there;

    for (size_t i = 0; i < 5; i++) {
        enum mzg_code code = mzg_config_number(c->root, i < 4 ? &sizes[i] : &value_state, &n[i], &there, e);
        if (code != MZG_OK)
            return code;
    }
    uint64_t kernel = (uint64_t)n[0], state = (uint64_t)n[1], keys = (uint64_t)n[2], values = (uint64_t)n[3];
    if ((uint64_t)n[4] != state)
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "linear_value_head_dim",
                                 "is not linear_key_head_dim, with which qwen35 models are run", e);
    if (values % keys != 0)
        return mzg_arch_fail_key(MZG_MALFORMED, "linear_num_value_heads",
                                 "is no multiple of linear_num_key_heads", e);
    const uint64_t own[] = {2 * h->heads * h->head_dim, (2 * keys + values) * state, values * state,
                            values, state, kernel, keys};
    memcpy(h->own, own, sizeof own);
    return MZG_OK;
}

/* How many pairs turn by time, height and width; text has one position for all. */
static enum mzg_code put_sections(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    const json_t *rope = mzg_config_rope(work->config),
                 *list = rope ? mzg_config_find(rope, "mrope_section") : NULL;
    int32_t sections[4] = {11, 11, 10, 0};

    for (size_t i = 0; list && i < 4; i++) {
        json_int_t n = json_integer_value(json_array_get(list, i));
        if (json_array_size(list) < 3 || json_array_size(list) > 4 || n < 0 || n > 65536)
            return mzg_arch_fail_key(MZG_MALFORMED, "mrope_section", "is no list of three sizes", e);
        sections[i] = (int32_t)n;
    }
    mzg_kvs_i32s(k, "qwen35.rope.dimension_sections", sections, 4);
    return MZG_OK;
}

/* Which layers have nets, where the interval does not say so. */
static enum mzg_code put_layers(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    uint64_t layers = work->hparams->layers;
    bool *nets = calloc(layers, sizeof *nets);

    if (!nets)
        return mzg_fail_memory(e, "config.json");
    for (uint64_t i = 0; i < layers; i++)
        nets[i] = !attends(work->config, i);
    mzg_kvs_bools(k, "qwen35.attention.recurrent_layers", nets, layers);
    free(nets);
    return mzg_config_put_keys(work->config->root, "qwen35", &interval, 1, k, e);
}

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {MZG_RMS_EPSILON, mzg_common_silu, MZG_COMMON_PARTIAL};

    enum mzg_code code = mzg_common_put(work, &common, k, e);
    if (code == MZG_OK)
        code = mzg_common_must_be(work, "attn_output_gate", true, true, e);
    if (code == MZG_OK)
        code = mzg_config_put_keys(work->config->root, "qwen35", sizes, sizeof sizes / sizeof *sizes, k, e);
    mzg_config_put_u32(k, "qwen35", "ssm.inner_size", (uint32_t)work->hparams->own[2]);
    if (code == MZG_OK)
        code = put_sections(work, k, e);
    return code == MZG_OK ? put_layers(work, k, e) : code;
}

const struct mzg_arch mzg_arch_qwen35 = {
    .name = "qwen35",
    .classes = (const char *const[]){"Qwen3_5ForCausalLM", "Qwen3_5ForConditionalGeneration", NULL},
    .model_types = (const char *const[]){"qwen3_5_text", NULL},
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"model.language_model.", "model.", NULL},
    .leaves = (const char *const[]){"visual.", "mtp.", NULL},
    .settle = settle,
    .measure = measure,
    .attends = attends,
    .put = put,
};
