/* test_json.c: hostile texts are refused before they cost anything, and named by their byte. */
#include "base/json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static json_t *parse(const char *text)
{
    json_t *root;
    struct mzg_err e;
    assert_int_equal(mzg_json_parse(text, strlen(text), 0, MZG_JSON_TREE, &root, &e), MZG_OK);
    return root;
}

/* The text, at byte 1000 of its file, is refused like this. */
static void refused_n(const char *text, size_t len, enum mzg_code code, uint64_t offset,
                      const char *part)
{
    json_t *root;
    struct mzg_err e;
    assert_int_equal(mzg_json_parse(text, len, 1000, MZG_JSON_TREE, &root, &e), code);
    assert_null(root);
    assert_int_equal(e.offset, 1000 + offset);
    if (strstr(e.msg, part) == NULL)
        fail_msg("no '%s' in: %s", part, e.msg);
}

static void refused(const char *text, enum mzg_code code, uint64_t offset, const char *part)
{
    refused_n(text, strlen(text), code, offset, part);
}

static void members_are_found_with_their_types(void **state)
{
    (void)state;
    json_t *o = parse("{\"t\":\"text\",\"i\":-5,\"r\":2.5,\"b\":true,\"n\":null}");
    struct mzg_err e;
    const char *t = NULL;
    int64_t i = 0;
    double r = 0;
    bool b = false;
    assert_int_equal(mzg_json_text(o, "t", &t, &e), MZG_OK);
    assert_string_equal(t, "text");
    assert_int_equal(mzg_json_int(o, "i", -5, 5, &i, &e), MZG_OK);
    assert_int_equal(i, -5);
    assert_int_equal(mzg_json_real_opt(o, "r", &r, &e), MZG_OK);
    assert_true(r == 2.5);
    assert_int_equal(mzg_json_real_opt(o, "i", &r, &e), MZG_OK);
    assert_true(r == -5);
    assert_int_equal(mzg_json_bool_opt(o, "b", &b, &e), MZG_OK);
    assert_true(b);
    json_decref(o);
}

static void absent_and_null_members_leave_the_default(void **state)
{
    (void)state;
    json_t *o = parse("{\"n\":null}");
    struct mzg_err e;
    static const char *const keys[] = {"n", "absent"};
    for (int k = 0; k < 2; k++) {
        const char *t = "default";
        int64_t i = 7;
        double r = 7;
        bool b = true;
        assert_int_equal(mzg_json_text_opt(o, keys[k], &t, &e), MZG_OK);
        assert_int_equal(mzg_json_int_opt(o, keys[k], 0, 1, &i, &e), MZG_OK);
        assert_int_equal(mzg_json_real_opt(o, keys[k], &r, &e), MZG_OK);
        assert_int_equal(mzg_json_bool_opt(o, keys[k], &b, &e), MZG_OK);
        assert_string_equal(t, "default");
        assert_true(i == 7 && r == 7 && b);
        assert_int_equal(mzg_json_text(o, keys[k], &t, &e), MZG_MALFORMED);
        assert_int_equal(mzg_json_int(o, keys[k], 0, 9, &i, &e), MZG_MALFORMED);
        assert_non_null(strstr(e.msg, keys[k]));
        assert_non_null(strstr(e.msg, "missing"));
    }
    json_decref(o);
}

static void members_of_another_type_are_named(void **state)
{
    (void)state;
    json_t *o = parse("{\"t\":\"5\",\"i\":5,\"r\":5.0,\"a\":[]}");
    struct mzg_err e;
    const char *t;
    int64_t i;
    double r;
    bool b;
    assert_int_equal(mzg_json_text(o, "i", &t, &e), MZG_MALFORMED);
    assert_string_equal(e.msg, "key 'i': not a text");
    assert_int_equal(mzg_json_int(o, "t", 0, 9, &i, &e), MZG_MALFORMED);
    assert_int_equal(mzg_json_int(o, "r", 0, 9, &i, &e), MZG_MALFORMED); /* 5.0 is no integer */
    assert_int_equal(mzg_json_int(o, "i", 6, 9, &i, &e), MZG_MALFORMED);
    assert_string_equal(e.msg, "key 'i': 5 is not between 6 and 9");
    assert_int_equal(mzg_json_int_opt(o, "i", 0, 4, &i, &e), MZG_MALFORMED);
    assert_int_equal(mzg_json_real_opt(o, "a", &r, &e), MZG_MALFORMED);
    assert_int_equal(mzg_json_bool_opt(o, "i", &b, &e), MZG_MALFORMED);
    assert_int_equal(mzg_json_text_opt(json_object_get(o, "a"), "x", &t, &e), MZG_OK);
    json_decref(o);
    json_t *nul = json_pack("{s:s%}", "k", "a\0b", (size_t)3);
    if (nul != NULL) {
        assert_int_equal(mzg_json_text(nul, "k", &t, &e), MZG_MALFORMED);
        json_decref(nul);
    }
}

