/* A model of onnxruntime-genai's builder under Hugging Face's names, and by views in its layout. */
#include "refused.h"
#include "model/containers/onnx_names.h"
#include "onnx_by_hand.h"

static const char layer[] = "model.layers.0.attn.";

/* rows x width floats: 100 row + column. rows 0: a vector. */
static void put_floats(struct message *graph, const char *name, uint64_t rows, uint64_t width)
{
    struct message *t = calloc(1, sizeof *t);
    float x[64];

    for (uint64_t i = 0; i < (rows ? rows : 1) * width; i++)
        x[i] = (float)(i / width * 100 + i % width);
    put_head(t, name, 1, rows, width);
    put_field(t, 9, x, 4 * (rows ? rows : 1) * width);
    put_message(graph, 5, t);
    free(t);
}

static void open_with(struct mzg_weights *w, const char *producer, void (*fill)(struct message *graph))
{
    struct message *m = calloc(2, sizeof *m), *graph = m + 1;
    char scratch[SCRATCH_PATH], path[SCRATCH_PATH + 16];
    struct mzg_err e;

    fill(graph);
    put_number(m, 1, 8);
    put_text(m, 2, producer);
    put_message(m, 7, graph);
    make_scratch(scratch);
    put_file(scratch, "m.onnx", m->data, m->n);
    snprintf(path, sizeof path, "%s/m.onnx", scratch);
    assert_int_equal(mzg_weights_open(w, path, &e), MZG_OK);
    remove_scratch(scratch);
    free(m);
}

static void fill_whole(struct message *graph)
{
    char name[64];

    put_floats(graph, "model.embed_tokens.weight", 3, 4);
    snprintf(name, sizeof name, "%sqkv_proj.MatMul.weight", layer);
    put_floats(graph, name, 4, 8);
    snprintf(name, sizeof name, "%sqkv_proj.Add.bias", layer);
    put_floats(graph, name, 0, 8);
    snprintf(name, sizeof name, "%so_proj.MatMul.weight", layer);
    put_floats(graph, name, 4, 5);
    snprintf(name, sizeof name, "%sq_norm.layernorm.weight", layer);
    put_floats(graph, name, 0, 4);
    put_floats(graph, "model.layers.0.mlp.up_proj.MatMul.weight", 4, 6);
    put_floats(graph, "model.layers.0.mlp.up_proj.MatMul.weight_Q4", 4, 6);
    put_floats(graph, "model.layers.1.final_norm_layernorm.weight", 0, 4);
    put_floats(graph, "lm_head.MatMul.weight", 4, 3);
    put_floats(graph, "cos_cache", 2, 2);
    put_floats(graph, "sin_cache", 2, 2);
}

/* Element (row, column) of the view is this one. */
static void expect(const struct mzg_weights *w, const char *name, uint64_t rows, uint64_t width, unsigned first)
{
    const struct mzg_tensor *t = mzg_weights_find(w, name);
    struct mzg_err e;
    float x;

    assert_non_null(t);
    assert_true(t->n_dims == 2 && t->ne[0] == width && t->ne[1] == rows && t->strides);
    assert_true(t->elems == rows * width && t->bytes == 4 * t->elems);
    for (uint64_t r = 0; r < rows; r++) {
        for (uint64_t c = 0; c < width; c++) {
            uint64_t at = t->offset + 4 * (r * t->strides[1] + c * t->strides[0]);
            assert_int_equal(mzg_file_read(&w->files[t->file].file, at, &x, 4, &e), MZG_OK);
            assert_true(x == (float)(100 * c + first + r));
        }
    }
}

static void names_and_layout_are_hugging_faces(void **state)
{
    const struct mzg_onnx_rows rows = {.q = 4, .kv = 2};
    struct mzg_weights w;
    struct mzg_err e;
    float x[2];

    (void)state;
    open_with(&w, "onnxruntime-genai", fill_whole);
    assert_true(mzg_onnx_is_genai(&w));
    assert_int_equal(mzg_onnx_names(&w, &rows, &e), MZG_OK);
    assert_int_equal(w.n_tensors, 13);
    expect(&w, "model.layers.0.self_attn.q_proj.weight", 4, 4, 0);
    expect(&w, "model.layers.0.self_attn.k_proj.weight", 2, 4, 4);
    expect(&w, "model.layers.0.self_attn.v_proj.weight", 2, 4, 6);
    expect(&w, "model.layers.0.self_attn.o_proj.weight", 5, 4, 0);
    expect(&w, "model.layers.0.mlp.up_proj.weight", 6, 4, 0);
    expect(&w, "lm_head.weight", 3, 4, 0);
    const struct mzg_tensor *bias = mzg_weights_find(&w, "model.layers.0.self_attn.v_proj.bias");
    assert_true(bias && bias->ne[0] == 2 && !bias->strides);
    assert_int_equal(mzg_weights_read(&w, bias, 0, x, 8, &e), MZG_OK);
    assert_true(x[0] == 6 && x[1] == 7);
    assert_non_null(mzg_weights_find(&w, "model.layers.0.self_attn.q_norm.weight"));
    assert_non_null(mzg_weights_find(&w, "model.norm.weight"));
    assert_non_null(mzg_weights_find(&w, "model.embed_tokens.weight"));
    assert_non_null(mzg_weights_find(&w, "model.layers.0.mlp.up_proj.MatMul.weight_Q4"));
    assert_null(mzg_weights_find(&w, "cos_cache"));
    mzg_weights_close(&w);
}

static void other_rows_are_refused(void **state)
{
    static const struct mzg_onnx_rows wrong[] = {{4, 3}, {8, 1}, {9, 0}, {5, 2}};
    struct mzg_weights w;
    struct mzg_err e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        open_with(&w, "onnxruntime-genai", fill_whole);
        assert_int_equal(mzg_onnx_names(&w, &wrong[i], &e), MZG_MALFORMED);
        assert_non_null(strstr(e.msg, "qkv_proj.MatMul.weight': 8 columns are not"));
        mzg_weights_close(&w);
    }
}

static void fill_vector(struct message *graph)
{
    put_floats(graph, "lm_head.MatMul.weight", 0, 3);
}

static void fill_twice(struct message *graph)
{
    put_floats(graph, "lm_head.MatMul.weight", 2, 3);
    put_floats(graph, "lm_head.weight", 2, 3);
}

static void what_does_not_fit_is_refused(void **state)
{
    const struct mzg_onnx_rows rows = {1, 1};
    struct mzg_weights w;
    struct mzg_err e = {0};

    (void)state;
    open_with(&w, "pytorch", fill_vector);
    assert_false(mzg_onnx_is_genai(&w));
    assert_int_equal(mzg_onnx_names(&w, &rows, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "tensor 'lm_head.MatMul.weight': FLOAT of 1 dimensions"));
    mzg_weights_close(&w);
    open_with(&w, "onnxruntime-genai", fill_twice);
    assert_int_equal(mzg_onnx_names(&w, &rows, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "tensor 'lm_head.weight' is there twice"));
    mzg_weights_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_layout_are_hugging_faces),
        cmocka_unit_test(other_rows_are_refused),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
