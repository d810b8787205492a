/* DistilBERT: BERT without segments, under names of its own. Its classifiers are refused: their head has a
 * ReLU where the runtime has tanh. Sources: llama.cpp's converter and loader of 2026. */
#include "encoder.h"

#define LAYER "transformer.layer.#."
#define POSITIONS MZG_DIM_X0

static const struct mzg_arch_tensor tensors[] = {
    MZG_TENSOR("embeddings.word_embeddings.weight", "token_embd.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, 0,
               NULL),
    MZG_TENSOR("embeddings.position_embeddings.weight", "position_embd.weight", POSITIONS, MZG_DIM_EMBD,
               0, NULL),
    MZG_BIASED_NORM("embeddings.LayerNorm", "token_embd_norm"),
    MZG_BIASED(LAYER "attention.q_lin", "blk.#.attn_q", MZG_DIM_Q, MZG_DIM_EMBD, NULL),
    MZG_BIASED(LAYER "attention.k_lin", "blk.#.attn_k", MZG_DIM_Q, MZG_DIM_EMBD, NULL),
    MZG_BIASED(LAYER "attention.v_lin", "blk.#.attn_v", MZG_DIM_Q, MZG_DIM_EMBD, NULL),
    MZG_BIASED(LAYER "attention.out_lin", "blk.#.attn_output", MZG_DIM_EMBD, MZG_DIM_Q, NULL),
    MZG_BIASED_NORM(LAYER "sa_layer_norm", "blk.#.attn_output_norm"),
    MZG_BIASED(LAYER "ffn.lin1", "blk.#.ffn_up", MZG_DIM_FF, MZG_DIM_EMBD, NULL),
    MZG_BIASED(LAYER "ffn.lin2", "blk.#.ffn_down", MZG_DIM_EMBD, MZG_DIM_FF, NULL),
    MZG_BIASED_NORM(LAYER "output_layer_norm", "blk.#.layer_output_norm"),
};

/* The epsilon is part of its code. One segment, though no tensor of it: its runtime wants a number. */
static enum mzg_code settle(struct mzg_config *c, struct mzg_err *e)
{
    enum mzg_code code = mzg_encoder_default(c, "layer_norm_eps", json_real(1e-12), e);

    return code == MZG_OK ? mzg_encoder_default(c, "type_vocab_size", json_integer(1), e) : code;
}

static enum mzg_code measure(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    int64_t positions = 0;

    if (mzg_json_int_opt(c->root, "max_position_embeddings", 1, INT32_MAX, &positions, e) != MZG_OK)
        return mzg_prefix(e, "config.json");
    h->own[0] = (uint64_t)positions;
    return MZG_OK;
}

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {MZG_EPSILON, mzg_common_gelu, MZG_COMMON_WHOLE};

    return mzg_encoder_put(work, &common, k, e);
}

const struct mzg_arch mzg_arch_distilbert = {
    .name = "bert",
    .classes = (const char *const[]){"DistilBertModel", "DistilBertForMaskedLM", NULL},
    .model_types = (const char *const[]){"distilbert", NULL},
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"distilbert.", NULL},
    .drops = (const char *const[]){"vocab_transform.", "vocab_layer_norm.", "vocab_projector.",
                                   "*position_ids", NULL},
    .settle = settle,
    .measure = measure,
    .put = put,
};
