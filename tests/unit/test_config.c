#include "tiny.h"
#include "model/arch/config.h"

static enum mzg_code load(struct mzg_config *c, const char *text, struct mzg_err *e)
{
    char scratch[SCRATCH_PATH];

    make_scratch(scratch);
    put_file(scratch, "config.json", text, strlen(text));
    enum mzg_code code = mzg_config_load(c, scratch, e);
    remove_scratch(scratch);
    return code;
}

static bool number_is(const struct mzg_kvs *k, const char *key, uint64_t want)
{
    uint64_t v;

    return mzg_kvs_get_u64(k, key, &v) && v == want;
}

static bool float_is(const struct mzg_kvs *k, const char *key, float want)
{
    const struct mzg_kv *kv = mzg_kvs_find(k, key);

    return kv && kv->type == MZG_KV_F32 && memcmp(kv->value, &want, 4) == 0;
}

static void what_is_not_an_object_is_refused_where_it_ends(void **state)
{
    static const struct { const char *text; enum mzg_code code; uint64_t offset; } cases[] = {
        {"[1]", MZG_MALFORMED, 0},
        {"{\"a\":1", MZG_MALFORMED, 6},
        {"{\"a\":1}}", MZG_MALFORMED, 8},
        {"{\"model_type\":3}", MZG_MALFORMED, MZG_NO_OFFSET},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_config c;
        struct mzg_err e = {0};
        assert_int_equal(load(&c, cases[i].text, &e), cases[i].code);
        assert_non_null(strstr(e.msg, "config.json"));
        assert_int_equal(e.offset, cases[i].offset);
        assert_null(c.root);
    }
}

static void class_and_type_are_empty_where_they_are_not_said(void **state)
{
    static const struct { const char *text, *class, *type; } cases[] = {
        {"{}", "", ""},
        {"{\"architectures\":[]}", "", ""},
        {"{\"architectures\":null,\"model_type\":null}", "", ""},
        {"{\"architectures\":[7]}", "", ""},
        {"{\"architectures\":[\"A\",\"B\"],\"model_type\":\"t\"}", "A", "t"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_config c;
        struct mzg_err e;
        assert_int_equal(load(&c, cases[i].text, &e), MZG_OK);
        assert_string_equal(c.class, cases[i].class);
        assert_string_equal(c.model_type, cases[i].type);
        mzg_config_clear(&c);
    }
}

static void older_names_are_understood_and_the_first_counts(void **state)
{
    struct mzg_hparams h;
    struct mzg_config c;
    struct mzg_kvs k;
    struct mzg_err e;

    (void)state;
    assert_int_equal(load(&c, "{\"n_layer\":2,\"n_embd\":16,\"n_inner\":32,\"n_head\":4,"
                          "\"vocab_size\":9,\"n_positions\":77,\"n_ctx\":88,"
                          "\"layer_norm_epsilon\":0.5,\"num_key_value_heads\":null}", &e),
                     MZG_OK);
    assert_int_equal(mzg_config_hparams(&c, 0, &h, &e), MZG_OK);
    assert_true(h.layers == 2 && h.embd == 16 && h.ff == 32 && h.heads == 4 && h.vocab == 9);
    assert_true(h.heads_kv == 4 && h.head_dim == 4 && !h.tied);
    mzg_kvs_init(&k);
    assert_int_equal(mzg_config_put(&c, "x", &k, &e), MZG_OK);
    assert_true(number_is(&k, "x.context_length", 88) && number_is(&k, "x.block_count", 2));
    assert_true(float_is(&k, "x.attention.layer_norm_epsilon", 0.5f));
    assert_null(mzg_kvs_find(&k, "x.attention.head_count_kv"));
    mzg_kvs_clear(&k);
    mzg_config_clear(&c);
}

static void rope_bases_come_from_either_place(void **state)
{
    struct mzg_config c;
    struct mzg_kvs k;
    struct mzg_err e;
    char text[TINY_MAX];

    (void)state;
    replace(text, tiny_config, "\"rope_theta\":500000.0",
            "\"rope_theta\":1.0,\"rope_parameters\":{\"rope_theta\":2,\"sliding_attention\":"
            "{\"rope_theta\":3.5}}", NULL);
    assert_int_equal(load(&c, text, &e), MZG_OK);
    mzg_kvs_init(&k);
    assert_int_equal(mzg_config_put(&c, "x", &k, &e), MZG_OK);
    assert_true(float_is(&k, "x.rope.freq_base", 2) && float_is(&k, "x.rope.freq_base_swa", 3.5f));
    mzg_kvs_clear(&k);
    mzg_config_clear(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_an_object_is_refused_where_it_ends),
        cmocka_unit_test(class_and_type_are_empty_where_they_are_not_said),
        cmocka_unit_test(older_names_are_understood_and_the_first_counts),
        cmocka_unit_test(rope_bases_come_from_either_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
