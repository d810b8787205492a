#include "fixture.h"

#include "formats/model/lora/adapter.h"
#include <math.h>

/* A base of a few small tensors, and adapters to it; what they make of it is worked out here the long way. */
#define ROWS 3
#define WIDE 4
#define ELEMS (ROWS * WIDE)
#define RANK 2

static const float base[ELEMS] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static const float half_a[RANK * 16] = {0.5f, -1, 2, 0.25f, 3, 1.5f, -2, 4};
static const float half_b[RANK * 16] = {1, -0.5f, 2, 0.125f, -4, 8};

#define T(name, rows, width, data) {name, "F32", {rows, width}, 2, data, (rows) * (width) * sizeof(float)}
#define A "base_model.model.model.up.lora_A.weight"
#define B "base_model.model.model.up.lora_B.weight"
#define CONFIG(more) "{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":3" more "}"

struct lora {
    struct fixture f;
    struct mzg_weights weights;
    struct mzg_arena arena;
    struct mzg_source source;
    struct mzg_adapter adapter;
};

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* The adapter, over the base's "model.up.weight" of ROWS x WIDE and "square.weight". */
static enum mzg_code merge(struct lora *l, const char *config, const struct fixture_tensor *t, size_t n,
                           double scale, uint64_t tied, struct mzg_err *e)
{
    static const char *const prefixes[] = {"model.", NULL};
    static const float square[RANK * RANK] = {0};
    const struct fixture_tensor own[] = {T("model.up.weight", ROWS, WIDE, base), T("square.weight", 2, 2, square)};
    memset(l, 0, sizeof *l);
    fixture_open(&l->f);
    fixture_safetensors(fixture_path(&l->f, 0, "w.safetensors"), own, 2);
    fixture_safetensors(fixture_path(&l->f, 1, "adapter_model.safetensors"), t, n);
    write_text(fixture_path(&l->f, 2, "adapter_config.json"), config);
    assert_int_equal(mzg_weights_open(&l->weights, l->f.path[0], e), MZG_OK);
    mzg_arena_init(&l->arena, 1 << 20);
    assert_int_equal(mzg_source_init(&l->source, &l->weights, &l->arena, e), MZG_OK);
    const struct mzg_adapter_wanted wanted = {.path = l->f.dir, .scale = scale};
    enum mzg_code rc = mzg_adapter_open(&l->adapter, &wanted, e);
    return rc == MZG_OK ? mzg_adapter_merge(&l->source, &l->adapter, prefixes, tied, e) : rc;
}

static void lora_close(struct lora *l)
{
    mzg_adapter_close(&l->adapter);
    mzg_weights_close(&l->weights);
    mzg_arena_clear(&l->arena);
    fixture_close(&l->f);
}

/* Item i has these values, in every run of elements. */
static void expect(const char *config, const struct fixture_tensor *t, size_t n, double scale, size_t item,
                   const float *due)
{
    struct lora l;
    struct mzg_err e;
    struct mzg_kernels kernels;
    struct mzg_scratch scratch = {.kernels = &kernels};
    float x[ELEMS];
    mzg_kernels_init(&kernels, 0);
    if (merge(&l, config, t, n, scale, 0, &e) != MZG_OK)
        fail_msg("%s", e.msg);
    const struct mzg_values *v = l.source.items[item].values;
    size_t all = (size_t)mzg_values_elems(v);
    assert_int_equal(v->stored, MZG_TYPE_END);
    assert_ptr_equal(v->last, l.source.items[item].stored); /* its place is the base's */
    for (size_t first = 0; first < all; first++) {
        for (size_t run = 1; run <= all - first; run++) {
            assert_int_equal(mzg_values_get(v, &scratch, first, run, x, &e), MZG_OK);
            assert_memory_equal(x, due + first, run * sizeof *x);
        }
    }
    mzg_scratch_clear(&scratch);
    lora_close(&l);
}

/* base + scale * B A; turned: of [WIDE, ROWS] halves. */
static void changed(float due[ELEMS], float scale, bool turned)
{
    for (size_t r = 0; r < ROWS; r++) {
        for (size_t c = 0; c < WIDE; c++) {
            float sum = 0;
            for (size_t k = 0; k < RANK; k++)
                sum += turned ? half_a[k * ROWS + r] * half_b[c * RANK + k]
                              : half_b[r * RANK + k] * half_a[k * WIDE + c];
            due[r * WIDE + c] = base[r * WIDE + c] + scale * sum;
        }
    }
}

