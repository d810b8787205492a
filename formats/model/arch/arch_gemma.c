/* Gemma, Gemma 2 and Gemma 3; of Gemma 3 with eyes the language model.
 *
 * Their norms' weights are stored as what they differ from 1 by. Sources: llama.cpp's converter and
 * loader of 2026, transformers' defaults of what a config may leave out. */
#include "common.h"
#include <stdio.h>
#include <string.h>

#define GEMMA_NORM(from, to) MZG_LAYER_NORM(from, to, MZG_DIM_EMBD, mzg_how_plus_one)
#define FRAME                                                                                      \
    MZG_EMBEDDING, MZG_NORM("norm", "output_norm", mzg_how_plus_one),                              \
    GEMMA_NORM("input_layernorm", "attn_norm"), MZG_QKV(NULL), MZG_ATTN_OUTPUT, MZG_GATED_FFN
#define FOUR_NORMS                                                                                 \
    GEMMA_NORM("post_attention_layernorm", "post_attention_norm"),                                 \
    GEMMA_NORM("pre_feedforward_layernorm", "ffn_norm"),                                           \
    GEMMA_NORM("post_feedforward_layernorm", "post_ffw_norm")

static const struct mzg_arch_tensor gemma[] = {FRAME, GEMMA_NORM("post_attention_layernorm", "ffn_norm")};
static const struct mzg_arch_tensor gemma2[] = {FRAME, FOUR_NORMS};
static const struct mzg_arch_tensor gemma3[] = {
    FRAME, FOUR_NORMS, MZG_HEAD,
    MZG_LAYER_NORM("self_attn.q_norm", "attn_q_norm", MZG_DIM_HEAD, mzg_how_plus_one),
    MZG_LAYER_NORM("self_attn.k_norm", "attn_k_norm", MZG_DIM_HEAD, mzg_how_plus_one),
};

static const char *const prefixes[] = {"model.", NULL};
/* The output is the embedding: a copy that some tools write is passed over. */
static const char *const drops[] = {"lm_head.", NULL};

#define CAP(name, required) {name, MZG_CONFIG_NAMES(name), MZG_KV_F32, 1e-3, 1e6, required}
static const struct mzg_config_key caps2[] = {CAP("attn_logit_softcapping", true),
                                              CAP("final_logit_softcapping", true)};
static const struct mzg_config_key cap3 = CAP("final_logit_softcapping", false);
static const struct mzg_config_key scale = {"", MZG_CONFIG_NAMES("query_pre_attn_scalar"), MZG_KV_F32,
                                            1e-6, 1e6, false};

/* 1 / sqrt of this is what queries are multiplied with. The runtime knows it by the number of layers of
 * the largest model, which has another one than the rest. */
static enum mzg_code check_scale(const struct mzg_arch_work *work, uint64_t largest, struct mzg_err *e)
{
    const struct mzg_hparams *h = work->hparams;
    uint64_t due = h->layers == largest ? h->embd / h->heads : h->head_dim;
    double scalar = 256;
    char what[120];
    bool there;

    enum mzg_code code = mzg_config_number(work->config->root, &scale, &scalar, &there, e);
    if (code != MZG_OK || !(scalar < (double)due || scalar > (double)due))
        return code;
    snprintf(what, sizeof what, "is %.9g, and %s models of %llu layers are run with %llu", scalar,
             work->arch->name, (unsigned long long)h->layers, (unsigned long long)due);
    return mzg_arch_fail_key(MZG_UNSUPPORTED, "query_pre_attn_scalar", what, e);
}

static enum mzg_code put_common(const struct mzg_arch_work *work, unsigned flags, struct mzg_kvs *k,
                                struct mzg_err *e)
{
    const struct mzg_common common = {MZG_RMS_EPSILON, mzg_common_gelu, flags};

    return mzg_common_put(work, &common, k, e);
}

static enum mzg_code put1(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    enum mzg_code code = put_common(work, 0, k, e);

    return code == MZG_OK ? mzg_common_must_be(work, "tie_word_embeddings", true, true, e) : code;
}

static enum mzg_code settle2(struct mzg_config *c, struct mzg_err *e)
{
    static const char *const caps[] = {"attn_logit_softcapping", "final_logit_softcapping"};

    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
        if (json_is_null(json_object_get(c->root, caps[i])))
            return mzg_arch_fail_key(MZG_UNSUPPORTED, caps[i],
                                     "is null, and gemma2 models are run with one", e);
        if (!mzg_config_default(c, caps[i], json_real(i == 0 ? 50 : 30)))
            return mzg_fail_memory(e, "config.json");
    }
    return mzg_config_default(c, "sliding_window", json_integer(4096))
               ? mzg_common_tied(c, e) : mzg_fail_memory(e, "config.json");
}

