#include "fixture.h"

#include "formats/base/sha256.h"
#include "formats/model/provenance.h"
#include "formats/mzigo.h"
#include "kernels/kernels.h"
#include <math.h>

#define WIDE 64
#define TALL 40

struct weights {
    float matrix[TALL * WIDE];
    float odd[4 * 48];
    float bias[WIDE];
    int32_t ids[8];
};

static void make_weights(struct weights *w, const char *path)
{
    fixture_floats(w->matrix, TALL * WIDE, 1);
    fixture_floats(w->odd, 4 * 48, 2);
    fixture_floats(w->bias, WIDE, 3);
    for (int i = 0; i < 8; i++)
        w->ids[i] = i * 1000;
    struct fixture_tensor t[] = {
        {"matrix", "F32", {TALL, WIDE}, 2, w->matrix, sizeof w->matrix},
        {"odd", "F32", {4, 48}, 2, w->odd, sizeof w->odd},
        {"bias", "F32", {WIDE}, 1, w->bias, sizeof w->bias},
        {"ids", "I32", {2, 4}, 2, w->ids, sizeof w->ids},
    };
    fixture_safetensors(path, t, 4);
}

static enum mzg_code convert(struct fixture *f, const char *to, unsigned threads,
                             const struct mzg_notify *notify, struct mzg_err *e)
{
    struct mzg_convert_options opt = {.to = to, .raw = true};
    struct mzg_run run;
    mzg_run_init(&run);
    run.threads = threads;
    if (notify != NULL)
        run.notify = *notify;
    return mzg_convert(f->path[0], f->path[1], &opt, &run, NULL, e);
}

static void setup(struct fixture *f, struct weights *w)
{
    fixture_open(f);
    make_weights(w, fixture_path(f, 0, "in.safetensors"));
    fixture_path(f, 1, "out.gguf");
}

static void count_notices(void *ctx, const char *text)
{
    if (strstr(text, "odd") != NULL && strstr(text, "F16") != NULL)
        ++*(int *)ctx;
}

static void matrices_get_the_type_and_the_rest_stays(void **state)
{
    (void)state;
    struct fixture f;
    struct weights w;
    struct mzg_err e;
    struct mzg_weights out;
    int notices = 0;
    struct mzg_notify notify = {count_notices, &notices};
    uint8_t want[TALL * WIDE / 32 * 34], got[sizeof want];
    struct mzg_kernels k;
    setup(&f, &w);
    assert_int_equal(convert(&f, "q8_0", 1, &notify, &e), MZG_OK);
    assert_int_equal(notices, 1); /* rows of 48 do not divide */
    assert_int_equal(mzg_weights_open(&out, f.path[1], &e), MZG_OK);
    const struct mzg_tensor *m = mzg_weights_find(&out, "matrix");
    assert_int_equal(m->type, MZG_TYPE_Q8_0);
    assert_int_equal(mzg_weights_find(&out, "odd")->type, MZG_TYPE_F16);
    assert_int_equal(mzg_weights_find(&out, "bias")->type, MZG_TYPE_F32);
    assert_int_equal(mzg_weights_find(&out, "ids")->type, MZG_TYPE_I32);
    mzg_kernels_init(&k, 0);
    k.type[MZG_TYPE_Q8_0].quantize(w.matrix, want, TALL * WIDE);
    assert_int_equal(mzg_weights_read(&out, m, 0, got, sizeof got, &e), MZG_OK);
    assert_memory_equal(got, want, sizeof want);
    assert_int_equal(mzg_weights_read(&out, mzg_weights_find(&out, "ids"), 0, got, 32, &e), MZG_OK);
    assert_memory_equal(got, w.ids, 32);
    mzg_weights_close(&out);
    fixture_close(&f);
}

static void every_thread_count_and_feature_set_gives_the_same_bytes(void **state)
{
    (void)state;
    static const unsigned threads[] = {1, 2, 7};
    struct fixture f;
    struct weights w;
    struct mzg_err e;
    size_t len, again;
    setup(&f, &w);
    assert_int_equal(convert(&f, "Q4_0", 1, NULL, &e), MZG_OK);
    char *first = fixture_load(f.path[1], &len);
    for (size_t i = 0; i < 3; i++) {
        struct mzg_convert_options opt = {.to = "Q4_0", .raw = true};
        uint32_t all = mzg_cpu_features(), cpu = all;
        for (;;) {
            struct mzg_run run = {.threads = threads[i], .cpu = cpu};
            assert_int_equal(mzg_convert(f.path[0], f.path[1], &opt, &run, NULL, &e), MZG_OK);
            char *data = fixture_load(f.path[1], &again);
            assert_int_equal(again, len);
            assert_memory_equal(data, first, len);
            free(data);
            if (cpu == 0)
                break;
            cpu = (cpu - 1) & all;
        }
    }
    free(first);
    fixture_close(&f);
}

