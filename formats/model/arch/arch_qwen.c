/* Qwen2, 2.5 and 3, dense and of experts, and the embedders made of them; DeepSeek's distillates too.
 *
 * Rotation is of halves, as published: rows stay where they are. Sources: llama.cpp's converter and
 * loader of 2026. */
#include "common.h"
#include "pooling.h"

#define FRAME MZG_FRAME, MZG_QKV(NULL), MZG_ATTN_OUTPUT
#define HEAD_NORMS                                                                                 \
    MZG_LAYER_NORM("self_attn.q_norm", "attn_q_norm", MZG_DIM_HEAD, NULL),                         \
    MZG_LAYER_NORM("self_attn.k_norm", "attn_k_norm", MZG_DIM_HEAD, NULL)

static const struct mzg_arch_tensor qwen2[] = {FRAME, MZG_GATED_FFN};
static const struct mzg_arch_tensor qwen3[] = {FRAME, HEAD_NORMS, MZG_GATED_FFN};
static const struct mzg_arch_tensor qwen3moe[] = {
    FRAME, HEAD_NORMS,
    MZG_MATRIX("mlp.gate", "ffn_gate_inp", MZG_DIM_EXPERTS, MZG_DIM_EMBD, NULL),
    MZG_EXPERTS("mlp.experts", "gate_proj", "up_proj", "down_proj", MZG_DIM_EXPERT_FF),
    MZG_EXPERTS_MERGED("mlp.experts.gate_up_proj", "mlp.experts.down_proj", MZG_DIM_EXPERT_FF),
};

#define SHARED MZG_DIM_X0 /* shared_expert_intermediate_size */
static const struct mzg_arch_tensor qwen2moe[] = {
    FRAME,
    MZG_MATRIX("mlp.gate", "ffn_gate_inp", MZG_DIM_EXPERTS, MZG_DIM_EMBD, NULL),
    MZG_EXPERTS("mlp.experts", "gate_proj", "up_proj", "down_proj", MZG_DIM_EXPERT_FF),
    MZG_EXPERTS_MERGED("mlp.experts.gate_up_proj", "mlp.experts.down_proj", MZG_DIM_EXPERT_FF),
    MZG_MATRIX("mlp.shared_expert.gate_proj", "ffn_gate_shexp", SHARED, MZG_DIM_EMBD, NULL),
    MZG_MATRIX("mlp.shared_expert.up_proj", "ffn_up_shexp", SHARED, MZG_DIM_EMBD, NULL),
    MZG_MATRIX("mlp.shared_expert.down_proj", "ffn_down_shexp", MZG_DIM_EMBD, SHARED, NULL),
    MZG_LAYER_NORM("mlp.shared_expert_gate", "ffn_gate_inp_shexp", MZG_DIM_EMBD, mzg_how_shaped),
};

static const struct mzg_config_key shared = {"expert_shared_feed_forward_length",
                                             MZG_CONFIG_NAMES("shared_expert_intermediate_size"),
                                             MZG_KV_U32, 1, 1 << 24, true};

static const char *const prefixes[] = {"model.", NULL};

static enum mzg_code put2(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {MZG_RMS_EPSILON, mzg_common_silu, MZG_COMMON_WHOLE};

    enum mzg_code code = mzg_common_put(work, &common, k, e);
    return code == MZG_OK ? mzg_pooling_put(work, k, e) : code;
}

static enum mzg_code put3(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {MZG_RMS_EPSILON, mzg_common_silu, 0};

    enum mzg_code code = mzg_common_put(work, &common, k, e);
    return code == MZG_OK ? mzg_pooling_put(work, k, e) : code;
}

static enum mzg_code measure_moe(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    return mzg_common_expert_ff(c, "moe_intermediate_size", h, e);
}

/* Their runtimes have experts in every layer. */
static enum mzg_code put_experts(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    const json_t *root = work->config->root, *step = mzg_config_find(root, "decoder_sparse_step");

    if (work->hparams->experts == 0)
        return mzg_arch_fail_key(MZG_MALFORMED, "num_experts", "is missing, or 0", e);
    if (json_array_size(mzg_config_find(root, "mlp_only_layers")) > 0)
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "mlp_only_layers",
                                 "names layers without experts, without which these models are run", e);
    if (step && json_integer_value(step) != 1)
        return mzg_arch_fail_key(MZG_UNSUPPORTED, "decoder_sparse_step",
                                 "leaves layers without experts, without which these models are run", e);
    mzg_config_put_u32(k, work->arch->name, "expert_feed_forward_length",
                       (uint32_t)work->hparams->expert_ff);
    return MZG_OK;
}

/* The weights of the chosen experts sum up to 1; with qwen2moe they stay what they are. */
static enum mzg_code put_moe(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    enum mzg_code code = put3(work, k, e);

    if (code == MZG_OK)
        code = mzg_common_must_be(work, "norm_topk_prob", false, true, e);
    return code == MZG_OK ? put_experts(work, k, e) : code;
}

static enum mzg_code put2_moe(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    enum mzg_code code = put2(work, k, e);

    if (code == MZG_OK)
        code = mzg_common_must_be(work, "norm_topk_prob", false, false, e);
    if (code == MZG_OK)
        code = put_experts(work, k, e);
    mzg_config_put_u32(k, work->arch->name, shared.key, (uint32_t)work->hparams->own[0]);
    return code;
}

static enum mzg_code measure2_moe(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e)
{
    double number = 0;
    bool there;

    enum mzg_code code = mzg_config_number(c->root, &shared, &number, &there, e);
    h->own[0] = (uint64_t)number;
    return code == MZG_OK ? measure_moe(c, h, e) : code;
}

const struct mzg_arch mzg_arch_qwen2 = {
    .name = "qwen2",
    .classes = (const char *const[]){"Qwen2ForCausalLM", "Qwen2Model", NULL},
    .model_types = (const char *const[]){"qwen2", NULL},
    .tensors = qwen2,
    .n_tensors = sizeof qwen2 / sizeof *qwen2,
    .prefixes = prefixes,
    .put = put2,
};

const struct mzg_arch mzg_arch_qwen3 = {
    .name = "qwen3",
    .classes = (const char *const[]){"Qwen3ForCausalLM", "Qwen3Model", NULL},
    .model_types = (const char *const[]){"qwen3", NULL},
    .tensors = qwen3,
    .n_tensors = sizeof qwen3 / sizeof *qwen3,
    .prefixes = prefixes,
    .put = put3,
};

const struct mzg_arch mzg_arch_qwen3moe = {
    .name = "qwen3moe",
    .classes = (const char *const[]){"Qwen3MoeForCausalLM", NULL},
    .model_types = (const char *const[]){"qwen3_moe", NULL},
    .tensors = qwen3moe,
    .n_tensors = sizeof qwen3moe / sizeof *qwen3moe,
    .prefixes = prefixes,
    .lacks = MZG_LACKS_FF,
    .measure = measure_moe,
    .put = put_moe,
};

const struct mzg_arch mzg_arch_qwen2moe = {
    .name = "qwen2moe",
    .classes = (const char *const[]){"Qwen2MoeForCausalLM", NULL},
    .model_types = (const char *const[]){"qwen2_moe", NULL},
    .tensors = qwen2moe,
    .n_tensors = sizeof qwen2moe / sizeof *qwen2moe,
    .prefixes = prefixes,
    .lacks = MZG_LACKS_FF,
    .measure = measure2_moe,
    .put = put2_moe,
};
