#include "fixture.h"

#include "formats/model/limits.h"
#include "formats/model/containers/weights.h"
#include "formats/mzigo.h"
#include "kernels/kernels.h"
#include <math.h>

#define WIDE 256
#define TALL 64
#define N (WIDE * TALL)

/* `small` and `large`, both matrices, in path 0; converted to `to` in path 1. */
static void setup(struct fixture *f, const char *to)
{
    static float small[4 * WIDE], large[N];
    struct mzg_err e;
    fixture_open(f);
    fixture_floats(small, 4 * WIDE, 5);
    fixture_floats(large, N, 6);
    for (size_t i = 0; i < N; i++) /* tails */
        large[i] = large[i] * large[i] * large[i] * 0.05f;
    struct fixture_tensor t[] = {{"small", "F32", {4, WIDE}, 2, small, sizeof small},
                                 {"large", "F32", {TALL, WIDE}, 2, large, sizeof large}};
    fixture_safetensors(fixture_path(f, 0, "in.safetensors"), t, 2);
    struct mzg_convert_options opt = {.to = to, .raw = true};
    assert_int_equal(
        mzg_convert(f->path[0], fixture_path(f, 1, "out.gguf"), &opt, NULL, NULL, &e), MZG_OK);
}

static enum mzg_code check(struct fixture *f, const char *limits, struct mzg_check_report *r,
                           struct mzg_err *e)
{
    struct mzg_run run;
    mzg_run_init(&run);
    run.threads = 2;
    struct mzg_check_options opt = {.limits = limits};
    return mzg_check(f->path[1], f->path[0], &opt, &run, r, e);
}

static const struct mzg_check_row *row_of(const struct mzg_check_report *r, const char *name)
{
    for (size_t i = 0; i < r->n_rows; i++)
        if (strcmp(r->rows[i].name, name) == 0)
            return &r->rows[i];
    fail_msg("no row %s", name);
    return NULL;
}

/* File offset of block b of the tensor's data. */
static long block_at(const char *path, const char *name, uint64_t b)
{
    struct mzg_weights w;
    struct mzg_err e;
    assert_int_equal(mzg_weights_open(&w, path, &e), MZG_OK);
    const struct mzg_tensor *t = mzg_weights_find(&w, name);
    long at = (long)(t->offset + b * mzg_type_by_number(t->type)->block_bytes);
    mzg_weights_close(&w);
    return at;
}

/* Hides the record of the quantizer by renaming its key in place: a file of another maker. */
static void forget_quantizer(const char *path, const char *key)
{
    size_t len;
    char *data = fixture_load(path, &len);
    char *at = memmem(data, len, key, strlen(key));
    assert_non_null(at);
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, at - data, SEEK_SET), 0);
    assert_int_equal(fputc('x', f), 'x');
    assert_int_equal(fclose(f), 0);
    free(data);
}

static void every_type_passes_what_convert_made(void **state)
{
    (void)state;
    /* A recipe for each type that is made without importance data. */
    static const char *const types[] = {
        "F32",    "F16",    "BF16",   "Q8_0",   "Q5_1",  "Q5_0",  "Q4_1",  "Q4_0",  "Q6_K",  "Q5_K_S",
        "Q4_K_S", "Q3_K_S", "Q2_K",   "IQ4_NL", "IQ4_XS", "IQ3_S", "NVFP4", "TQ1_0", "TQ2_0", "Q2_0",
        "Q1_0"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct fixture f;
        struct mzg_check_report r;
        struct mzg_err e;
        setup(&f, types[i]);
        if (check(&f, NULL, &r, &e) != MZG_OK)
            fail_msg("%s: %s: %s", types[i], e.msg, r.n_rows > 1 ? r.rows[1].fault : "");
        assert_int_equal(r.n_rows, 2);
        assert_int_equal(r.n_failed, 0);
        const struct mzg_check_row *row = row_of(&r, "large");
        assert_int_equal(row->repeated, i == 0 ? -1 : 1);
        assert_true(row->block_error <= 1);
        assert_true(row->kernel_error <= 1);
        assert_true(i == 0 ? row->rel_rmse == 0 : row->rel_rmse > 0);
        assert_true(i == 0 ? isinf(row->snr_db) : row->snr_db > 1.5);
        assert_true(row->cosine > (i < 12 ? 0.98 : 0.55)); /* few bits leave little of such tails */
        mzg_check_clear(&r);
        fixture_close(&f);
    }
}

