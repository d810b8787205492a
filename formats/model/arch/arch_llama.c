/* Llama and what shares its tensors: Llama 1 to 3.x, Mistral, TinyLlama, SmolLM, Yi, InkubaLM; and, of the
 * same order of rows, Mixtral's experts, Mistral 3's language, SmolLM3 and Granite.
 *
 * Their runtimes rotate pairs of neighbouring rows, the published weights are in the order of rotated
 * halves: hence mzg_how_rotary. Sources: llama.cpp's converter and loader of 2026. */
#include "arch_llama.h"

static const struct mzg_arch_tensor llama[] = {
    MZG_FRAME, MZG_QKV(mzg_how_rotary), MZG_ATTN_OUTPUT_BIASED, MZG_GATED_FFN_BIASED,
};

#define ROUTER(from)                                                                               \
    MZG_TENSOR(MZG_LAYER from ".weight", "blk.#.ffn_gate_inp.weight", MZG_DIM_EXPERTS,             \
               MZG_DIM_EMBD, MZG_ROW_EITHER, NULL)
static const struct mzg_arch_tensor mixtral[] = {
    MZG_FRAME, MZG_QKV(mzg_how_rotary), MZG_ATTN_OUTPUT_BIASED,
    ROUTER("block_sparse_moe.gate"), ROUTER("mlp.gate"),
    MZG_EXPERTS("block_sparse_moe.experts", "w1", "w3", "w2", MZG_DIM_FF),
    MZG_EXPERTS_MERGED("mlp.experts.gate_up_proj", "mlp.experts.down_proj", MZG_DIM_FF),
};

static const struct mzg_arch_tensor smollm3[] = {
    MZG_FRAME, MZG_QKV(mzg_how_rotary), MZG_ATTN_OUTPUT, MZG_GATED_FFN,
};

#define SHARED MZG_DIM_X0 /* shared_intermediate_size */
#define SHARED_EXPERT(from, to, rows, width, how)                                                  \
    MZG_TENSOR(MZG_LAYER "shared_mlp." from ".weight", "blk.#." to "_shexp.weight", rows, width,   \
               MZG_ROW_OPTIONAL, how)
static const struct mzg_arch_tensor granitemoe[] = {
    MZG_FRAME, MZG_QKV(mzg_how_rotary), MZG_ATTN_OUTPUT_BIASED,
    MZG_MATRIX("block_sparse_moe.router.layer", "ffn_gate_inp", MZG_DIM_EXPERTS, MZG_DIM_EMBD, NULL),
    MZG_EXPERTS_MERGED("block_sparse_moe.input_linear.weight", "block_sparse_moe.output_linear.weight",
                       MZG_DIM_FF),
    SHARED_EXPERT("input_linear", "ffn_gate", SHARED, MZG_DIM_EMBD, mzg_how_first_half),
    SHARED_EXPERT("input_linear", "ffn_up", SHARED, MZG_DIM_EMBD, mzg_how_second_half),
    SHARED_EXPERT("output_linear", "ffn_down", MZG_DIM_EMBD, SHARED, NULL),
};

static const char *const prefixes[] = {"model.", NULL};

static enum mzg_code put_with(const struct mzg_arch_work *work, unsigned flags, struct mzg_kvs *k,
                              struct mzg_err *e)
{
    const struct mzg_common common = {MZG_RMS_EPSILON, mzg_common_silu, flags};
    const struct mzg_hparams *h = work->hparams;

    enum mzg_code code = mzg_common_put(work, &common, k, e);
    mzg_config_put_u32(k, work->arch->name, "vocab_size", (uint32_t)h->vocab);
    mzg_config_put_u32(k, work->arch->name, "rope.dimension_count", (uint32_t)h->head_dim);
    return code;
}

enum mzg_code mzg_llama_put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    return put_with(work, MZG_COMMON_LLAMA3, k, e);
}

enum mzg_code mzg_llama_put_experts(const struct mzg_arch_work *work, struct mzg_kvs *k,
                                    struct mzg_err *e)
{
    if (work->hparams->experts == 0)
        return mzg_arch_fail_key(MZG_MALFORMED, "num_local_experts", "is missing, or 0", e);
    return mzg_llama_put(work, k, e);
}

