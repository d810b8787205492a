/* Folders of a llama: what becomes of good ones. */
#include "base/sha256.h"
#include "model/stream.h"
#include "tiny_made.h"

static void a_llama_gets_its_names_shapes_and_keys(void **state)
{
    static const char *const names[] = {
        "output.weight", "token_embd.weight", "blk.0.attn_norm.weight", "blk.0.ffn_down.weight",
        "blk.0.ffn_gate.weight", "blk.0.ffn_up.weight", "blk.0.ffn_norm.weight",
        "blk.0.attn_k.weight", "blk.0.attn_output.weight", "blk.0.attn_q.weight",
        "blk.0.attn_v.weight", "output_norm.weight",
    };
    struct notices notices;
    struct mzg_model m;

    (void)state;
    open_with(&m, NOTHING, NULL, NULL, &notices);
    assert_string_equal(m.arch, "llama");
    assert_int_equal(m.n_tensors, sizeof names / sizeof *names);
    for (size_t i = 0; i < m.n_tensors; i++) { /* in the source's order */
        assert_string_equal(m.tensors[i].name, names[i]);
        assert_ptr_equal(m.tensors[i].src, &m.weights.tensors[i]);
    }
    const struct mzg_model_tensor *q = find(&m, "blk.0.attn_q.weight"),
                                  *k = find(&m, "blk.0.attn_k.weight"),
                                  *v = find(&m, "blk.0.attn_v.weight");
    assert_true(q->made && k->made && !v->made);
    assert_true(k->n_dims == 2 && k->ne[0] == 4 && k->ne[1] == 2 && k->ne[2] == 1);
    assert_true(text_is(&m, "general.architecture", "llama"));
    assert_true(text_is(&m, "general.type", "model"));
    assert_true(text_is(&m, "general.name", "Tiny"));
    assert_true(text_is(&m, "general.organization", "Somewhere"));
    assert_true(text_is(&m, "general.size_label", "0.17K"));
    assert_true(number_is(&m, "llama.block_count", 1) && number_is(&m, "llama.context_length", 64));
    assert_true(number_is(&m, "llama.embedding_length", 4) &&
                number_is(&m, "llama.feed_forward_length", 6));
    assert_true(number_is(&m, "llama.attention.head_count", 2) &&
                number_is(&m, "llama.attention.head_count_kv", 1));
    assert_true(number_is(&m, "llama.rope.dimension_count", 2));
    assert_true(number_is(&m, "llama.vocab_size", 5));
    assert_true(float_is(&m, "llama.rope.freq_base", 500000.0f) &&
                float_is(&m, "llama.attention.layer_norm_rms_epsilon", 1e-5f));
    assert_null(mzg_kvs_find(&m.kvs, "llama.attention.key_length"));
    assert_true(text_is(&m, "tokenizer.ggml.model", "llama"));
    assert_int_equal(notices.count, 0);
    mzg_model_close(&m);
}

static void an_unknown_class_is_taken_by_its_type_and_tensors(void **state)
{
    struct notices notices;
    struct mzg_model m;

    (void)state;
    open_with(&m, CONFIG, "LlamaForCausalLM", "VulavulaLlamaForCausalLM", &notices);
    assert_string_equal(m.arch, "llama");
    assert_int_equal(notices.count, 1);
    assert_non_null(strstr(notices.last, "VulavulaLlamaForCausalLM"));
    mzg_model_close(&m);
}

static void a_tied_model_needs_no_output(void **state)
{
    struct made m;
    struct notices notices;
    struct mzg_model model;
    struct mzg_err e = {0};
    char header[TINY_MAX], tied[TINY_MAX];
    size_t bytes;
    const struct mutation mu = CONF("case", "embeddings\":false", "embeddings\":true", MZG_OK, "");

    (void)state;
    make(&m, &mu);
    assert_int_equal(open_made(&model, &m, &notices, &e), MZG_OK); /* it is there: it is kept */
    assert_non_null(find(&model, "output.weight"));
    mzg_model_close(&model);
    tiny_header(header, &bytes);
    replace(tied, header, "lm_head.weight", "model.rotary_emb.inv_freq", NULL);
    m.len = tiny_file(m.file, tied, bytes);
    assert_int_equal(open_made(&model, &m, &notices, &e), MZG_OK);
    assert_null(find(&model, "output.weight"));
    assert_int_equal(model.n_tensors, TINY_TENSORS - 1);
    mzg_model_close(&model);
}

