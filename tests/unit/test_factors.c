#include "families_fixture.h"
#include "formats/model/lora/adapter.h"
#include "kernels/kernels.h"
#include "model/arch/model.h"

/* Adapters as files of their own, for each family that is known: the base's tensors with lora_b times lora_a added must be
 * those of the base into which the adapter is merged, for every matrix that one may change. All numbers are whole, so that
 * sums are exact. */

#define RANK 2
#define WANTED 64 /* matrices of one adapter */

struct base {
    const struct family *f;
    char folder[SCRATCH_PATH], model[SCRATCH_PATH + 8], adapter[SCRATCH_PATH + 8];
    struct mzg_model m;
};

struct wanted {
    const struct mzg_tensor *t;
    bool embedding;
};

static void base_open(struct base *b, const struct family *f)
{
    const struct mzg_model_options opt = {.raw = false};
    struct mzg_err e = {0};

    b->f = f;
    make_scratch(b->folder);
    put_file(b->folder, "m/config.json", f->config, strlen(f->config));
    put_file(b->folder, "m/tokenizer.model", tiny_tokenizer, sizeof tiny_tokenizer);
    put_weights(b->folder, f->tensors);
    snprintf(b->model, sizeof b->model, "%s/m", b->folder);
    snprintf(b->adapter, sizeof b->adapter, "%s/a", b->folder);
    if (mzg_model_open(&b->m, b->model, &opt, &e) != MZG_OK)
        fail_msg("%s: %s", f->name, e.msg);
}

static void base_close(struct base *b)
{
    mzg_model_close(&b->m);
    remove_scratch(b->folder);
}

/* ---- adapters ---- */

static bool has(const char *name, const char *word)
{
    return strstr(name, word) != NULL;
}

static bool is_embedding(const char *name)
{
    return has(name, "embed_tokens") || has(name, "word_embeddings") || has(name, "wte") || has(name, "embed_in") ||
           has(name, "wpe");
}

static void put_half(char *header, uint8_t *data, size_t *at, const char *name, uint64_t rows, uint64_t width, int seed)
{
    size_t len = strlen(header), n = (size_t)(rows * width);
    int m = snprintf(header + len, TEXT - len, "%s" ENTRY("%s", "F32", "%llu,%llu", "%zu,%zu"), len ? "," : "{", name,
                     (unsigned long long)rows, (unsigned long long)width, *at, *at + 4 * n);
    assert_true(m > 0 && (size_t)m < TEXT - len - 1);
    for (size_t i = 0; i < n; i++) {
        float x = (float)((int)(i * 7 + (size_t)seed) % 11 - 5);
        assert_true(*at + 4 <= DATA);
        memcpy(data + *at, &x, 4);
        *at += 4;
    }
}

/* An adapter of these, whose changes have the scale 1; turned: of matrices that have their input first. */
static void put_adapter(const struct base *b, const struct wanted *w, size_t n, bool turned, const char *more)
{
    static char header[TEXT];
    static uint8_t data[DATA], file[DATA + TEXT + 8];
    char name[256], config[512];
    size_t bytes = 0;

    header[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        const struct mzg_tensor *t = w[i].t;
        int keep = (int)(strlen(t->name) - strlen(".weight"));
        bool flip = turned || w[i].embedding;
        snprintf(name, sizeof name, "base_model.model.%.*s.%s", keep, t->name,
                 w[i].embedding ? "lora_embedding_A" : "lora_A.weight");
        put_half(header, data, &bytes, name, RANK, t->ne[flip ? 1 : 0], (int)(3 * i));
        snprintf(name, sizeof name, "base_model.model.%.*s.%s", keep, t->name,
                 w[i].embedding ? "lora_embedding_B" : "lora_B.weight");
        put_half(header, data, &bytes, name, t->ne[flip ? 0 : 1], RANK, (int)(5 * i + 1));
    }
    strcat(header, "}");
    uint64_t len = strlen(header);
    memcpy(file, &len, 8);
    memcpy(file + 8, header, len);
    memcpy(file + 8 + len, data, bytes);
    put_file(b->folder, "a/adapter_model.safetensors", file, 8 + len + bytes);
    snprintf(config, sizeof config, "{\"peft_type\":\"LORA\",\"r\":%d%s}", RANK, more);
    put_file(b->folder, "a/adapter_config.json", config, strlen(config));
}