/* Bit `bit` of the scale of one block flips; the tensor and that block must be named. */
static void flipped_scale_fails(const char *type, const char *key, int bit)
{
    struct fixture f;
    struct mzg_check_report r;
    struct mzg_err e;
    setup(&f, type);
    if (key != NULL)
        forget_quantizer(f.path[1], key);
    fixture_flip(f.path[1], block_at(f.path[1], "large", 300) + bit / 8, bit % 8);
    assert_int_equal(check(&f, NULL, &r, &e), MZG_DIFFERS);
    assert_int_equal(r.n_failed, 1);
    const struct mzg_check_row *row = row_of(&r, "large");
    assert_non_null(row->fault);
    assert_int_equal(row->fault_at, 300 * 32);
    mzg_check_clear(&r);
    fixture_close(&f);
}

static void any_flipped_bit_of_a_scale_fails(void **state)
{
    (void)state;
    for (int bit = 0; bit < 16; bit++) {
        flipped_scale_fails("Q8_0", NULL, bit);
        flipped_scale_fails("Q4_0", NULL, bit);
    }
}

static void a_scale_flipped_in_a_foreign_file_breaks_its_block_limit(void **state)
{
    (void)state;
    for (int bit = 4; bit < 16; bit++) /* 1/64 of the scale and more */
        flipped_scale_fails("Q8_0", "mzigo.quantizer.Q8_0", bit);
    for (int bit = 9; bit < 16; bit++)
        flipped_scale_fails("Q4_0", "mzigo.quantizer.Q4_0", bit);
}

/* What convert copies is compared exactly: there is no error that a copy may have. */
static void any_flipped_bit_of_a_copy_fails(void **state)
{
    (void)state;
    static const char *const types[] = {"F32", "F16", "BF16", "Q8_0"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct fixture f;
        struct mzg_check_report r;
        struct mzg_err e;
        struct mzg_convert_options opt = {.to = types[i]};
        setup(&f, types[i]);
        fixture_path(&f, 0, "out.gguf"); /* what was made is the source now */
        assert_int_equal(mzg_convert(f.path[0], fixture_path(&f, 1, "copy.gguf"), &opt, NULL, NULL,
                                     &e),
                         MZG_OK);
        assert_int_equal(check(&f, NULL, &r, &e), MZG_OK);
        mzg_check_clear(&r);
        fixture_flip(f.path[1], block_at(f.path[1], "large", 5), 0);
        assert_int_equal(check(&f, NULL, &r, &e), MZG_DIFFERS);
        assert_int_equal(r.n_failed, 1);
        assert_non_null(row_of(&r, "large")->fault);
        mzg_check_clear(&r);
        fixture_close(&f);
    }
}

