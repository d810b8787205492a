/* families_tables.h: the families of test_families.c. A model's width is 8, with 2 heads of 4, of which 1 is
     for keys and
 * values, 6 in between, and 5 tokens. */

#define SIZES                                                                                                          \
    "\"vocab_size\":5,\"hidden_size\":8,\"intermediate_size\":6,\"num_hidden_layers\":1,\"num_attention_heads\":2,"    \
    "\"num_key_value_heads\":1,\"max_position_embeddings\":64,\"rms_norm_eps\":1e-05,\"rope_theta\":10000.0"
#define CONFIG(class, more) "{\"architectures\":[\"" class "\"]," SIZES more "}"
#define SIZE_KEYS                                                                                                      \
    "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\nattention.head_count 2\n"            \
    "attention.head_count_kv 1\n"

#define L "model.layers.0."
#define B "blk.0."
#define EMBEDDING "model.embed_tokens.weight 5,8\n" "model.norm.weight 8\n"
#define NORM1 L "input_layernorm.weight 8\n"
#define NORM2 L "post_attention_layernorm.weight 8\n"
#define NORMS NORM1 NORM2
#define QKVO                                                                                                           \
    L "self_attn.q_proj.weight 8,8\n" L "self_attn.k_proj.weight 4,8\n" L "self_attn.v_proj.weight 4,8\n"              \
    L "self_attn.o_proj.weight 8,8\n"
#define FFN L "mlp.gate_proj.weight 6,8\n" L "mlp.up_proj.weight 6,8\n" L "mlp.down_proj.weight 8,6\n"
#define FFN_MADE B "ffn_down.weight 6,8\n" B "ffn_gate.weight 8,6\n"

#define QK_NORMS L "self_attn.q_norm.weight 4\n" L "self_attn.k_norm.weight 4\n"
#define EXPERT(n, name, shape) L "block_sparse_moe.experts." n "." name ".weight " shape "\n"
#define AFFINE(name, rows, width) name ".weight " rows "," width "\n" name ".bias " rows "\n"
#define CONV1D(name, width, rows) name ".weight " width "," rows "\n" name ".bias " rows "\n"
#define BIASED(name) name ".weight 8\n" name ".bias 8\n"
#define GPT2(p)                                                                                                        \
    p "wte.weight 5,8\n" p "wpe.weight 16,8\n" BIASED(p "ln_f") BIASED(p "h.0.ln_1") BIASED(p "h.0.ln_2")              \
    CONV1D(p "h.0.attn.c_attn", "8", "24") CONV1D(p "h.0.attn.c_proj", "8", "8")                                       \
    CONV1D(p "h.0.mlp.c_fc", "8", "32") CONV1D(p "h.0.mlp.c_proj", "32", "8")
#define N "gpt_neox.layers.0."
#define F "transformer.h.0."
#define FALCON                                                                                                         \
    "transformer.word_embeddings.weight 5,8\n" BIASED("transformer.ln_f") F "self_attention.dense.weight 8,8\n"        \
    F "mlp.dense_h_to_4h.weight 32,8\n" F "mlp.dense_4h_to_h.weight 8,32\n"
#define L1 "model.layers.1."
#define LFM2(n)                                                                                                        \
    "model.layers." n ".operator_norm.weight 8\nmodel.layers." n ".ffn_norm.weight 8\n"                                \
    "model.layers." n ".feed_forward.w1.weight 4,8\nmodel.layers." n ".feed_forward.w3.weight 4,8\n"                   \
    "model.layers." n ".feed_forward.w2.weight 8,4\n"
#define NET(line) L "linear_attn." line "\n"
#define NETS                                                                                                           \
    "\"linear_conv_kernel_dim\":3,\"linear_key_head_dim\":2,\"linear_value_head_dim\":2,"                              \
    "\"linear_num_key_heads\":2,\"linear_num_value_heads\":4,\"rope_percent\":0.5"
#define SPARSE " 1.644854f 1.644854f 1.644854f 1.644854f 1.644854f"
#define G "model.language_model.layers.#."
#define GEMMA3N                                                                                                        \
    "model.language_model.embed_tokens.weight 5,8\nmodel.language_model.norm.weight 8\n"                               \
    "model.language_model.embed_tokens_per_layer.weight 3,5120\n"                                                      \
    "model.language_model.per_layer_model_projection.weight 5120,8\n"                                                  \
    "model.language_model.per_layer_projection_norm.weight 256\nmodel.audio_tower.a.weight 1\n"                        \
    "model.language_model.altup_projections.0.weight 8,8\nmodel.language_model.altup_projections.1.weight 8,8\n"       \
    "model.language_model.altup_projections.2.weight 8,8\n"                                                            \
    "model.language_model.altup_unembed_projections.0.weight 8,8\n"                                                    \
    "model.language_model.altup_unembed_projections.1.weight 8,8\n"                                                    \
    "model.language_model.altup_unembed_projections.2.weight 8,8\n"                                                    \
    G "self_attn.q_proj.weight 8,8\n" G "self_attn.k_proj.weight 4,8\n" G "self_attn.v_proj.weight 4,8\n"              \
    G "self_attn.o_proj.weight 8,8\n" G "self_attn.q_norm.weight 4\n" G "self_attn.k_norm.weight 4\n"                  \
    G "mlp.gate_proj.weight 6,8\n" G "mlp.up_proj.weight 6,8\n" G "mlp.down_proj.weight 8,6\n"                         \
    G "input_layernorm.weight 8\n" G "post_attention_layernorm.weight 8\n"                                             \
    G "pre_feedforward_layernorm.weight 8\n" G "post_feedforward_layernorm.weight 8\n"                                 \
    G "altup.correction_coefs.weight 4,4\n" G "altup.prediction_coefs.weight 16,4\n"                                   \
    G "altup.modality_router.weight 4,8\n" G "altup.router_norm.weight 8\n" G "altup.correct_output_scale 8\n"         \
    G "laurel.linear_left.weight 64,8\n" G "laurel.linear_right.weight 8,64\n"                                         \
    G "laurel.post_laurel_norm.weight 8\n" G "per_layer_input_gate.weight 256,8\n"                                     \
    G "per_layer_projection.weight 8,256\n" G "post_per_layer_input_norm.weight 8\n"
#define FEEDFORWARD_NORMS L "pre_feedforward_layernorm.weight 8\n" L "post_feedforward_layernorm.weight 8\n"
#define MOE                                                                                                            \
    ",\"tie_word_embeddings\":true,\"num_experts\":2,\"num_experts_per_tok\":1,\"moe_intermediate_size\":2,"             \
    "\"norm_topk_prob\":true"
#define MOE_KEYS                                                                                                       \
    "attention.layer_norm_rms_epsilon 1e-05f\nrope.freq_base 10000f\nexpert_count 2\nexpert_used_count 1\n"            \
    "expert_feed_forward_length 2\n"

#include "families_encoders.h"
#include "families_states.h"