static void plain(void **state)
{
    const struct fixture_tensor t[] = {T(A, RANK, WIDE, half_a), T(B, ROWS, RANK, half_b)};
    const struct fixture_tensor named[] = {T("up.lora_A.default.weight", RANK, WIDE, half_a),
                                           T("up.lora_B.default.weight", ROWS, RANK, half_b)};
    float due[ELEMS];
    (void)state;
    changed(due, 1.5f, false);
    expect(CONFIG(""), t, 2, 1, 0, due);
    expect(CONFIG(""), named, 2, 1, 0, due); /* no prefixes at all */
    changed(due, -0.75f, false);
    expect(CONFIG(""), t, 2, -0.5, 0, due);
    changed(due, (float)(3 / sqrt(2)), false);
    expect(CONFIG(",\"use_rslora\":true"), t, 2, 1, 0, due);
    changed(due, 5, false);
    expect(CONFIG(",\"alpha_pattern\":{\"down\":1,\"u.\":10,\"up\":7}"), t, 2, 1, 0, due);
    expect("{\"peft_type\":\"LORA\",\"r\":9,\"lora_alpha\":10,\"rank_pattern\":{\"up\":2}}", t, 2, 1, 0, due);
}

static void turned(void **state)
{
    const struct fixture_tensor t[] = {T(A, RANK, ROWS, half_a), T(B, WIDE, RANK, half_b)};
    const struct fixture_tensor tokens[] = {
        T("base_model.model.model.up.lora_embedding_A", RANK, ROWS, half_a),
        T("base_model.model.model.up.lora_embedding_B", WIDE, RANK, half_b)};
    float due[ELEMS];
    (void)state;
    changed(due, 1.5f, true);
    expect(CONFIG(",\"fan_in_fan_out\":true"), t, 2, 1, 0, due);
    expect(CONFIG(""), t, 2, 1, 0, due); /* no other way round fits */
    expect(CONFIG(""), tokens, 2, 1, 0, due);
}

/* Both ways fit: the config says which. */
static void square(void **state)
{
    static const float a[] = {1, 2, 0, 0}, b[] = {1, 0, 3, 0};
    static const float straight[] = {1.5f, 3, 4.5f, 9}, across[] = {1.5f, 4.5f, 3, 9};
    const struct fixture_tensor t[] = {T("square.lora_A.weight", 2, 2, a), T("square.lora_B.weight", 2, 2, b)};
    (void)state;
    expect(CONFIG(""), t, 2, 1, 1, straight);
    expect(CONFIG(",\"fan_in_fan_out\":true"), t, 2, 1, 1, across);
}

static void whole(void **state)
{
    static const float own[ELEMS] = {-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12};
    const struct fixture_tensor saved[] = {T("base_model.model.model.up.modules_to_save.weight", ROWS, WIDE, own)};
    const struct fixture_tensor bare[] = {T("model.up.weight", ROWS, WIDE, own)};
    (void)state;
    expect(CONFIG(""), saved, 1, 1, 0, own);
    expect(CONFIG(""), bare, 1, 1, 0, own);
}

/* A matrix of halves whose numbers are all 0 but one, which take no room on the disk. */
#define LARGE_RANK 65536
#define LARGE_WIDTH 320

static void put_sparse(const char *path, uint64_t rows, uint64_t width, uint64_t at)
{
    static const uint8_t one[] = {0x80, 0x3f}; /* of BF16 */
    char header[160];
    uint64_t bytes = 2 * rows * width;
    int n = snprintf(header, sizeof header, "{\"x\":{\"dtype\":\"BF16\",\"shape\":[%" PRIu64 ",%" PRIu64 "],"
                     "\"data_offsets\":[0,%" PRIu64 "]}}", rows, width, bytes);
    uint64_t len = (uint64_t)n;
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(&len, 8, 1, f), 1);
    assert_int_equal(fwrite(header, 1, len, f), len);
    assert_int_equal(fseek(f, (long)(8 + len + 2 * at), SEEK_SET), 0);
    assert_int_equal(fwrite(one, 1, 2, f), 2);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(truncate(path, (off_t)(8 + len + bytes)), 0);
}

static const struct mzg_values *sparse(const struct fixture *f, int i, struct mzg_weights *w, struct mzg_arena *a, uint64_t rows,
                                       uint64_t width, uint64_t at)
{
    struct mzg_err e;
    char path[96];
    snprintf(path, sizeof path, "%s/%d", f->dir, i);
    put_sparse(path, rows, width, at);
    assert_int_equal(mzg_weights_open(w, path, &e), MZG_OK);
    return mzg_values_stored(a, w, &w->tensors[0]);
}

/* Halves of 80 MiB, more than a thread may hold of anything (values.h), either way round: they are read in blocks. The one
 * product that is not 0 is that of the last of the rank. */