static void a_scale_turned_to_nan_fails(void **state)
{
    (void)state;
    struct fixture f;
    struct mzg_check_report r;
    struct mzg_err e;
    setup(&f, "Q8_0");
    forget_quantizer(f.path[1], "mzigo.quantizer.Q8_0");
    long at = block_at(f.path[1], "small", 2);
    FILE *file = fopen(f.path[1], "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fwrite("\x00\x7e", 1, 2, file), 2);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(check(&f, NULL, &r, &e), MZG_DIFFERS);
    assert_non_null(row_of(&r, "small")->fault);
    assert_null(row_of(&r, "large")->fault);
    mzg_check_clear(&r);
    fixture_close(&f);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void a_limits_file_overrides(void **state)
{
    (void)state;
    struct fixture f;
    struct mzg_check_report r;
    struct mzg_err e;
    setup(&f, "Q4_0");
    write_file(fixture_path(&f, 2, "limits.json"), "{\"Q4_0\": {\"rel_rmse\": 0.01}}");
    assert_int_equal(check(&f, f.path[2], &r, &e), MZG_DIFFERS);
    assert_int_equal(r.n_failed, 2);
    assert_string_equal(r.rows[0].fault, "error of the tensor");
    mzg_check_clear(&r);
    fixture_close(&f);
}

static void a_limits_file_with_an_unknown_member_is_refused(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"{\"Q4_0\": {\"rmse\": 0.01}}", "rmse"},    {"{\"Q4_9\": {}}", "Q4_9"},
        {"{\"Q4_0\": {\"amax\": -1}}", "amax"},      {"{\"Q4_0\": {\"abs\": \"1\"}}", "abs"},
        {"{\"Q4_0\": 3}", "Q4_0"},                   {"[]", "object"},
    };
    struct fixture f;
    struct mzg_limits l;
    struct mzg_err e;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_file(fixture_path(&f, 0, "limits.json"), bad[i][0]);
        mzg_limits_init(&l);
        assert_int_equal(mzg_limits_load(&l, f.path[0], &e), MZG_MALFORMED);
        assert_non_null(strstr(e.msg, bad[i][1]));
        assert_non_null(strstr(e.msg, "limits.json"));
    }
    fixture_close(&f);
}

static void another_source_is_told_from_the_one_it_was_made_from(void **state)
{
    (void)state;
    static float other[4 * WIDE];
    struct fixture f;
    struct mzg_check_report r;
    struct mzg_err e;
    setup(&f, "Q8_0");
    fixture_floats(other, 4 * WIDE, 99);
    struct fixture_tensor t[] = {{"small", "F32", {4, WIDE}, 2, other, sizeof other},
                                 {"new", "F32", {4, WIDE}, 2, other, sizeof other}};
    fixture_safetensors(f.path[0], t, 2);
    assert_int_equal(check(&f, NULL, &r, &e), MZG_DIFFERS);
    assert_int_equal(r.n_rows, 3);
    assert_string_equal(row_of(&r, "new")->fault, "missing");
    assert_string_equal(row_of(&r, "large")->fault, "not in the source");
    assert_string_equal(row_of(&r, "small")->fault, "error of a block");
    mzg_check_clear(&r);
    fixture_close(&f);
}

static void figures_do_not_depend_on_threads(void **state)
{
    (void)state;
    struct fixture f;
    struct mzg_check_report a, b;
    struct mzg_err e;
    setup(&f, "Q5_0");
    struct mzg_run one = {.threads = 1}, seven = {.threads = 7, .cpu = mzg_cpu_features()};
    assert_int_equal(mzg_check(f.path[1], f.path[0], NULL, &one, &a, &e), MZG_OK);
    assert_int_equal(mzg_check(f.path[1], f.path[0], NULL, &seven, &b, &e), MZG_OK);
    for (size_t i = 0; i < a.n_rows; i++) {
        assert_memory_equal(&a.rows[i].rel_rmse, &b.rows[i].rel_rmse, sizeof(double));
        assert_memory_equal(&a.rows[i].dot_error, &b.rows[i].dot_error, sizeof(double));
        assert_int_equal(a.rows[i].max_error_at, b.rows[i].max_error_at);
    }
    mzg_check_clear(&a);
    mzg_check_clear(&b);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_passes_what_convert_made),
        cmocka_unit_test(any_flipped_bit_of_a_scale_fails),
        cmocka_unit_test(a_scale_flipped_in_a_foreign_file_breaks_its_block_limit),
        cmocka_unit_test(any_flipped_bit_of_a_copy_fails),
        cmocka_unit_test(a_scale_turned_to_nan_fails),
        cmocka_unit_test(a_limits_file_overrides),
        cmocka_unit_test(a_limits_file_with_an_unknown_member_is_refused),
        cmocka_unit_test(another_source_is_told_from_the_one_it_was_made_from),
        cmocka_unit_test(figures_do_not_depend_on_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
