/* families_states.h: T5 and Mamba for test_families.c: a width of 8, 2 heads of 4, 6 in between, 5 tokens; of T5 one
 * layer of the encoder, two of the decoder; of Mamba 16 inside, states of 4, rank 1. */

#define T5_CONFIG(class, type, more)                                                                                   \
    "{\"architectures\":[\"" class "\"],\"model_type\":\"" type "\",\"vocab_size\":5,\"d_model\":8,\"d_ff\":6,"         \
    "\"num_heads\":2,\"num_layers\":1,\"relative_attention_num_buckets\":4" more "}"
#define T5_KEYS(decoder)                                                                                               \
    "block_count 1\ncontext_length 512\nembedding_length 8\nfeed_forward_length 6\nattention.head_count 2\n"           \
    "attention.key_length 4\nattention.value_length 4\nattention.layer_norm_epsilon 1e-06f\n"                          \
    "attention.layer_norm_rms_epsilon 1e-06f\nattention.relative_buckets_count 4\n" decoder
#define T5_ATTENTION(p) p ".q.weight 8,8\n" p ".k.weight 8,8\n" p ".v.weight 8,8\n" p ".o.weight 8,8\n"
#define T5_SELF(p) T5_ATTENTION(p "0.SelfAttention") p "0.layer_norm.weight 8\n"
#define T5_BIAS(p) p "0.SelfAttention.relative_attention_bias.weight 4,2\n"
#define T5_CROSS(p) T5_ATTENTION(p "1.EncDecAttention") p "1.layer_norm.weight 8\n"
#define T5_FF(p) p ".DenseReluDense.wi.weight 6,8\n" p ".DenseReluDense.wo.weight 8,6\n" p ".layer_norm.weight 8\n"
#define T5_GATED(p)                                                                                                    \
    p ".DenseReluDense.wi_0.weight 6,8\n" p ".DenseReluDense.wi_1.weight 6,8\n" p ".DenseReluDense.wo.weight 8,6\n"    \
    p ".layer_norm.weight 8\n"
#define T5E "encoder.block.0.layer."
#define T5D(n) "decoder.block." n ".layer."
#define T5_ENDS "encoder.final_layer_norm.weight 8\n"

#define T5_MADE_CROSS(p)                                                                                               \
    p "cross_attn_k.weight 8,8\n" p "cross_attn_norm.weight 8\n" p "cross_attn_o.weight 8,8\n"                         \
    p "cross_attn_q.weight 8,8\n" p "cross_attn_v.weight 8,8\n"
#define T5_MADE_SELF(p, bias)                                                                                          \
    p "attn_k.weight 8,8\n" p "attn_norm.weight 8\n" p "attn_o.weight 8,8\n" p "attn_q.weight 8,8\n" bias              \
    p "attn_v.weight 8,8\n"
#define T5_MADE_BIAS(p) p "attn_rel_b.weight 2,4\n"
#define T5_MADE_FF(p) p "ffn_down.weight 6,8\n" p "ffn_norm.weight 8\n" p "ffn_up.weight 8,6\n"
#define T5_MADE_GATED(p)                                                                                               \
    p "ffn_down.weight 6,8\n" p "ffn_gate.weight 8,6\n" p "ffn_norm.weight 8\n" p "ffn_up.weight 8,6\n"