static void large(void **state)
{
    static float x[2 * LARGE_WIDTH];
    struct fixture f;
    struct mzg_weights w[4];
    struct mzg_arena arena;
    struct mzg_kernels kernels;
    struct mzg_scratch s = {.kernels = &kernels};
    struct mzg_err e;
    (void)state;
    fixture_open(&f);
    mzg_kernels_init(&kernels, 0);
    mzg_arena_init(&arena, 1 << 20);
    const uint64_t last = LARGE_RANK - 1;
    const struct mzg_values *matrix = sparse(&f, 0, &w[0], &arena, 2, LARGE_WIDTH, 5),
        *a = sparse(&f, 1, &w[1], &arena, LARGE_RANK, LARGE_WIDTH, last * LARGE_WIDTH + 7),
        *b = sparse(&f, 2, &w[2], &arena, 2, LARGE_RANK, LARGE_RANK + last),
        *turned_a = sparse(&f, 3, &w[3], &arena, LARGE_RANK, 2, last * 2 + 1);
    const struct mzg_values *v = mzg_values_merged(&arena, matrix, a, b, false, 3);
    assert_int_equal(mzg_values_get(v, &s, 0, 2 * LARGE_WIDTH, x, &e), MZG_OK);
    for (size_t i = 0; i < 2 * LARGE_WIDTH; i++)
        assert_true(x[i] == (i == 5 ? 1 : i == LARGE_WIDTH + 7 ? 3 : 0));
    mzg_weights_close(&w[2]);
    b = sparse(&f, 2, &w[2], &arena, LARGE_WIDTH, LARGE_RANK, 7 * LARGE_RANK + last);
    v = mzg_values_merged(&arena, matrix, turned_a, b, true, 3);
    assert_int_equal(mzg_values_get(v, &s, 1, 2 * LARGE_WIDTH - 1, x + 1, &e), MZG_OK);
    for (size_t i = 1; i < 2 * LARGE_WIDTH; i++)
        assert_true(x[i] == (i == 5 ? 1 : i == LARGE_WIDTH + 7 ? 3 : 0));
    mzg_scratch_clear(&s);
    mzg_arena_clear(&arena);
    for (size_t i = 0; i < 4; i++)
        mzg_weights_close(&w[i]);
    fixture_close(&f);
}

static void refuse(const char *config, const struct fixture_tensor *t, size_t n, uint64_t tied,
                   enum mzg_code code, const char *says)
{
    struct lora l;
    struct mzg_err e;
    assert_int_equal(merge(&l, config, t, n, 1, tied, &e), code);
    if (strstr(e.msg, says) == NULL)
        fail_msg("'%s' is not in '%s'", says, e.msg);
    lora_close(&l);
}

static void refused_tensors(void **state)
{
    const struct fixture_tensor good[] = {T(A, RANK, WIDE, half_a), T(B, ROWS, RANK, half_b)};
    const struct fixture_tensor shape[] = {T(A, RANK, 5, half_a), T(B, ROWS, RANK, half_b)};
    const struct fixture_tensor rank[] = {T(A, 1, WIDE, half_a), T(B, ROWS, 1, half_b)};
    const struct fixture_tensor nowhere[] = {T("x.lora_A.weight", RANK, WIDE, half_a),
                                             T("x.lora_B.weight", ROWS, RANK, half_b)};
    const struct fixture_tensor dora[] = {T(A, RANK, WIDE, half_a), T(B, ROWS, RANK, half_b),
                                          T("model.up.lora_magnitude_vector", ROWS, 1, half_b)};
    const struct fixture_tensor twice[] = {T(A, RANK, WIDE, half_a), T(B, ROWS, RANK, half_b),
                                           T("model.up.lora_A.weight", RANK, WIDE, half_a)};
    const struct fixture_tensor both[] = {T("model.up.weight", ROWS, WIDE, base), T("up.weight", ROWS, WIDE, base)};
    const struct fixture_tensor other[] = {T("model.up.weight", WIDE, ROWS, base)};
    (void)state;
    refuse(CONFIG(""), good, 1, 0, MZG_MALFORMED, A "' has no lora_B");
    refuse(CONFIG(""), good + 1, 1, 0, MZG_MALFORMED, B "' has no lora_A");
    refuse(CONFIG(""), shape, 2, 0, MZG_MALFORMED, A "': with its lora_B it is a change of [3, 5]");
    refuse(CONFIG(""), rank, 2, 0, MZG_MALFORMED, "its rank is 1, that of its lora_B 1; adapter_config.json gives 2");
    refuse(CONFIG(""), nowhere, 2, 0, MZG_MALFORMED, "'x.lora_A.weight' changes what the base has none of");
    refuse(CONFIG(""), dora, 3, 0, MZG_UNSUPPORTED, "lora_magnitude_vector' is of a kind");
    refuse(CONFIG(""), twice, 3, 0, MZG_MALFORMED, "there under two names");
    refuse(CONFIG(""), both, 2, 0, MZG_MALFORMED, "there under two names");
    refuse(CONFIG(""), other, 1, 0, MZG_MALFORMED, "has another shape than the base's");
    refuse(CONFIG(""), good, 2, ROWS, MZG_UNSUPPORTED, "the output matrix too");
}

