/* families_tables.h: the families of test_families.c. A model's width is 8, with 2 heads of 4, of which 1 is for keys and
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
#define NORMS L "input_layernorm.weight 8\n" L "post_attention_layernorm.weight 8\n"
#define QKVO                                                                                                           \
    L "self_attn.q_proj.weight 8,8\n" L "self_attn.k_proj.weight 4,8\n" L "self_attn.v_proj.weight 4,8\n"              \
    L "self_attn.o_proj.weight 8,8\n"
#define FFN L "mlp.gate_proj.weight 6,8\n" L "mlp.up_proj.weight 6,8\n" L "mlp.down_proj.weight 8,6\n"
#define FFN_MADE B "ffn_down.weight 6,8\n" B "ffn_gate.weight 8,6\n"

#define QK_NORMS L "self_attn.q_norm.weight 4\n" L "self_attn.k_norm.weight 4\n"
#define MOE                                                                                                            \
    ",\"tie_word_embeddings\":true,\"num_experts\":2,\"num_experts_per_tok\":1,\"moe_intermediate_size\":2,"             \
    "\"norm_topk_prob\":true"
#define MOE_KEYS                                                                                                       \
    "attention.layer_norm_rms_epsilon 1e-05f\nrope.freq_base 10000f\nexpert_count 2\nexpert_used_count 1\n"            \
    "expert_feed_forward_length 2\n"

static const struct family families[] = {
    {"qwen2", CONFIG("Qwen2ForCausalLM", ",\"hidden_act\":\"silu\",\"tie_word_embeddings\":true"),
     EMBEDDING NORMS QKVO FFN L "self_attn.q_proj.bias 8\n" L "self_attn.k_proj.bias 4\n" L "self_attn.v_proj.bias 4\n",
     B "attn_k.bias 4\n" B "attn_k.weight 8,4\n" B "attn_norm.weight 8\n" B "attn_output.weight 8,8\n" B "attn_q.bias 8\n"
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
     L "mlp.experts.1.gate_proj.weight 2,8\n" L "mlp.experts.0.up_proj.weight 2,8\n" L "mlp.experts.1.up_proj.weight 2,8\n"
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
    {"qwen2", ",\"hidden_act\"", ",\"sliding_window\":4,\"use_sliding_window\":true,\"hidden_act\"", MZG_OK, "sliding_window 4"},
    {"qwen2", "self_attn.q_proj.bias", "self_attn.o_proj.bias", BAD, "o_proj.bias' is left over"},
    {"qwen3", "self_attn.k_norm", "self_attn.k_other", BAD, "self_attn.k_norm.weight' is missing"},
    {"qwen3moe", "norm_topk_prob\":true", "norm_topk_prob\":false", ODD, "norm_topk_prob"},
    {"qwen3moe", ",\"norm_topk_prob\":true", "", ODD, "norm_topk_prob"},
    {"qwen3moe", ",\"norm_topk_prob", ",\"mlp_only_layers\":[0],\"norm_topk_prob", ODD, "mlp_only_layers"},
    {"qwen3moe", "\"num_experts\":2", "\"num_experts\":3", BAD, "mlp.gate.weight': its shape is [2, 8], config.json gives [3, 8]"},
    {"qwen3moe", "experts.1.up_proj", "experts.2.up_proj", BAD, "layers.0.mlp.experts.1.up_proj.weight' is missing"},
    {"qwen3moe-merged", "2,4,8", "2,6,8", BAD, "mlp.experts.gate_up_proj': its shape"},
};
#define REFUSALS (sizeof refusals / sizeof *refusals)
