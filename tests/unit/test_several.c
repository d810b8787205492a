#include "fixture.h"

#include "formats/base/sha256.h"
#include "formats/model/provenance.h"
#include "formats/model/slot.h"
#include "formats/mzigo.h"
#include "kernels/kernels.h"

/* Two matrices, one of two experts, and a vector; more than a span, so that workers write in parts. */
#define WIDE 512
#define TALL 700
#define EXPERTS 3
#define SMALL 20

struct made {
    struct fixture f;
    struct mzg_err e;
};

static void make_source(struct fixture *f)
{
    static float matrix[TALL * WIDE], experts[EXPERTS * SMALL * 64], bias[WIDE];
    fixture_floats(matrix, TALL * WIDE, 1);
    fixture_floats(experts, EXPERTS * SMALL * 64, 2);
    fixture_floats(bias, WIDE, 3);
    struct fixture_tensor t[] = {
        {"bias", "F32", {WIDE}, 1, bias, sizeof bias},
        {"experts.weight", "F32", {EXPERTS, SMALL, 64}, 3, experts, sizeof experts},
        {"matrix.weight", "F32", {TALL, WIDE}, 2, matrix, sizeof matrix},
    };
    fixture_open(f);
    fixture_safetensors(fixture_path(f, 0, "in.safetensors"), t, 3);
}

static void put_i32(FILE *file, int32_t v)
{
    assert_int_equal(fwrite(&v, sizeof v, 1, file), 1);
}

static void put_entry(FILE *file, const char *name, const float *v, int32_t n)
{
    put_i32(file, (int32_t)strlen(name));
    assert_int_equal(fwrite(name, strlen(name), 1, file), 1);
    put_i32(file, 1);
    put_i32(file, n);
    assert_int_equal(fwrite(v, sizeof *v, (size_t)n, file), n);
}

/* The legacy layout: what each column matters, from 1 up, for the experts one after another. */
static const char *make_imatrix(const char *path, float step)
{
    float v[WIDE];
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    put_i32(file, 2);
    for (int j = 0; j < WIDE; j++)
        v[j] = 1 + step * (float)j;
    put_entry(file, "matrix.weight", v, WIDE);
    put_entry(file, "experts.weight", v, EXPERTS * 64);
    put_i32(file, 10);
    put_i32(file, 4);
    assert_int_equal(fwrite("text", 4, 1, file), 1);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void same_files(const char *a, const char *b)
{
    size_t n, m;
    char *x = fixture_load(a, &n), *y = fixture_load(b, &m);
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n);
    free(x);
    free(y);
}

static void several_outputs_are_what_each_alone_would_be(void **state)
{
    (void)state;
    static const char *const types[] = {"Q8_0", "F32", "Q4_0", "BF16"};
    static const unsigned threads[] = {1, 2, 5};
    struct made m;
    struct mzg_convert_result r[4];
    make_source(&m.f);
    for (size_t k = 0; k < 3; k++) {
        struct mzg_convert_options opt = {.raw = true};
        struct mzg_run run = {.threads = threads[k], .cpu = mzg_cpu_features()};
        struct mzg_convert_output outs[4] = {{types[0], fixture_path(&m.f, 1, "a")},
                                             {types[1], fixture_path(&m.f, 2, "b")},
                                             {types[2], fixture_path(&m.f, 3, "c")},
                                             {types[3], fixture_path(&m.f, 4, "d")}};
        assert_int_equal(mzg_convert_several(m.f.path[0], outs, 4, &opt, &run, r, &m.e), MZG_OK);
        for (int i = 0; i < 4; i++) {
            size_t len;
            opt.to = types[i];
            assert_int_equal(mzg_convert(m.f.path[0], fixture_path(&m.f, 6, "alone"), &opt, NULL, NULL,
                                         &m.e), MZG_OK);
            same_files(m.f.path[1 + i], m.f.path[6]);
            free(fixture_load(m.f.path[6], &len));
            assert_int_equal(r[i].output_bytes, len);
        }
    }
    fixture_close(&m.f);
}

