/* params.json and the weights beside it, as Mistral and Meta publish them: what comes of it, and each field spoilt. */
#include "made_folder.h"

#define LIST "EXPECT.params"

/* The tiny llama in this form. */
static const char good[] =
    "{\"dim\":4,\"n_layers\":1,\"head_dim\":2,\"hidden_dim\":6,\"n_heads\":2,\"n_kv_heads\":1,\n"
    "\"norm_eps\":1e-05,\"vocab_size\":5,\"rope_theta\":500000.0,\"max_seq_len\":64}\n";

static const struct tiny_tensor tensors[] = {
    {"layers.0.attention.wk.weight", 2, 4},    {"layers.0.attention.wo.weight", 4, 4},
    {"layers.0.attention.wq.weight", 4, 4},    {"layers.0.attention.wv.weight", 2, 4},
    {"layers.0.attention_norm.weight", 0, 4},  {"layers.0.feed_forward.w1.weight", 6, 4},
    {"layers.0.feed_forward.w2.weight", 4, 6}, {"layers.0.feed_forward.w3.weight", 6, 4},
    {"layers.0.ffn_norm.weight", 0, 4},        {"norm.weight", 0, 4},
    {"output.weight", 5, 4},                   {"tok_embeddings.weight", 5, 4},
};

static const struct mutation {
    const char *name, *from, *to;
    enum mzg_code code;
    const char *item;
} mutations[] = {
    {"dim_missing", "\"dim\":4,", "", MZG_MALFORMED, "params.json: key 'dim' is missing"},
    {"dim_text", "\"dim\":4", "\"dim\":\"4\"", MZG_MALFORMED, "params.json: key 'dim' is no whole number"},
    {"dim_real", "\"dim\":4", "\"dim\":4.0", MZG_MALFORMED, "params.json: key 'dim' is no whole number"},
    {"dim_huge", "\"dim\":4", "\"dim\":9223372036854775807", MZG_MALFORMED, "key 'dim' is outside 1 to"},
    {"dim_wide", "\"dim\":4", "\"dim\":18446744073709551617", MZG_MALFORMED, "key 'dim' is no whole number"},
    {"dim_eight", "\"dim\":4", "\"dim\":8", MZG_MALFORMED, "params.json gives"},
    {"layers_zero", "n_layers\":1", "n_layers\":0", MZG_MALFORMED, "key 'n_layers' is outside 1 to 4096"},
    {"layers_negative", "n_layers\":1", "n_layers\":-1", MZG_MALFORMED, "key 'n_layers' is outside"},
    {"layers_two", "n_layers\":1", "n_layers\":2", MZG_MALFORMED, "tensor 'layers.1.attention_norm.weight' is missing"},
    {"heads_three", "n_heads\":2", "n_heads\":3", MZG_MALFORMED, "tensor 'layers.0.attention.wq.weight'"},
    {"kv_heads_four", "n_kv_heads\":1", "n_kv_heads\":4", MZG_MALFORMED, "made from params.json: config.json: key 'num_key"},
    {"epsilon_missing", "\"norm_eps\":1e-05,", "", MZG_MALFORMED, "key 'norm_eps' is missing"},
    {"epsilon_zero", "1e-05", "0", MZG_MALFORMED, "key 'norm_eps' is outside 1e-30 to 1"},
    {"theta_zero", "500000.0", "0.5", MZG_MALFORMED, "key 'rope_theta' is outside"},
    {"vocab_six", "vocab_size\":5", "vocab_size\":6", MZG_MALFORMED, "tensor 'tok_embeddings.weight'"},
    {"vocab_huge", "vocab_size\":5", "vocab_size\":1e9", MZG_MALFORMED, "key 'vocab_size' is no whole number"},
    {"ff_seven", "hidden_dim\":6", "hidden_dim\":7", MZG_MALFORMED, "tensor 'layers.0.feed_forward.w1.weight'"},
    {"ff_unknown", "\"hidden_dim\":6,", "", MZG_MALFORMED, "key 'multiple_of' is missing"},
    {"multiple_zero", "\"hidden_dim\":6", "\"multiple_of\":0", MZG_MALFORMED, "key 'multiple_of' is outside"},
    {"factor_huge", "\"hidden_dim\":6", "\"multiple_of\":2,\"ffn_dim_multiplier\":1e300", MZG_MALFORMED,
     "key 'ffn_dim_multiplier' is outside"},
    {"yarn_empty", "64}", "64,\"yarn\":{}}", MZG_MALFORMED, "key 'yarn.factor' is missing"},
    {"yarn_number", "64}", "64,\"yarn\":3}", MZG_MALFORMED, "key 'yarn.factor' is missing"},
    {"scaled_rope", "64}", "64,\"use_scaled_rope\":true}", MZG_UNSUPPORTED, "there is no rope_scaling_factor"},
    {"scaling_alone", "64}", "64,\"llama_4_scaling\":{\"beta\":0.1}}", MZG_UNSUPPORTED,
     "key 'llama_4_scaling' is there without yarn"},
    {"experts_missing", "64}", "64,\"moe\":{\"num_experts\":2,\"num_experts_per_tok\":1}}", MZG_MALFORMED,
     "tensor 'layers.0.feed_forward.gate.weight' is missing"},
    {"experts_huge", "64}", "64,\"moe\":{\"num_experts\":5000}}", MZG_MALFORMED,
     "key 'moe.num_experts' is outside"},
    {"experts_shared", "64}", "64,\"moe\":{\"num_experts\":2,\"num_shared_experts\":1}}", MZG_UNSUPPORTED,
     "key 'moe.num_shared_experts' says shared experts"},
    {"low_rank", "64}", "64,\"q_lora_rank\":2}", MZG_UNSUPPORTED, "key 'q_lora_rank' says attention of low rank"},
    {"packed", "64}", "64,\"quantization\":{\"qformat_weight\":\"int4\"}}", MZG_UNSUPPORTED,
     "key 'quantization.qformat_weight' is not fp8_e4m3"},
    {"window_list", "64}", "64,\"sliding_window\":[null]}", MZG_MALFORMED, "key 'sliding_window' is a list"},
    {"tied_text", "64}", "64,\"tied_embeddings\":\"no\"}", MZG_MALFORMED, "'tied_embeddings'"},
};
#define MUTATIONS (sizeof mutations / sizeof *mutations)

