#include "tiny.h"
#include "base/sha256.h"
#include "model/arch/model.h"
#include "model/stream.h"

/* ---- tiny llamas, spoilt in one place ---- */

enum part { NOTHING, CONFIG, HEADER };

struct mutation {
    const char *name;
    enum part part;
    const char *from, *to;
    enum mzg_code code;
    const char *item;
    const char *base;  /* NULL: good */
};

#define BAD MZG_MALFORMED
#define ODD MZG_UNSUPPORTED
#define HEADS "\"num_attention_heads\":2"
#define KV "\"num_key_value_heads\":1"
#define ROPE "\"rope_theta\":500000.0"
#define TYPE "\"model_type\":\"llama\""

/* These pass, and others are mutations of them. */
static const struct mutation bases[] = {
    {"good", NOTHING, NULL, NULL, MZG_OK, "", NULL},
    {"good_by_type", CONFIG, "LlamaForCausalLM", "VulavulaLlamaForCausalLM", MZG_OK, "", NULL},
};
#define BASES (sizeof bases / sizeof *bases)

#define CONF(n, from, to, code, item) {n, CONFIG, from, to, code, item, NULL}
#define HEAD(n, from, to, code, item) {n, HEADER, from, to, code, item, NULL}

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

struct made {
    char config[TINY_MAX];
    uint8_t file[TINY_MAX];
    size_t len;
    char path[64], base[64];
    struct refused r;
};

static void spoil(struct made *m, char header[TINY_MAX], const struct mutation *mu)
{
    char text[TINY_MAX];

    if (mu->part == CONFIG) {
        memcpy(text, m->config, sizeof text);
        replace(m->config, text, mu->from, mu->to, NULL);
    } else if (mu->part == HEADER) {
        memcpy(text, header, sizeof text);
        replace(header, text, mu->from, mu->to, NULL);
    }
}

static void make(struct made *m, const struct mutation *mu)
{
    const char *base = mu->base ? mu->base : "good";
    char header[TINY_MAX];
    size_t bytes;

    memset(m, 0, sizeof *m);
    memcpy(m->config, tiny_config, sizeof tiny_config);
    tiny_header(header, &bytes);
    for (size_t i = 0; i < BASES; i++) {
        if (strcmp(bases[i].name, base) == 0)
            spoil(m, header, &bases[i]);
    }
    spoil(m, header, mu);
    m->len = tiny_file(m->file, header, bytes);
    snprintf(m->path, sizeof m->path, "config/%s/", mu->name);
    snprintf(m->base, sizeof m->base, "config/%s", base);
    m->r = (struct refused){m->path, m->base, mu->code, mu->item, MZG_NO_OFFSET, "convert"};
}

static void put_made(const char *folder, const struct made *m)
{
    char path[128];

    snprintf(path, sizeof path, "%sconfig.json", m->path);
    put_file(folder, path, m->config, strlen(m->config));
    snprintf(path, sizeof path, "%smodel.safetensors", m->path);
    put_file(folder, path, m->file, m->len);
    snprintf(path, sizeof path, "%stokenizer.model", m->path);
    put_file(folder, path, tiny_tokenizer, sizeof tiny_tokenizer);
}

struct notices {
    char last[512];
    int count;
};

static void keep_notice(void *ctx, const char *text)
{
    struct notices *n = ctx;

    snprintf(n->last, sizeof n->last, "%s", text);
    n->count++;
}

static enum mzg_code open_made(struct mzg_model *model, const struct made *m,
                               struct notices *notices, struct mzg_err *e)
{
    struct mzg_notify notify = {keep_notice, notices};
    const struct mzg_model_options opt = {.notify = &notify};
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 64];

    memset(notices, 0, sizeof *notices);
    make_scratch(scratch);
    put_made(scratch, m);
    snprintf(path, sizeof path, "%s/%.*s", scratch, (int)strlen(m->path) - 1, m->path);
    enum mzg_code code = mzg_model_open(model, path, &opt, e);
    remove_scratch(scratch);
    return code;
}

/* The tiny llama with one mutation, that must open. */
static void open_with(struct mzg_model *model, enum part part, const char *from, const char *to,
                      struct notices *notices)
{
    const struct mutation mu = {"case", part, from, to, MZG_OK, "", NULL};
    struct mzg_err e = {0};
    struct made m;