static void outputs_may_not_be_one_file(void **state)
{
    (void)state;
    struct made m;
    make_source(&m.f);
    struct mzg_convert_options opt = {.raw = true};
    const char *path = fixture_path(&m.f, 1, "out");
    struct mzg_convert_output outs[2] = {{"Q8_0", path}, {"Q4_0", path}};
    assert_int_equal(mzg_convert_several(m.f.path[0], outs, 2, &opt, NULL, NULL, &m.e), MZG_USAGE);
    assert_non_null(strstr(m.e.msg, "two outputs would be"));
    char around[2048];
    snprintf(around, sizeof around, "%s/../%s/out", m.f.dir, m.f.dir + strlen("/tmp/"));
    outs[1].path = around;
    assert_int_equal(mzg_convert_several(m.f.path[0], outs, 2, &opt, NULL, NULL, &m.e), MZG_USAGE);
    assert_non_null(strstr(m.e.msg, "two outputs would be"));
    assert_int_equal(mzg_convert_several(m.f.path[0], outs, 0, &opt, NULL, NULL, &m.e), MZG_USAGE);
    assert_int_equal(mzg_convert_several(m.f.path[0], outs, MZG_CONVERT_OUTPUTS + 1, &opt, NULL, NULL,
                                         &m.e), MZG_USAGE);
    assert_int_equal(fixture_entries(&m.f), 1);
    fixture_close(&m.f);
}

/* The second output cannot be made, so the first must not be there either. */
static void one_that_cannot_be_opened_leaves_none(void **state)
{
    (void)state;
    struct made m;
    make_source(&m.f);
    struct mzg_convert_options opt = {.raw = true};
    struct mzg_convert_output outs[2] = {{"Q8_0", fixture_path(&m.f, 1, "a")},
                                         {"Q4_0", fixture_path(&m.f, 2, "nowhere/b")}};
    assert_int_equal(mzg_convert_several(m.f.path[0], outs, 2, &opt, NULL, NULL, &m.e), MZG_IO);
    assert_int_equal(fixture_entries(&m.f), 1);
    fixture_close(&m.f);
}

/* A weight that fits one of the types only is beyond the other, which the message names. */
static void the_narrowest_type_is_named(void **state)
{
    (void)state;
    struct made m;
    float x[64] = {[5] = 1e6f};
    struct fixture_tensor t = {"w", "F32", {2, 32}, 2, x, sizeof x};
    fixture_open(&m.f);
    fixture_safetensors(fixture_path(&m.f, 0, "in.safetensors"), &t, 1);
    struct mzg_convert_options opt = {.raw = true};
    struct mzg_convert_output outs[3] = {{"Q8_0", fixture_path(&m.f, 1, "a")},
                                         {"F16", fixture_path(&m.f, 2, "b")},
                                         {"F32", fixture_path(&m.f, 3, "c")}};
    assert_int_equal(mzg_convert_several(m.f.path[0], outs, 3, &opt, NULL, NULL, &m.e), MZG_UNSUPPORTED);
    assert_non_null(strstr(m.e.msg, "element 5 "));
    assert_non_null(strstr(m.e.msg, "F16 can hold"));
    assert_int_equal(fixture_entries(&m.f), 1);
    fixture_close(&m.f);
}

static bool records(const char *path, const char *key, const char *want)
{
    struct mzg_weights w;
    struct mzg_err e;
    const char *text;
    size_t len;
    assert_int_equal(mzg_weights_open(&w, path, &e), MZG_OK);
    bool there = mzg_kvs_get_text(&w.gguf->kvs, key, &text, &len);
    bool same = want == NULL ? mzg_kvs_find(&w.gguf->kvs, key) == NULL
                             : there && len == strlen(want) && memcmp(text, want, len) == 0;
    mzg_weights_close(&w);
    return same;
}

