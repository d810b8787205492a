/* StableLM 1 and 2: Llama's matrices between layer norms with biases; the largest has a norm for each head
 * of q and k, and one norm for attention and feed-forward network, which stand side by side. Sources:
 * llama.cpp's converter and loader of 2026. */
#include "common.h"

#define HEAD_NORM(from, to)                                                                        \
    MZG_TENSOR(MZG_LAYER "self_attn." from ".weight", "blk.#." to ".weight", MZG_DIM_1,            \
               MZG_DIM_HEAD, MZG_ROW_OPTIONAL, NULL)
#define FFN_NORM(end)                                                                              \
    MZG_TENSOR(MZG_LAYER "post_attention_layernorm" end, "blk.#.ffn_norm" end, MZG_DIM_1,          \
               MZG_DIM_EMBD, MZG_ROW_OPTIONAL, NULL)

static const struct mzg_arch_tensor tensors[] = {
    MZG_EMBEDDING, MZG_HEAD_ALWAYS, MZG_NORM_BIASED("norm", "output_norm"),
    MZG_NORM_BIASED(MZG_LAYER "input_layernorm", "blk.#.attn_norm"),
    FFN_NORM(".weight"), FFN_NORM(".bias"),
    HEAD_NORM("q_layernorm.norms.$", "attn_q_norm"), HEAD_NORM("k_layernorm.norms.&", "attn_k_norm"),
    MZG_QKV(NULL), MZG_ATTN_OUTPUT, MZG_GATED_FFN,
};

static enum mzg_code settle(struct mzg_config *c, struct mzg_err *e)
{
    return mzg_common_rotary_default(c, 0.25, e);
}

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {MZG_EPSILON, mzg_common_silu,
                                             MZG_COMMON_WHOLE | MZG_COMMON_PARTIAL};

    enum mzg_code code = mzg_common_put(work, &common, k, e);
    return code == MZG_OK ? mzg_common_put_parallel(work, k, e) : code;
}

const struct mzg_arch mzg_arch_stablelm = {
    .name = "stablelm",
    .classes = (const char *const[]){"StableLmForCausalLM", "StableLMEpochForCausalLM", NULL},
    .model_types = (const char *const[]){"stablelm", "stablelm_epoch", NULL},
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"model.", NULL},
    .settle = settle,
    .put = put,
};
