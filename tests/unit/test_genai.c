/* Models of onnxruntime-genai's builder: what comes of one. */
#include "genai_made.h"
#include "model/configs/genai.h"

static struct notices notices;

static void open_good(struct mzg_model *model, const struct mutation *mu)
{
    struct made *m = malloc(sizeof *m);
    struct mzg_err e = {0};

    assert_non_null(m);
    make(m, mu);
    if (open_made(model, m, &notices, &e) != MZG_OK)
        fail_msg("%s", e.msg);
    free(m);
}

static const struct mzg_model_tensor *find(const struct mzg_model *m, const char *name)
{
    for (size_t i = 0; i < m->n_tensors; i++) {
        if (strcmp(m->tensors[i].name, name) == 0)
            return &m->tensors[i];
    }
    fail_msg("there is no %s", name);
    return NULL;
}

static uint64_t number(const struct mzg_model *m, const char *key)
{
    uint64_t v = 0;

    assert_true(mzg_kvs_get_u64(&m->kvs, key, &v));
    return v;
}

static float real(const struct mzg_model *m, const char *key)
{
    const struct mzg_kv *kv = mzg_kvs_find(&m->kvs, key);
    float x;

    assert_true(kv && kv->type == MZG_KV_F32);
    memcpy(&x, kv->value, 4);
    return x;
}

static void get(const struct mzg_values *v, size_t n, float *x)
{
    struct mzg_kernels kernels;
    struct mzg_scratch scratch = {.kernels = &kernels};
    struct mzg_err e;

    mzg_kernels_init(&kernels, 0);
    if (mzg_values_get(v, &scratch, 0, n, x, &e) != MZG_OK)
        fail_msg("%s", e.msg);
    mzg_scratch_clear(&scratch);
}

static void config_graph_and_weights_make_a_llama(void **state)
{
    struct mzg_model m;
    float x[24];

    (void)state;
    open_good(&m, &good);
    assert_string_equal(m.arch, "llama");
    assert_int_equal(m.n_tensors, 12);
    assert_int_equal(number(&m, "llama.feed_forward_length"), 6);
    assert_int_equal(number(&m, "llama.context_length"), 64);
    assert_true(real(&m, "llama.attention.layer_norm_rms_epsilon") == 1e-5f);
    assert_true(real(&m, "llama.rope.freq_base") == 500000.0f);
    assert_true(m.n_texts == 2 && strcmp(m.texts[0].name, "genai_config.json") == 0);
    get(find(&m, "blk.0.ffn_down.weight")->made, 24, x); /* rows of 6: the stored columns */
    for (int i = 0; i < 24; i++)
        assert_true(x[i] == (float)(i % 6 * 100 + i / 6));
    get(find(&m, "blk.0.attn_v.weight")->made, 16, x); /* columns 8 to 11 of q, k and v */
    for (int i = 0; i < 16; i++)
        assert_true(x[i] == (float)(i % 4 * 100 + 8 + i / 4));
    mzg_model_close(&m);
}

static void one_matrix_for_both_ends_is_the_embedding(void **state)
{
    const struct mutation mu = {"tied", NULL, NULL, GENAI_TIED, MZG_OK, ""};
    struct mzg_model m;

    (void)state;
    open_good(&m, &mu);
    assert_int_equal(m.n_tensors, 11);
    assert_string_equal(find(&m, "token_embd.weight")->src->name, "lm_head.MatMul.weight");
    mzg_model_close(&m);
}

static void what_is_fused_in_the_family_is_put_together(void **state)
{
    const struct mutation mu = {"phi3", "llama", "phi3", GENAI_GOOD, MZG_OK, ""};
    struct mzg_model m;
    float x[48];

    (void)state;
    open_good(&m, &mu);
    assert_int_equal(m.n_tensors, 9);
    get(find(&m, "blk.0.attn_qkv.weight")->made, 48, x);
    assert_true(x[0] == 0 && x[47] == 311);
    get(find(&m, "blk.0.ffn_up.weight")->made, 48, x); /* gate, then up */
    assert_true(x[23] == 305 && x[24] == 0 && x[47] == 305);
    mzg_model_close(&m);
}

static void a_window_is_announced(void **state)
{
    const struct mutation mu = {"window", NULL, NULL, GENAI_WINDOW, MZG_OK, ""};
    struct mzg_model m;

    (void)state;
    open_good(&m, &mu);
    assert_non_null(strstr(notices.last, "sliding_window 32"));
    mzg_model_close(&m);
    open_good(&m, &good);
    assert_int_equal(notices.count, 0);
    mzg_model_close(&m);
}

/* ---- packed weights ---- */

static struct mzg_source source;
static struct mzg_weights weights;
static struct mzg_arena arena;

/* The tensors of a graph that fill makes, under their families' names. */
static enum mzg_code apply(void (*fill)(struct message *graph), const struct mzg_genai_shape *shape, struct mzg_err *e)
{
    struct message *m = calloc(2, sizeof *m), *graph = m + 1;
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 16];
    struct mzg_genai g;

    fill(graph);
    put_number(m, 1, 8);
    put_text(m, 2, "onnxruntime-genai");
    put_message(m, 7, graph);
    make_scratch(scratch);
    put_file(scratch, "m.onnx", m->data, m->n);
    free(m);
    snprintf(path, sizeof path, "%s/m.onnx", scratch);
    assert_int_equal(mzg_weights_open(&weights, path, e), MZG_OK);
    remove_scratch(scratch);
    mzg_arena_init(&arena, 1 << 20);
    assert_int_equal(mzg_source_init(&source, &weights, &arena, e), MZG_OK);
    enum mzg_code code = mzg_genai_read(&g, &weights, e);
    if (code == MZG_OK)
        code = mzg_genai_apply(&source, &g, shape, e);
    mzg_genai_clear(&g);
    return code;
}