/* ---- values ---- */

/* All of a tensor's; the caller's to free. */
static float *values_of(struct mzg_model *m, const struct mzg_model_tensor *t)
{
    struct mzg_kernels kernels;
    struct mzg_scratch s = {.kernels = &kernels};
    struct mzg_err e = {0};
    const struct mzg_values *v = t->made ? t->made : mzg_values_stored(&m->arena, &m->weights, t->src);
    size_t n = (size_t)mzg_values_elems(v);
    float *x = calloc(n, sizeof *x);

    assert_non_null(x);
    mzg_kernels_init(&kernels, 0);
    if (mzg_values_get(v, &s, 0, n, x, &e) != MZG_OK)
        fail_msg("%s: %s", t->name, e.msg);
    mzg_scratch_clear(&s);
    return x;
}

static const struct mzg_model_tensor *find(const struct mzg_model *m, const char *name, const char *end)
{
    char full[MZG_GGUF_NAME + 8];

    snprintf(full, sizeof full, "%s%s", name, end);
    for (size_t i = 0; i < m->n_tensors; i++) {
        if (strcmp(m->tensors[i].name, full) == 0)
            return &m->tensors[i];
    }
    return NULL;
}

/* One element of B A as llama.cpp has it: an embedding's A has a row for each token. */
static float product(const struct mzg_model_tensor *a, const float *x, const float *y, uint64_t row, uint64_t plane,
                     uint64_t col, const uint64_t *ne)
{
    bool embedding = strcmp(a->name, "token_embd.weight.lora_a") == 0;
    float sum = 0;

    for (uint64_t k = 0; k < RANK; k++) {
        float left = embedding ? x[row * RANK + k] : y[(plane * ne[1] + row) * RANK + k];
        float right = embedding ? y[col * RANK + k] : x[(plane * RANK + k) * ne[0] + col];
        sum += left * right;
    }
    return sum;
}

/* base + factor * B A is what was merged. */
static void check_one(struct base *b, struct mzg_model *merged, struct mzg_model *alone, const char *name, float factor)
{
    const struct mzg_model_tensor *t = find(&b->m, name, ""), *due = find(merged, name, ""),
                                  *fa = find(alone, name, ".lora_a"), *fb = find(alone, name, ".lora_b");

    if (!t || !due || !fa || !fb)
        fail_msg("%s: %s has no such tensors", b->f->name, name);
    float *w = values_of(&b->m, t), *d = values_of(merged, due), *x = values_of(alone, fa), *y = values_of(alone, fb);
    for (uint64_t i = 0; i < t->ne[0] * t->ne[1] * t->ne[2]; i++) {
        uint64_t row = i / t->ne[0] % t->ne[1];
        float sum = product(fa, x, y, row, i / t->ne[0] / t->ne[1], i % t->ne[0], t->ne);
        if (d[i] != w[i] + factor * sum)
            fail_msg("%s: %s[%d] is %g, not %g", b->f->name, name, (int)i, (double)(w[i] + factor * sum), (double)d[i]);
    }
    free(w);
    free(d);
    free(x);
    free(y);
}

