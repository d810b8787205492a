/* common.h: what families of decoders share: the rows that most of their tables have, and the keys and
 * refusals of what their runtimes take for granted. */
#ifndef MZG_MODEL_COMMON_H
#define MZG_MODEL_COMMON_H

#include "how.h"

/* ---- rows ---- */

#define MZG_LAYER "layers.#."
/* A matrix that its runtime has no bias for, and one with which it takes one. */
#define MZG_MATRIX(from, to, rows, width, how)                                                     \
    MZG_TENSOR(MZG_LAYER from ".weight", "blk.#." to ".weight", rows, width, 0, how)
#define MZG_PROJECTION(from, to, rows, width, how)                                                 \
    MZG_MATRIX(from, to, rows, width, how),                                                        \
    MZG_TENSOR(MZG_LAYER from ".bias", "blk.#." to ".bias", MZG_DIM_1, rows, MZG_ROW_OPTIONAL, how)
/* A norm of the model's width, and a layer's of any. */
#define MZG_NORM(from, to, how)                                                                    \
    MZG_TENSOR(from ".weight", to ".weight", MZG_DIM_1, MZG_DIM_EMBD, 0, how)
#define MZG_LAYER_NORM(from, to, width, how)                                                       \
    MZG_TENSOR(MZG_LAYER from ".weight", "blk.#." to ".weight", MZG_DIM_1, width, 0, how)

/* The same with biases. */
#define MZG_NORM_BIASED(from, to)                                                                  \
    MZG_NORM(from, to, NULL),                                                                      \
    MZG_TENSOR(from ".bias", to ".bias", MZG_DIM_1, MZG_DIM_EMBD, 0, NULL)
/* A layer's matrix and its bias, both of which must be there. */
#define MZG_AFFINE(from, to, rows, width, how, how_bias)                                           \
    MZG_TENSOR(from ".weight", to ".weight", rows, width, 0, how),                                 \
    MZG_TENSOR(from ".bias", to ".bias", MZG_DIM_1, rows, 0, how_bias)

