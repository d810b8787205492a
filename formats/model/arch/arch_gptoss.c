/* gpt-oss: experts with biases, gate and up row by row in turns; attention with sinks. Its experts are
 * published as MXFP4, already in a matrix's order, or, by transformers, as floats with the input first.
 * Sources: llama.cpp's converter and loader of 2026. */
#include "common.h"

#define HEADS MZG_DIM_X0
#define EXPERTS "mlp.experts."
#define WEIGHTS(from, to, rows, width, how)                                                        \
    MZG_TENSOR_3D(MZG_LAYER EXPERTS from, "blk.#." to "_exps.weight", MZG_DIM_EXPERTS, rows, width, 0, how)
#define BIASES(from, to, width, how)                                                               \
    MZG_TENSOR(MZG_LAYER EXPERTS from "_bias", "blk.#." to "_exps.bias", MZG_DIM_EXPERTS, width, 0, how)

static const struct mzg_values *matrix(const struct mzg_making *m)
{
    return m->values->native == MZG_TYPE_MXFP4 ? m->values : mzg_values_transposed(m->arena, m->values);
}

static const struct mzg_values *how_gate(const struct mzg_making *m)
{
    struct mzg_making due = *m;

    due.values = matrix(m);
    return due.values ? mzg_how_even_rows(&due) : NULL;
}

static const struct mzg_values *how_up(const struct mzg_making *m)
{
    struct mzg_making due = *m;

    due.values = matrix(m);
    return due.values ? mzg_how_odd_rows(&due) : NULL;
}

/* Every second of all biases, from `first` on, as [experts, ff]. */
static const struct mzg_values *turns(const struct mzg_making *m, uint64_t first)
{
    uint64_t all = mzg_values_elems(m->values);
    const uint64_t whole[MZG_VALUE_DIMS] = {all, 1, 1, 1}, half[MZG_VALUE_DIMS] = {all / 2, 1, 1, 1};
    const struct mzg_row_map map = {1, {all / 2}, {2}, first};
    const struct mzg_values *v = mzg_values_shaped(m->arena, m->values, 1, whole);

    if (!v || m->values->n_dims != 2 || m->values->ne[0] % 2 != 0)
        return NULL;
    v = mzg_values_rows(m->arena, v, &map, 1, half);
    return v ? mzg_values_shaped(m->arena, v, m->n_dims, m->ne) : NULL;
}

static const struct mzg_values *how_gate_bias(const struct mzg_making *m)
{
    return turns(m, 0);
}

static const struct mzg_values *how_up_bias(const struct mzg_making *m)
{
    return turns(m, 1);
}

static const struct mzg_arch_tensor tensors[] = {
    MZG_EMBEDDING, MZG_NORM("norm", "output_norm", NULL), MZG_HEAD_ALWAYS, MZG_QKV(NULL),
    MZG_LAYER_NORM("input_layernorm", "attn_norm", MZG_DIM_EMBD, NULL),
    MZG_LAYER_NORM("post_attention_layernorm", "post_attention_norm", MZG_DIM_EMBD, NULL),
    MZG_AFFINE(MZG_LAYER "self_attn.o_proj", "blk.#.attn_output", MZG_DIM_EMBD, MZG_DIM_Q, NULL, NULL),
    MZG_TENSOR(MZG_LAYER "self_attn.sinks", "blk.#.attn_sinks.weight", MZG_DIM_1, HEADS, 0, NULL),
    MZG_AFFINE(MZG_LAYER "mlp.router", "blk.#.ffn_gate_inp", MZG_DIM_EXPERTS, MZG_DIM_EMBD, NULL, NULL),
    WEIGHTS("gate_up_proj", "ffn_gate", MZG_DIM_FF, MZG_DIM_EMBD, how_gate),
    WEIGHTS("gate_up_proj", "ffn_up", MZG_DIM_FF, MZG_DIM_EMBD, how_up),
    WEIGHTS("down_proj", "ffn_down", MZG_DIM_EMBD, MZG_DIM_FF, matrix),
    BIASES("gate_up_proj", "ffn_gate", MZG_DIM_FF, how_gate_bias),
    BIASES("gate_up_proj", "ffn_up", MZG_DIM_FF, how_up_bias),
    BIASES("down_proj", "ffn_down", MZG_DIM_EMBD, NULL),
};

/* What its runtime has in its code. */
static const struct mzg_config_key limit = {"", MZG_CONFIG_NAMES("swiglu_limit"), MZG_KV_F32, 7, 7, false};
static const struct mzg_config_key alpha = {"", MZG_CONFIG_NAMES("swiglu_alpha"), MZG_KV_F32, 1.702, 1.702,
                                            false};

static enum mzg_code settle(struct mzg_config *c, struct mzg_err *e)
{
    bool ok = mzg_config_default(c, "sliding_window", json_integer(128));
    const json_t *used = mzg_config_find(c->root, "experts_per_token");

    if (used)
        ok = mzg_config_default(c, "num_experts_per_tok", json_deep_copy(used)) && ok;
    return ok ? MZG_OK : mzg_fail_memory(e, "config.json");
}

static enum mzg_code measure(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    (void)c;
    (void)e;
    h->own[0] = h->heads;
    return MZG_OK;
}

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {MZG_RMS_EPSILON, mzg_common_silu, MZG_COMMON_WINDOW};
    const json_t *root = work->config->root;
    double number;
    bool there;

    enum mzg_code code = mzg_common_put(work, &common, k, e);
    if (code == MZG_OK)
        code = mzg_config_number(root, &limit, &number, &there, e);
    if (code == MZG_OK)
        code = mzg_config_number(root, &alpha, &number, &there, e);
    if (code != MZG_OK)
        return code;
    if (work->hparams->experts == 0)
        return mzg_arch_fail_key(MZG_MALFORMED, "num_local_experts", "is missing, or 0", e);
    mzg_config_put_u32(k, "gpt-oss", "expert_feed_forward_length", (uint32_t)work->hparams->ff);
    return mzg_common_put_window(work, 2, k, e);
}

const struct mzg_arch mzg_arch_gptoss = {
    .name = "gpt-oss",
    .classes = (const char *const[]){"GptOssForCausalLM", NULL},
    .model_types = (const char *const[]){"gpt_oss", NULL},
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"model.", NULL},
    .settle = settle,
    .measure = measure,
    .put = put,
};