/* The adapter both ways. *refused: why there is none of its own. */
static void compare(struct base *b, float factor, bool *refused, struct mzg_err *e)
{
    const struct mzg_adapter_wanted wanted = {.path = b->adapter, .scale = 1};
    const struct mzg_model_options with = {.adapters = &wanted, .n_adapters = 1}, own = {.base = b->model};
    struct mzg_model merged, alone;
    struct mzg_err why = {0};
    char name[MZG_GGUF_NAME];

    enum mzg_code code = mzg_model_open(&alone, b->adapter, &own, e);
    *refused = code != MZG_OK;
    if (*refused)
        return;
    if (mzg_model_open(&merged, b->model, &with, &why) != MZG_OK)
        fail_msg("%s: %s", b->f->name, why.msg);
    for (size_t i = 0; i < alone.n_tensors; i++) {
        size_t n = strlen(alone.tensors[i].name) - strlen(".lora_a");
        snprintf(name, sizeof name, "%.*s", (int)n, alone.tensors[i].name);
        check_one(b, &merged, &alone, name, factor);
    }
    mzg_model_close(&merged);
    mzg_model_close(&alone);
}

/* ---- every matrix ---- */

/* Experts' names without their numbers: they are one tensor, and changed together. */
static void kind_of(char out[256], const char *name)
{
    const char *at = strstr(name, ".experts.");

    if (!at)
        snprintf(out, 256, "%s", name);
    else
        snprintf(out, 256, "%.*s%s", (int)(at - name) + 9, name, at + 9 + strspn(at + 9, "0123456789"));
}

static bool is_matrix(const struct mzg_tensor *t)
{
    return t->n_dims == 2 && strlen(t->name) > 7 && strcmp(t->name + strlen(t->name) - 7, ".weight") == 0;
}

/* Or of none. */
static bool is_of_first_layer(const char *name)
{
    const char *at = strstr(name, "layers.");

    return !at || (at[7] == '0' && at[8] == '.');
}

/* Those of i's kind, where it is the first. */
static size_t gather(const struct mzg_weights *weights, size_t i, struct wanted out[WANTED])
{
    char kind[256], other[256];
    size_t n = 0;

    kind_of(kind, weights->tensors[i].name);
    for (size_t k = 0; k < weights->n_tensors; k++) {
        const struct mzg_tensor *t = &weights->tensors[k];
        kind_of(other, t->name);
        if (strcmp(kind, other) != 0)
            continue;
        if (k < i)
            return 0;
        assert_true(n < WANTED);
        out[n++] = (struct wanted){t, is_embedding(t->name)};
    }
    return n;
}

/* "FAMILY TENSOR" of all that has no file of its own: embeddings that are the output matrix too, and what llama.cpp
 * looks up or multiplies without a thought of adapters. */