    make(&m, &mu);
    if (open_made(model, &m, notices, &e) != MZG_OK)
        fail_msg("%s", e.msg);
}

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
    char path[128];

    snprintf(path, sizeof path, "%sconfig.json", m->path);
    check_committed(r, path, m->config, strlen(m->config));
    snprintf(path, sizeof path, "%smodel.safetensors", m->path);
    check_committed(NULL, path, m->file, m->len);
    snprintf(path, sizeof path, "%stokenizer.model", m->path);
    check_committed(NULL, path, tiny_tokenizer, sizeof tiny_tokenizer);
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

/* ---- what passes ---- */

static const struct mzg_model_tensor *find(const struct mzg_model *m, const char *name)
{
    for (size_t i = 0; i < m->n_tensors; i++) {
        if (strcmp(m->tensors[i].name, name) == 0)
            return &m->tensors[i];
    }
    return NULL;
}

static bool text_is(const struct mzg_model *m, const char *key, const char *want)
{
    const char *text;
    size_t len;

    return mzg_kvs_get_text(&m->kvs, key, &text, &len) && len == strlen(want) &&
           memcmp(text, want, len) == 0;
}

static bool number_is(const struct mzg_model *m, const char *key, uint64_t want)
{
    uint64_t v;

    return mzg_kvs_get_u64(&m->kvs, key, &v) && v == want;
}

static bool float_is(const struct mzg_model *m, const char *key, float want)
{
    const struct mzg_kv *kv = mzg_kvs_find(&m->kvs, key);

    return kv && kv->type == MZG_KV_F32 && memcmp(kv->value, &want, 4) == 0;
}

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

/* ---- bare weights ---- */

static enum mzg_code open_raw(struct mzg_model *m, const char *header, size_t bytes, bool raw,
                              struct mzg_err *e)
{
    const struct mzg_model_options opt = {.raw = raw};
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 32];
    uint8_t file[TINY_MAX];
    size_t len = tiny_file(file, header, bytes);

    make_scratch(scratch);
    put_file(scratch, "x.safetensors", file, len);
    snprintf(path, sizeof path, "%s/x.safetensors", scratch);
    enum mzg_code code = mzg_model_open(m, path, &opt, e);
    remove_scratch(scratch);
    return code;
}

#define NAME63 "a23456789_123456789_123456789_123456789_123456789_123456789_123"

static void raw_keeps_names_and_shapes(void **state)
{
    struct mzg_model m;
    struct mzg_err e;

    (void)state;
    assert_int_equal(open_raw(&m, "{" ENTRY(NAME63, "F32", "1,1,2,3", "0,24") ","
                              ENTRY("one", "F32", "", "24,28") "}", 28, true, &e), MZG_OK);
    assert_string_equal(m.arch, "raw");
    assert_true(m.raw && m.kvs.count == 1 && text_is(&m, "general.architecture", "raw"));
    assert_string_equal(m.tensors[0].name, NAME63);
    assert_true(m.tensors[0].n_dims == 4 && m.tensors[0].ne[0] == 3 && m.tensors[0].ne[1] == 2);
    assert_true(m.tensors[1].n_dims == 1 && m.tensors[1].ne[0] == 1 && !m.tensors[1].made);
    mzg_model_close(&m);
}

static void raw_refuses_what_gguf_cannot_hold(void **state)
{
    static const struct { const char *header; size_t bytes; const char *item; } cases[] = {
        {"{" ENTRY(NAME63 "4", "F32", "1", "0,4") "}", 4, "63 bytes"},
        {"{" ENTRY("t", "F32", "1,1,1,1,1", "0,4") "}", 4, "tensor 't'"},
        {"{" ENTRY("t", "F32", "1,0", "0,0") "}", 0, "tensor 't'"},
    };
    struct mzg_model m;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_err e = {0};
        assert_int_equal(open_raw(&m, cases[i].header, cases[i].bytes, true, &e), MZG_UNSUPPORTED);
        assert_non_null(strstr(e.msg, cases[i].item));
    }
}

