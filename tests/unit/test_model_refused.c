/* Tiny llamas, spoilt in one place. */
#include "tiny_made.h"

static const struct mutation mutations[] = {
    CONF("heads_zero", HEADS, "\"num_attention_heads\":0", BAD, "num_attention_heads"),
    CONF("heads_negative", HEADS, "\"num_attention_heads\":-2", BAD, "num_attention_heads"),
    CONF("heads_text", HEADS, "\"num_attention_heads\":\"2\"", BAD, "num_attention_heads"),
    CONF("heads_real", HEADS, "\"num_attention_heads\":2.0", BAD, "num_attention_heads"),
    CONF("heads_huge", HEADS, "\"num_attention_heads\":4294967298", BAD, "num_attention_heads"),
    CONF("heads_missing", HEADS ",", "", BAD, "num_attention_heads"),
    CONF("heads_three", HEADS, "\"num_attention_heads\":3", BAD, "num_attention_heads"),
    CONF("heads_four", HEADS, "\"num_attention_heads\":4", BAD, "head_dim"),
    CONF("kv_heads_zero", KV, "\"num_key_value_heads\":0", BAD, "num_key_value_heads"),
    CONF("kv_heads_four", KV, "\"num_key_value_heads\":4", BAD, "num_key_value_heads"),
    CONF("kv_heads_two", KV, "\"num_key_value_heads\":2", BAD, "self_attn.k_proj.weight"),
    CONF("head_dim_odd", KV, KV ",\"head_dim\":3", BAD, "head_dim"),
    CONF("head_dim_four", KV, KV ",\"head_dim\":4", BAD, "self_attn.q_proj.weight"),
    CONF("layers_zero", "layers\":1", "layers\":0", BAD, "num_hidden_layers"),
    CONF("layers_two", "layers\":1", "layers\":2", BAD,
         "tensor 'model.layers.1.input_layernorm.weight' is missing"),
    CONF("layers_huge", "layers\":1", "layers\":1000000", BAD, "num_hidden_layers"),
    CONF("hidden_eight", "hidden_size\":4", "hidden_size\":8", BAD, "embed_tokens.weight"),
    CONF("hidden_zero", "hidden_size\":4", "hidden_size\":0", BAD, "hidden_size"),
    CONF("ff_seven", "intermediate_size\":6", "intermediate_size\":7", BAD, "mlp.gate_proj.weight"),
    CONF("ff_missing", "\"intermediate_size\":6,", "", BAD, "intermediate_size"),
    CONF("vocab_six", "vocab_size\":5", "vocab_size\":6", BAD, "embed_tokens.weight"),
    CONF("vocab_missing", "\"vocab_size\":5,", "", BAD, "vocab_size"),
    CONF("context_missing", "\"max_position_embeddings\":64,", "", BAD, "max_position_embeddings"),
    CONF("eps_missing", "\"rms_norm_eps\":1e-05,", "", BAD, "rms_norm_eps"),
    CONF("eps_zero", "1e-05", "0", BAD, "rms_norm_eps"),
    CONF("theta_text", ROPE, "\"rope_theta\":\"big\"", BAD, "rope_theta"),
    CONF("theta_zero", ROPE, "\"rope_theta\":0", BAD, "rope_theta"),
    CONF("rope_type", ROPE, ROPE ",\"rope_scaling\":{\"type\":\"longrope\"}", ODD, "longrope"),
    CONF("rope_number", ROPE, ROPE ",\"rope_scaling\":7", BAD, "rope_scaling"),
    CONF("rope_linear", ROPE, ROPE ",\"rope_scaling\":{\"type\":\"linear\"}", BAD, "factor"),
    CONF("rope_yarn", ROPE, ROPE ",\"rope_scaling\":{\"type\":\"yarn\",\"factor\":4}", BAD,
         "original_max_position_embeddings"),
    CONF("rope_llama3", ROPE, ROPE ",\"rope_scaling\":{\"rope_type\":\"llama3\","
         "\"low_freq_factor\":4}", BAD, "low_freq_factor"),
    CONF("act", "silu", "gelu", ODD, "hidden_act"),
    CONF("rotary", ROPE, ROPE ",\"partial_rotary_factor\":0.5", ODD, "partial_rotary_factor"),
    CONF("experts", KV, KV ",\"num_local_experts\":8", ODD, "num_local_experts"),
    CONF("packed", KV, KV ",\"quantization_config\":{\"quant_method\":\"aqlm\"}", ODD, "'aqlm'"),
    CONF("tied_text", "embeddings\":false", "embeddings\":\"no\"", BAD, "tie_word_embeddings"),
    {"family", CONFIG, TYPE, "\"model_type\":\"mpt\"", ODD,
     "architectures: VulavulaLlamaForCausalLM, model_type: mpt", "good_by_type"},
    {"family_tensors", HEADER, "model.norm.weight", "model.other.weight", ODD,
     "tensor 'model.norm.weight' is missing", "good_by_type"},
    HEAD("tensor_missing", "model.norm.weight", "model.other.weight", BAD,
         "tensor 'model.norm.weight' is missing"),
    HEAD("head_missing", "lm_head.weight", "lm_other.weight", BAD,
         "tensor 'lm_head.weight' is missing"),
    HEAD("tensor_left_over", "{\"lm_head", "{" ENTRY("q_norm", "F32", "0", "0,0") ",\"lm_head",
         BAD, "tensor 'q_norm' is left over"),
    HEAD("tensor_layer_00", "layers.0.mlp.up", "layers.00.mlp.up", BAD,
         "tensor 'model.layers.0.mlp.up_proj.weight' is missing"),
    HEAD("tensor_transposed", "[6,4]", "[4,6]", BAD, "mlp.gate_proj.weight"),
    HEAD("tensor_three_dims", "[6,4]", "[6,4,1]", BAD, "mlp.gate_proj.weight"),
    HEAD("tensor_flat", "[6,4]", "[24]", BAD, "mlp.gate_proj.weight"),
    HEAD("norm_two_dims", "\"shape\":[4]", "\"shape\":[1,4]", BAD, "input_layernorm.weight"),
};
#define MUTATIONS (sizeof mutations / sizeof *mutations)

static void every_spoilt_field_is_refused_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < MUTATIONS; i++) {
        struct mzg_model model;
        struct notices notices;
        struct mzg_err e = {0};
        struct made m;
        make(&m, &mutations[i]);
        check_refusal(&m.r, open_made(&model, &m, &notices, &e), &e);
    }
}

static void check_made(const struct made *m, const struct refused *r)
{
    struct made_file files[MADE_FILES];

    files_of(m, files);
    for (size_t i = 0; i < MADE_FILES; i++)
        check_committed(i == 0 ? r : NULL, files[i].name, files[i].data, files[i].len);
}

static void the_committed_files_are_these(void **state)
{
    struct made m;

    (void)state;
    for (size_t i = 0; i < BASES; i++) {
        make(&m, &bases[i]);
        check_made(&m, NULL);
    }
    for (size_t i = 0; i < MUTATIONS; i++) {
        make(&m, &mutations[i]);
        check_made(&m, &m.r);
    }
}

static int write_corpus(const char *folder)
{
    struct made m;
    char line[1024];

    for (size_t i = 0; i < BASES; i++) {
        make(&m, &bases[i]);
        put_made(folder, &m);
    }
    for (size_t i = 0; i < MUTATIONS; i++) {
        make(&m, &mutations[i]);
        put_made(folder, &m);
        expect_line(line, &m.r);
        fputs(line, stdout);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spoilt_field_is_refused_by_name),
        cmocka_unit_test(the_committed_files_are_these),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
