/* OLMo 2 and 3: norms stand behind attention and feed-forward network, not before, and those of q and k
 * span all heads. Sources: llama.cpp's converter and loader of 2026. */
#include "common.h"

static const struct mzg_arch_tensor tensors[] = {
    MZG_EMBEDDING, MZG_NORM("norm", "output_norm", NULL), MZG_HEAD_ALWAYS,
    MZG_QKV(NULL), MZG_ATTN_OUTPUT, MZG_GATED_FFN,
    MZG_LAYER_NORM("self_attn.q_norm", "attn_q_norm", MZG_DIM_Q, NULL),
    MZG_LAYER_NORM("self_attn.k_norm", "attn_k_norm", MZG_DIM_KV, NULL),
    MZG_LAYER_NORM("post_attention_layernorm", "post_attention_norm", MZG_DIM_EMBD, NULL),
    MZG_LAYER_NORM("post_feedforward_layernorm", "post_ffw_norm", MZG_DIM_EMBD, NULL),
};

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {MZG_RMS_EPSILON, mzg_common_silu,
                                             MZG_COMMON_WHOLE | MZG_COMMON_WINDOW};

    enum mzg_code code = mzg_common_put(work, &common, k, e);
    return code == MZG_OK ? mzg_common_put_window(work, 4, k, e) : code;
}

const struct mzg_arch mzg_arch_olmo2 = {
    .name = "olmo2",
    .classes = (const char *const[]){"Olmo2ForCausalLM", "Olmo3ForCausalLM", NULL},
    .model_types = (const char *const[]){"olmo2", "olmo3", NULL},
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"model.", NULL},
    .put = put,
};
