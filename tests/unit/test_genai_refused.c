/* Models of onnxruntime-genai's builder: each field of its config and its graph spoilt. */
#include "genai_made.h"

#define LIST "EXPECT.genai"

static const struct mutation mutations[] = {
#define CONF(n, from, to, code, item) {n, from, to, GENAI_GOOD, code, item}
#define GRAPH(n, how, code, item) {n, NULL, NULL, how, code, item}
    CONF("model_missing", "\"model\"", "\"other\"", MZG_MALFORMED, "decoder.filename"),
    CONF("type_missing", "\"type\":\"llama\",", "", MZG_MALFORMED, "genai_config.json: key 'model.type' is missing"),
    CONF("type_other", "llama", "gemma2", MZG_UNSUPPORTED, "models of type 'gemma2' are not supported"),
    CONF("layers_missing", "\"num_hidden_layers\":1,", "", MZG_MALFORMED, "key 'model.decoder.num_hidden_layers' is missing"),
    CONF("layers_huge", "layers\":1", "layers\":1000000000", MZG_MALFORMED, "num_hidden_layers' is outside 1 to 4096"),
    CONF("layers_two", "layers\":1", "layers\":2", MZG_MALFORMED, "tensor 'model.layers.1.input_layernorm.weight' is missing"),
    CONF("hidden_negative", "hidden_size\":4", "hidden_size\":-4", MZG_MALFORMED, "hidden_size' is outside"),
    CONF("hidden_text", "hidden_size\":4", "hidden_size\":\"4\"", MZG_MALFORMED, "hidden_size' is no whole number"),
    CONF("hidden_eight", "hidden_size\":4", "hidden_size\":8", MZG_MALFORMED, "tensor 'model.embed_tokens.weight'"),
    CONF("heads_two", "attention_heads\":1", "attention_heads\":2", MZG_MALFORMED, "12 rows are not 8 of q and 4 of k and v"),
    CONF("kv_heads_zero", "value_heads\":1", "value_heads\":0", MZG_MALFORMED, "num_key_value_heads' is outside"),
    CONF("kv_heads_two", "value_heads\":1", "value_heads\":2", MZG_MALFORMED, "made from genai_config.json: config.json: key"),
    CONF("head_size_huge", "head_size\":4", "head_size\":4e9", MZG_MALFORMED, "head_size' is no whole number"),
    CONF("head_size_two", "head_size\":4", "head_size\":2", MZG_UNSUPPORTED, "scales its attention by 0.5"),
    CONF("context_zero", "context_length\":64", "context_length\":0", MZG_MALFORMED, "context_length' is outside"),
    CONF("vocab_six", "vocab_size\":5", "vocab_size\":6", MZG_MALFORMED, "tensor 'model.embed_tokens.weight'"),
    CONF("file_outside", "model.onnx", "../model.onnx", MZG_MALFORMED, "is no path inside the folder"),
    GRAPH("no_epsilon", GENAI_NO_EPSILON, MZG_UNSUPPORTED, "no norm of the graph says its epsilon"),
    GRAPH("two_epsilons", GENAI_TWO_EPSILONS, MZG_UNSUPPORTED, "has another epsilon than one before it"),
    GRAPH("vectors", GENAI_VECTORS, MZG_UNSUPPORTED, "the graph takes vectors in place of tokens"),
    GRAPH("softcap", GENAI_SOFTCAP, MZG_UNSUPPORTED, "a node GroupQueryAttention has a softcap"),
    GRAPH("interleaved", GENAI_INTERLEAVED, MZG_UNSUPPORTED, "rotates neighbours"),
    GRAPH("scale", GENAI_SCALE, MZG_UNSUPPORTED, "scales its attention by 0.25"),
    GRAPH("gelu", GENAI_GELU, MZG_UNSUPPORTED, "a node FastGelu computes what no family does"),
    GRAPH("no_cache", GENAI_NO_CACHE, MZG_UNSUPPORTED, "there is no cos_cache and sin_cache"),
    GRAPH("cache_flat", GENAI_CACHE_FLAT, MZG_MALFORMED, "are no tables of angles"),
    GRAPH("producer", GENAI_OTHER_PRODUCER, MZG_UNSUPPORTED, "model.onnx is not by onnxruntime-genai's builder"),
    GRAPH("no_down", GENAI_NO_DOWN, MZG_UNSUPPORTED, "how wide the feed-forward is"),
    GRAPH("g_idx", GENAI_G_IDX, MZG_UNSUPPORTED, "a node MatMulNBits has a g_idx or a bias"),
    GRAPH("bits", GENAI_BITS, MZG_UNSUPPORTED, "has not 2, 4 or 8 bits"),
    GRAPH("rows", GENAI_ROWS, MZG_MALFORMED, "10 rows are not 4 of q and 4 of k and v each"),
    GRAPH("vector", GENAI_VECTOR, MZG_MALFORMED, "tensor 'model.layers.0.attn.o_proj.MatMul.weight': FLOAT of 1 dimensions"),
};
#define MUTATIONS (sizeof mutations / sizeof *mutations)

static void every_spoilt_field_is_refused_by_name(void **state)
{
    struct made *m = malloc(sizeof *m);

    (void)state;
    assert_non_null(m);
    for (size_t i = 0; i < MUTATIONS; i++) {
        struct mzg_model model;
        struct notices notices;
        struct mzg_err e = {0};
        make(m, &mutations[i]);
        m->r.offset = MZG_NO_OFFSET;
        enum mzg_code code = open_made(&model, m, &notices, &e);
        if (code != MZG_OK && e.offset != MZG_NO_OFFSET)
            m->r.offset = e.offset;
        check_refusal(&m->r, code, &e);
    }
    free(m);
}

/* i == MUTATIONS: the good one. */
static void make_at(struct made *m, size_t i)
{
    struct mzg_model model;
    struct notices notices;
    struct mzg_err e = {.offset = MZG_NO_OFFSET};

    make(m, i < MUTATIONS ? &mutations[i] : &good);
    if (i < MUTATIONS && open_made(&model, m, &notices, &e) != MZG_OK)
        m->r.offset = e.offset;
}

static void the_committed_files_are_these(void **state)
{
    struct made *m = malloc(sizeof *m);

    (void)state;
    assert_non_null(m);
    for (size_t i = 0; i <= MUTATIONS; i++) {
        struct made_file files[MADE_FILES];
        make_at(m, i);
        files_of(m, files);
        for (size_t k = 0; k < MADE_FILES; k++)
            check_committed_in(LIST, i < MUTATIONS ? &m->r : NULL, files[k].name, files[k].data, files[k].len);
    }
    free(m);
}

static int write_corpus(const char *folder)
{
    struct made *m = malloc(sizeof *m);

    for (size_t i = 0; m && i <= MUTATIONS; i++) {
        struct made_file files[MADE_FILES];
        char line[1024];
        make_at(m, i);
        files_of(m, files);
        put_files(folder, files);
        if (i == MUTATIONS)
            break;
        expect_line(line, &m->r);
        fputs(line, stdout);
    }
    free(m);
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
