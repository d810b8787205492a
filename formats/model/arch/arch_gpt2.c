/* GPT-2. Its makers' Conv1D has a matrix's input first: they are transposed. Sources: llama.cpp's
 * converter and loader of 2026. */
#include "common.h"

#define QKV MZG_DIM_X0     /* 3 * embd */
#define CONTEXT MZG_DIM_X1 /* positions that are learnt */
#define CONV1D(from, to, rows, width)                                                              \
    MZG_AFFINE("h.#." from, "blk.#." to, rows, width, mzg_how_transposed, NULL)

static const struct mzg_arch_tensor tensors[] = {
    MZG_TENSOR("wte.weight", "token_embd.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, 0, NULL),
    MZG_TENSOR("wpe.weight", "position_embd.weight", CONTEXT, MZG_DIM_EMBD, 0, NULL),
    MZG_HEAD, MZG_NORM_BIASED("ln_f", "output_norm"),
    MZG_NORM_BIASED("h.#.ln_1", "blk.#.attn_norm"), MZG_NORM_BIASED("h.#.ln_2", "blk.#.ffn_norm"),
    CONV1D("attn.c_attn", "attn_qkv", QKV, MZG_DIM_EMBD),
    CONV1D("attn.c_proj", "attn_output", MZG_DIM_EMBD, MZG_DIM_EMBD),
    CONV1D("mlp.c_fc", "ffn_up", MZG_DIM_FF, MZG_DIM_EMBD),
    CONV1D("mlp.c_proj", "ffn_down", MZG_DIM_EMBD, MZG_DIM_FF),
};

/* As context_length is found. */
static const struct mzg_config_key context = {
    "", MZG_CONFIG_NAMES("max_position_embeddings", "n_ctx", "n_positions"), MZG_KV_U32, 1, INT32_MAX, true};

static enum mzg_code settle(struct mzg_config *c, struct mzg_err *e)
{
    int64_t embd = json_integer_value(mzg_config_find(c->root, "n_embd"));

    if (embd > 0 && embd < INT32_MAX && !mzg_config_default(c, "n_inner", json_integer(4 * embd)))
        return mzg_fail_memory(e, "config.json");
    return mzg_common_tied(c, e);
}

static enum mzg_code measure(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    double number = 0;
    bool there;

    enum mzg_code code = mzg_config_number(c->root, &context, &number, &there, e);
    h->own[0] = 3 * h->embd;
    h->own[1] = (uint64_t)number;
    return code;
}

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {MZG_EPSILON, mzg_common_gelu, MZG_COMMON_WHOLE};

    enum mzg_code code = mzg_common_put(work, &common, k, e);
    if (code == MZG_OK)
        code = mzg_common_must_be(work, "scale_attn_weights", true, true, e);
    if (code == MZG_OK)
        code = mzg_common_must_be(work, "scale_attn_by_inverse_layer_idx", false, false, e);
    return code;
}

const struct mzg_arch mzg_arch_gpt2 = {
    .name = "gpt2",
    .classes = (const char *const[]){"GPT2LMHeadModel", "GPT2Model", NULL},
    .model_types = (const char *const[]){"gpt2", NULL},
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"transformer.", NULL},
    .drops = (const char *const[]){"*.attn.bias", "*.attn.masked_bias", NULL},
    .settle = settle,
    .measure = measure,
    .put = put,
};