static const struct family families[] = {
    {"qwen2", CONFIG("Qwen2ForCausalLM", ",\"hidden_act\":\"silu\",\"tie_word_embeddings\":true"),
     EMBEDDING NORMS QKVO FFN L "self_attn.q_proj.bias 8\n" L "self_attn.k_proj.bias 4\n" L
     "self_attn.v_proj.bias 4\n",
     B "attn_k.bias 4\n" B "attn_k.weight 8,4\n" B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n" B
     "attn_q.bias 8\n"
     B "attn_q.weight 8,8\n" B "attn_v.bias 4\n" B "attn_v.weight 8,4\n" FFN_MADE B "ffn_norm.weight 8\n"
     B "ffn_up.weight 8,6\n" "output_norm.weight 8\n" "token_embd.weight 8,5\n",
     SIZE_KEYS "attention.layer_norm_rms_epsilon 1e-05f\nrope.freq_base 10000f\n"},
    {"qwen3", CONFIG("Qwen3ForCausalLM", ",\"head_dim\":6,\"tie_word_embeddings\":false"),
     EMBEDDING "lm_head.weight 5,8\n" NORMS FFN L "self_attn.q_proj.weight 12,8\n" L "self_attn.k_proj.weight 6,8\n"
     L "self_attn.v_proj.weight 6,8\n" L "self_attn.o_proj.weight 8,12\n" L "self_attn.q_norm.weight 6\n"
     L "self_attn.k_norm.weight 6\n",
     B "attn_k.weight 8,6\n" B "attn_k_norm.weight 6\n" B "attn_norm.weight 8\n" B "attn_output.weight 12,8\n"
     B "attn_q.weight 8,12\n" B "attn_q_norm.weight 6\n" B "attn_v.weight 8,6\n" FFN_MADE B "ffn_norm.weight 8\n"
     B "ffn_up.weight 8,6\n" "output.weight 8,5\n" "output_norm.weight 8\n" "token_embd.weight 8,5\n",
     SIZE_KEYS "attention.key_length 6\nattention.value_length 6\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\n"},
    {"qwen3moe", CONFIG("Qwen3MoeForCausalLM", MOE),
     EMBEDDING NORMS QKVO QK_NORMS L "mlp.gate.weight 2,8\n" L "mlp.experts.0.gate_proj.weight 2,8\n"
     L "mlp.experts.1.gate_proj.weight 2,8\n" L "mlp.experts.0.up_proj.weight 2,8\n" L
     "mlp.experts.1.up_proj.weight 2,8\n"
     L "mlp.experts.0.down_proj.weight 8,2\n" L "mlp.experts.1.down_proj.weight 8,2\n",
     B "attn_k.weight 8,4\n" B "attn_k_norm.weight 4\n" B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n"
     B "attn_q.weight 8,8\n" B "attn_q_norm.weight 4\n" B "attn_v.weight 8,4\n"
     B "ffn_down_exps.weight 2,8,2 : 0 2 4 6 8 10 12 14\n" B "ffn_gate_exps.weight 8,2,2 : 0 8 0 8\n"
     B "ffn_gate_inp.weight 8,2\n" B "ffn_norm.weight 8\n" B "ffn_up_exps.weight 8,2,2 : 0 8 0 8\n"
     "output_norm.weight 8\n" "token_embd.weight 8,5\n",
     SIZE_KEYS MOE_KEYS},
    {"qwen3moe-merged", CONFIG("Qwen3MoeForCausalLM", MOE),
     EMBEDDING NORMS QKVO QK_NORMS L "mlp.gate.weight 2,8\n" L "mlp.experts.gate_up_proj 2,4,8\n"
     L "mlp.experts.down_proj 2,8,2\n",
     B "attn_k.weight 8,4\n" B "attn_k_norm.weight 4\n" B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n"
     B "attn_q.weight 8,8\n" B "attn_q_norm.weight 4\n" B "attn_v.weight 8,4\n" B "ffn_down_exps.weight 2,8,2\n"
     B "ffn_gate_exps.weight 8,2,2 : 0 8 32 40\n" B "ffn_gate_inp.weight 8,2\n" B "ffn_norm.weight 8\n"
     B "ffn_up_exps.weight 8,2,2 : 16 24 48 56\n" "output_norm.weight 8\n" "token_embd.weight 8,5\n",
     SIZE_KEYS MOE_KEYS},
    {"gemma", CONFIG("GemmaForCausalLM", ",\"head_dim\":4,\"hidden_activation\":null,\"hidden_act\":\"gelu\""),
     EMBEDDING "lm_head.weight 5,8\n" NORMS QKVO FFN,
     B "attn_k.weight 8,4\n" B "attn_norm.weight 8 : 1 2 3 4 5 6 7 8\n" B "attn_output.weight 8,8\n"
     B "attn_q.weight 8,8\n" B "attn_v.weight 8,4\n" B "ffn_down.weight 6,8\n" B "ffn_gate.weight 8,6\n"
     B "ffn_norm.weight 8 : 1 2 3 4 5 6 7 8\n"
     B "ffn_up.weight 8,6\noutput_norm.weight 8 : 1 2 3 4 5 6 7 8\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.key_length 4\n"
     "attention.value_length 4\nattention.layer_norm_rms_epsilon 1e-05f\nrope.freq_base 10000f\n"},
    {"gemma2", CONFIG("Gemma2ForCausalLM", ",\"head_dim\":4,\"query_pre_attn_scalar\":4,\"sliding_window\":16,"
     "\"final_logit_softcapping\":20.0"),
     EMBEDDING NORMS QKVO FFN FEEDFORWARD_NORMS,
     B "attn_k.weight 8,4\n" B "attn_norm.weight 8 : 1 2 3 4 5 6 7 8\n" B "attn_output.weight 8,8\n"
     B "attn_q.weight 8,8\n" B "attn_v.weight 8,4\n" B "ffn_down.weight 6,8\n" B "ffn_gate.weight 8,6\n"
     B "ffn_norm.weight 8 : 1 2 3 4 5 6 7 8\n" B "ffn_up.weight 8,6\n"
     B "post_attention_norm.weight 8 : 1 2 3 4 5 6 7 8\n"
     B "post_ffw_norm.weight 8 : 1 2 3 4 5 6 7 8\noutput_norm.weight 8 : 1 2 3 4 5 6 7 8\n"
     "token_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.key_length 4\n"
     "attention.value_length 4\nattention.layer_norm_rms_epsilon 1e-05f\nrope.freq_base 10000f\n"
     "attn_logit_softcapping 50f\nfinal_logit_softcapping 20f\nattention.sliding_window 16\n"},
    {"gemma3", CONFIG("Gemma3ForCausalLM", ",\"head_dim\":4,\"query_pre_attn_scalar\":4,\"sliding_window\":16,"
     "\"layer_types\":[\"full_attention\"]"),
     EMBEDDING NORMS QKVO QK_NORMS FFN FEEDFORWARD_NORMS,
     B "attn_k.weight 8,4\n" B "attn_k_norm.weight 4 : 1 2 3 4\n" B "attn_norm.weight 8 : 1 2 3 4 5 6 7 8\n"
     B "attn_output.weight 8,8\n" B "attn_q.weight 8,8\n" B "attn_q_norm.weight 4 : 1 2 3 4\n"
     B "attn_v.weight 8,4\n" B "ffn_down.weight 6,8\n" B "ffn_gate.weight 8,6\n"
     B "ffn_norm.weight 8 : 1 2 3 4 5 6 7 8\n" B "ffn_up.weight 8,6\n"
     B "post_attention_norm.weight 8 : 1 2 3 4 5 6 7 8\n"
     B "post_ffw_norm.weight 8 : 1 2 3 4 5 6 7 8\noutput_norm.weight 8 : 1 2 3 4 5 6 7 8\n"
     "token_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.key_length 4\n"
     "attention.value_length 4\nattention.layer_norm_rms_epsilon 1e-05f\nrope.freq_base 10000f\n"
     "rope.freq_base_swa 10000f\nattention.sliding_window 16\n" "attention.sliding_window_pattern false\n"},
    {"gemma3-eyes", "{\"architectures\":[\"Gemma3ForConditionalGeneration\"],"
     "\"text_config\":{\"model_type\":\"gemma3_text\",\"vocab_size\":5,\"hidden_size\":8,"
     "\"intermediate_size\":6,\"num_hidden_layers\":1,\"num_attention_heads\":2,\"num_key_value_heads\":1,"
     "\"head_dim\":4,\"query_pre_attn_scalar\":4,\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":8.0}}}",
     "language_model.model.embed_tokens.weight 5,8\nlanguage_model.model.norm.weight 8\n" "language_model."
     NORM1 "language_model." NORM2 "language_model." L "self_attn.q_proj.weight 8,8\nlanguage_model." L
     "self_attn.k_proj.weight 4,8\nlanguage_model." L "self_attn.v_proj.weight 4,8\nlanguage_model." L
     "self_attn.o_proj.weight 8,8\nlanguage_model." L "self_attn.q_norm.weight 4\nlanguage_model." L
     "self_attn.k_norm.weight 4\nlanguage_model." L "mlp.gate_proj.weight 6,8\nlanguage_model." L
     "mlp.up_proj.weight 6,8\nlanguage_model." L "mlp.down_proj.weight 8,6\nlanguage_model." L
     "pre_feedforward_layernorm.weight 8\nlanguage_model." L "post_feedforward_layernorm.weight 8\n"
     "vision_tower.patch.weight 3,3\nmulti_modal_projector.norm.weight 2\n",
     B "attn_k.weight 8,4\n" B "attn_k_norm.weight 4 : 1 2 3 4\n" B "attn_norm.weight 8 : 1 2 3 4 5 6 7 8\n"
     B "attn_output.weight 8,8\n" B "attn_q.weight 8,8\n" B "attn_q_norm.weight 4 : 1 2 3 4\n"
     B "attn_v.weight 8,4\n" B "ffn_down.weight 6,8\n" B "ffn_gate.weight 8,6\n"
     B "ffn_norm.weight 8 : 1 2 3 4 5 6 7 8\n" B "ffn_up.weight 8,6\n"
     B "post_attention_norm.weight 8 : 1 2 3 4 5 6 7 8\n"
     B "post_ffw_norm.weight 8 : 1 2 3 4 5 6 7 8\noutput_norm.weight 8 : 1 2 3 4 5 6 7 8\n"
     "token_embd.weight 8,5\n",
     "block_count 1\ncontext_length 131072\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.key_length 4\n"
     "attention.value_length 4\nattention.layer_norm_rms_epsilon 1e-06f\nrope.freq_base 1000000f\n"
     "rope.freq_base_swa 10000f\nrope.scaling.type linear\nrope.scaling.factor 8f\n"
     "attention.sliding_window 4096\n"},
    {"llama", CONFIG("LlamaForCausalLM", ""),
     EMBEDDING "lm_head.weight 5,8\n" NORMS QKVO FFN L "self_attn.q_proj.bias 8\n" L
     "self_attn.o_proj.bias 8\n" L "mlp.up_proj.bias 6\n",
     B "attn_k.weight 8,4 : 0 16 8 24\n" B "attn_norm.weight 8\n" B "attn_output.bias 8\n"
     B "attn_output.weight 8,8\n" B "attn_q.bias 8 : 0 2 1 3 4 6 5 7\n"
     B "attn_q.weight 8,8 : 0 16 8 24 32 48 40 56\n" B "attn_v.weight 8,4\n" B "ffn_down.weight 6,8\n"
     B "ffn_gate.weight 8,6\n" B "ffn_norm.weight 8\n" B "ffn_up.bias 6\n"
     B "ffn_up.weight 8,6\noutput.weight 8,5\noutput_norm.weight 8\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\nvocab_size 5\nrope.dimension_count 4\n"},
    {"mixtral", CONFIG("MixtralForCausalLM", ",\"tie_word_embeddings\":true,\"num_local_experts\":2,"
     "\"num_experts_per_tok\":1"),
     EMBEDDING NORMS QKVO L "block_sparse_moe.gate.weight 2,8\n" EXPERT("0", "w1", "6,8") EXPERT("1", "w1", "6,"
     "8") EXPERT("0", "w2", "8,6") EXPERT("1", "w2", "8,6") EXPERT("0", "w3", "6,8") EXPERT("1", "w3", "6,8"),
     B "attn_k.weight 8,4 : 0 16 8 24\n" B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n"
     B "attn_q.weight 8,8 : 0 16 8 24 32 48 40 56\n" B "attn_v.weight 8,4\n"
     B "ffn_down_exps.weight 6,8,2 : 0 6 12 18 24 30 36 42\n" B "ffn_gate_exps.weight 8,6,2 : 0 8 16 24 32 40 0 8\n"
     B "ffn_gate_inp.weight 8,2\n" B "ffn_norm.weight 8\n"
     B "ffn_up_exps.weight 8,6,2 : 0 8 16 24 32 40 0 8\noutput_norm.weight 8\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\nexpert_count 2\nexpert_used_count 1\nvocab_size 5\n" "rope.dimension_count 4\n"},
    {"mixtral-merged", CONFIG("MixtralForCausalLM", ",\"tie_word_embeddings\":true,\"num_local_experts\":2,"
     "\"num_experts_per_tok\":1"),
     EMBEDDING NORMS QKVO L "mlp.gate.weight 2,8\n" L "mlp.experts.gate_up_proj 2,12,8\n" L
     "mlp.experts.down_proj 2,8,6\n",
     B "attn_k.weight 8,4 : 0 16 8 24\n" B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n"
     B "attn_q.weight 8,8 : 0 16 8 24 32 48 40 56\n" B "attn_v.weight 8,4\n" B "ffn_down_exps.weight 6,8,2\n"
     B "ffn_gate_exps.weight 8,6,2 : 0 8 16 24 32 40 96 104\n" B "ffn_gate_inp.weight 8,2\n" B "ffn_norm.weight 8\n"
     B "ffn_up_exps.weight 8,6,2 : 48 56 64 72 80 88 144 152\noutput_norm.weight 8\n" "token_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\nexpert_count 2\nexpert_used_count 1\nvocab_size 5\n" "rope.dimension_count 4\n"},
    {"smollm3", CONFIG("SmolLM3ForCausalLM", ",\"no_rope_layers\":[1]"),
     EMBEDDING NORMS QKVO FFN,
     B "attn_k.weight 8,4 : 0 16 8 24\n" B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n"
     B "attn_q.weight 8,8 : 0 16 8 24 32 48 40 56\n" B "attn_v.weight 8,4\n" B "ffn_down.weight 6,8\n"
     B "ffn_gate.weight 8,6\n" B "ffn_norm.weight 8\n"
     B "ffn_up.weight 8,6\noutput_norm.weight 8\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\nvocab_size 5\nrope.dimension_count 4\n"},
    {"granite", CONFIG("GraniteForCausalLM", ",\"attention_multiplier\":0.5,\"embedding_multiplier\":12.0,"
     "\"residual_multiplier\":0.25,\"logits_scaling\":8.0,\"tie_word_embeddings\":true"),
     EMBEDDING NORMS QKVO FFN,
     B "attn_k.weight 8,4 : 0 16 8 24\n" B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n"
     B "attn_q.weight 8,8 : 0 16 8 24 32 48 40 56\n" B "attn_v.weight 8,4\n" B "ffn_down.weight 6,8\n"
     B "ffn_gate.weight 8,6\n" B "ffn_norm.weight 8\n"
     B "ffn_up.weight 8,6\noutput_norm.weight 8\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\nvocab_size 5\nrope.dimension_count 4\nattention.scale 0.5f\n"
     "embedding_scale 12f\nresidual_scale 0.25f\nlogit_scale 8f\n"},
    {"granitemoe", CONFIG("GraniteMoeSharedForCausalLM", ",\"num_local_experts\":2,\"num_experts_per_tok\":1,"
     "\"shared_intermediate_size\":4,\"tie_word_embeddings\":true"),
     EMBEDDING NORMS QKVO L "block_sparse_moe.router.layer.weight 2,8\n" L
     "block_sparse_moe.input_linear.weight 2,12,8\n" L "block_sparse_moe.output_linear.weight 2,8,6\n" L
     "shared_mlp.input_linear.weight 8,8\n" L "shared_mlp.output_linear.weight 8,4\n",
     B "attn_k.weight 8,4 : 0 16 8 24\n" B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n"
     B "attn_q.weight 8,8 : 0 16 8 24 32 48 40 56\n" B "attn_v.weight 8,4\n" B "ffn_down_exps.weight 6,8,2\n"
     B "ffn_down_shexp.weight 4,8\n" B "ffn_gate_exps.weight 8,6,2 : 0 8 16 24 32 40 96 104\n"
     B "ffn_gate_inp.weight 8,2\n" B "ffn_gate_shexp.weight 8,4 : 0 8 16 24\n" B "ffn_norm.weight 8\n"
     B "ffn_up_exps.weight 8,6,2 : 48 56 64 72 80 88 144 152\n"
     B "ffn_up_shexp.weight 8,4 : 32 40 48 56\noutput_norm.weight 8\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\nexpert_count 2\nexpert_used_count 1\nvocab_size 5\n"
     "rope.dimension_count 4\nattention.scale 1f\nembedding_scale 1f\nresidual_scale 1f\n"
     "logit_scale 1f\nexpert_shared_feed_forward_length 4\n"},
    {"phi3", CONFIG("Phi3ForCausalLM", ",\"sliding_window\":7,\"original_max_position_embeddings\":16,"
     "\"rope_scaling\":{\"type\":\"su\",\"long_factor\":[2.0,3.0],\"short_factor\":[1.0,1.5]}"),
     EMBEDDING "lm_head.weight 5,8\n" NORMS L "self_attn.qkv_proj.weight 16,8\n" L "self_attn.o_proj.weight 8,"
     "8\n" L "mlp.gate_up_proj.weight 12,8\n" L "mlp.down_proj.weight 8,6\n",
     B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n" B "attn_qkv.weight 8,16\n" B "ffn_down.weight 6,8\n"
     B "ffn_norm.weight 8\n" B "ffn_up.weight 8,12\noutput.weight 8,5\noutput_norm.weight 8\n"
     "rope_factors_long.weight 2 : 2 3\nrope_factors_short.weight 2 : 1 1.5\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\nrope.dimension_count 4\nrope.scaling.original_context_length 16\n"
     "rope.scaling.attn_factor 1.224745f\nattention.sliding_window 7\n"},
    {"phi4-mini", CONFIG("Phi3ForCausalLM", ",\"partial_rotary_factor\":0.5,\"tie_word_embeddings\":true"),
     EMBEDDING NORMS L "self_attn.qkv_proj.weight 16,8\n" L "self_attn.o_proj.weight 8,8\n" L
     "mlp.gate_up_proj.weight 12,8\n" L "mlp.down_proj.weight 8,6\n",
     B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n" B "attn_qkv.weight 8,16\n" B "ffn_down.weight 6,8\n"
     B "ffn_norm.weight 8\n" B "ffn_up.weight 8,12\noutput_norm.weight 8\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\nrope.dimension_count 2\nattention.sliding_window 0\n"},
    {"olmo2", CONFIG("Olmo2ForCausalLM", ""),
     EMBEDDING "lm_head.weight 5,8\n" NORM2 L "post_feedforward_layernorm.weight 8\n" QKVO L
     "self_attn.q_norm.weight 8\n" L "self_attn.k_norm.weight 4\n" FFN,
     B "attn_k.weight 8,4\n" B "attn_k_norm.weight 4\n" B "attn_output.weight 8,8\n" B "attn_q.weight 8,8\n"
     B "attn_q_norm.weight 8\n" B "attn_v.weight 8,4\n" B "ffn_down.weight 6,8\n" B "ffn_gate.weight 8,6\n"
     B "ffn_up.weight 8,6\n" B "post_attention_norm.weight 8\n"
     B "post_ffw_norm.weight 8\noutput.weight 8,5\noutput_norm.weight 8\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\n"},
    {"olmo3-tied", CONFIG("Olmo3ForCausalLM", ",\"tie_word_embeddings\":true,\"sliding_window\":16,"
     "\"layer_types\":[\"sliding_attention\"]"),
     EMBEDDING NORM2 L "post_feedforward_layernorm.weight 8\n" QKVO L "self_attn.q_norm.weight 8\n" L
     "self_attn.k_norm.weight 4\n" FFN,
     B "attn_k.weight 8,4\n" B "attn_k_norm.weight 4\n" B "attn_output.weight 8,8\n" B "attn_q.weight 8,8\n"
     B "attn_q_norm.weight 8\n" B "attn_v.weight 8,4\n" B "ffn_down.weight 6,8\n" B "ffn_gate.weight 8,6\n"
     B "ffn_up.weight 8,6\n" B "post_attention_norm.weight 8\n"
     B "post_ffw_norm.weight 8\noutput.weight 8,5\noutput_norm.weight 8\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\nattention.sliding_window 16\n"},
    {"gpt2", "{\"architectures\":[\"GPT2LMHeadModel\"],\"vocab_size\":5,\"n_embd\":8,\"n_head\":2,\"n_layer\":1,"
     "\"n_positions\":16,\"layer_norm_epsilon\":1e-05,\"activation_function\":\"gelu_new\"}",
     GPT2("transformer."),
     B "attn_norm.bias 8\n" B "attn_norm.weight 8\n" B "attn_output.bias 8\n"
     B "attn_output.weight 8,8 : 0 1 2 3 4 5 6 7\n" B "attn_qkv.bias 24\n"
     B "attn_qkv.weight 8,24 : 0 1 2 3 4 5 6 7\n" B "ffn_down.bias 8\n" B "ffn_down.weight 32,8 : 0 1 2 3 4 5 6 7\n"
     B "ffn_norm.bias 8\n" B "ffn_norm.weight 8\n" B "ffn_up.bias 32\n"
     B "ffn_up.weight 8,32 : 0 1 2 3 4 5 6 7\noutput_norm.bias 8\noutput_norm.weight 8\n"
     "position_embd.weight 8,16\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 16\nembedding_length 8\nfeed_forward_length 32\n"
     "attention.head_count 2\nattention.layer_norm_epsilon 1e-05f\n"},
    {"gpt2-bare", "{\"architectures\":[\"GPT2Model\"],\"vocab_size\":5,\"n_embd\":8,\"n_head\":2,\"n_layer\":1,"
     "\"n_positions\":16,\"layer_norm_epsilon\":1e-05}",
     GPT2("") "h.0.attn.bias 1,1,4,4\n",
     B "attn_norm.bias 8\n" B "attn_norm.weight 8\n" B "attn_output.bias 8\n"
     B "attn_output.weight 8,8 : 0 1 2 3 4 5 6 7\n" B "attn_qkv.bias 24\n"
     B "attn_qkv.weight 8,24 : 0 1 2 3 4 5 6 7\n" B "ffn_down.bias 8\n" B "ffn_down.weight 32,8 : 0 1 2 3 4 5 6 7\n"
     B "ffn_norm.bias 8\n" B "ffn_norm.weight 8\n" B "ffn_up.bias 32\n"
     B "ffn_up.weight 8,32 : 0 1 2 3 4 5 6 7\noutput_norm.bias 8\noutput_norm.weight 8\n"
     "position_embd.weight 8,16\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 16\nembedding_length 8\nfeed_forward_length 32\n"
     "attention.head_count 2\nattention.layer_norm_epsilon 1e-05f\n"},
    {"gptneox", CONFIG("GPTNeoXForCausalLM", ",\"layer_norm_eps\":1e-05,\"rotary_pct\":0.5,\"hidden_act\":\"gelu\""),
     "gpt_neox.embed_in.weight 5,8\ngpt_neox.final_layer_norm.weight 8\ngpt_neox.final_layer_norm.bias 8\n"
     "embed_out.weight 5,8\n" BIASED(N "input_layernorm") BIASED(N "post_attention_layernorm") AFFINE(N
     "attention.query_key_value", "24", "8") AFFINE(N "attention.dense", "8", "8") AFFINE(N
     "mlp.dense_h_to_4h", "6", "8") AFFINE(N "mlp.dense_4h_to_h", "8", "6") N
     "attention.rotary_emb.inv_freq 2\n" N "attention.bias 1,1,4,4\n",
     B "attn_norm.bias 8\n" B "attn_norm.weight 8\n" B "attn_output.bias 8\n" B "attn_output.weight 8,8\n"
     B "attn_qkv.bias 24 : 0 1 2 3 12 13 14 15\n" B "attn_qkv.weight 8,24 : 0 8 16 24 96 104 112 120\n"
     B "ffn_down.bias 8\n" B "ffn_down.weight 6,8\n" B "ffn_norm.bias 8\n" B "ffn_norm.weight 8\n"
     B "ffn_up.bias 6\n" B "ffn_up.weight 8,6\noutput.weight 8,5\noutput_norm.bias 8\noutput_norm.weight 8\n"
     "token_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "attention.layer_norm_epsilon 1e-05f\nrope.freq_base 10000f\nrope.dimension_count 2\n"
     "use_parallel_residual true\n"},
    {"falcon-7b", "{\"architectures\":[\"FalconForCausalLM\"],\"vocab_size\":5,\"hidden_size\":8,"
     "\"num_hidden_layers\":1,\"num_attention_heads\":2,\"layer_norm_epsilon\":1e-05}",
     FALCON BIASED(F "input_layernorm") F "self_attention.query_key_value.weight 16,8\n",
     B "attn_norm.bias 8\n" B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n"
     B "attn_qkv.weight 8,16 : 0 8 16 24 32 40 48 56\n" B "ffn_down.weight 32,8\n"
     B "ffn_up.weight 8,32\noutput_norm.bias 8\noutput_norm.weight 8\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 2048\nembedding_length 8\nfeed_forward_length 32\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_epsilon 1e-05f\n"
     "tensor_data_layout jploski\n"},
    {"falcon-40b", "{\"architectures\":[\"RWForCausalLM\"],\"vocab_size\":5,\"hidden_size\":8,\"n_layer\":1,"
     "\"n_head\":4,\"n_head_kv\":2,\"new_decoder_architecture\":true,\"layer_norm_epsilon\":1e-05}",
     FALCON BIASED(F "ln_attn") BIASED(F "ln_mlp") F "self_attention.query_key_value.weight 16,8\n",
     B "attn_norm.bias 8\n" B "attn_norm.weight 8\n" B "attn_norm_2.bias 8\n" B "attn_norm_2.weight 8\n"
     B "attn_output.weight 8,8\n" B "attn_qkv.weight 8,16 : 0 8 16 24 64 72 80 88\n" B "ffn_down.weight 32,8\n"
     B "ffn_up.weight 8,32\noutput_norm.bias 8\noutput_norm.weight 8\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 2048\nembedding_length 8\nfeed_forward_length 32\n"
     "attention.head_count 4\nattention.head_count_kv 2\nattention.layer_norm_epsilon 1e-05f\n"
     "tensor_data_layout jploski\n"},
    {"stablelm", CONFIG("StableLmForCausalLM", ",\"layer_norm_eps\":1e-05,\"partial_rotary_factor\":0.5"),
     EMBEDDING "lm_head.weight 5,8\nmodel.norm.bias 8\n" NORMS L "input_layernorm.bias 8\n" L
     "post_attention_layernorm.bias 8\n" QKVO L "self_attn.q_proj.bias 8\n" FFN,
     B "attn_k.weight 8,4\n" B "attn_norm.bias 8\n" B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n"
     B "attn_q.bias 8\n" B "attn_q.weight 8,8\n" B "attn_v.weight 8,4\n" B "ffn_down.weight 6,8\n"
     B "ffn_gate.weight 8,6\n" B "ffn_norm.bias 8\n" B "ffn_norm.weight 8\n"
     B "ffn_up.weight 8,6\noutput.weight 8,5\noutput_norm.bias 8\noutput_norm.weight 8\n" "token_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "attention.layer_norm_epsilon 1e-05f\nrope.freq_base 10000f\nrope.dimension_count 2\n"
     "use_parallel_residual true\n"},
    {"stablelm-12b", CONFIG("StableLmForCausalLM", ",\"layer_norm_eps\":1e-05,\"head_dim\":4,\"rope_pct\":0.5"),
     EMBEDDING "lm_head.weight 5,8\nmodel.norm.bias 8\n" NORM1 L "input_layernorm.bias 8\n" QKVO L
     "self_attn.q_layernorm.norms.0.weight 4\n" L "self_attn.q_layernorm.norms.1.weight 4\n" L
     "self_attn.k_layernorm.norms.0.weight 4\n" FFN,
     B "attn_k.weight 8,4\n" B "attn_k_norm.weight 4,1 : 0 1 2 3\n" B "attn_norm.bias 8\n" B "attn_norm.weight 8\n"
     B "attn_output.weight 8,8\n" B "attn_q.weight 8,8\n" B "attn_q_norm.weight 4,2 : 0 0\n" B "attn_v.weight 8,4\n"
     B "ffn_down.weight 6,8\n" B "ffn_gate.weight 8,6\n"
     B "ffn_up.weight 8,6\noutput.weight 8,5\noutput_norm.bias 8\noutput_norm.weight 8\n" "token_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.key_length 4\n"
     "attention.value_length 4\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "attention.layer_norm_epsilon 1e-05f\nrope.freq_base 10000f\nrope.dimension_count 2\n"
     "use_parallel_residual true\n"},
    {"lfm2", "{\"architectures\":[\"Lfm2ForCausalLM\"],\"vocab_size\":5,\"hidden_size\":8,\"block_ff_dim\":6,"
     "\"block_multiple_of\":4,\"num_hidden_layers\":2,\"num_attention_heads\":2,\"num_key_value_heads\":1,"
     "\"max_position_embeddings\":64,\"norm_eps\":1e-05,\"conv_L_cache\":3,\"full_attn_idxs\":[1]}",
     "model.embed_tokens.weight 5,8\nmodel.embedding_norm.weight 8\n" LFM2("0") LFM2("1") L "conv.conv.weight 8,"
     "1,3\n" L "conv.in_proj.weight 24,8\n" L "conv.out_proj.weight 8,8\n" L1 "self_attn.q_proj.weight 8,8\n"
     L1 "self_attn.k_proj.weight 4,8\n" L1 "self_attn.v_proj.weight 4,8\n" L1 "self_attn.out_proj.weight 8,8\n"
     L1 "self_attn.q_layernorm.weight 4\n" L1 "self_attn.k_layernorm.weight 4\n",
     B "attn_norm.weight 8\n" B "ffn_down.weight 4,8\n" B "ffn_gate.weight 8,4\n" B "ffn_norm.weight 8\n"
     B "ffn_up.weight 8,4\n" B "shortconv.conv.weight 3,8 : 0 3 6 9 12 15 18 21\n"
     B "shortconv.in_proj.weight 8,24\n"
     B "shortconv.out_proj.weight 8,8\nblk.1.attn_k.weight 8,4\nblk.1.attn_k_norm.weight 4\n"
     "blk.1.attn_norm.weight 8\nblk.1.attn_output.weight 8,8\nblk.1.attn_q.weight 8,8\n"
     "blk.1.attn_q_norm.weight 4\nblk.1.attn_v.weight 8,4\nblk.1.ffn_down.weight 4,8\n"
     "blk.1.ffn_gate.weight 8,4\nblk.1.ffn_norm.weight 8\nblk.1.ffn_up.weight 8,4\n"
     "token_embd.weight 8,5\ntoken_embd_norm.weight 8\n",
     "block_count 2\ncontext_length 64\nembedding_length 8\nfeed_forward_length 4\n"
     "attention.head_count 2\nattention.head_count_kv 0 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 1000000f\nvocab_size 5\nshortconv.l_cache 3\n"},
    ENCODER_FAMILIES,
    {"qwen2moe", CONFIG("Qwen2MoeForCausalLM", ",\"tie_word_embeddings\":true,\"num_experts\":2,"
     "\"num_experts_per_tok\":1,\"moe_intermediate_size\":2,\"shared_expert_intermediate_size\":4"),
     EMBEDDING NORMS QKVO L "mlp.gate.weight 2,8\n" L "mlp.experts.gate_up_proj 2,4,8\n" L
     "mlp.experts.down_proj 2,8,2\n" L "mlp.shared_expert.gate_proj.weight 4,8\n" L
     "mlp.shared_expert.up_proj.weight 4,8\n" L "mlp.shared_expert.down_proj.weight 8,4\n" L
     "mlp.shared_expert_gate.weight 1,8\n",
     B "attn_k.weight 8,4\n" B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n" B "attn_q.weight 8,8\n"
     B "attn_v.weight 8,4\n" B "ffn_down_exps.weight 2,8,2\n" B "ffn_down_shexp.weight 4,8\n"
     B "ffn_gate_exps.weight 8,2,2 : 0 8 32 40\n" B "ffn_gate_inp.weight 8,2\n"
     B "ffn_gate_inp_shexp.weight 8 : 0 1 2 3 4 5 6 7\n" B "ffn_gate_shexp.weight 8,4\n" B "ffn_norm.weight 8\n"
     B "ffn_up_exps.weight 8,2,2 : 16 24 48 56\n"
     B "ffn_up_shexp.weight 8,4\noutput_norm.weight 8\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\nexpert_count 2\nexpert_used_count 1\nexpert_feed_forward_length 2\n"
     "expert_shared_feed_forward_length 4\n"},
    {"gpt-oss", CONFIG("GptOssForCausalLM", ",\"num_local_experts\":2,\"experts_per_token\":1,\"sliding_window\":16"),
     EMBEDDING "lm_head.weight 5,8\n" NORMS QKVO L "self_attn.q_proj.bias 8\n" L "self_attn.k_proj.bias 4\n" L
     "self_attn.v_proj.bias 4\n" L "self_attn.o_proj.bias 8\n" L "self_attn.sinks 2\n" AFFINE(L "mlp.router",
     "2", "8") L "mlp.experts.gate_up_proj 2,8,12\n" L "mlp.experts.gate_up_proj_bias 2,12\n" L
     "mlp.experts.down_proj 2,6,8\n" L "mlp.experts.down_proj_bias 2,8\n",
     B "attn_k.bias 4\n" B "attn_k.weight 8,4\n" B "attn_norm.weight 8\n" B "attn_output.bias 8\n"
     B "attn_output.weight 8,8\n" B "attn_q.bias 8\n" B "attn_q.weight 8,8\n" B "attn_sinks.weight 2\n"
     B "attn_v.bias 4\n" B "attn_v.weight 8,4\n" B "ffn_down_exps.bias 8,2\n"
     B "ffn_down_exps.weight 6,8,2 : 0 1 2 3 4 5 6 7\n" B "ffn_gate_exps.bias 6,2 : 0 12\n"
     B "ffn_gate_exps.weight 8,6,2 : 0 2 4 6 8 10 96 98\n" B "ffn_gate_inp.bias 2\n" B "ffn_gate_inp.weight 8,2\n"
     B "ffn_up_exps.bias 6,2 : 1 13\n" B "ffn_up_exps.weight 8,6,2 : 1 3 5 7 9 11 97 99\n"
     B "post_attention_norm.weight 8\noutput.weight 8,5\noutput_norm.weight 8\n" "token_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\nexpert_count 2\nexpert_used_count 1\nexpert_feed_forward_length 6\n"
     "attention.sliding_window 16\n"},
    {"qwen35-net", CONFIG("Qwen3_5ForCausalLM", ",\"tie_word_embeddings\":true,"
     "\"layer_types\":[\"linear_attention\"]," NETS),
     EMBEDDING NORMS FFN NET("in_proj_qkv.weight 16,8") NET("in_proj_z.weight 8,8") NET("in_proj_b.weight 4,8")
     NET("in_proj_a.weight 4,8") NET("conv1d.weight 16,1,3") NET("dt_bias 4") NET("A_log 4")
     NET("norm.weight 2") NET("out_proj.weight 8,8"),
     B "attn_gate.weight 8,8 : 0 8 32 40 16 24 48 56\n" B "attn_norm.weight 8 : 1 2 3 4 5 6 7 8\n"
     B "attn_qkv.weight 8,16 : 0 8 16 24 32 40 48 56\n" B "ffn_down.weight 6,8\n" B "ffn_gate.weight 8,6\n"
     B "ffn_up.weight 8,6\n" B "post_attention_norm.weight 8 : 1 2 3 4 5 6 7 8\n"
     B "ssm_a 4 : -1 -7.38906 -2.71828 -20.0855\n" B "ssm_alpha.weight 8,4 : 0 16 8 24\n"
     B "ssm_beta.weight 8,4 : 0 16 8 24\n" B "ssm_conv1d.weight 3,16 : 0 3 6 9 12 15 18 21\n"
     B "ssm_dt.bias 4 : 0 2 1 3\n" B "ssm_norm.weight 2\n"
     B "ssm_out.weight 8,8 : 0 8 16 24 32 40 48 56\noutput_norm.weight 8 : 1 2 3 4 5 6 7 8\n"
     "token_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\nrope.dimension_count 2\nssm.conv_kernel 3\nssm.state_size 2\n"
     "ssm.group_count 2\nssm.time_step_rank 4\nssm.inner_size 8\nrope.dimension_sections 11 11 10 0\n"
     "attention.recurrent_layers true\n"},
    {"qwen35-attention", CONFIG("Qwen3_5ForCausalLM", ",\"tie_word_embeddings\":true,"
     "\"full_attention_interval\":1,\"partial_rotary_factor\":0.5," NETS),
     EMBEDDING NORMS FFN QK_NORMS L "self_attn.q_proj.weight 16,8\n" L "self_attn.k_proj.weight 4,8\n" L
     "self_attn.v_proj.weight 4,8\n" L "self_attn.o_proj.weight 8,8\n" "model.visual.x 1\nmtp.fc.weight 2,2\n",
     B "attn_k.weight 8,4\n" B "attn_k_norm.weight 4 : 1 2 3 4\n" B "attn_norm.weight 8 : 1 2 3 4 5 6 7 8\n"
     B "attn_output.weight 8,8\n" B "attn_q.weight 8,16\n" B "attn_q_norm.weight 4 : 1 2 3 4\n"
     B "attn_v.weight 8,4\n" B "ffn_down.weight 6,8\n" B "ffn_gate.weight 8,6\n" B "ffn_up.weight 8,6\n"
     B "post_attention_norm.weight 8 : 1 2 3 4 5 6 7 8\noutput_norm.weight 8 : 1 2 3 4 5 6 7 8\n"
     "token_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 10000f\nrope.dimension_count 2\nssm.conv_kernel 3\nssm.state_size 2\n"
     "ssm.group_count 2\nssm.time_step_rank 4\nssm.inner_size 8\nrope.dimension_sections 11 11 10 0\n"
     "attention.recurrent_layers false\nfull_attention_interval 1\n"},
    {"gemma3n", "{\"architectures\":[\"Gemma3nForConditionalGeneration\"],\"text_config\":{\"vocab_size\":5,"
     "\"hidden_size\":8,"
     "\"intermediate_size\":[6,6],\"num_hidden_layers\":20,\"num_attention_heads\":2,\"num_key_value_heads\":1,"
     "\"head_dim\":4,\"num_kv_shared_layers\":0}}",
     GEMMA3N, NULL,
     "block_count 20\ncontext_length 32768\nembedding_length 8\nfeed_forward_length 6\nattention.head_count 2\n"
     "attention.head_count_kv 1\n"
     "attention.key_length 4\nattention.value_length 4\nattention.layer_norm_rms_epsilon 1e-06f\n"
     "rope.freq_base 1000000f\nrope.freq_base_swa 10000f\nattention.shared_kv_layers 0\nfinal_logit_softcapping 30f\n"
     "altup.active_idx 0\naltup.num_inputs 4\nembedding_length_per_layer_input 256\nactivation_sparsity_scale"
     SPARSE SPARSE " -inff -inff -inff -inff -inff -inff -inff -inff -inff -inff\nattention.sliding_window 512\n"},
    {"mistral3", CONFIG("Ministral3ForCausalLM", ",\"rope_parameters\":{\"rope_type\":\"yarn\","
     "\"rope_theta\":1000000.0,\"factor\":16.0,\"original_max_position_embeddings\":16,\"mscale_all_dim\":1.0,"
     "\"llama_4_scaling_beta\":0.1},\"tie_word_embeddings\":true"),
     EMBEDDING NORMS QKVO FFN "model.vision_tower.x 2\n",
     B "attn_k.weight 8,4 : 0 16 8 24\n" B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n"
     B "attn_q.weight 8,8 : 0 16 8 24 32 48 40 56\n" B "attn_v.weight 8,4\n" B "ffn_down.weight 6,8\n"
     B "ffn_gate.weight 8,6\n" B "ffn_norm.weight 8\n"
     B "ffn_up.weight 8,6\noutput_norm.weight 8\ntoken_embd.weight 8,5\n",
     "block_count 1\ncontext_length 64\nembedding_length 8\nfeed_forward_length 6\n"
     "attention.head_count 2\nattention.head_count_kv 1\nattention.layer_norm_rms_epsilon 1e-05f\n"
     "rope.freq_base 1000000f\nrope.scaling.type yarn\nrope.scaling.factor 16f\n"
     "rope.scaling.original_context_length 16\nvocab_size 5\nrope.dimension_count 4\n"
     "rope.scaling.yarn_log_multiplier 1f\nattention.temperature_scale 0.1f\n"},
    STATE_FAMILIES,
};
#define FAMILIES (sizeof families / sizeof *families)

