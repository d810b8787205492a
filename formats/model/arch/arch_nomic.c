/* Nomic's BERT (nomic-embed-text v1 and v1.5): positions by rotation of halves, q, k and v in one, a gated
 * feed-forward. Sources: llama.cpp's converter and loader of 2026. */
#include "encoder.h"

#define LAYER "encoder.layers.#."
#define SEGMENTS MZG_DIM_X0
#define QKV MZG_DIM_X1
#define MATRIX(from, to, rows, width)                                                              \
    MZG_TENSOR(LAYER from ".weight", "blk.#." to ".weight", rows, width, 0, NULL)

static const struct mzg_arch_tensor tensors[] = {
    MZG_TENSOR("embeddings.word_embeddings.weight", "token_embd.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, 0,
               NULL),
    MZG_TENSOR("embeddings.token_type_embeddings.weight", "token_types.weight", SEGMENTS, MZG_DIM_EMBD, 0,
               NULL),
    MZG_BIASED_NORM("emb_ln", "token_embd_norm"),
    MATRIX("attn.Wqkv", "attn_qkv", QKV, MZG_DIM_EMBD),
    MATRIX("attn.out_proj", "attn_output", MZG_DIM_EMBD, MZG_DIM_Q),
    MZG_BIASED_NORM(LAYER "norm1", "blk.#.attn_output_norm"),
    MATRIX("mlp.fc11", "ffn_up", MZG_DIM_FF, MZG_DIM_EMBD),
    MATRIX("mlp.fc12", "ffn_gate", MZG_DIM_FF, MZG_DIM_EMBD),
    MATRIX("mlp.fc2", "ffn_down", MZG_DIM_EMBD, MZG_DIM_FF),
    MZG_BIASED_NORM(LAYER "norm2", "blk.#.layer_output_norm"),
};

/* Its positions beyond those it was trained for need other frequencies, which nothing runs. */
static enum mzg_code settle(struct mzg_config *c, struct mzg_err *e)
{
    int64_t said = 0, trained = 2048;

    enum mzg_code code = mzg_json_int_opt(c->root, "n_positions", 1, INT32_MAX, &said, e);
    if (code == MZG_OK)
        code = mzg_json_int_opt(c->root, "max_trained_positions", 1, INT32_MAX, &trained, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "config.json");
    if (said > trained && json_object_set_new(c->root, "n_positions", json_integer(trained)) != 0)
        return mzg_fail_memory(e, "config.json");
    return mzg_encoder_default(c, "type_vocab_size", json_integer(2), e);
}

static enum mzg_code measure(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    int64_t segments = 0;

    if (mzg_json_int_opt(c->root, "type_vocab_size", 1, INT32_MAX, &segments, e) != MZG_OK)
        return mzg_prefix(e, "config.json");
    h->own[0] = (uint64_t)segments;
    h->own[1] = 3 * h->heads * h->head_dim;
    return MZG_OK;
}

static enum mzg_code check_rotation(const struct mzg_config *c, struct mzg_err *e)
{
    double part = 1;

    if (mzg_json_real_opt(c->root, "rotary_emb_fraction", &part, e) != MZG_OK)
        return mzg_prefix(e, "config.json");
    if (part < 1 || part > 1)
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "rotary_emb_fraction",
                                 "is not 1: nomic-bert models are run with whole heads rotated", e);
    if (mzg_config_find(c->root, "rotary_emb_scale_base"))
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "rotary_emb_scale_base", "is set, and no runtime has it", e);
    return MZG_OK;
}

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const char *const activations[] = {"swiglu", "silu", NULL};
    static const struct mzg_common common = {MZG_EPSILON, activations, MZG_COMMON_WHOLE};
    static const char *const off[] = {"causal", "qkv_proj_bias", "mlp_fc1_bias", "mlp_fc2_bias", "prenorm",
                                      "rotary_emb_interleaved", "use_rms_norm", "parallel_block"};

    enum mzg_code code = check_rotation(work->config, e);
    for (size_t i = 0; i < sizeof off / sizeof *off && code == MZG_OK; i++)
        code = mzg_common_must_be(work, off[i], false, false, e);
    return code == MZG_OK ? mzg_encoder_put(work, &common, k, e) : code;
}

const struct mzg_arch mzg_arch_nomic = {
    .name = "nomic-bert",
    .classes = (const char *const[]){"NomicBertModel", "NomicBertForMaskedLM", NULL},
    .model_types = (const char *const[]){"nomic_bert", NULL},
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"bert.", "nomic_bert.", NULL},
    .drops = (const char *const[]){"pooler.", "cls.", "*position_ids", NULL},
    .settle = settle,
    .measure = measure,
    .put = put,
};