static void the_byte_where_parsing_stopped_is_named(void **state)
{
    (void)state;
    refused("[1,2,}", MZG_MALFORMED, 6, "unexpected token near '}'");
    refused("{\"a\":1,\n \"b\" 2}", MZG_MALFORMED, 14, "':' expected");
    refused("[1] x", MZG_MALFORMED, 5, "end of file expected near 'x'");
    refused("[1][2]", MZG_MALFORMED, 4, "end of file expected");
    refused("[1", MZG_MALFORMED, 2, "']' expected");
    refused("[\"abc", MZG_MALFORMED, 5, "premature end of input");
    refused("", MZG_MALFORMED, 0, "expected");
    refused("5", MZG_MALFORMED, 1, "'[' or '{' expected");
    refused("[1e999]", MZG_MALFORMED, 6, "overflow");
    refused("[01]", MZG_MALFORMED, 2, "invalid token");
    refused("[NaN]", MZG_MALFORMED, 4, "invalid token near 'NaN'");
}

static void duplicate_keys_are_refused(void **state)
{
    (void)state;
    refused("{\"a\":1,\"b\":2,\"a\":3}", MZG_MALFORMED, 16,
            "duplicate object key near '\\x22a\\x22'");
    refused("{\"a\":1,\"\\u0061\":3}", MZG_MALFORMED, 15, "duplicate object key");
}

static void invalid_utf8_is_refused_and_not_repeated(void **state)
{
    (void)state;
    refused("[\"ab\xff\"]", MZG_MALFORMED, 4, "0xff");
    refused("[\"\xed\xa0\x80\"]", MZG_MALFORMED, 2, "decode byte 0xed");
    refused("[\x1b]", MZG_MALFORMED, 2, "invalid token near '\\x1b'");
}

static void a_nul_is_unsupported_in_text_and_malformed_elsewhere(void **state)
{
    (void)state;
    refused("[\"a\\u0000b\"]", MZG_UNSUPPORTED, 11, "NUL (\\u0000)");
    refused("{\"a\\u0000b\":1}", MZG_UNSUPPORTED, 11, "NUL (\\u0000)");
    refused_n("[1]\0", 4, MZG_MALFORMED, 4, "end of file expected");
    refused_n("[\"a\0\"]", 6, MZG_MALFORMED, 3, "control character 0x0");
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    char text[2 * MZG_JSON_DEPTH + 3] = "";
    memset(text, '[', MZG_JSON_DEPTH);
    memset(text + MZG_JSON_DEPTH, ']', MZG_JSON_DEPTH);
    json_decref(parse(text));
    memset(text, '[', MZG_JSON_DEPTH + 1);
    refused(text, MZG_LIMIT, MZG_JSON_DEPTH, "nested deeper than 64");
    for (size_t i = 0; i + 6 < sizeof text; i += 5)
        memcpy(text + i, "{\"\":[", 6);
    refused(text, MZG_MALFORMED, strlen(text), "end of file"); /* 52 deep: jansson's to refuse */
}

static void brackets_in_text_do_not_nest(void **state)
{
    (void)state;
    char text[300] = "[\"";
    memset(text + 2, '[', 200);
    memcpy(text + 202, "\\\"[[[\\\\\"]", 10);
    json_t *root = parse(text);
    assert_int_equal(json_string_length(json_array_get(root, 0)), 205);
    json_decref(root);
}