static enum mzg_code put2(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    enum mzg_code code = put_common(work, MZG_COMMON_WINDOW, k, e);
    if (code == MZG_OK)
        code = mzg_common_must_be(work, "tie_word_embeddings", true, true, e);
    if (code == MZG_OK)
        code = check_scale(work, 46, e);
    if (code == MZG_OK)
        code = mzg_config_put_keys(work->config->root, "gemma2", caps2, 2, k, e);
    return code == MZG_OK ? mzg_common_put_window(work, 2, k, e) : code;
}

/* What the first configs of Gemma 3 leave to transformers' defaults. */
static enum mzg_code settle3(struct mzg_config *c, struct mzg_err *e)
{
    const struct { const char *key; json_t *v; } defaults[] = {
        {"vocab_size", json_integer(262208)}, {"max_position_embeddings", json_integer(131072)},
        {"num_attention_heads", json_integer(8)}, {"num_key_value_heads", json_integer(4)},
        {"head_dim", json_integer(256)}, {"rms_norm_eps", json_real(1e-6)},
        {"rope_theta", json_real(1e6)}, {"rope_local_base_freq", json_real(1e4)},
        {"sliding_window", json_integer(4096)}, {"tie_word_embeddings", json_true()},
    };
    bool ok = true;

    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        ok = mzg_config_default(c, defaults[i].key, defaults[i].v) && ok;
    return ok ? MZG_OK : mzg_fail_memory(e, "config.json");
}

static enum mzg_code put3(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    const json_t *root = work->config->root;

    enum mzg_code code = put_common(work, MZG_COMMON_WINDOW, k, e);
    if (code == MZG_OK)
        code = check_scale(work, 62, e);
    if (code == MZG_OK)
        code = mzg_common_must_be(work, "use_bidirectional_attention", false, false, e);
    if (code == MZG_OK && mzg_config_find(root, "attn_logit_softcapping"))
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "attn_logit_softcapping",
                                 "is set, and gemma3 models are run without", e);
    if (code == MZG_OK)
        code = mzg_config_put_keys(root, "gemma3", &cap3, 1, k, e);
    return code == MZG_OK ? mzg_common_put_window(work, 6, k, e) : code;
}

static bool token_is(const struct mzg_vocab *v, uint32_t id, const char *text)
{
    return id < v->count && strcmp(v->tokens[id], text) == 0;
}

/* No space is put before a text. CodeGemma's tokens for filling in are at these places. */
static void tune(struct mzg_vocab *v, struct mzg_kvs *k)
{
    static const struct { enum mzg_special special; uint32_t id; const char *text; } tokens[] = {
        {MZG_SPECIAL_FIM_PRE, 67, "<|fim_prefix|>"}, {MZG_SPECIAL_FIM_MID, 68, "<|fim_middle|>"},
        {MZG_SPECIAL_FIM_SUF, 69, "<|fim_suffix|>"}, {MZG_SPECIAL_EOT, 107, "<end_of_turn>"},
    };

    (void)k;
    v->add_space_prefix = 0;
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        if (v->special[tokens[i].special] < 0 && token_is(v, tokens[i].id, tokens[i].text))
            v->special[tokens[i].special] = tokens[i].id;
    }
}

const struct mzg_arch mzg_arch_gemma = {
    .name = "gemma",
    .classes = (const char *const[]){"GemmaForCausalLM", NULL},
    .model_types = (const char *const[]){"gemma", NULL},
    .tensors = gemma,
    .n_tensors = sizeof gemma / sizeof *gemma,
    .prefixes = prefixes,
    .drops = drops,
    .settle = mzg_common_tied,
    .put = put1,
    .tune = tune,
};

const struct mzg_arch mzg_arch_gemma2 = {
    .name = "gemma2",
    .classes = (const char *const[]){"Gemma2ForCausalLM", NULL},
    .model_types = (const char *const[]){"gemma2", NULL},
    .tensors = gemma2,
    .n_tensors = sizeof gemma2 / sizeof *gemma2,
    .prefixes = prefixes,
    .drops = drops,
    .settle = settle2,
    .put = put2,
    .tune = tune,
};

const struct mzg_arch mzg_arch_gemma3 = {
    .name = "gemma3",
    .classes = (const char *const[]){"Gemma3ForCausalLM", "Gemma3ForConditionalGeneration", NULL},
    .model_types = (const char *const[]){"gemma3_text", NULL},
    .tensors = gemma3,
    .n_tensors = sizeof gemma3 / sizeof *gemma3,
    .prefixes = (const char *const[]){"language_model.model.", "model.language_model.",
                                      "language_model.", "model.", NULL},
    .leaves = (const char *const[]){"vision_tower.", "multi_modal_projector.", NULL},
    .settle = settle3,
    .put = put3,
    .tune = tune,
};