/* ---- SmolLM3: every fourth layer does without rotation ---- */

static enum mzg_code settle_smollm3(struct mzg_config *c, struct mzg_err *e)
{
    return mzg_config_default(c, "rope_theta", json_real(2e6)) ? mzg_common_tied(c, e)
                                                               : mzg_fail_memory(e, "config.json");
}

static enum mzg_code put_smollm3(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    const json_t *root = work->config->root, *list = mzg_config_find(root, "no_rope_layers"),
                 *interval = mzg_config_find(root, "no_rope_layer_interval");
    int64_t every = interval ? json_integer_value(interval) : 4;

    for (uint64_t i = 0; i < work->hparams->layers; i++) {
        bool due = (i + 1) % 4 != 0,
             rotates = list ? json_integer_value(json_array_get(list, i)) != 0
                            : every > 0 && (i + 1) % (uint64_t)every != 0;
        if (rotates != due)
            return mzg_arch_fail_key(MZG_UNSUPPORTED, list ? "no_rope_layers" : "no_rope_layer_interval",
                                     "is not every fourth layer, with which smollm3 models are run", e);
    }
    return put_with(work, 0, k, e);
}

/* ---- Mistral 3: a stretched context, in which far tokens attend more sharply ---- */

#define ROPE(key, name) {key, MZG_CONFIG_NAMES(name), MZG_KV_F32, -1e6, 1e6, false}
static const struct mzg_config_key stretched[] = {
    ROPE("rope.scaling.yarn_log_multiplier", "mscale_all_dim"),
    ROPE("attention.temperature_scale", "llama_4_scaling_beta"),
};

enum mzg_code mzg_llama_put_stretched(const struct mzg_arch_work *work, struct mzg_kvs *k,
                                      struct mzg_err *e)
{
    const json_t *rope = mzg_config_rope(work->config);

    enum mzg_code code = mzg_llama_put(work, k, e);
    return code == MZG_OK && rope
               ? mzg_config_put_keys(rope, "mistral3", stretched, sizeof stretched / sizeof *stretched, k, e)
               : code;
}

/* ---- Granite: four factors ---- */

#define FACTOR(key, name) {key, MZG_CONFIG_NAMES(name), MZG_KV_F32, 1e-9, 1e9, false}
static const struct mzg_config_key factors[] = {
    FACTOR("attention.scale", "attention_multiplier"), FACTOR("embedding_scale", "embedding_multiplier"),
    FACTOR("residual_scale", "residual_multiplier"), FACTOR("logit_scale", "logits_scaling"),
};
static const struct mzg_config_key shared = {"expert_shared_feed_forward_length",
                                             MZG_CONFIG_NAMES("shared_intermediate_size"), MZG_KV_U32, 0,
                                             1 << 24, false};

static enum mzg_code settle_granite(struct mzg_config *c, struct mzg_err *e)
{
    bool ok = true;

    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        ok = mzg_config_default(c, factors[i].names[0], json_real(1)) && ok;
    return ok ? MZG_OK : mzg_fail_memory(e, "config.json");
}

static enum mzg_code measure_granitemoe(const struct mzg_config *c, struct mzg_hparams *h,
                                        struct mzg_err *e)
{
    double number = 0;
    bool there;

    enum mzg_code code = mzg_config_number(c->root, &shared, &number, &there, e);
    h->own[0] = (uint64_t)number;
    return code;
}

static enum mzg_code put_granite(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    size_t n = sizeof factors / sizeof *factors;

    enum mzg_code code = mzg_llama_put(work, k, e);
    return code == MZG_OK
               ? mzg_config_put_keys(work->config->root, work->arch->name, factors, n, k, e) : code;
}

static enum mzg_code put_granitemoe(const struct mzg_arch_work *work, struct mzg_kvs *k,
                                    struct mzg_err *e)
{
    if (work->hparams->experts == 0)
        return mzg_arch_fail_key(MZG_MALFORMED, "num_local_experts", "is missing, or 0", e);
    enum mzg_code code = put_granite(work, k, e);
    if (code == MZG_OK && work->hparams->own[0] > 0)
        mzg_config_put_u32(k, work->arch->name, shared.key, (uint32_t)work->hparams->own[0]);
    return code;
}