static void drop(void)
{
    mzg_weights_close(&weights);
    mzg_arena_clear(&arena);
}

static const struct mzg_values *named(const char *name)
{
    for (size_t i = 0; i < source.n; i++) {
        if (strcmp(source.items[i].name, name) == 0)
            return source.items[i].values;
    }
    fail_msg("there is no %s", name);
    return NULL;
}

static void fill_packed(struct message *graph)
{
    put_nbits(graph, "model.layers.0.attn.qkv_proj", 8, 0, GENAI_GOOD);
    put_nbits(graph, "model.layers.0.attn.o_proj", 3, 5, GENAI_GOOD);
}

/* Element k of row n is ((n + k) % 16 - zero) * (n + 1), the zero point being 8 where none is said. */
static void blocks_of_four_bits_are_weights(void **state)
{
    const struct mzg_genai_shape shape = {4, 2, false};
    struct mzg_err e = {0};
    float x[96];

    (void)state;
    if (apply(fill_packed, &shape, &e) != MZG_OK)
        fail_msg("%s", e.msg);
    assert_int_equal(source.n, 4);
    get(named("model.layers.0.self_attn.o_proj.weight"), 96, x);
    for (int i = 0; i < 96; i++)
        assert_true(x[i] == (float)(((i / 32 + i % 32) % 16 - 5) * (i / 32 + 1)));
    const struct mzg_values *k = named("model.layers.0.self_attn.k_proj.weight");
    assert_true(k->n_dims == 2 && k->ne[0] == 32 && k->ne[1] == 2);
    get(k, 64, x);
    for (int i = 0; i < 64; i++)
        assert_true(x[i] == (float)(((i / 32 + 4 + i % 32) % 16 - 8) * (i / 32 + 5)));
    drop();
}

static void fill_short(struct message *graph)
{
    const char *const inputs[] = {"x", "a.MatMul.weight_Q4", "other", NULL};
    const struct genai_attribute attributes[] = {{"K", 32, 0}, {"N", 3, 0}, {"block_size", 32, 0}, {NULL, 0, 0}};

    put_codes(graph, "a", 3, 0);
    put_floats(graph, "other", 0, 2);
    put_node(graph, "MatMulNBits", inputs, attributes);
}

static void scales_that_are_too_few_are_refused(void **state)
{
    const struct mzg_genai_shape shape = {1, 1, false};
    struct mzg_err e = {0};

    (void)state;
    assert_int_equal(apply(fill_short, &shape, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "tensor 'a.MatMul.weight_Q4': UINT8 of 3 dimensions is no weight of this place"));
    drop();
}

/* ---- rotary angles ---- */

#define HALF 32
#define POSITIONS 512

static double (*frequency)(int i);

static double plain(int i)
{
    return pow(1e6, -i / (double)HALF);
}

/* As Llama 3.2 has it. */
static double divided(int i)
{
    double f = pow(500000, -i / (double)HALF), wave = 2 * 3.14159265358979323846 / f, smooth = (8192 / wave - 1) / 3;

    return wave < 2048 ? f : wave > 8192 ? f / 32 : (1 - smooth) * f / 32 + smooth * f;
}

/* As no one has it. */
static double other(int i)
{
    return plain(i) * (i > 5 ? 0.75 : 1);
}

static void put_table(struct message *graph, const char *name, double (*f)(double))
{
    struct message *t = calloc(1, sizeof *t);
    float *x = calloc(HALF * POSITIONS, sizeof *x);

    assert_true(t && x);
    for (int i = 0; i < HALF * POSITIONS; i++)
        x[i] = (float)f(i / HALF * frequency(i % HALF));
    put_head(t, name, 1, POSITIONS, HALF);
    put_field(t, 9, x, HALF * POSITIONS * sizeof *x);
    put_message(graph, 5, t);
    free(x);
    free(t);
}

static void fill_tables(struct message *graph)
{
    put_table(graph, "cos_cache", cos);
    put_table(graph, "sin_cache", sin);
}

static void the_rotation_is_told_by_its_angles(void **state)
{
    static const struct { double (*frequency)(int i); double base, factor; enum mzg_code code; } cases[] = {
        {plain, 1e6, 0, MZG_OK}, {divided, 500000, 32, MZG_OK}, {other, 0, 0, MZG_UNSUPPORTED},
    };
    const struct mzg_genai_shape shape = {1, 1, false};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_genai_rotation r;
        struct mzg_err e = {0};
        frequency = cases[i].frequency;
        assert_int_equal(apply(fill_tables, &shape, &e), MZG_OK);
        assert_int_equal(mzg_genai_rotation(&weights, &r, &e), cases[i].code);
        if (cases[i].code == MZG_OK)
            assert_true(r.base == cases[i].base && r.factor == cases[i].factor);
        else
            assert_non_null(strstr(e.msg, "cos_cache and sin_cache are not those of one base"));
        drop();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_graph_and_weights_make_a_llama),
        cmocka_unit_test(one_matrix_for_both_ends_is_the_embedding),
        cmocka_unit_test(what_is_fused_in_the_family_is_put_together),
        cmocka_unit_test(a_window_is_announced),
        cmocka_unit_test(blocks_of_four_bits_are_weights),
        cmocka_unit_test(the_rotation_is_told_by_its_angles),
        cmocka_unit_test(scales_that_are_too_few_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