static void the_record_names_source_type_and_revision(void **state)
{
    (void)state;
    struct fixture f;
    struct weights w;
    struct mzg_err e;
    struct mzg_weights out;
    uint8_t digest[32];
    char hex[MZG_SHA256_HEX];
    const char *text;
    uint64_t revision;
    size_t len;
    setup(&f, &w);
    assert_int_equal(convert(&f, "Q5_1", 2, NULL, &e), MZG_OK);
    assert_int_equal(mzg_weights_open(&out, f.path[1], &e), MZG_OK);
    const struct mzg_kvs *k = &out.gguf->kvs;
    assert_true(mzg_kvs_get_text(k, MZG_KEY_TO, &text, &len));
    assert_int_equal(len, 4);
    assert_memory_equal(text, "Q5_1", 4);
    assert_true(mzg_kvs_get_u64(k, MZG_KEY_QUANTIZER "Q5_1", &revision));
    assert_int_equal(revision, mzg_type_by_number(MZG_TYPE_Q5_1)->revision);
    assert_null(mzg_kvs_find(k, MZG_KEY_QUANTIZER "Q4_0"));
    char *data = fixture_load(f.path[0], &len);
    mzg_sha256_of(data, len, digest);
    mzg_sha256_hex(digest, hex);
    free(data);
    const struct mzg_kv *sums = mzg_kvs_find(k, MZG_KEY_SOURCE_DIGESTS);
    assert_non_null(sums);
    assert_int_equal(sums->count, 1);
    assert_memory_equal(sums->value + 8, hex, 64);
    const struct mzg_kv *names = mzg_kvs_find(k, MZG_KEY_SOURCE_NAMES);
    assert_memory_equal(names->value + 8, "in.safetensors", 14);
    mzg_weights_close(&out);
    fixture_close(&f);
}

/* One element of `matrix` is x: the conversion must fail, naming it, and leave nothing. */
static void refuse_element(float x, const char *to, enum mzg_code code, const char *word)
{
    struct fixture f;
    struct weights w;
    struct mzg_err e;
    setup(&f, &w);
    w.matrix[777] = x;
    struct fixture_tensor t = {"matrix", "F32", {TALL, WIDE}, 2, w.matrix, sizeof w.matrix};
    fixture_safetensors(f.path[0], &t, 1);
    assert_int_equal(convert(&f, to, 2, NULL, &e), code);
    assert_non_null(strstr(e.msg, "'matrix'"));
    assert_non_null(strstr(e.msg, "element 777 "));
    assert_non_null(strstr(e.msg, word));
    size_t len;
    char *data = fixture_load(f.path[0], &len);
    assert_memory_equal(data + e.offset, &x, sizeof x);
    free(data);
    assert_int_equal(fixture_entries(&f), 1); /* the input alone */
    fixture_close(&f);
}

static void a_nan_is_refused_by_tensor_and_element(void **state)
{
    (void)state;
    refuse_element(NAN, "Q8_0", MZG_MALFORMED, "NaN");
    refuse_element(NAN, "F32", MZG_MALFORMED, "NaN");
}

static void an_infinity_is_refused(void **state)
{
    (void)state;
    refuse_element(-INFINITY, "BF16", MZG_MALFORMED, "infinite");
}

static void what_the_type_cannot_hold_is_refused(void **state)
{
    (void)state;
    refuse_element(70000.0f, "F16", MZG_UNSUPPORTED, "beyond what F16 can hold");
    refuse_element(1e9f, "Q4_0", MZG_UNSUPPORTED, "beyond what Q4_0 can hold");
}

static bool stop(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    (void)ctx, (void)what, (void)done, (void)total;
    return false;
}

static void a_stopped_conversion_leaves_nothing(void **state)
{
    (void)state;
    struct fixture f;
    struct weights w;
    struct mzg_err e;
    setup(&f, &w);
    struct mzg_convert_options opt = {.to = "Q8_0", .raw = true};
    struct mzg_run run = {.threads = 2, .progress = {stop, NULL}};
    assert_int_equal(mzg_convert(f.path[0], f.path[1], &opt, &run, NULL, &e), MZG_STOPPED);
    assert_int_equal(fixture_entries(&f), 1);
    fixture_close(&f);
}