/* ---- */

/* Two vocabularies that are told by their size, as llama.cpp does: SmolLM's wants no BOS, Code
 * Llama's has the tokens for filling in the middle at these places without naming them. */
void mzg_llama_tune(struct mzg_vocab *v, struct mzg_kvs *k)
{
    if (v->count == 49152)
        v->add_bos = 0;
    if (v->count != 32016)
        return;
    mzg_kvs_u32(k, "tokenizer.ggml.fim_pre_token_id", 32007);
    mzg_kvs_u32(k, "tokenizer.ggml.fim_suf_token_id", 32008);
    mzg_kvs_u32(k, "tokenizer.ggml.fim_mid_token_id", 32009);
    if (v->special[MZG_SPECIAL_EOT] < 0)
        v->special[MZG_SPECIAL_EOT] = 32010;
}

const struct mzg_arch mzg_arch_llama = {
    .name = "llama",
    .classes = (const char *const[]){"LlamaForCausalLM", "MistralForCausalLM", "LLaMAForCausalLM",
                                     "LlamaModel", NULL},
    .model_types = (const char *const[]){"llama", "mistral", NULL},
    .tensors = llama,
    .n_tensors = sizeof llama / sizeof *llama,
    .prefixes = prefixes,
    .put = mzg_llama_put,
    .compute = mzg_common_compute,
    .tune = mzg_llama_tune,
};

const struct mzg_arch mzg_arch_mixtral = {
    .name = "llama",
    .classes = (const char *const[]){"MixtralForCausalLM", NULL},
    .model_types = (const char *const[]){"mixtral", NULL},
    .tensors = mixtral,
    .n_tensors = sizeof mixtral / sizeof *mixtral,
    .prefixes = prefixes,
    .put = mzg_llama_put_experts,
    .compute = mzg_common_compute,
    .tune = mzg_llama_tune,
};

const struct mzg_arch mzg_arch_mistral3 = {
    .name = "mistral3",
    .classes = (const char *const[]){"Mistral3ForConditionalGeneration", "Ministral3ForCausalLM", NULL},
    .model_types = (const char *const[]){"ministral3", NULL},
    .tensors = llama,
    .n_tensors = sizeof llama / sizeof *llama,
    .prefixes = (const char *const[]){"language_model.model.", "model.language_model.",
                                      "language_model.", "model.", NULL},
    .leaves = (const char *const[]){"vision_tower.", "multi_modal_projector.", NULL},
    .put = mzg_llama_put_stretched,
    .compute = mzg_common_compute,
};

const struct mzg_arch mzg_arch_smollm3 = {
    .name = "smollm3",
    .classes = (const char *const[]){"SmolLM3ForCausalLM", NULL},
    .model_types = (const char *const[]){"smollm3", NULL},
    .tensors = smollm3,
    .n_tensors = sizeof smollm3 / sizeof *smollm3,
    .prefixes = prefixes,
    .settle = settle_smollm3,
    .put = put_smollm3,
};

const struct mzg_arch mzg_arch_granite = {
    .name = "granite",
    .classes = (const char *const[]){"GraniteForCausalLM", NULL},
    .model_types = (const char *const[]){"granite", NULL},
    .tensors = llama,
    .n_tensors = sizeof llama / sizeof *llama,
    .prefixes = prefixes,
    .settle = settle_granite,
    .put = put_granite,
    .compute = mzg_common_compute,
    .tune = mzg_llama_tune,
};

const struct mzg_arch mzg_arch_granitemoe = {
    .name = "granitemoe",
    .classes = (const char *const[]){"GraniteMoeForCausalLM", "GraniteMoeSharedForCausalLM", NULL},
    .model_types = (const char *const[]){"granitemoe", "granitemoeshared", NULL},
    .tensors = granitemoe,
    .n_tensors = sizeof granitemoe / sizeof *granitemoe,
    .prefixes = prefixes,
    .settle = settle_granite,
    .measure = measure_granitemoe,
    .put = put_granitemoe,
    .compute = mzg_common_compute,
    .tune = mzg_llama_tune,
};