static const char none[] =
    "qwen2 model.embed_tokens.weight\n"
    "qwen3moe model.embed_tokens.weight\n"
    "qwen3moe-merged model.embed_tokens.weight\n"
    "gemma model.embed_tokens.weight\n"
    "gemma lm_head.weight\n"
    "gemma2 model.embed_tokens.weight\n"
    "gemma3 model.embed_tokens.weight\n"
    "gemma3-eyes language_model.model.embed_tokens.weight\n"
    "gemma3-eyes vision_tower.patch.weight\n"
    "mixtral model.embed_tokens.weight\n"
    "mixtral-merged model.embed_tokens.weight\n"
    "smollm3 model.embed_tokens.weight\n"
    "granite model.embed_tokens.weight\n"
    "granitemoe model.embed_tokens.weight\n"
    "phi4-mini model.embed_tokens.weight\n"
    "olmo3-tied model.embed_tokens.weight\n"
    "gpt2 transformer.wte.weight\n"
    "gpt2 transformer.wpe.weight\n"
    "gpt2-bare wte.weight\n"
    "gpt2-bare wpe.weight\n"
    "falcon-7b transformer.word_embeddings.weight\n"
    "falcon-40b transformer.word_embeddings.weight\n"
    "lfm2 model.embed_tokens.weight\n"
    "bert embeddings.position_embeddings.weight\n"
    "bert embeddings.token_type_embeddings.weight\n"
    "bert pooler.dense.weight\n"
    "bert-old bert.embeddings.position_embeddings.weight\n"
    "bert-old bert.embeddings.token_type_embeddings.weight\n"
    "bert-old cls.seq_relationship.weight\n"
    "bert-ranker bert.embeddings.position_embeddings.weight\n"
    "bert-ranker bert.embeddings.token_type_embeddings.weight\n"
    "bert-ranker bert.pooler.dense.weight\n"
    "bert-ranker classifier.weight\n"
    "roberta roberta.embeddings.position_embeddings.weight\n"
    "roberta roberta.embeddings.token_type_embeddings.weight\n"
    "roberta-ranker roberta.embeddings.position_embeddings.weight\n"
    "roberta-ranker roberta.embeddings.token_type_embeddings.weight\n"
    "roberta-ranker classifier.dense.weight\n"
    "roberta-ranker classifier.out_proj.weight\n"
    "distilbert distilbert.embeddings.position_embeddings.weight\n"
    "nomic-bert embeddings.token_type_embeddings.weight\n"
    "qwen2moe model.embed_tokens.weight\n"
    "qwen2moe model.layers.0.mlp.shared_expert_gate.weight\n"
    "qwen35-net model.embed_tokens.weight\n"
    "qwen35-attention model.embed_tokens.weight\n"
    "qwen35-attention mtp.fc.weight\n"
    "gemma3n model.language_model.embed_tokens.weight\n"
    "gemma3n model.language_model.embed_tokens_per_layer.weight\n"
    "gemma3n model.language_model.per_layer_model_projection.weight\n"
    "gemma3n model.language_model.altup_projections.0.weight\n"
    "gemma3n model.language_model.altup_projections.1.weight\n"
    "gemma3n model.language_model.altup_projections.2.weight\n"
    "gemma3n model.language_model.altup_unembed_projections.0.weight\n"
    "gemma3n model.language_model.altup_unembed_projections.1.weight\n"
    "gemma3n model.language_model.altup_unembed_projections.2.weight\n"
    "gemma3n model.language_model.layers.0.altup.correction_coefs.weight\n"
    "gemma3n model.language_model.layers.0.altup.prediction_coefs.weight\n"
    "gemma3n model.language_model.layers.0.altup.modality_router.weight\n"
    "mistral3 model.embed_tokens.weight\n"
    "t5 encoder.embed_tokens.weight\n"
    "t5 decoder.embed_tokens.weight\n"
    "t5 encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight\n"
    "t5 decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight\n"
    "t5 decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight\n"
    "umt5 encoder.embed_tokens.weight\n"
    "umt5 encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight\n"
    "umt5 decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight\n"
    "t5encoder shared.weight\n"
    "t5encoder encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight\n"
    "mamba backbone.embeddings.weight\n";

static void every_matrix_of_every_family(void **state)
{
    static char told[TEXT];
    struct wanted w[WANTED];
    struct base b;
    size_t done = 0, len = 0;

    (void)state;
    for (size_t i = 0; i < FAMILIES; i++) {
        base_open(&b, &families[i]);
        bool turned = strncmp(b.f->name, "gpt2", 4) == 0;
        for (size_t k = 0; k < b.m.weights.n_tensors; k++) {
            const struct mzg_tensor *t = &b.m.weights.tensors[k];
            size_t n = is_matrix(t) && is_of_first_layer(t->name) ? gather(&b.m.weights, k, w) : 0;
            struct mzg_err e = {0};
            bool refused;
            if (n == 0)
                continue;
            put_adapter(&b, w, n, turned, turned ? ",\"lora_alpha\":2,\"fan_in_fan_out\":true" : ",\"lora_alpha\":2");
            compare(&b, 1, &refused, &e);
            if (refused && e.code != MZG_UNSUPPORTED && !has(e.msg, "is left over"))
                fail_msg("%s: %s: %d %s", b.f->name, t->name, e.code, e.msg);
            done += !refused;
            if (refused)
                len += (size_t)snprintf(told + len, TEXT - len, "%s %s\n", b.f->name, t->name);
            assert_true(len < TEXT);
        }
        base_close(&b);
    }
    if (strcmp(told, none) != 0)
        fputs(told, stderr);
    assert_string_equal(told, none);
    assert_true(done > 200);
}

