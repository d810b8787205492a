/* Models that are no folder of a known family: bare weights, and GGUF as a source. */
#include "tiny_made.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_keeps_names_and_shapes),
        cmocka_unit_test(raw_refuses_what_gguf_cannot_hold),
        cmocka_unit_test(bare_weights_need_raw),
        cmocka_unit_test(a_gguf_source_keeps_what_speaks_of_the_model),
        cmocka_unit_test(a_gguf_source_must_be_a_whole_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