static void the_announced_size_is_the_file_size(void **state)
{
    (void)state;
    struct fixture f;
    struct weights w;
    struct mzg_err e;
    struct mzg_size_row rows[MZG_SIZE_ROWS];
    size_t n, len, made = 0;
    setup(&f, &w);
    struct mzg_convert_options opt = {.raw = true};
    assert_int_equal(mzg_convert_sizes(f.path[0], &opt, rows, &n, &e), MZG_OK);
    mzg_recipes(&len);
    assert_int_equal(n, len);
    for (size_t i = 0; i < n; i++) {
        /* What would come of a recipe is told also where it asks for importance data. */
        enum mzg_code rc = convert(&f, rows[i].to, 1, NULL, &e);
        if (rc == MZG_UNSUPPORTED && (strstr(e.msg, "no quantizer") || strstr(e.msg, "--imatrix")))
            continue;
        assert_int_equal(rc, MZG_OK);
        free(fixture_load(f.path[1], &len));
        assert_int_equal(len, rows[i].bytes);
        made++;
    }
    assert_true(made >= 8);
    fixture_close(&f);
}

static void a_quantized_source_is_not_quantized_again(void **state)
{
    (void)state;
    struct fixture f;
    struct weights w;
    struct mzg_err e;
    setup(&f, &w);
    assert_int_equal(convert(&f, "Q8_0", 1, NULL, &e), MZG_OK);
    struct mzg_convert_options opt = {.to = "Q4_0"};
    assert_int_equal(mzg_convert(f.path[1], fixture_path(&f, 2, "again.gguf"), &opt, NULL, NULL, &e),
                     MZG_UNSUPPORTED);
    assert_non_null(strstr(e.msg, "'matrix' is Q8_0 already"));
    fixture_close(&f);
}

/* Unless that is asked for: then from the decoded values, as from floats that hold them. */
static void a_quantized_source_is_quantized_again_when_told_to(void **state)
{
    (void)state;
    struct fixture f;
    struct weights w;
    struct mzg_err e;
    setup(&f, &w);
    assert_int_equal(convert(&f, "Q8_0", 1, NULL, &e), MZG_OK);
    struct mzg_convert_options opt = {.to = "Q4_0", .requantize = true};
    assert_int_equal(mzg_convert(f.path[1], fixture_path(&f, 2, "again.gguf"), &opt, NULL, NULL, &e), MZG_OK);
    opt.to = "F32";
    assert_int_equal(mzg_convert(f.path[1], fixture_path(&f, 3, "plain.gguf"), &opt, NULL, NULL, &e), MZG_OK);
    opt = (struct mzg_convert_options){.to = "Q4_0"};
    assert_int_equal(mzg_convert(f.path[3], fixture_path(&f, 4, "by_way.gguf"), &opt, NULL, NULL, &e), MZG_OK);
    struct mzg_weights again, by_way;
    uint8_t got[TALL * WIDE / 32 * 18], want[sizeof got];
    assert_int_equal(mzg_weights_open(&again, f.path[2], &e), MZG_OK);
    assert_int_equal(mzg_weights_open(&by_way, f.path[4], &e), MZG_OK);
    assert_non_null(mzg_kvs_find(&again.gguf->kvs, MZG_KEY_REQUANTIZE));
    assert_null(mzg_kvs_find(&by_way.gguf->kvs, MZG_KEY_REQUANTIZE));
    const struct mzg_tensor *x = mzg_weights_find(&again, "matrix"), *y = mzg_weights_find(&by_way, "matrix");
    assert_true(x->type == MZG_TYPE_Q4_0 && y->type == MZG_TYPE_Q4_0 && x->bytes == sizeof got);
    assert_int_equal(mzg_weights_read(&again, x, 0, got, sizeof got, &e), MZG_OK);
    assert_int_equal(mzg_weights_read(&by_way, y, 0, want, sizeof want, &e), MZG_OK);
    assert_memory_equal(got, want, sizeof got);
    mzg_weights_close(&again);
    mzg_weights_close(&by_way);
    fixture_close(&f);
}

static void an_unknown_type_lists_the_known_ones(void **state)
{
    (void)state;
    struct fixture f;
    struct weights w;
    struct mzg_err e;
    setup(&f, &w);
    assert_int_equal(convert(&f, "Q9_9", 1, NULL, &e), MZG_USAGE);
    assert_non_null(strstr(e.msg, "Q9_9"));
    assert_non_null(strstr(e.msg, "Q4_0"));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrices_get_the_type_and_the_rest_stays),
        cmocka_unit_test(every_thread_count_and_feature_set_gives_the_same_bytes),
        cmocka_unit_test(the_record_names_source_type_and_revision),
        cmocka_unit_test(a_nan_is_refused_by_tensor_and_element),
        cmocka_unit_test(an_infinity_is_refused),
        cmocka_unit_test(what_the_type_cannot_hold_is_refused),
        cmocka_unit_test(a_stopped_conversion_leaves_nothing),
        cmocka_unit_test(the_announced_size_is_the_file_size),
        cmocka_unit_test(a_quantized_source_is_not_quantized_again),
        cmocka_unit_test(a_quantized_source_is_quantized_again_when_told_to),
        cmocka_unit_test(an_unknown_type_lists_the_known_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
