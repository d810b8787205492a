/* GPT-NeoX and Pythia: q, k and v are stored head by head. Sources: llama.cpp's converter and loader of
 * 2026. */
#include "common.h"

#define QKV MZG_DIM_X0 /* 3 * embd */
#define AFFINE(from, to, rows, width, how)                                                         \
    MZG_AFFINE(MZG_LAYER from, "blk.#." to, rows, width, how, how)

/* Rows (h, p, d) of q, k and v by turns, to all of q, then k, then v. */
static const struct mzg_values *how_qkv(const struct mzg_making *m)
{
    uint64_t heads = m->h->heads, hd = m->h->head_dim;
    const struct mzg_row_map map = {3, {3, heads, hd}, {hd, 3 * hd, 1}, 0};

    return m->values->ne[m->n_dims - 1] == 3 * heads * hd
               ? mzg_values_rows(m->arena, m->values, &map, m->n_dims, m->ne) : NULL;
}

static const struct mzg_arch_tensor tensors[] = {
    MZG_TENSOR("embed_in.weight", "token_embd.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, 0, NULL),
    MZG_TENSOR("embed_out.weight", "output.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, MZG_ROW_HEAD, NULL),
    MZG_TENSOR("embed_in.weight", "output.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, MZG_ROW_ELSE, NULL),
    MZG_NORM_BIASED("final_layer_norm", "output_norm"),
    MZG_NORM_BIASED(MZG_LAYER "input_layernorm", "blk.#.attn_norm"),
    MZG_NORM_BIASED(MZG_LAYER "post_attention_layernorm", "blk.#.ffn_norm"),
    AFFINE("attention.query_key_value", "attn_qkv", QKV, MZG_DIM_EMBD, how_qkv),
    AFFINE("attention.dense", "attn_output", MZG_DIM_EMBD, MZG_DIM_EMBD, NULL),
    AFFINE("mlp.dense_h_to_4h", "ffn_up", MZG_DIM_FF, MZG_DIM_EMBD, NULL),
    AFFINE("mlp.dense_4h_to_h", "ffn_down", MZG_DIM_EMBD, MZG_DIM_FF, NULL),
};

/* It knows no groups of heads, whatever a config says of them. */
static enum mzg_code settle(struct mzg_config *c, struct mzg_err *e)
{
    json_object_del(c->root, "num_key_value_heads");
    return mzg_common_rotary_default(c, 0.25, e);
}

static enum mzg_code measure(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    (void)c;
    (void)e;
    h->own[0] = 3 * h->embd;
    return MZG_OK;
}

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {MZG_EPSILON, mzg_common_gelu,
                                             MZG_COMMON_WHOLE | MZG_COMMON_PARTIAL};

    enum mzg_code code = mzg_common_put(work, &common, k, e);
    if (code == MZG_OK)
        code = mzg_common_must_be(work, "attention_bias", true, true, e);
    return code == MZG_OK ? mzg_common_put_parallel(work, k, e) : code;
}

const struct mzg_arch mzg_arch_gptneox = {
    .name = "gptneox",
    .classes = (const char *const[]){"GPTNeoXForCausalLM", NULL},
    .model_types = (const char *const[]){"gpt_neox", NULL},
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"gpt_neox.", NULL},
    .drops = (const char *const[]){"*.attention.bias", NULL},
    .settle = settle,
    .measure = measure,
    .put = put,
};
