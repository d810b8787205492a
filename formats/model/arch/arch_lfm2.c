/* LFM2: most layers have a short convolution in place of an attention. Sources: llama.cpp's converter and
 * loader of 2026. */
#include "common.h"
#include <string.h>

#define IN MZG_DIM_X0     /* 3 * embd */
#define KERNEL MZG_DIM_X1 /* conv_L_cache */
#define MIXER(from, to, rows, width, flags, how)                                                   \
    MZG_TENSOR(MZG_LAYER from ".weight", "blk.#." to ".weight", rows, width, flags, how)
#define ATTENTION(from, to, rows, width)                                                           \
    MIXER("self_attn." from, to, rows, width, MZG_ROW_ATTENTION, NULL)
#define CONVOLUTION(from, to, rows, width, how)                                                    \
    MIXER("conv." from, "shortconv." to, rows, width, MZG_ROW_OTHER, how)

static const struct mzg_arch_tensor tensors[] = {
    MZG_EMBEDDING, MZG_HEAD,
    MZG_NORM("embedding_norm", "token_embd_norm", NULL), /* the loader's name for the last norm */
    MZG_LAYER_NORM("operator_norm", "attn_norm", MZG_DIM_EMBD, NULL),
    MZG_LAYER_NORM("ffn_norm", "ffn_norm", MZG_DIM_EMBD, NULL),
    ATTENTION("q_proj", "attn_q", MZG_DIM_Q, MZG_DIM_EMBD),
    ATTENTION("k_proj", "attn_k", MZG_DIM_KV, MZG_DIM_EMBD),
    ATTENTION("v_proj", "attn_v", MZG_DIM_KV, MZG_DIM_EMBD),
    ATTENTION("out_proj", "attn_output", MZG_DIM_EMBD, MZG_DIM_Q),
    ATTENTION("q_layernorm", "attn_q_norm", MZG_DIM_1, MZG_DIM_HEAD),
    ATTENTION("k_layernorm", "attn_k_norm", MZG_DIM_1, MZG_DIM_HEAD),
    CONVOLUTION("conv", "conv", MZG_DIM_EMBD, KERNEL, mzg_how_shaped),
    CONVOLUTION("in_proj", "in_proj", IN, MZG_DIM_EMBD, NULL),
    CONVOLUTION("out_proj", "out_proj", MZG_DIM_EMBD, MZG_DIM_EMBD, NULL),
    MZG_MATRIX("feed_forward.w1", "ffn_gate", MZG_DIM_FF, MZG_DIM_EMBD, NULL),
    MZG_MATRIX("feed_forward.w3", "ffn_up", MZG_DIM_FF, MZG_DIM_EMBD, NULL),
    MZG_MATRIX("feed_forward.w2", "ffn_down", MZG_DIM_EMBD, MZG_DIM_FF, NULL),
};

static const struct mzg_config_key kernel = {"shortconv.l_cache", MZG_CONFIG_NAMES("conv_L_cache"),
                                             MZG_KV_U32, 1, 4096, true};
static const struct mzg_config_key width = {
    "", MZG_CONFIG_NAMES("block_ff_dim", "intermediate_size"), MZG_KV_U32, 1, 1 << 24, true};
static const struct mzg_config_key times = {"", MZG_CONFIG_NAMES("block_ffn_dim_multiplier"), MZG_KV_F32,
                                            1e-3, 1e3, false};
static const struct mzg_config_key multiple = {"", MZG_CONFIG_NAMES("block_multiple_of"), MZG_KV_U32, 1,
                                               1 << 24, false};

/* By layer_types, or, in the first configs, the list of those that attend. */
static bool attends(const struct mzg_config *c, uint64_t layer)
{
    const json_t *types = mzg_config_find(c->root, "layer_types"), *one;
    const char *type = json_string_value(json_array_get(types, layer));
    size_t i;

    if (types)
        return type && strcmp(type, "full_attention") == 0;
    json_array_foreach((json_t *)mzg_config_find(c->root, "full_attn_idxs"), i, one) {
        if (json_integer_value(one) == (json_int_t)layer)
            return true;
    }
    return false;
}

/* Two thirds of what is said, times a factor, up to a multiple. */
static enum mzg_code settle_width(struct mzg_config *c, struct mzg_err *e)
{
    double ff = 0, factor = 1, of = 256;
    bool there;

    enum mzg_code code = mzg_config_number(c->root, &width, &ff, &there, e);
    if (code == MZG_OK)
        code = mzg_config_number(c->root, &times, &factor, &there, e);
    if (code == MZG_OK)
        code = mzg_config_number(c->root, &multiple, &of, &there, e);
    if (code != MZG_OK)
        return code;
    int64_t n = (int64_t)ff, m = (int64_t)of;
    if (!json_is_false(mzg_config_find(c->root, "block_auto_adjust_ff_dim"))) {
        n = (int64_t)(factor * (double)(2 * n / 3));
        n = (n + m - 1) / m * m;
    }
    return json_object_set_new(c->root, "intermediate_size", json_integer(n)) == 0
               ? MZG_OK : mzg_fail_memory(e, "config.json");
}

/* A layer without an attention has no heads of keys. */
static enum mzg_code settle(struct mzg_config *c, struct mzg_err *e)
{
    int64_t layers = json_integer_value(mzg_config_find(c->root, "num_hidden_layers")),
            heads = json_integer_value(mzg_config_find(c->root, "num_key_value_heads"));
    json_t *list = json_array();

    for (int64_t i = 0; i < layers && i < 4096; i++)
        (void)json_array_append_new(list, json_integer(attends(c, (uint64_t)i) ? heads : 0));
    bool ok = json_array_size(list) == 0 || json_object_set(c->root, "num_key_value_heads", list) == 0;
    json_decref(list);
    ok = mzg_config_default(c, "rope_theta", json_real(1e6)) && ok;
    if (!ok)
        return mzg_fail_memory(e, "config.json");
    enum mzg_code code = settle_width(c, e);
    return code == MZG_OK ? mzg_common_tied(c, e) : code;
}

static enum mzg_code measure(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    double number = 0;
    bool there;

    enum mzg_code code = mzg_config_number(c->root, &kernel, &number, &there, e);
    h->own[0] = 3 * h->embd;
    h->own[1] = (uint64_t)number;
    return code;
}

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {MZG_RMS_EPSILON, mzg_common_silu, MZG_COMMON_WHOLE};

    enum mzg_code code = mzg_common_put(work, &common, k, e);
    mzg_kvs_u32(k, "lfm2.vocab_size", (uint32_t)work->hparams->vocab);
    return code == MZG_OK ? mzg_config_put_keys(work->config->root, "lfm2", &kernel, 1, k, e) : code;
}

const struct mzg_arch mzg_arch_lfm2 = {
    .name = "lfm2",
    .classes = (const char *const[]){"Lfm2ForCausalLM", "LFM2ForCausalLM", NULL},
    .model_types = (const char *const[]){"lfm2", NULL},
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"model.", NULL},
    .settle = settle,
    .measure = measure,
    .attends = attends,
    .put = put,
};
