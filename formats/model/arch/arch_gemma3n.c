/* Gemma 3n, the language model: four streams of the hidden state side by side (altup), embeddings for
 * each layer, and layers at the end that share keys and values with earlier ones. Norms' weights are whole,
 * unlike other Gemmas'. The runtime has much of this in its code, and what a config says otherwise is
 * refused. Sources: llama.cpp's converter and loader of 2026. */
#include "common.h"
#include <math.h>
#include <stdlib.h>

#define EMBEDDINGS MZG_DIM_X0 /* each_layer * layers */
#define EACH_LAYER MZG_DIM_X1 /* hidden_size_per_layer_input */
#define STREAMS MZG_DIM_X2
#define SQUARE MZG_DIM_X3     /* streams * streams */
#define RANK MZG_DIM_X4       /* laurel_rank */

/* Tokens for sights and sounds have none. */
static const struct mzg_values *how_padded(const struct mzg_making *m)
{
    return m->values->n_dims == 2 ? mzg_values_padded(m->arena, m->values, m->ne[1]) : NULL;
}

#define WIDE(from, to) MZG_LAYER_NORM(from, to, MZG_DIM_EMBD, NULL)
static const struct mzg_arch_tensor tensors[] = {
    MZG_TENSOR("embed_tokens.weight", "token_embd.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, 0, how_padded),
    MZG_TENSOR("embed_tokens_per_layer.weight", "per_layer_token_embd.weight", MZG_DIM_VOCAB, EMBEDDINGS, 0,
               how_padded),
    MZG_TENSOR("per_layer_model_projection.weight", "per_layer_model_proj.weight", EMBEDDINGS,
               MZG_DIM_EMBD, 0, NULL),
    MZG_TENSOR("per_layer_projection_norm.weight", "per_layer_proj_norm.weight", MZG_DIM_1, EACH_LAYER, 0,
               NULL),
    MZG_TENSOR("altup_projections.!.weight", "altup_proj.weight", MZG_DIM_EMBD, MZG_DIM_EMBD, 0, NULL),
    MZG_TENSOR("altup_unembed_projections.!.weight", "altup_unembd_proj.weight", MZG_DIM_EMBD, MZG_DIM_EMBD,
               0, NULL),
    MZG_NORM("norm", "output_norm", NULL), MZG_QKV(NULL), MZG_ATTN_OUTPUT, MZG_GATED_FFN,
    WIDE("input_layernorm", "attn_norm"), WIDE("post_attention_layernorm", "post_attention_norm"),
    WIDE("pre_feedforward_layernorm", "ffn_norm"), WIDE("post_feedforward_layernorm", "post_ffw_norm"),
    MZG_LAYER_NORM("self_attn.q_norm", "attn_q_norm", MZG_DIM_HEAD, NULL),
    MZG_LAYER_NORM("self_attn.k_norm", "attn_k_norm", MZG_DIM_HEAD, NULL),
    MZG_MATRIX("altup.correction_coefs", "altup_correct_coef", STREAMS, STREAMS, NULL),
    MZG_MATRIX("altup.prediction_coefs", "altup_predict_coef", SQUARE, STREAMS, NULL),
    MZG_MATRIX("altup.modality_router", "altup_router", STREAMS, MZG_DIM_EMBD, NULL),
    WIDE("altup.router_norm", "altup_router_norm"),
    MZG_TENSOR(MZG_LAYER "altup.correct_output_scale", "blk.#.altup_correct_scale.weight", MZG_DIM_1,
               MZG_DIM_EMBD, 0, NULL),
    MZG_MATRIX("laurel.linear_left", "laurel_l", RANK, MZG_DIM_EMBD, NULL),
    MZG_MATRIX("laurel.linear_right", "laurel_r", MZG_DIM_EMBD, RANK, NULL),
    WIDE("laurel.post_laurel_norm", "laurel_post_norm"),
    MZG_MATRIX("per_layer_input_gate", "inp_gate", EACH_LAYER, MZG_DIM_EMBD, NULL),
    MZG_MATRIX("per_layer_projection", "proj", MZG_DIM_EMBD, EACH_LAYER, NULL),
    WIDE("post_per_layer_input_norm", "post_norm"),
};

/* What a config has to say, where it says something: as the runtime's code has it. */
#define FIXED(key, name, v) {key, MZG_CONFIG_NAMES(name), MZG_KV_U32, v, v, true}
static const struct mzg_config_key fixed[] = {
    FIXED("altup.active_idx", "altup_active_idx", 0), FIXED("altup.num_inputs", "altup_num_inputs", 4),
    FIXED("embedding_length_per_layer_input", "hidden_size_per_layer_input", 256),
    FIXED("", "laurel_rank", 64),
};
enum { SHARED_FROM = 20, SPARSE_LAYERS = 10, WRITTEN = 3 /* of fixed */ };
static const struct mzg_config_key cap = {"final_logit_softcapping",
                                          MZG_CONFIG_NAMES("final_logit_softcapping"), MZG_KV_F32, 30, 30,
                                          true};
static const struct mzg_config_key sharing = {"attention.shared_kv_layers",
                                              MZG_CONFIG_NAMES("num_kv_shared_layers"), MZG_KV_U32, 0, 4096,
                                              true};

static enum mzg_code settle(struct mzg_config *c, struct mzg_err *e)
{
    const struct { const char *key; json_t *v; } defaults[] = {
        {"altup_active_idx", json_integer(0)}, {"altup_num_inputs", json_integer(4)},
        {"hidden_size_per_layer_input", json_integer(256)}, {"laurel_rank", json_integer(64)},
        {"vocab_size", json_integer(262400)}, {"max_position_embeddings", json_integer(32768)},
        {"num_attention_heads", json_integer(8)}, {"num_key_value_heads", json_integer(2)},
        {"head_dim", json_integer(256)}, {"num_kv_shared_layers", json_integer(15)},
        {"sliding_window", json_integer(512)}, {"final_logit_softcapping", json_real(30)},
        {"rms_norm_eps", json_real(1e-6)}, {"rope_theta", json_real(1e6)},
        {"rope_local_base_freq", json_real(1e4)}, {"tie_word_embeddings", json_true()},
    };
    bool ok = true;

    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        ok = mzg_config_default(c, defaults[i].key, defaults[i].v) && ok;
    return ok ? MZG_OK : mzg_fail_memory(e, "config.json");
}

static enum mzg_code measure(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    double number;
    bool there;

    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        enum mzg_code code = mzg_config_number(c->root, &fixed[i], &number, &there, e);
        if (code != MZG_OK)
            return code;
    }
    h->parts = 3;
    h->own[0] = 256 * h->layers;
    h->own[1] = 256;
    h->own[2] = 4;
    h->own[3] = 16;
    h->own[4] = 64;
    return MZG_OK;
}