struct made {
    char params[TINY_MAX];
    uint8_t file[TINY_MAX];
    size_t len;
    char path[64];
    struct refused r;
};

/* mu NULL: the good one. */
static void make(struct made *m, const struct mutation *mu)
{
    char header[TINY_MAX];
    size_t bytes;

    memset(m, 0, sizeof *m);
    replace(m->params, good, mu ? mu->from : NULL, mu ? mu->to : NULL, NULL);
    tiny_header_of(tensors, sizeof tensors / sizeof *tensors, header, &bytes);
    m->len = tiny_file(m->file, header, bytes);
    snprintf(m->path, sizeof m->path, "params/%s/", mu ? mu->name : "good");
    if (mu)
        m->r = (struct refused){m->path, "params/good", mu->code, mu->item, MZG_NO_OFFSET, "convert"};
}

static void files_of(const struct made *m, struct made_file files[MADE_FILES])
{
    made_files(files, m->path, "params.json", m->params, "consolidated.safetensors", m->file, m->len);
}

static struct notices notices;

static enum mzg_code open_made(struct mzg_model *model, const struct made *m, struct mzg_err *e)
{
    struct made_file files[MADE_FILES];

    files_of(m, files);
    return open_files(model, m->path, files, &notices, e);
}

static void every_spoilt_field_is_refused_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < MUTATIONS; i++) {
        struct mzg_model model;
        struct mzg_err e = {0};
        struct made m;
        make(&m, &mutations[i]);
        check_refusal(&m.r, open_made(&model, &m, &e), &e);
    }
}

static void the_committed_files_are_these(void **state)
{
    (void)state;
    for (size_t i = 0; i <= MUTATIONS; i++) {
        struct made_file files[MADE_FILES];
        struct made m;
        make(&m, i < MUTATIONS ? &mutations[i] : NULL);
        files_of(&m, files);
        for (size_t k = 0; k < MADE_FILES; k++)
            check_committed_in(LIST, i < MUTATIONS ? &m.r : NULL, files[k].name, files[k].data, files[k].len);
    }
}

static int write_corpus(const char *folder)
{
    for (size_t i = 0; i <= MUTATIONS; i++) {
        struct made_file files[MADE_FILES];
        struct made m;
        char line[1024];
        make(&m, i < MUTATIONS ? &mutations[i] : NULL);
        files_of(&m, files);
        put_files(folder, files);
        if (i == MUTATIONS)
            break;
        expect_line(line, &m.r);
        fputs(line, stdout);
    }
    return 0;
}