static void heads_may_be_wider_than_the_embedding_gives(void **state)
{
    char header[TINY_MAX], a[TINY_MAX], b[2 * TINY_MAX];
    struct notices notices;
    struct mzg_model model;
    struct mzg_err e = {0};
    struct made m;
    size_t bytes;
    /* Two heads of 4: q is [8, 4], k and v [4, 4], o [4, 8]. All four were 4 wide; the file's last
     * tensors are laid out anew. */
    const struct mutation mu = {"case", CONFIG, KV, KV ",\"head_dim\":4", MZG_OK, "", NULL};

    (void)state;
    make(&m, &mu);
    tiny_header(header, &bytes);
    size_t k = bytes - 16 - 32 - 64 - 64 - 32; /* k, o, q, v, and the norm of 16 bytes */
    char *from = strstr(header, "\"model.layers.0.self_attn.k_proj");
    snprintf(a, sizeof a, "%.*s", (int)(from - header), header);
    snprintf(b, sizeof b,
             "%s" ENTRY("model.layers.0.self_attn.k_proj.weight", "F32", "4,4", "%zu,%zu") ","
             ENTRY("model.layers.0.self_attn.o_proj.weight", "F32", "4,8", "%zu,%zu") ","
             ENTRY("model.layers.0.self_attn.q_proj.weight", "F32", "8,4", "%zu,%zu") ","
             ENTRY("model.layers.0.self_attn.v_proj.weight", "F32", "4,4", "%zu,%zu") ","
             ENTRY("model.norm.weight", "F32", "4", "%zu,%zu") "}",
             a, k, k + 64, k + 64, k + 192, k + 192, k + 320, k + 320, k + 384, k + 384, k + 400);
    m.len = tiny_file(m.file, b, k + 400);
    if (open_made(&model, &m, &notices, &e) != MZG_OK)
        fail_msg("%s", e.msg);
    assert_true(number_is(&model, "llama.attention.key_length", 4) &&
                number_is(&model, "llama.attention.value_length", 4) &&
                number_is(&model, "llama.rope.dimension_count", 4));
    const struct mzg_model_tensor *q = find(&model, "blk.0.attn_q.weight");
    assert_true(q->made && q->ne[1] == 8);
    mzg_model_close(&model);
}

static void transformers_5_says_rope_in_its_own_object(void **state)
{
    struct notices notices;
    struct mzg_model m;

    (void)state;
    open_with(&m, CONFIG, ROPE, "\"rope_parameters\":{\"rope_type\":\"linear\",\"factor\":2.5,"
              "\"rope_theta\":70000}", &notices);
    assert_true(float_is(&m, "llama.rope.freq_base", 70000));
    assert_true(text_is(&m, "llama.rope.scaling.type", "linear"));
    assert_true(float_is(&m, "llama.rope.scaling.factor", 2.5f));
    mzg_model_close(&m);
}

static void yarn_has_its_keys(void **state)
{
    struct notices notices;
    struct mzg_model m;

    (void)state;
    open_with(&m, CONFIG, ROPE, ROPE ",\"rope_scaling\":{\"type\":\"yarn\",\"factor\":16,"
              "\"original_max_position_embeddings\":8192,\"beta_fast\":32}", &notices);
    assert_true(text_is(&m, "llama.rope.scaling.type", "yarn"));
    assert_true(number_is(&m, "llama.rope.scaling.original_context_length", 8192));
    assert_true(float_is(&m, "llama.rope.scaling.yarn_beta_fast", 32));
    assert_null(mzg_kvs_find(&m.kvs, "llama.rope.scaling.yarn_beta_slow"));
    mzg_model_close(&m);
}

static void llama3_gets_its_frequencies_first(void **state)
{
    struct notices notices;
    struct mzg_model m;

    (void)state;
    open_with(&m, CONFIG, ROPE, ROPE ",\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8.0}",
              &notices);
    assert_int_equal(m.n_tensors, TINY_TENSORS + 1);
    assert_string_equal(m.tensors[0].name, "rope_freqs.weight");
    assert_null(m.tensors[0].src);
    assert_true(m.tensors[0].n_dims == 1 && m.tensors[0].ne[0] == 1 && m.tensors[0].values[0] == 1);
    assert_null(mzg_kvs_find(&m.kvs, "llama.rope.scaling.type"));
    mzg_model_close(&m);
}