static void bare_weights_need_raw(void **state)
{
    struct mzg_model m;
    struct mzg_err e = {0};

    (void)state;
    assert_int_equal(open_raw(&m, "{" ENTRY("t", "F32", "1", "0,4") "}", 4, false, &e),
                     MZG_UNSUPPORTED);
    assert_non_null(strstr(e.msg, "config.json"));
}

/* ---- GGUF as a source ---- */

static enum mzg_code open_gguf(struct mzg_model *m, const struct mzg_kvs *k, struct mzg_err *e)
{
    struct mzg_gguf_tensor t[2] = {
        {.name = "z", .type = MZG_TYPE_F32, .n_dims = 1, .ne = {2, 1, 1, 1}},
        {.name = "a", .type = MZG_TYPE_Q8_0, .n_dims = 2, .ne = {32, 2, 1, 1}},
    };
    const struct mzg_model_options opt = {0};
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 32];
    struct mzg_buf out;
    uint64_t total;

    mzg_buf_init(&out, 65536);
    assert_int_equal(mzg_gguf_layout(t, 2, 32, &total, e), MZG_OK);
    mzg_gguf_encode(k, t, 2, 32, &out);
    mzg_buf_zeros(&out, total);
    make_scratch(scratch);
    put_file(scratch, "x.gguf", out.data, out.len);
    snprintf(path, sizeof path, "%s/x.gguf", scratch);
    enum mzg_code code = mzg_model_open(m, path, &opt, e);
    remove_scratch(scratch);
    mzg_buf_clear(&out);
    return code;
}

static void a_gguf_source_keeps_what_speaks_of_the_model(void **state)
{
    struct mzg_kvs k;
    struct mzg_model m;
    struct mzg_err e = {0};

    (void)state;
    mzg_kvs_init(&k);
    mzg_kvs_text(&k, "general.architecture", "phi3");
    mzg_kvs_u32(&k, "general.file_type", 1);
    mzg_kvs_u32(&k, "general.quantization_version", 2);
    mzg_kvs_u32(&k, "general.file_types", 3);
    mzg_kvs_text(&k, "mzigo.spec", "x");
    mzg_kvs_u32(&k, "split.count", 1);
    mzg_kvs_u32(&k, "phi3.block_count", 4);
    assert_int_equal(open_gguf(&m, &k, &e), MZG_OK);
    assert_string_equal(m.arch, "phi3");
    assert_int_equal(m.kvs.count, 3);
    assert_true(number_is(&m, "general.file_types", 3) && number_is(&m, "phi3.block_count", 4));
    assert_true(m.n_tensors == 2 && strcmp(m.tensors[0].name, "z") == 0 &&
                m.tensors[1].src->type == MZG_TYPE_Q8_0);
    mzg_model_close(&m);
    mzg_kvs_clear(&k);
}

static void a_gguf_source_must_be_a_whole_model(void **state)
{
    struct mzg_kvs k;
    struct mzg_model m;
    struct mzg_err e = {0};

    (void)state;
    mzg_kvs_init(&k);
    mzg_kvs_u32(&k, "split.count", 3);
    mzg_kvs_u32(&k, "split.no", 1);
    mzg_kvs_u32(&k, "split.tensors.count", 2);
    assert_int_equal(open_gguf(&m, &k, &e), MZG_UNSUPPORTED); /* by its name the others cannot be found */
    assert_true(strstr(e.msg, "split.count") && e.offset == 24);
    mzg_kvs_clear(&k);
    mzg_kvs_init(&k);
    assert_int_equal(open_gguf(&m, &k, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "general.architecture"));
    mzg_kvs_clear(&k);
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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spoilt_field_is_refused_by_name),
        cmocka_unit_test(the_committed_files_are_these),
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
        cmocka_unit_test(raw_keeps_names_and_shapes),
        cmocka_unit_test(raw_refuses_what_gguf_cannot_hold),
        cmocka_unit_test(bare_weights_need_raw),
        cmocka_unit_test(a_gguf_source_keeps_what_speaks_of_the_model),
        cmocka_unit_test(a_gguf_source_must_be_a_whole_model),
        cmocka_unit_test(the_two_real_folders_are_the_same_model),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_corpus(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