static void effort_is_recorded_unless_it_is_the_usual_one(void **state)
{
    (void)state;
    static const char *const efforts[] = {"fast", "best", "default", NULL};
    struct made m;
    make_source(&m.f);
    fixture_path(&m.f, 1, "out");
    for (int i = 0; i < 4; i++) {
        struct mzg_convert_options opt = {.to = "Q4_0", .raw = true, .effort = efforts[i]};
        assert_int_equal(mzg_convert(m.f.path[0], m.f.path[1], &opt, NULL, NULL, &m.e), MZG_OK);
        assert_true(records(m.f.path[1], MZG_KEY_EFFORT, i < 2 ? efforts[i] : NULL));
        struct mzg_check_report r;
        assert_int_equal(mzg_check(m.f.path[1], m.f.path[0], NULL, NULL, &r, &m.e), MZG_OK);
        assert_int_equal(r.rows[2].repeated, 1);
        mzg_check_clear(&r);
    }
    struct mzg_convert_options opt = {.to = "Q4_0", .raw = true, .effort = "most"};
    assert_int_equal(mzg_convert(m.f.path[0], m.f.path[1], &opt, NULL, NULL, &m.e), MZG_USAGE);
    assert_non_null(strstr(m.e.msg, "'most'"));
    fixture_close(&m.f);
}

static void note(void *ctx, const char *text)
{
    if (strstr(text, "importance data that is not given") != NULL)
        ++*(int *)ctx;
}

static void importance_is_recorded_and_asked_for(void **state)
{
    (void)state;
    struct made m;
    struct mzg_check_report r;
    char hex[MZG_SHA256_HEX];
    uint8_t digest[32];
    size_t len;
    int notes = 0;
    make_source(&m.f);
    struct mzg_convert_options opt = {.to = "Q4_0", .raw = true,
                                      .imatrix = make_imatrix(fixture_path(&m.f, 2, "in.dat"), 0.5f)};
    fixture_path(&m.f, 1, "out");
    assert_int_equal(mzg_convert(m.f.path[0], m.f.path[1], &opt, NULL, NULL, &m.e), MZG_OK);
    char *data = fixture_load(m.f.path[2], &len);
    mzg_sha256_of(data, len, digest);
    mzg_sha256_hex(digest, hex);
    free(data);
    assert_true(records(m.f.path[1], MZG_KEY_IMATRIX, hex));
    assert_true(records(m.f.path[1], "quantize.imatrix.file", "in.dat"));
    assert_true(records(m.f.path[1], "quantize.imatrix.dataset", "text"));

    struct mzg_run run = {.threads = 2, .cpu = mzg_cpu_features(), .notify = {note, &notes}};
    bool searched = mzg_kernel_best(MZG_TYPE_Q4_0, MZG_OP_search, 0) != NULL;
    assert_int_equal(mzg_check(m.f.path[1], m.f.path[0], NULL, &run, &r, &m.e), MZG_OK);
    assert_int_equal(notes, 1);
    assert_int_equal(r.rows[2].repeated, searched ? -1 : 1);
    mzg_check_clear(&r);

    struct mzg_check_options check = {.imatrix = m.f.path[2]};
    assert_int_equal(mzg_check(m.f.path[1], m.f.path[0], &check, &run, &r, &m.e), MZG_OK);
    assert_int_equal(notes, 1);
    assert_int_equal(r.rows[2].repeated, 1);
    mzg_check_clear(&r);

    check.imatrix = make_imatrix(fixture_path(&m.f, 3, "other.dat"), 0.25f);
    assert_int_equal(mzg_check(m.f.path[1], m.f.path[0], &check, &run, &r, &m.e), MZG_USAGE);
    assert_non_null(strstr(m.e.msg, hex));
    opt.imatrix = NULL;
    assert_int_equal(mzg_convert(m.f.path[0], m.f.path[1], &opt, NULL, NULL, &m.e), MZG_OK);
    assert_int_equal(mzg_check(m.f.path[1], m.f.path[0], &check, &run, &r, &m.e), MZG_USAGE);
    fixture_close(&m.f);
}

/* Every type that is searched for: its blocks are what the kernel gives with this very importance, also
 * where rows do not begin with a piece. */