static void numbers_wider_than_64_bits_are_read_as_reals(void **state)
{
    (void)state;
    json_t *o = parse("{\"model_max_length\":1000000000000000019884624838656,"
                      "\"s\":\"99999999999999999999\\\"88888888888888888888\","
                      "\"max\":9223372036854775807,\"min\":-9223372036854775808,"
                      "\"over\":9223372036854775808,\"under\":-9223372036854775809}");
    struct mzg_err e;
    const char *s = NULL;
    double r = 0;
    int64_t i = 0;
    assert_int_equal(mzg_json_real_opt(o, "model_max_length", &r, &e), MZG_OK);
    assert_true(r > 0.9999e30 && r < 1.0001e30);
    assert_int_equal(mzg_json_int_opt(o, "model_max_length", 0, INT64_MAX, &i, &e), MZG_MALFORMED);
    assert_non_null(strstr(e.msg, "model_max_length"));
    assert_int_equal(mzg_json_text(o, "s", &s, &e), MZG_OK);
    assert_string_equal(s, "99999999999999999999\"88888888888888888888");
    assert_int_equal(mzg_json_int(o, "max", INT64_MIN, INT64_MAX, &i, &e), MZG_OK);
    assert_true(i == INT64_MAX);
    assert_int_equal(mzg_json_int(o, "min", INT64_MIN, INT64_MAX, &i, &e), MZG_OK);
    assert_true(i == INT64_MIN);
    assert_int_equal(mzg_json_real_opt(o, "over", &r, &e), MZG_OK);
    assert_true(r > 9.223e18 && r < 9.224e18);
    assert_int_equal(mzg_json_real_opt(o, "under", &r, &e), MZG_OK);
    assert_true(r < -9.223e18 && r > -9.224e18);
    json_decref(o);
    refused("[000000000000000000000000]", MZG_MALFORMED, 2, "invalid token");
    refused("[99999999999999999999,}", MZG_MALFORMED, 23, "unexpected token");
}

/* ---- the estimate against what jansson really takes ---- */

static size_t in_use, peak;

/* A piece of n bytes as malloc keeps it. Asking malloc itself (malloc_usable_size) would add what
 * it could not split off by chance, and differ under a sanitizer. */
static size_t chunk(size_t n)
{
    size_t whole = (n + 8 + 15) / 16 * 16;
    return whole < 32 ? 32 : whole;
}

#define BEFORE 16 /* keeps the size in front of each piece */

static void *count_malloc(size_t n)
{
    uint8_t *p = malloc(n + BEFORE);
    if (p == NULL)
        return NULL;
    memcpy(p, &n, sizeof n);
    in_use += chunk(n);
    if (in_use > peak)
        peak = in_use;
    return p + BEFORE;
}

static void count_free(void *ptr)
{
    uint8_t *p = ptr;
    size_t n;
    if (p == NULL)
        return;
    p -= BEFORE;
    memcpy(&n, p, sizeof n);
    in_use -= chunk(n);
    free(p);
}

/* Bytes that parsing this text takes at most, whether it ends well or not. */
static size_t measure(const char *text, size_t len)
{
    json_t *root;
    struct mzg_err e;
    in_use = peak = 0;
    json_set_alloc_funcs(count_malloc, count_free);
    if (mzg_json_parse(text, len, 0, SIZE_MAX, &root, &e) == MZG_OK)
        json_decref(root);
    json_set_alloc_funcs(malloc, free);
    assert_int_equal(in_use, 0);
    return peak;
}

/* The cap itself shows the estimate: below the real use it must refuse. */
static void check_estimate(const char *text, size_t len)
{
    json_t *root;
    struct mzg_err e;
    size_t real = measure(text, len);
    if (real == 0) /* refused before jansson saw it */
        return;
    if (mzg_json_parse(text, len, 0, real - 1, &root, &e) != MZG_LIMIT)
        fail_msg("%zu bytes of JSON took %zu, estimated lower: %.60s", len, real, text);
}

struct shape {
    const char *open, *item, *close; /* item may hold one %d, counted up */
};

static char *make(const struct shape *s, size_t count, size_t *len)
{
    size_t room = 64 + strlen(s->open) + count * (strlen(s->item) + 12);
    char *text = malloc(room);
    assert_non_null(text);
    size_t n = (size_t)snprintf(text, room, "%s", s->open);
    const char *hole = strstr(s->item, "%d");
    for (size_t i = 0; i < count; i++) {
        int before = hole != NULL ? (int)(hole - s->item) : (int)strlen(s->item);
        n += (size_t)snprintf(text + n, room - n, "%s%.*s", i > 0 ? "," : "", before, s->item);
        if (hole != NULL)
            n += (size_t)snprintf(text + n, room - n, "%zu%s", i, hole + 2);
    }
    n += (size_t)snprintf(text + n, room - n, "%s", s->close);
    *len = n;
    return text;
}