#define MZG_EMBEDDING                                                                              \
    MZG_TENSOR("embed_tokens.weight", "token_embd.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, 0, NULL)
#define MZG_HEAD                                                                                   \
    MZG_TENSOR("lm_head.weight", "output.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD, MZG_ROW_HEAD, NULL)
/* For a runtime that does not take the embedding by itself. */
#define MZG_HEAD_ALWAYS                                                                            \
    MZG_HEAD, MZG_TENSOR("embed_tokens.weight", "output.weight", MZG_DIM_VOCAB, MZG_DIM_EMBD,      \
                         MZG_ROW_ELSE, NULL)
/* Around the attention and the feed-forward network, where each has its norm before it. */
#define MZG_FRAME                                                                                  \
    MZG_EMBEDDING, MZG_NORM("norm", "output_norm", NULL), MZG_HEAD,                                \
    MZG_LAYER_NORM("input_layernorm", "attn_norm", MZG_DIM_EMBD, NULL),                            \
    MZG_LAYER_NORM("post_attention_layernorm", "ffn_norm", MZG_DIM_EMBD, NULL)
/* q, k and v with biases where there are some; rotary: of q and k. */
#define MZG_QKV(rotary)                                                                            \
    MZG_PROJECTION("self_attn.q_proj", "attn_q", MZG_DIM_Q, MZG_DIM_EMBD, rotary),                 \
    MZG_PROJECTION("self_attn.k_proj", "attn_k", MZG_DIM_KV, MZG_DIM_EMBD, rotary),                \
    MZG_PROJECTION("self_attn.v_proj", "attn_v", MZG_DIM_KV, MZG_DIM_EMBD, NULL)
#define MZG_ATTN_OUTPUT                                                                            \
    MZG_MATRIX("self_attn.o_proj", "attn_output", MZG_DIM_EMBD, MZG_DIM_Q, NULL)
#define MZG_ATTN_OUTPUT_BIASED                                                                     \
    MZG_PROJECTION("self_attn.o_proj", "attn_output", MZG_DIM_EMBD, MZG_DIM_Q, NULL)
/* Without biases, and with. */
#define MZG_GATED_FFN                                                                              \
    MZG_MATRIX("mlp.gate_proj", "ffn_gate", MZG_DIM_FF, MZG_DIM_EMBD, NULL),                       \
    MZG_MATRIX("mlp.up_proj", "ffn_up", MZG_DIM_FF, MZG_DIM_EMBD, NULL),                           \
    MZG_MATRIX("mlp.down_proj", "ffn_down", MZG_DIM_EMBD, MZG_DIM_FF, NULL)
#define MZG_GATED_FFN_BIASED                                                                       \
    MZG_PROJECTION("mlp.gate_proj", "ffn_gate", MZG_DIM_FF, MZG_DIM_EMBD, NULL),                   \
    MZG_PROJECTION("mlp.up_proj", "ffn_up", MZG_DIM_FF, MZG_DIM_EMBD, NULL),                       \
    MZG_PROJECTION("mlp.down_proj", "ffn_down", MZG_DIM_EMBD, MZG_DIM_FF, NULL)
/* Experts, each a matrix of its own, or, as transformers 5 holds them, all in one with gate and up
 * behind one another. from: what stands before the expert's number. */
#define MZG_EXPERT(from, name, to, rows, width)                                                    \
    MZG_TENSOR(MZG_LAYER from ".@." name ".weight", "blk.#." to "_exps.weight", rows, width,       \
               MZG_ROW_EITHER, NULL)
#define MZG_EXPERTS(from, gate, up, down, ff)                                                      \
    MZG_EXPERT(from, gate, "ffn_gate", ff, MZG_DIM_EMBD),                                          \
    MZG_EXPERT(from, up, "ffn_up", ff, MZG_DIM_EMBD),                                              \
    MZG_EXPERT(from, down, "ffn_down", MZG_DIM_EMBD, ff)
#define MZG_EXPERTS_MERGED(gate_up, down, ff)                                                      \
    MZG_TENSOR_3D(MZG_LAYER gate_up, "blk.#.ffn_gate_exps.weight", MZG_DIM_EXPERTS, ff,            \
                  MZG_DIM_EMBD, MZG_ROW_EITHER, mzg_how_first_half),                               \
    MZG_TENSOR_3D(MZG_LAYER gate_up, "blk.#.ffn_up_exps.weight", MZG_DIM_EXPERTS, ff,              \
                  MZG_DIM_EMBD, MZG_ROW_EITHER, mzg_how_second_half),                              \
    MZG_TENSOR_3D(MZG_LAYER down, "blk.#.ffn_down_exps.weight", MZG_DIM_EXPERTS, MZG_DIM_EMBD,     \
                  ff, MZG_ROW_EITHER, NULL)

/* ---- keys ---- */

#define MZG_RMS_EPSILON "attention.layer_norm_rms_epsilon"
#define MZG_EPSILON "attention.layer_norm_epsilon"

enum {
    MZG_COMMON_PARTIAL = 1, /* may rotate a part of each head, and rope.dimension_count is written */
    MZG_COMMON_WHOLE = 2,   /* its runtime knows no heads but of the width by their number */
    MZG_COMMON_WINDOW = 4,  /* writes its sliding window itself; else its runtime has none */
    MZG_COMMON_LLAMA3 = 8,  /* takes rope_freqs.weight, which is computed for rope type llama3 */
    MZG_COMMON_LONG = 16    /* takes the factors of rope type longrope */
};

struct mzg_common {
    const char *epsilon;             /* the key behind ARCH. that its norms need */
    const char *const *activations;  /* names of what its runtime computes; the first where a config
                                      * says nothing; NULL at the end */
    unsigned flags;
};
extern const char *const mzg_common_silu[], *const mzg_common_gelu[];

/* Writes rope.scaling.* and what the flags say; refuses what the runtime cannot do: other activations,
 * ways to stretch the context, partly rotated heads, heads of another size. Announces what only
 * changes long texts. For struct mzg_arch.put, after mzg_config_put. */
enum mzg_code mzg_common_put(const struct mzg_arch_work *work, const struct mzg_common *common,
                             struct mzg_kvs *k, struct mzg_err *e) MZG_MUST;

/* For struct mzg_arch.compute: rope_freqs.weight where rope type llama3 asks for it. */
enum mzg_code mzg_common_compute(const struct mzg_arch_work *work, struct mzg_model *m,
                                 struct mzg_err *e) MZG_MUST;

/* For struct mzg_arch.measure, with families of experts: h->expert_ff, by this name in config.json. */
enum mzg_code mzg_common_expert_ff(const struct mzg_config *c, const char *name, struct mzg_hparams *h,
                                   struct mzg_err *e) MZG_MUST;

/* For struct mzg_arch.settle: embeddings are tied where the config does not say. */
enum mzg_code mzg_common_tied(struct mzg_config *c, struct mzg_err *e) MZG_MUST;

/* For the same: so much of a head is rotated where the config does not say. */
enum mzg_code mzg_common_rotary_default(struct mzg_config *c, double part, struct mzg_err *e) MZG_MUST;

/* Writes use_parallel_residual, which is true unless the config has another word. */
enum mzg_code mzg_common_put_parallel(const struct mzg_arch_work *work, struct mzg_kvs *k,
                                      struct mzg_err *e) MZG_MUST;

/* The rotated dimensions of a head: the whole head, or partial_rotary_factor of it. */
enum mzg_code mzg_common_rotated(const struct mzg_config *c, const struct mzg_hparams *h, uint64_t *n,
                                 struct mzg_err *e) MZG_MUST;

/* Writes attention.sliding_window, where the config has one, and, where layers slide otherwise than all
 * but every period-th, which the runtime takes for granted, attention.sliding_window_pattern. */
enum mzg_code mzg_common_put_window(const struct mzg_arch_work *work, uint64_t period,
                                    struct mzg_kvs *k, struct mzg_err *e) MZG_MUST;

/* Refuses a config in which this member is there and another truth value than its family's runtime
 * takes for granted; absent: what transformers takes then. */
enum mzg_code mzg_common_must_be(const struct mzg_arch_work *work, const char *key, bool absent,
                                 bool must, struct mzg_err *e) MZG_MUST;

#endif