static void blocks_are_searched_with_the_importance_of_their_columns(void **state)
{
    (void)state;
    static float x[TALL * WIDE], w[TALL * WIDE];
    static uint8_t want[TALL * WIDE * 4], got[TALL * WIDE * 4];
    struct made m;
    struct mzg_kernels k;
    size_t n;
    make_source(&m.f);
    mzg_kernels_init(&k, 0);
    fixture_floats(x, TALL * WIDE, 1);
    for (size_t i = 0; i < TALL * WIDE; i++)
        w[i] = 1 + 0.5f * (float)(i % WIDE);
    struct mzg_convert_options opt = {.raw = true, .effort = "fast",
                                      .imatrix = make_imatrix(fixture_path(&m.f, 2, "in.dat"), 0.5f)};
    const struct mzg_recipe *recipes = mzg_recipes(&n);
    for (size_t i = 0; i < n; i++) {
        enum mzg_type type = recipes[i].base;
        if (k.type[type].search == NULL)
            continue;
        struct mzg_weights out;
        char pattern[64];
        snprintf(pattern, sizeof pattern, "matrix=%s", mzg_type_by_number(type)->name);
        const char *const patterns[] = {pattern};
        opt.tensor_types = patterns;
        opt.n_tensor_types = 1;
        opt.to = "F16";
        assert_int_equal(mzg_convert(m.f.path[0], fixture_path(&m.f, 1, "out"), &opt, NULL, NULL, &m.e),
                         MZG_OK);
        assert_int_equal(mzg_weights_open(&out, m.f.path[1], &m.e), MZG_OK);
        const struct mzg_tensor *t = mzg_weights_find(&out, "matrix.weight");
        assert_int_equal(t->type, type);
        assert_int_equal(mzg_weights_read(&out, t, 0, got, t->bytes, &m.e), MZG_OK);
        k.type[type].search(x, w, want, TALL * WIDE, MZG_EFFORT_FAST);
        assert_memory_equal(got, want, t->bytes);
        mzg_weights_close(&out);
    }
    fixture_close(&m.f);
}

/* An expert's rows go by its own importance; a run may begin and end anywhere. */
static void each_element_gets_its_columns_importance(void **state)
{
    (void)state;
    struct made m;
    struct mzg_imatrix *im;
    struct mzg_importance imp;
    struct mzg_importance_rows rows;
    struct mzg_model_tensor t = {.name = "experts.weight", .n_dims = 3, .ne = {64, SMALL, EXPERTS, 1}};
    struct mzg_tensor src = {.name = "experts.weight", .type = MZG_TYPE_F32};
    struct mzg_model model = {.tensors = &t, .n_tensors = 1};
    struct mzg_gguf_tensor table = {.type = MZG_TYPE_Q4_0, .n_dims = 3, .ne = {64, SMALL, EXPERTS, 1}};
    struct mzg_recipe_why why = {.wanted = MZG_TYPE_Q4_0};
    float room[MZG_PIECE];
    const float *w;
    t.src = &src;
    make_source(&m.f);
    make_imatrix(fixture_path(&m.f, 2, "in.dat"), 0.5f);
    assert_int_equal(mzg_imatrix_open(m.f.path[2], &im, &m.e), MZG_OK);
    assert_int_equal(mzg_importance_match(&imp, im, &model, &table, &why, NULL, &m.e), MZG_OK);
    assert_int_equal(mzg_importance_widest(&imp), 64);
    assert_int_equal(mzg_importance_rows_init(&rows, 64, &m.e), MZG_OK);
    for (uint64_t first = 0; first < EXPERTS * SMALL * 64; first += 32) {
        for (size_t n = 32; n <= 2048 && n <= EXPERTS * SMALL * 64 - first; n *= 2) {
            assert_int_equal(mzg_importance_rows_get(&rows, &imp, 0, first, n, room, &w, &m.e), MZG_OK);
            for (size_t i = 0; i < n; i++) {
                uint64_t at = first + i, expert = at / (SMALL * 64);
                assert_true(w[i] == 1 + 0.5f * (float)(expert * 64 + at % 64));
            }
        }
    }
    imp.of[0] = NULL;
    assert_int_equal(mzg_importance_rows_get(&rows, &imp, 0, 0, 32, room, &w, &m.e), MZG_OK);
    assert_null(w);
    mzg_importance_rows_clear(&rows);
    mzg_importance_clear(&imp);
    mzg_imatrix_close(im);
    fixture_close(&m.f);
}