static void a_sliding_window_is_announced(void **state)
{
    struct notices notices;
    struct mzg_model m;

    (void)state;
    open_with(&m, CONFIG, KV, KV ",\"sliding_window\":4096", &notices);
    assert_non_null(strstr(notices.last, "4096"));
    mzg_model_close(&m);
}

static void sources_are_digested_by_name(void **state)
{
    struct notices notices;
    struct mzg_model m;
    uint8_t digest[32];

    (void)state;
    open_with(&m, NOTHING, NULL, NULL, &notices);
    assert_int_equal(m.n_texts, 2);
    assert_string_equal(m.texts[0].name, "config.json");
    assert_string_equal(m.texts[1].name, "tokenizer.model");
    mzg_sha256_of(tiny_tokenizer, sizeof tiny_tokenizer, digest);
    assert_memory_equal(m.texts[1].sha256, digest, 32);
    assert_true(m.texts[1].size == sizeof tiny_tokenizer);
    mzg_model_close(&m);
}

static void a_folder_without_config_or_tokenizer_says_so(void **state)
{
    const struct mzg_model_options opt = {0};
    char scratch[SCRATCH_PATH];
    struct mzg_model m;
    struct mzg_err e = {0};
    struct made made;

    (void)state;
    make(&made, &bases[0]);
    make_scratch(scratch);
    put_file(scratch, "model.safetensors", made.file, made.len);
    assert_int_equal(mzg_model_open(&m, scratch, &opt, &e), MZG_UNSUPPORTED);
    assert_non_null(strstr(e.msg, "config.json"));
    put_file(scratch, "config.json", made.config, strlen(made.config));
    assert_int_equal(mzg_model_open(&m, scratch, &opt, &e), MZG_UNSUPPORTED);
    assert_non_null(strstr(e.msg, "tokenizer"));
    remove_scratch(scratch);
}

/* ---- real models ---- */

static void the_two_real_folders_are_the_same_model(void **state)
{
    static const char *const folders[] = {
        "../shared/data/stories260K/hf-derived",
        "../shared/data/stories260K/hf-derived-bf16-sharded",
    };
    const struct mzg_model_options opt = {0};
    struct mzg_model m[2];
    struct mzg_err e;

    (void)state;
    if (access(folders[0], R_OK) != 0) {
        print_message("skipped: %s is not here\n", folders[0]);
        skip();
    }
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(mzg_model_open(&m[i], folders[i], &opt, &e), MZG_OK);
    assert_true(m[0].n_tensors == 47 && m[1].n_tensors == 47);
    for (size_t i = 0; i < 47; i++) {
        assert_string_equal(m[0].tensors[i].name, m[1].tensors[i].name);
        assert_memory_equal(m[0].tensors[i].ne, m[1].tensors[i].ne, sizeof m[0].tensors[i].ne);
    }
    assert_true(text_is(&m[0], "general.size_label", "260K"));
    assert_true(number_is(&m[0], "llama.attention.key_length", 8));
    /* Row 1 of a head of 8 comes from the other half: row 4. */
    const struct mzg_tensor *src;
    assert_int_equal(mzg_source_element(find(&m[0], "blk.4.attn_q.weight"), 64, &src), 4 * 64);
    assert_string_equal(src->name, "model.layers.4.self_attn.q_proj.weight");
    assert_true(m[0].n_texts == 3 && m[1].n_texts == 4);
    assert_true(m[1].weights.n_files == 3 && m[1].weights.index != NULL);
    mzg_model_close(&m[0]);
    mzg_model_close(&m[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_llama_gets_its_names_shapes_and_keys),
        cmocka_unit_test(an_unknown_class_is_taken_by_its_type_and_tensors),
        cmocka_unit_test(a_tied_model_needs_no_output),
        cmocka_unit_test(heads_may_be_wider_than_the_embedding_gives),
        cmocka_unit_test(transformers_5_says_rope_in_its_own_object),
        cmocka_unit_test(yarn_has_its_keys),
        cmocka_unit_test(llama3_gets_its_frequencies_first),
        cmocka_unit_test(a_sliding_window_is_announced),
        cmocka_unit_test(sources_are_digested_by_name),
        cmocka_unit_test(a_folder_without_config_or_tokenizer_says_so),
        cmocka_unit_test(the_two_real_folders_are_the_same_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
