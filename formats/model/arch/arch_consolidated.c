/* The form in which Mistral and Meta themselves publish: consolidated weights beside params.json, from which
 * configs/params.c makes a config of these classes.
 *
 * Its q and k are in the order of pairs, as llama.cpp rotates them: nothing is moved, where Hugging Face's form
 * of the same models has halves. Sources: the readers of mistral-inference and llama-models, llama.cpp's
 * converter of 2026; tests/interop/arch.sh shows that the logits are the same. */
#include "arch_llama.h"

#define FRAME                                                                                      \
    MZG_TENSOR("tok_embeddings.weight", "token_embd.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, 0, NULL), \
    MZG_NORM("norm", "output_norm", NULL),                                                         \
    MZG_TENSOR("output.weight", "output.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, MZG_ROW_HEAD, NULL),  \
    MZG_LAYER_NORM("attention_norm", "attn_norm", MZG_DIM_EMBD, NULL),                             \
    MZG_LAYER_NORM("ffn_norm", "ffn_norm", MZG_DIM_EMBD, NULL),                                    \
    MZG_MATRIX("attention.wq", "attn_q", MZG_DIM_Q, MZG_DIM_EMBD, NULL),                           \
    MZG_MATRIX("attention.wk", "attn_k", MZG_DIM_KV, MZG_DIM_EMBD, NULL),                          \
    MZG_MATRIX("attention.wv", "attn_v", MZG_DIM_KV, MZG_DIM_EMBD, NULL),                          \
    MZG_MATRIX("attention.wo", "attn_output", MZG_DIM_EMBD, MZG_DIM_Q, NULL)

static const struct mzg_arch_tensor dense[] = {
    FRAME,
    MZG_MATRIX("feed_forward.w1", "ffn_gate", MZG_DIM_FF, MZG_DIM_EMBD, NULL),
    MZG_MATRIX("feed_forward.w3", "ffn_up", MZG_DIM_FF, MZG_DIM_EMBD, NULL),
    MZG_MATRIX("feed_forward.w2", "ffn_down", MZG_DIM_EMBD, MZG_DIM_FF, NULL),
};

static const struct mzg_arch_tensor experts[] = {
    FRAME,
    MZG_MATRIX("feed_forward.gate", "ffn_gate_inp", MZG_DIM_EXPERTS, MZG_DIM_EMBD, NULL),
    MZG_EXPERTS("feed_forward.experts", "w1", "w3", "w2", MZG_DIM_FF),
};

/* The angles, which every runtime computes. */
static const char *const drops[] = {"rope.freqs", NULL};
/* Eyes and ears. */
static const char *const leaves[] = {"vision_encoder.", "vision_language_adapter.", "patch_merger.",
                                     "pre_mm_projector_norm.", NULL};

const struct mzg_arch mzg_arch_consolidated = {
    .name = "llama",
    .classes = (const char *const[]){"ConsolidatedForCausalLM", NULL},
    .tensors = dense,
    .n_tensors = sizeof dense / sizeof *dense,
    .drops = drops,
    .leaves = leaves,
    .put = mzg_llama_put,
    .compute = mzg_common_compute,
    .tune = mzg_llama_tune,
};

const struct mzg_arch mzg_arch_consolidated_moe = {
    .name = "llama",
    .classes = (const char *const[]){"ConsolidatedMoeForCausalLM", NULL},
    .tensors = experts,
    .n_tensors = sizeof experts / sizeof *experts,
    .drops = drops,
    .put = mzg_llama_put_experts,
    .compute = mzg_common_compute,
};

const struct mzg_arch mzg_arch_consolidated3 = {
    .name = "mistral3",
    .classes = (const char *const[]){"Consolidated3ForCausalLM", NULL},
    .tensors = dense,
    .n_tensors = sizeof dense / sizeof *dense,
    .drops = drops,
    .leaves = leaves,
    .put = mzg_llama_put_stretched,
    .compute = mzg_common_compute,
};