static void refused_configs(void **state)
{
    const struct fixture_tensor t[] = {T(A, RANK, WIDE, half_a), T(B, ROWS, RANK, half_b)};
    static const struct { const char *config; enum mzg_code code; const char *says; } rows[] = {
        {"[]", MZG_MALFORMED, "adapter_config.json: not an object"},
        {"{\"r\":2}", MZG_MALFORMED, "peft_type"},
        {"{\"peft_type\":\"IA3\"}", MZG_UNSUPPORTED, "'IA3'"},
        {"{\"peft_type\":\"LORA\",\"lora_alpha\":3}", MZG_MALFORMED, "'r'"},
        {"{\"peft_type\":\"LORA\",\"r\":0,\"lora_alpha\":3}", MZG_MALFORMED, "'r'"},
        {"{\"peft_type\":\"LORA\",\"r\":-8,\"lora_alpha\":3}", MZG_MALFORMED, "'r'"},
        {"{\"peft_type\":\"LORA\",\"r\":2}", MZG_MALFORMED, "'lora_alpha' is missing"},
        {"{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":NaN}", MZG_MALFORMED, "adapter_config.json"},
        {CONFIG(",\"use_dora\":true"), MZG_UNSUPPORTED, "'use_dora'"},
        {CONFIG(",\"layer_replication\":[[0,1]]"), MZG_UNSUPPORTED, "'layer_replication'"},
        {CONFIG(",\"init_lora_weights\":\"pissa\""), MZG_UNSUPPORTED, "'init_lora_weights'"},
        {CONFIG(",\"rank_pattern\":{\"up\":0}"), MZG_MALFORMED, "'rank_pattern'"},
        {CONFIG(",\"rank_pattern\":{\"up\":1.5}"), MZG_MALFORMED, "'rank_pattern'"},
        {CONFIG(",\"alpha_pattern\":[1]"), MZG_MALFORMED, "'alpha_pattern'"},
        {CONFIG(",\"alpha_pattern\":{\"(\":1}"), MZG_UNSUPPORTED, "the pattern '('"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refuse(rows[i].config, t, 2, 0, rows[i].code, rows[i].says);
}

static void asked(void **state)
{
    static const char *const good[] = {"a", "a=2", "d=1/a", "d=1/a=-.5e1", "d=x/"};
    static const char *const bad[] = {"a=nan", "a=", "a=1e999", "=1", "", "a=1=x", "a=0x10"};
    static const char *many[MZG_ADAPTERS_MAX + 1];
    const struct mzg_adapter_wanted *w;
    struct mzg_arena a;
    struct mzg_err e;
    (void)state;
    mzg_arena_init(&a, 1 << 16);
    assert_int_equal(mzg_adapters_parse(&a, good, 3, &w, &e), MZG_OK);
    assert_true(strcmp(w[0].path, "a") == 0 && w[0].scale == 1 && !w[0].has_scale);
    assert_true(strcmp(w[1].path, "a") == 0 && w[1].scale == 2 && w[1].has_scale);
    assert_true(strcmp(w[2].path, "d=1/a") == 0 && !w[2].has_scale);
    assert_int_equal(mzg_adapters_parse(&a, good + 3, 1, &w, &e), MZG_USAGE); /* JSON's numbers begin with a digit */
    assert_int_equal(mzg_adapters_parse(&a, good + 4, 1, &w, &e), MZG_OK);
    assert_string_equal(w[0].path, "d=x/");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(mzg_adapters_parse(&a, &bad[i], 1, &w, &e), MZG_USAGE);
    for (size_t i = 0; i < MZG_ADAPTERS_MAX + 1; i++)
        many[i] = "a";
    assert_int_equal(mzg_adapters_parse(&a, many, MZG_ADAPTERS_MAX + 1, &w, &e), MZG_USAGE);
    mzg_arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain),           cmocka_unit_test(turned),
        cmocka_unit_test(square),          cmocka_unit_test(whole),
        cmocka_unit_test(refused_tensors), cmocka_unit_test(refused_configs),
        cmocka_unit_test(asked),           cmocka_unit_test(large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