/* ---- what passes ---- */

static void open_with(struct mzg_model *model, const char *from, const char *to)
{
    const struct mutation mu = {"case", from, to, MZG_OK, ""};
    struct mzg_err e = {0};
    struct made m;

    make(&m, &mu);
    if (open_made(model, &m, &e) != MZG_OK)
        fail_msg("%s", e.msg);
}

static uint64_t number(const struct mzg_model *m, const char *key)
{
    uint64_t v = 0;

    assert_true(mzg_kvs_get_u64(&m->kvs, key, &v));
    return v;
}

static void rows_stay_where_they_are(void **state)
{
    struct mzg_model m;
    bool found = false;

    (void)state;
    open_with(&m, "}", "}");
    assert_string_equal(m.arch, "llama");
    assert_int_equal(m.n_tensors, 12);
    for (size_t i = 0; i < m.n_tensors; i++) {
        assert_null(m.tensors[i].made);
        found = found || (strcmp(m.tensors[i].name, "blk.0.attn_q.weight") == 0 &&
                          strcmp(m.tensors[i].src->name, "layers.0.attention.wq.weight") == 0);
    }
    assert_true(found && notices.count == 0);
    assert_int_equal(number(&m, "llama.context_length"), 64);
    assert_true(m.n_texts == 2 && strcmp(m.texts[0].name, "params.json") == 0);
    mzg_model_close(&m);
}

/* How long a text may be, by what else is said; the vocabulary by the weights. */
static void what_is_not_said_follows_from_the_rest(void **state)
{
    static const struct { const char *from, *to; uint64_t context; } cases[] = {
        {",\"max_seq_len\":64", "", 32768},
        {"500000.0,\"max_seq_len\":64", "10000.0,\"multiple_of\":6", 4096},
        {"500000.0,\"max_seq_len\":64", "500000.0,\"multiple_of\":6", 8192},
        {"500000.0,\"max_seq_len\":64", "1000000.0,\"multiple_of\":6", 16384},
        {"1e-05,\"vocab_size\":5,\"rope_theta\":500000.0,\"max_seq_len\":64",
         "1e-06,\"vocab_size\":-1,\"multiple_of\":6", 2048},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_model m;
        open_with(&m, cases[i].from, cases[i].to);
        assert_int_equal(number(&m, "llama.context_length"), cases[i].context);
        assert_int_equal(number(&m, "llama.vocab_size"), 5);
        assert_non_null(strstr(notices.last, "does not say how long a text may be"));
        mzg_model_close(&m);
    }
}

/* 8 * 4 / 3 is 10, times 0.5 is 5, up to a multiple of 6. */
static void the_feed_forward_is_worked_out(void **state)
{
    struct mzg_model m;

    (void)state;
    open_with(&m, "\"hidden_dim\":6", "\"multiple_of\":6,\"ffn_dim_multiplier\":0.5");
    assert_int_equal(number(&m, "llama.feed_forward_length"), 6);
    mzg_model_close(&m);
}

static void stretched_contexts_are_mistral3s(void **state)
{
    struct mzg_model m;

    (void)state;
    open_with(&m, "}", ",\"yarn\":{\"factor\":16,\"original_max_position_embeddings\":32,\"beta\":32,\"alpha\":1,"
              "\"apply_scale\":false},\"llama_4_scaling\":{\"original_max_position_embeddings\":32,\"beta\":0.1}}");
    assert_string_equal(m.arch, "mistral3");
    assert_int_equal(number(&m, "mistral3.rope.scaling.original_context_length"), 32);
    assert_non_null(mzg_kvs_find(&m.kvs, "mistral3.attention.temperature_scale"));
    mzg_model_close(&m);
}

static void llama3s_frequencies_are_computed(void **state)
{
    struct mzg_model m;

    (void)state;
    open_with(&m, "}", ",\"use_scaled_rope\":true,\"rope_scaling_factor\":8}");
    assert_string_equal(m.tensors[0].name, "rope_freqs.weight");
    mzg_model_close(&m);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spoilt_field_is_refused_by_name),
        cmocka_unit_test(the_committed_files_are_these),
        cmocka_unit_test(rows_stay_where_they_are),
        cmocka_unit_test(what_is_not_said_follows_from_the_rest),
        cmocka_unit_test(the_feed_forward_is_worked_out),
        cmocka_unit_test(stretched_contexts_are_mistral3s),
        cmocka_unit_test(llama3s_frequencies_are_computed),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
