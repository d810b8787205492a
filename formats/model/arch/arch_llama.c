/* Llama and what shares its tensors: Llama 1 to 3.x, Mistral, TinyLlama, SmolLM, Yi, InkubaLM.
 *
 * Its runtime rotates pairs of neighbouring rows, the published weights are in the order of rotated
 * halves: hence mzg_how_rotary. Sources: llama.cpp's converter and loader of 2026. */
#include "common.h"

static const struct mzg_arch_tensor tensors[] = {
    MZG_EMBEDDING, MZG_NORM("norm", "output_norm", NULL), MZG_HEAD,
    MZG_LAYER_NORM("input_layernorm", "attn_norm", MZG_DIM_EMBD, NULL),
    MZG_LAYER_NORM("post_attention_layernorm", "ffn_norm", MZG_DIM_EMBD, NULL),
    MZG_QKV(mzg_how_rotary), MZG_ATTN_OUTPUT_BIASED, MZG_GATED_FFN_BIASED,
};

static enum mzg_code put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e)
{
    static const struct mzg_common common = {MZG_RMS_EPSILON, mzg_common_silu, MZG_COMMON_LLAMA3};
    const struct mzg_hparams *h = work->hparams;

    enum mzg_code code = mzg_common_put(work, &common, k, e);
    mzg_kvs_u32(k, "llama.vocab_size", (uint32_t)h->vocab);
    mzg_kvs_u32(k, "llama.rope.dimension_count", (uint32_t)h->head_dim);
    return code;
}

/* Two vocabularies that are told by their size, as llama.cpp does: SmolLM's wants no BOS, Code
 * Llama's has the tokens for filling in the middle at these places without naming them. */
static void tune(struct mzg_vocab *v, struct mzg_kvs *k)
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
    .tensors = tensors,
    .n_tensors = sizeof tensors / sizeof *tensors,
    .prefixes = (const char *const[]){"model.", NULL},
    .put = put,
    .compute = mzg_common_compute,
    .tune = tune,
};