static int asked; /* 1: quantize, 2: search */
static const float *asked_w;
static enum mzg_effort asked_effort;

static void spy_quantize(const float *x, void *q, size_t n)
{
    (void)x, (void)q, (void)n;
    asked = 1;
}

static void spy_search(const float *x, const float *w, void *q, size_t n, enum mzg_effort effort)
{
    (void)x, (void)q, (void)n;
    asked = 2;
    asked_w = w;
    asked_effort = effort;
}

static void search_is_asked_for_what_quantize_does_not_do(void **state)
{
    (void)state;
    struct mzg_type_kernels both = {.quantize = spy_quantize, .search = spy_search};
    struct mzg_type_kernels one = {.quantize = spy_quantize};
    float x = 0, w = 1;
    mzg_piece_quantize(&both, MZG_EFFORT_DEFAULT, &x, NULL, NULL, 1);
    assert_int_equal(asked, 1);
    mzg_piece_quantize(&both, MZG_EFFORT_DEFAULT, &x, &w, NULL, 1);
    assert_true(asked == 2 && asked_w == &w && asked_effort == MZG_EFFORT_DEFAULT);
    mzg_piece_quantize(&both, MZG_EFFORT_BEST, &x, NULL, NULL, 1);
    assert_true(asked == 2 && asked_w == NULL && asked_effort == MZG_EFFORT_BEST);
    mzg_piece_quantize(&one, MZG_EFFORT_BEST, &x, &w, NULL, 1);
    assert_int_equal(asked, 1);
}

struct listed {
    int rows;
    uint64_t bytes;
    const char *matrix_type;
};

static void list(void *ctx, const struct mzg_plan_row *r)
{
    struct listed *l = ctx;
    l->rows++;
    l->bytes += r->bytes;
    assert_true(strlen(r->why) > 0);
    if (strcmp(r->name, "matrix.weight") == 0)
        l->matrix_type = r->type;
}

static void the_plan_is_what_comes_of_it(void **state)
{
    (void)state;
    struct made m;
    struct mzg_convert_result planned, made;
    struct listed l = {0};
    make_source(&m.f);
    struct mzg_convert_options opt = {.to = "Q5_1", .raw = true};
    assert_int_equal(mzg_convert_plan(m.f.path[0], &opt, NULL, list, &l, &planned, &m.e), MZG_OK);
    assert_int_equal(fixture_entries(&m.f), 1);
    assert_int_equal(l.rows, 3);
    assert_string_equal(l.matrix_type, "Q5_1");
    assert_true(l.bytes < planned.output_bytes);
    assert_int_equal(mzg_convert(m.f.path[0], fixture_path(&m.f, 1, "out"), &opt, NULL, &made, &m.e),
                     MZG_OK);
    assert_memory_equal(&planned, &made, offsetof(struct mzg_convert_result, gguf));
    assert_true(planned.gguf && made.gguf);
    fixture_close(&m.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_outputs_are_what_each_alone_would_be),
        cmocka_unit_test(outputs_may_not_be_one_file),
        cmocka_unit_test(one_that_cannot_be_opened_leaves_none),
        cmocka_unit_test(the_narrowest_type_is_named),
        cmocka_unit_test(effort_is_recorded_unless_it_is_the_usual_one),
        cmocka_unit_test(importance_is_recorded_and_asked_for),
        cmocka_unit_test(blocks_are_searched_with_the_importance_of_their_columns),
        cmocka_unit_test(each_element_gets_its_columns_importance),
        cmocka_unit_test(search_is_asked_for_what_quantize_does_not_do),
        cmocka_unit_test(the_plan_is_what_comes_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