/* ---- what else decides ---- */

static const struct family *find_family(const char *name)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        if (strcmp(families[i].name, name) == 0)
            return &families[i];
    }
    fail_msg("no family '%s'", name);
    return NULL;
}

static struct wanted tensor(const struct base *b, const char *name)
{
    const struct mzg_tensor *t = mzg_weights_find(&b->m.weights, name);

    if (!t)
        fail_msg("%s: no '%s'", b->f->name, name);
    return (struct wanted){t, is_embedding(name)};
}

static void expect_refusal(struct base *b, enum mzg_code code, const char *says)
{
    struct mzg_err e = {0};
    bool refused;

    compare(b, 1, &refused, &e);
    if (!refused || e.code != code || !has(e.msg, says))
        fail_msg("%s: %d '%s' does not say '%s'", b->f->name, e.code, e.msg, says);
}

/* The file's alpha is the config's, and what a module's scale differs from alpha / rank by is in its B. */
static void scales(void **state)
{
    static const struct { const char *config; float factor; } rows[] = {
        {",\"lora_alpha\":6", 3}, {",\"lora_alpha\":-2", -1}, {",\"lora_alpha\":0", 0.5f},
        {",\"lora_alpha\":4,\"alpha_pattern\":{\"q_proj\":12}", 2},
        {",\"lora_alpha\":0,\"alpha_pattern\":{\"q_proj\":12}", 0.5f},
        {",\"lora_alpha\":4,\"alpha_pattern\":{\"q_proj\":0}", 2},
    };
    struct base b;

    (void)state;
    base_open(&b, find_family("llama"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct wanted w[] = {tensor(&b, "model.layers.0.self_attn.q_proj.weight")};
        struct mzg_err e = {0};
        bool refused;
        put_adapter(&b, w, 1, false, rows[i].config);
        compare(&b, rows[i].factor, &refused, &e);
        if (refused)
            fail_msg("%s: %s", rows[i].config, e.msg);
    }
    const struct wanted w[] = {tensor(&b, "model.layers.0.self_attn.q_proj.weight")};
    put_adapter(&b, w, 1, false, ",\"lora_alpha\":1e300");
    expect_refusal(&b, MZG_UNSUPPORTED, "'lora_alpha' is beyond");
    base_close(&b);
}

/* A base of [input, output] is found by its shapes, too, where the config does not say so. */
static void way_round(void **state)
{
    struct base b;
    struct mzg_err e = {0};
    bool refused;

    (void)state;
    base_open(&b, find_family("gpt2"));
    const struct wanted w[] = {tensor(&b, "transformer.h.0.attn.c_attn.weight")};
    put_adapter(&b, w, 1, true, ",\"lora_alpha\":2");
    compare(&b, 1, &refused, &e);
    if (refused)
        fail_msg("%s", e.msg);
    base_close(&b);
}

static void others_are_refused(void **state)
{
    struct base b;

    (void)state;
    base_open(&b, find_family("mixtral"));
    struct wanted w[] = {tensor(&b, "model.layers.0.block_sparse_moe.experts.0.w1.weight"),
                         tensor(&b, "model.layers.0.block_sparse_moe.experts.1.w1.weight")};
    put_adapter(&b, w, 1, false, ",\"lora_alpha\":2");
    expect_refusal(&b, MZG_UNSUPPORTED, "experts.1.w1.weight' is not changed, and others are");
    base_close(&b);
    base_open(&b, find_family("llama"));
    struct mzg_tensor wide = *mzg_weights_find(&b.m.weights, "model.layers.0.self_attn.q_proj.weight");
    wide.ne[0]++;
    w[0].t = &wide;
    put_adapter(&b, w, 1, false, ",\"lora_alpha\":2");
    expect_refusal(&b, MZG_MALFORMED, "q_proj.weight': its shape is [8, 9], config.json gives [8, 8]");
    base_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_matrix_of_every_family),
        cmocka_unit_test(scales),
        cmocka_unit_test(way_round),
        cmocka_unit_test(others_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