/* By how many deviations a gate must stand out; the runtime: in the first ten layers, but 5 of 100. */
static enum mzg_code put_sparsity(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    const json_t *list = mzg_config_find(work->config->root, "activation_sparsity_pattern");
    uint64_t layers = work->hparams->layers;
    float *scale = calloc(layers, sizeof *scale);
    bool usual = true;

    if (!scale)
        return mzg_fail_memory(e, "config.json");
    for (uint64_t i = 0; i < layers; i++) {
        double part = json_number_value(json_array_get(list, i)), due = i < SPARSE_LAYERS ? 0.95 : 0;
        usual = usual && (!list || (part >= due && part <= due));
        scale[i] = i < SPARSE_LAYERS ? 1.6448536f : -INFINITY;
    }
    if (usual)
        mzg_kvs_f32s(k, "gemma3n.activation_sparsity_scale", scale, layers);
    free(scale);
    return usual ? MZG_OK
                 : mzg_arch_fail_key(MZG_UNSUPPORTED, "activation_sparsity_pattern",
                                     "is not 0.95 in ten layers and 0 in the others, with which gemma3n "
                                     "models are run", e);
}

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {MZG_RMS_EPSILON, mzg_common_gelu, MZG_COMMON_WINDOW};
    const json_t *root = work->config->root;
    double number = 0;
    bool there;

    enum mzg_code code = mzg_common_put(work, &common, k, e);
    if (code == MZG_OK)
        code = mzg_common_must_be(work, "tie_word_embeddings", true, true, e);
    if (code == MZG_OK)
        code = mzg_config_number(root, &sharing, &number, &there, e);
    if (code == MZG_OK && work->hparams->layers != SHARED_FROM + (uint64_t)number)
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "num_kv_shared_layers",
                                 "is not all but 20 layers, with which gemma3n models are run", e);
    if (code == MZG_OK)
        code = mzg_config_put_keys(root, "gemma3n", &sharing, 1, k, e);
    if (code == MZG_OK)
        code = mzg_config_put_keys(root, "gemma3n", &cap, 1, k, e);
    if (code == MZG_OK)
        code = mzg_config_put_keys(root, "gemma3n", fixed, WRITTEN, k, e);
    if (code == MZG_OK)
        code = put_sparsity(work, k, e);
    return code == MZG_OK ? mzg_common_put_window(work, 5, k, e) : code;
}

static void tune(struct mzg_vocab *v, struct mzg_kvs *k)
{
    (void)k;
    v->add_space_prefix = 0;
}

const struct mzg_arch mzg_arch_gemma3n = {
    .name = "gemma3n",
    .classes = (const char *const[]){"Gemma3nForCausalLM", "Gemma3nForConditionalGeneration", NULL},
    .model_types = (const char *const[]){"gemma3n_text", NULL},
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"model.language_model.", "language_model.model.", "model.", NULL},
    .drops = (const char *const[]){"lm_head.", NULL},
    .leaves = (const char *const[]){"vision_tower.", "audio_tower.", "embed_vision.", "embed_audio.", NULL},
    .settle = settle,
    .measure = measure,
    .put = put,
    .tune = tune,
};