#define M "backbone.layers.0.mixer."
#define STATE_FAMILIES                                                                                                 \
    {"t5", T5_CONFIG("T5ForConditionalGeneration", "t5", ",\"num_decoder_layers\":2,\"d_kv\":4,\"n_positions\":512"),  \
     T5_ENDS "decoder.final_layer_norm.weight 8\n" "encoder.embed_tokens.weight 5,8\n"                                 \
     "decoder.embed_tokens.weight 5,8\n" T5_SELF(T5E) T5_BIAS(T5E) T5_FF(T5E "1") T5_SELF(T5D("0")) T5_BIAS(T5D("0"))  \
     T5_CROSS(T5D("0")) T5_FF(T5D("0") "2") T5_SELF(T5D("1")) T5_CROSS(T5D("1")) T5_FF(T5D("1") "2")                   \
     T5D("0") "1.EncDecAttention.relative_attention_bias.weight 4,2\n",                                                \
     T5_MADE_SELF("dec.blk.0.", T5_MADE_BIAS("dec.blk.0.")) T5_MADE_CROSS("dec.blk.0.") T5_MADE_FF("dec.blk.0.")       \
     T5_MADE_SELF("dec.blk.1.", "") T5_MADE_CROSS("dec.blk.1.") T5_MADE_FF("dec.blk.1.")                               \
     "dec.output_norm.weight 8 : 0 0.353553 0.707107 1.06066 1.41421 1.76777 2.12132 2.47487\n"                        \
     T5_MADE_SELF("enc.blk.0.", T5_MADE_BIAS("enc.blk.0.")) T5_MADE_FF("enc.blk.0.") "enc.output_norm.weight 8\n"      \
     "token_embd.weight 8,5\n",                                                                                        \
     T5_KEYS("decoder_start_token_id 0\ndecoder_block_count 2\n")},                                                    \
    {"umt5", T5_CONFIG("UMT5ForConditionalGeneration", "umt5", ",\"d_kv\":4,\"tie_word_embeddings\":false"),           \
     T5_ENDS "decoder.final_layer_norm.weight 8\n" "shared.weight 5,8\n" "encoder.embed_tokens.weight 5,8\n"           \
     "lm_head.weight 5,8\n" T5_SELF(T5E) T5_BIAS(T5E) T5_GATED(T5E "1") T5_SELF(T5D("0")) T5_BIAS(T5D("0"))            \
     T5_CROSS(T5D("0")) T5_GATED(T5D("0") "2"),                                                                        \
     T5_MADE_SELF("dec.blk.0.", T5_MADE_BIAS("dec.blk.0.")) T5_MADE_CROSS("dec.blk.0.") T5_MADE_GATED("dec.blk.0.")    \
     "dec.output_norm.weight 8\n"                                                                                      \
     T5_MADE_SELF("enc.blk.0.", T5_MADE_BIAS("enc.blk.0.")) T5_MADE_GATED("enc.blk.0.") "enc.output_norm.weight 8\n"   \
     "output.weight 8,5\n" "token_embd.weight 8,5\n",                                                                  \
     T5_KEYS("decoder_start_token_id 0\ndecoder_block_count 1\n")},                                                    \
    {"t5encoder", T5_CONFIG("T5EncoderModel", "t5", ",\"d_kv\":4,\"feed_forward_proj\":\"gated-gelu\""),               \
     T5_ENDS "shared.weight 5,8\n" T5_SELF(T5E) T5_BIAS(T5E) T5_GATED(T5E "1"),                                        \
     T5_MADE_SELF("enc.blk.0.", T5_MADE_BIAS("enc.blk.0.")) T5_MADE_GATED("enc.blk.0.") "enc.output_norm.weight 8\n"   \
     "token_embd.weight 8,5\n", T5_KEYS("")},                                                                          \
    {"mamba", "{\"architectures\":[\"MambaForCausalLM\"],\"model_type\":\"falcon_mamba\",\"vocab_size\":5,"            \
     "\"hidden_size\":8,\"num_hidden_layers\":1,\"state_size\":4,\"layer_norm_epsilon\":1e-05,"                        \
     "\"intermediate_size\":16,\"mixer_rms_eps\":1e-06}",                                                              \
     "backbone.embeddings.weight 5,8\n" "backbone.norm_f.weight 8\n" "backbone.layers.0.norm.weight 8\n"               \
     M "in_proj.weight 32,8\n" M "conv1d.weight 16,1,4\n" M "conv1d.bias 16\n" M "x_proj.weight 9,16\n"                \
     M "dt_proj.weight 16,1\n" M "dt_proj.bias 16\n" M "A_log 16,4\n" M "D 16\n" M "out_proj.weight 8,16\n",           \
     B "attn_norm.weight 8\n" B "ssm_a 4,16 : -1 -54.5981 -2980.96 -162755 -8.88611e+06 -4.85165e+08 -2.64891e+10"     \
     " -1.44626e+12\n" B "ssm_conv1d.bias 16\n" B "ssm_conv1d.weight 4,16 : 0 4 8 12 16 20 24 28\n" B "ssm_d 16\n"     \
     B "ssm_dt.bias 16\n" B "ssm_dt.weight 1,16\n" B "ssm_in.weight 8,32\n" B "ssm_out.weight 16,8\n"                  \
     B "ssm_x.weight 16,9\n" "output_norm.weight 8\n" "token_embd.weight 8,5\n",                                       \
     "block_count 1\ncontext_length 1048576\nembedding_length 8\nfeed_forward_length 0\nattention.head_count 0\n"      \
     "ssm.conv_kernel 4\nssm.inner_size 16\nssm.state_size 4\nssm.time_step_rank 1\n"                                  \
     "attention.layer_norm_rms_epsilon 1e-05f\nssm.dt_b_c_rms true\n"}

#define STATE_REFUSALS                                                                                                 \
    {"t5", ",\"num_heads\"", ",\"feed_forward_proj\":\"gated-silu\",\"num_heads\"", ODD, "feed_forward_proj"},         \
    {"t5", ",\"num_heads\"", ",\"feed_forward_proj\":\"gated-gelu\",\"num_heads\"", BAD, "wi_0.weight' is missing"},   \
    {"t5", ",\"num_heads\"", ",\"relative_attention_max_distance\":64,\"num_heads\"", ODD, "max_distance"},            \
    {"t5", "encoder.block.0.layer.0.SelfAttention.relative", "encoder.block.0.layer.0.SelfAttention.other", BAD,       \
     "relative_attention_bias.weight' is missing"},                                                                    \
    {"t5", "\"num_decoder_layers\":2", "\"num_decoder_layers\":3", BAD, "decoder.block.2.layer.0"},                    \
    {"t5", "encoder.embed_tokens.weight", "shared.weight", MZG_OK, ""},                                                \
    {"umt5", "lm_head.weight", "head.weight", BAD, "'lm_head.weight' is missing"},                                     \
    {"mamba", "\"intermediate_size\":16", "\"intermediate_size\":24", ODD, "intermediate_size"},                       \
    {"mamba", "conv1d.bias", "in_proj.bias", BAD, "conv1d.bias' is missing"},                                          \
    {"mamba", "\"state_size\":4", "\"state_size\":4,\"pad_vocab_size_multiple\":8", BAD, "embeddings.weight"},         \
    {"mamba", "\"state_size\":4", "\"state_size\":4,\"hidden_act\":\"gelu\"", ODD, "hidden_act"},                      \
    {"mamba", "\"state_size\":4", "\"state_size\":0", BAD, "state_size"},                                              \
    {"mamba", "A_log", "A_log", MZG_OK, "mixer_rms_eps"}
