#include "model/containers/kvs.h"

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void pairs_are_encoded_in_order_byte_for_byte(void **state)
{
    static const uint8_t want[] = {
        1, 0, 0, 0, 0, 0, 0, 0, 'u', 4, 0, 0, 0, 0x04, 0x03, 0x02, 0x01,                /* u32 */
        1, 0, 0, 0, 0, 0, 0, 0, 'f', 6, 0, 0, 0, 0, 0, 0x80, 0xbf,                      /* -1.0 */
        1, 0, 0, 0, 0, 0, 0, 0, 'b', 7, 0, 0, 0, 1,                                     /* true */
        1, 0, 0, 0, 0, 0, 0, 0, 't', 8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 'h', 'i',      /* text */
        1, 0, 0, 0, 0, 0, 0, 0, 'i', 9, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
        0xff, 0xff, 0xff, 0xff, 7, 0, 0, 0,                                             /* i32s */
        1, 0, 0, 0, 0, 0, 0, 0, 's', 9, 0, 0, 0, 8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
        1, 0, 0, 0, 0, 0, 0, 0, 'x', 0, 0, 0, 0, 0, 0, 0, 0,                            /* texts */
        1, 0, 0, 0, 0, 0, 0, 0, 'n', 9, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    /* none */
        1, 0, 0, 0, 0, 0, 0, 0, 'c', 9, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 255, 1,
    };
    const int32_t numbers[] = {-1, 7};
    const char *const texts[] = {"x", ""};
    struct mzg_kvs k;
    struct mzg_buf out;
    struct mzg_err e;

    (void)state;
    mzg_kvs_init(&k);
    mzg_kvs_u32(&k, "u", 0x01020304);
    mzg_kvs_f32(&k, "f", -1.0f);
    mzg_kvs_bool(&k, "b", true);
    mzg_kvs_text(&k, "t", "hi");
    mzg_kvs_i32s(&k, "i", numbers, 2);
    mzg_kvs_texts(&k, "s", texts, 2);
    mzg_kvs_f32s(&k, "n", NULL, 0);
    mzg_kvs_u8s(&k, "c", (const uint8_t[]){0, 255, 1}, 3);
    assert_int_equal(mzg_kvs_ok(&k, &e), MZG_OK);
    mzg_buf_init(&out, 4096);
    mzg_kvs_encode(&k, &out);
    assert_int_equal(mzg_buf_ok(&out, "metadata", &e), MZG_OK);
    assert_int_equal(out.len, sizeof want);
    assert_memory_equal(out.data, want, sizeof want);
    mzg_buf_clear(&out);
    mzg_kvs_clear(&k);
}

static void values_are_found_by_key_and_type(void **state)
{
    struct mzg_kvs k;
    uint64_t v;
    const char *text;
    size_t len;

    (void)state;
    mzg_kvs_init(&k);
    mzg_kvs_u64(&k, "big", UINT64_MAX);
    mzg_kvs_i32(&k, "minus", -1);
    mzg_kvs_i32(&k, "plus", 5);
    mzg_kvs_bool(&k, "flag", true);
    mzg_kvs_f32(&k, "real", 3);
    mzg_kvs_text(&k, "text", "abc");
    assert_true(mzg_kvs_get_u64(&k, "big", &v) && v == UINT64_MAX);
    assert_true(mzg_kvs_get_u64(&k, "plus", &v) && v == 5);
    assert_false(mzg_kvs_get_u64(&k, "minus", &v));
    assert_false(mzg_kvs_get_u64(&k, "flag", &v));
    assert_false(mzg_kvs_get_u64(&k, "real", &v));
    assert_false(mzg_kvs_get_u64(&k, "none", &v));
    assert_true(mzg_kvs_get_text(&k, "text", &text, &len) && len == 3);
    assert_memory_equal(text, "abc", 3);
    assert_false(mzg_kvs_get_text(&k, "big", &text, &len));
    mzg_kvs_clear(&k);
}

static void a_key_set_twice_is_refused_by_name(void **state)
{
    struct mzg_kvs k;
    struct mzg_err e;

    (void)state;
    mzg_kvs_init(&k);
    mzg_kvs_u32(&k, "once", 1);
    mzg_kvs_u32(&k, "llama.vocab_size", 1);
    mzg_kvs_u32(&k, "llama.vocab_size", 1);
    mzg_kvs_u32(&k, "later", 1);
    assert_int_equal(mzg_kvs_ok(&k, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "llama.vocab_size"));
    assert_int_equal(k.count, 2);
    mzg_kvs_clear(&k);
}

static void what_does_not_fit_is_a_limit(void **state)
{
    struct mzg_kvs k;
    struct mzg_err e;
    static float many[1 << 20];

    (void)state;
    mzg_kvs_init(&k);
    for (int i = 0; i < 17; i++) {
        const char key[] = {(char)('a' + i), '\0'};
        mzg_kvs_f32s(&k, key, many, sizeof many / sizeof *many);
    }
    assert_int_equal(mzg_kvs_ok(&k, &e), MZG_LIMIT);
    mzg_kvs_clear(&k);
}

static void a_copy_is_the_same_pair(void **state)
{
    struct mzg_kvs from, to;
    struct mzg_buf a, b;
    const char *const texts[] = {"one", "two"};

    (void)state;
    mzg_kvs_init(&from);
    mzg_kvs_init(&to);
    mzg_kvs_texts(&from, "list", texts, 2);
    mzg_kvs_f32(&from, "x", FLT_MIN);
    for (size_t i = 0; i < from.count; i++)
        mzg_kvs_copy(&to, &from.items[i]);
    mzg_buf_init(&a, 4096);
    mzg_buf_init(&b, 4096);
    mzg_kvs_encode(&from, &a);
    mzg_kvs_clear(&from);
    mzg_kvs_encode(&to, &b);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    mzg_buf_clear(&a);
    mzg_buf_clear(&b);
    mzg_kvs_clear(&to);
}

static void what_is_set_takes_the_old_value_s_place(void **state)
{
    static const uint8_t want[] = {
        1, 0, 0, 0, 0, 0, 0, 0, 'a', 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 'x',
        1, 0, 0, 0, 0, 0, 0, 0, 'b', 7, 0, 0, 0, 1,
        1, 0, 0, 0, 0, 0, 0, 0, 'c', 7, 0, 0, 0, 0,
    };
    struct mzg_kvs k, from;
    struct mzg_buf out;
    struct mzg_err e;

    (void)state;
    mzg_kvs_init(&k);
    mzg_kvs_init(&from);
    mzg_kvs_u32(&k, "a", 7);
    mzg_kvs_bool(&k, "b", true);
    mzg_kvs_text(&from, "a", "x");
    mzg_kvs_bool(&from, "c", false);
    for (size_t i = 0; i < from.count; i++)
        mzg_kvs_set(&k, &from.items[i]);
    mzg_kvs_clear(&from); /* copies stay */
    assert_int_equal(mzg_kvs_ok(&k, &e), MZG_OK);
    mzg_buf_init(&out, 4096);
    mzg_kvs_encode(&k, &out);
    assert_int_equal(out.len, sizeof want);
    assert_memory_equal(out.data, want, sizeof want);
    mzg_buf_clear(&out);
    mzg_kvs_clear(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_encoded_in_order_byte_for_byte),
        cmocka_unit_test(values_are_found_by_key_and_type),
        cmocka_unit_test(a_key_set_twice_is_refused_by_name),
        cmocka_unit_test(what_does_not_fit_is_a_limit),
        cmocka_unit_test(a_copy_is_the_same_pair),
        cmocka_unit_test(what_is_set_takes_the_old_value_s_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