static const struct shape shapes[] = {
    {"[", "[]", "]"},
    {"[", "{}", "]"},
    {"[", "\"\"", "]"},
    {"[", "0", "]"},
    {"[", "0.5", "]"},
    {"[", "null", "]"},
    {"[", "[0]", "]"},
    {"[", "{\"\":0}", "]"},
    {"[", "[[[[[[]]]]]]", "]"},
    {"[", "[0,0,0,0,0,0,0,0,0]", "]"},
    {"[", "{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,\"g\":0,\"h\":0,\"i\":0}", "]"},
    {"{", "\"%d\":null", "}"},
    {"{", "\"%d\":\"\"", "}"},
    {"{", "\"abcdefg%d\":[]", "}"},
    {"{", "\"k%d\":{\"x\":{}}", "}"},
    {"[", "\"\\n\\u0041\\\"\"", "]"},
    {"[", "\"0123456789abcdef0123456789abcdef\"", "]"},
    {"[\"", "aaaaaaaaaaaaaaaa", "\"]"},
    {"{\"", "aaaaaaaaaaaaaaaa", "\":0}"},
    {"{\"", "aaaaaaaaaaaaaaaa", "\":[{\"b\":[]}]}"},
    {"[", "100000000000000000000000000000", "]"},
};

static void the_estimate_is_never_below_real_use(void **state)
{
    (void)state;
    /* around the sizes at which tables double */
    static const size_t counts[] = {0,  1,  2,  7,  8,   9,   10,   16,  17,
                                    31, 33, 64, 65, 511, 513, 1025, 4097};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
            size_t len;
            char *text = make(&shapes[i], counts[k], &len);
            check_estimate(text, len);
            check_estimate(text, len - len / 3); /* cut: an error half way */
            free(text);
        }
}

static void the_estimate_is_not_absurd(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        size_t len;
        json_t *root;
        struct mzg_err e;
        char *text = make(&shapes[i], 1000, &len);
        size_t real = measure(text, len);
        assert_int_equal(mzg_json_parse(text, len, 0, 3 * real + 1000, &root, &e), MZG_OK);
        json_decref(root);
        free(text);
    }
}

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void random_texts_stay_below_the_estimate(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "[",      "]", "{",      "}",    ",",   ":",   "\"",    "\\", "\"a\"",
        "\"b\":", "0", "-1.5e3", "null", "[],", "{},", "\"\",", " ",  "\\u00e9",
    };
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        char text[400] = "[";
        size_t n = 1, want = next(&seed) % 300;
        while (n < want) {
            const char *p = pieces[next(&seed) % (sizeof pieces / sizeof pieces[0])];
            memcpy(text + n, p, strlen(p));
            n += strlen(p);
        }
        check_estimate(text, n);
    }
}

static void a_small_text_that_becomes_a_large_tree_is_refused(void **state)
{
    (void)state;
    json_t *root;
    struct mzg_err e;
    size_t len;
    char *text = make(&shapes[1], 400000, &len); /* 1.2 MB of "{}," */
    assert_int_equal(mzg_json_parse(text, len, 0, MZG_JSON_TREE, &root, &e), MZG_LIMIT);
    assert_non_null(strstr(e.msg, "67108864 bytes of memory"));
    assert_true(e.offset < len);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_with_their_types),
        cmocka_unit_test(absent_and_null_members_leave_the_default),
        cmocka_unit_test(members_of_another_type_are_named),
        cmocka_unit_test(the_byte_where_parsing_stopped_is_named),
        cmocka_unit_test(duplicate_keys_are_refused),
        cmocka_unit_test(invalid_utf8_is_refused_and_not_repeated),
        cmocka_unit_test(a_nul_is_unsupported_in_text_and_malformed_elsewhere),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(brackets_in_text_do_not_nest),
        cmocka_unit_test(numbers_wider_than_64_bits_are_read_as_reals),
        cmocka_unit_test(the_estimate_is_never_below_real_use),
        cmocka_unit_test(the_estimate_is_not_absurd),
        cmocka_unit_test(random_texts_stay_below_the_estimate),
        cmocka_unit_test(a_small_text_that_becomes_a_large_tree_is_refused),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