#define BAD MZG_MALFORMED
#define ODD MZG_UNSUPPORTED
/* With MZG_OK: what is announced. */
static const struct refusal refusals[] = {
    {"qwen2", "silu", "gelu", ODD, "key 'hidden_act' is 'gelu', and qwen2 models are run with silu"},
    {"qwen2", "\"rms_norm_eps\":1e-05,", "", BAD, "key 'rms_norm_eps' is missing"},
    {"qwen2", ",\"hidden_act\"", ",\"head_dim\":8,\"hidden_act\"", ODD, "head_dim"},
    {"qwen2", ",\"hidden_act\"", ",\"rope_scaling\":{\"rope_type\":\"llama3\"},\"hidden_act\"", ODD, "llama3"},
    {"qwen2", ",\"hidden_act\"", ",\"sliding_window\":4,\"use_sliding_window\":true,\"hidden_act\"", MZG_OK,
     "sliding_window 4"},
    {"qwen2", "self_attn.q_proj.bias", "self_attn.o_proj.bias", BAD, "o_proj.bias' is left over"},
    {"qwen3", "self_attn.k_norm", "self_attn.k_other", BAD, "self_attn.k_norm.weight' is missing"},
    {"qwen3moe", "norm_topk_prob\":true", "norm_topk_prob\":false", ODD, "norm_topk_prob"},
    {"qwen3moe", ",\"norm_topk_prob\":true", "", ODD, "norm_topk_prob"},
    {"qwen3moe", ",\"norm_topk_prob", ",\"mlp_only_layers\":[0],\"norm_topk_prob", ODD, "mlp_only_layers"},
    {"qwen3moe", "\"num_experts\":2", "\"num_experts\":3", BAD, "mlp.gate.weight': its shape is [2, 8],"
     " config.json gives [3, 8]"},
    {"qwen3moe", "experts.1.up_proj", "experts.2.up_proj", BAD, "layers.0.mlp.experts.1.up_proj.weight' is missing"},
    {"qwen3moe-merged", "2,4,8", "2,6,8", BAD, "mlp.experts.gate_up_proj': its shape"},
    {"gemma", "\"gelu\"", "\"relu\"", ODD, "key 'hidden_act' is 'relu',"
     " and gemma models are run with gelu_pytorch_tanh"},
    {"gemma", ",\"head_dim\"", ",\"tie_word_embeddings\":false,\"head_dim\"", ODD, "tie_word_embeddings"},
    {"gemma2", "scalar\":4", "scalar\":5", ODD, "query_pre_attn_scalar"},
    {"gemma2", "softcapping\":20.0", "softcapping\":null", ODD, "final_logit_softcapping"},
    {"gemma3", ",\"head_dim\"", ",\"attn_logit_softcapping\":50.0,\"head_dim\"", ODD, "attn_logit_softcapping"},
    {"gemma3", "full_attention", "chunked_attention", ODD, "layer_types"},
    {"gemma3", ",\"head_dim\"", ",\"rope_parameters\":{\"sliding_attention\":{\"rope_type\":\"yarn\"}},"
     "\"head_dim\"", ODD,
     "sliding_attention.rope_type"},
    {"gemma3-eyes", "language_model.model.layers.0.mlp.up_proj", "language_model.model.layers.0.mlp.other", BAD,
     "tensor 'language_model.model.layers.0.mlp.up_proj.weight' is missing"},
    {"gemma3-eyes", "patch.weight 3,3", "patch.weight 3,4", MZG_OK, "2 tensors are left out,"
     " 'vision_tower.patch.weight' the first"},
    {"mixtral", "\"num_local_experts\":2,", "", BAD, "num_local_experts"},
    {"mixtral", "experts.1.w3", "experts.3.w3", BAD, "experts.1.w3.weight' is missing"},
    {"mixtral", "1.w1.weight 6,8", "1.w1.weight 8,6", BAD, "experts.1.w1.weight': its shape differs"},
    {"smollm3", "[1]", "[0]", ODD, "no_rope_layers"},
    {"phi3", "\"su\"", "\"yarn\"", BAD, "factor"},
    {"phi3", "[2.0,3.0]", "[2.0]", BAD, "long_factor"},
    {"phi3", "[1.0,1.5]", "[1.0,-1]", BAD, "short_factor"},
    {"phi3", "\"original_max_position_embeddings\":16,", "", BAD, "original_max_position_embeddings"},
    {"phi4-mini", "factor\":0.5", "factor\":0.25", BAD, "partial_rotary_factor"},
    {"gpt2", ",\"activation_function\"", ",\"scale_attn_weights\":false,\"activation_function\"", ODD,
     "scale_attn_weights"},
    {"gpt2", "wpe.weight 16,8", "wpe.weight 15,8", BAD, "wpe.weight': its shape is [15, 8],"
     " config.json gives [16, 8]"},
    {"gptneox", "query_key_value.weight 24,8", "query_key_value.weight 16,8", BAD,
     "query_key_value.weight': its shape"},
    {"gptneox", ",\"rotary_pct\"", ",\"attention_bias\":false,\"rotary_pct\"", ODD, "attention_bias"},
    {"falcon-7b", ",\"layer_norm", ",\"alibi\":true,\"layer_norm", ODD, "alibi"},
    {"falcon-40b", "query_key_value.weight 16,8", "query_key_value.weight 24,8", BAD,
     "query_key_value.weight': its shape"},
    {"falcon-40b", "ln_mlp.weight", "ln_other.weight", BAD, "is missing"},
    {"stablelm-12b", "q_layernorm.norms.1", "q_layernorm.norms.2", BAD, "q_layernorm.norms.1.weight' is missing"},
    {"lfm2", "layers.1.self_attn.q_proj", "layers.0.self_attn.q_proj", BAD,
     "layers.1.self_attn.q_proj.weight' is missing"},
    {"lfm2", "conv_L_cache\":3", "conv_L_cache\":4", BAD, "conv.conv.weight': its shape"},
    ENCODER_REFUSALS,
    {"qwen2moe", "\"num_experts\":2", "\"norm_topk_prob\":true,\"num_experts\":2", ODD, "norm_topk_prob"},
    {"qwen2moe", "expert_gate.weight 1,8", "expert_gate.weight 1,7", BAD, "shared_expert_gate.weight': its shape"},
    {"gpt-oss", ",\"sliding_window\"", ",\"swiglu_limit\":8.0,\"sliding_window\"", BAD, "swiglu_limit"},
    {"gpt-oss", "gate_up_proj_bias 2,12", "gate_up_proj_bias 2,11", BAD, "gate_up_proj_bias': its shape"},
    {"gpt-oss", "gate_up_proj 2,8,12", "gate_up_proj 2,12,8", BAD, "gate_up_proj': its shape"},
    {"qwen35-net", "value_head_dim\":2", "value_head_dim\":4", ODD, "linear_value_head_dim"},
    {"qwen35-net", "num_value_heads\":4", "num_value_heads\":3", BAD, "linear_num_value_heads"},
    {"qwen35-net", "out_proj.weight 8,8", "out_proj.weight 8,6", BAD, "out_proj.weight': its shape"},
    {"qwen35-net", "conv1d.weight 16,1,3", "conv1d.weight 12,1,3", BAD, "conv1d.weight': its shape"},
    {"qwen35-attention", "\"rope_percent\"", "\"rope_parameters\":{\"mrope_section\":[1]},\"rope_percent\"",
     BAD, "mrope_section"},
    {"gemma3n", "shared_layers\":0", "shared_layers\":0,\"laurel_rank\":32", BAD, "laurel_rank"},
    {"gemma3n", "shared_layers\":0", "shared_layers\":1", ODD, "num_kv_shared_layers"},
    {"gemma3n", "shared_layers\":0", "shared_layers\":0,\"activation_sparsity_pattern\":[0.5]", ODD,
     "activation_sparsity_pattern"},
    {"gemma3n", "per_layer.weight 3,5120", "per_layer.weight 6,5120", BAD,
     "embed_tokens_per_layer.weight': its shape"},
    {"gemma3n", "altup_projections.2", "altup_projections.3", BAD, "altup_projections.2.weight' is missing"},
    STATE_REFUSALS,
};
#define REFUSALS (sizeof refusals / sizeof *refusals)
