/* test_error.c: messages stay whole, short and harmless. */
#include "base/error.h"
#include "base/utf8.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void every_code_is_its_exit_status_and_has_a_text(void **state)
{
    (void)state;
    assert_int_equal(MZG_OK, 0);
    assert_int_equal(MZG_DIFFERS, 1);
    assert_int_equal(MZG_NETWORK, 8);
    assert_string_equal(mzg_code_text(MZG_MALFORMED), "malformed input");
    assert_string_equal(mzg_code_text((enum mzg_code)77), "unknown error");
}

static void fail_fills_every_field_and_returns_the_code(void **state)
{
    (void)state;
    struct mzg_err e;
    memset(&e, 0x55, sizeof e);
    assert_int_equal(mzg_fail(&e, MZG_MALFORMED, 42, "tensor '%s'", "x"), MZG_MALFORMED);
    assert_int_equal(e.code, MZG_MALFORMED);
    assert_int_equal(e.sys_errno, 0);
    assert_int_equal(e.offset, 42);
    assert_string_equal(e.msg, "tensor 'x'");
}

static void a_failed_system_call_is_named_with_its_reason(void **state)
{
    (void)state;
    struct mzg_err e;
    errno = ENOSPC;
    assert_int_equal(mzg_fail_errno(&e, "cannot write '%s'", "f"), MZG_IO);
    assert_int_equal(e.sys_errno, ENOSPC);
    assert_true(e.offset == MZG_NO_OFFSET);
    assert_string_equal(e.msg, "cannot write 'f': No space left on device");
}

static void memory_is_a_limit(void **state)
{
    (void)state;
    struct mzg_err e;
    assert_int_equal(mzg_fail_memory(&e, "tensor table"), MZG_LIMIT);
    assert_non_null(strstr(e.msg, "tensor table: out of memory"));
}

static void prefixes_are_put_in_front_one_by_one(void **state)
{
    (void)state;
    struct mzg_err e;
    mzg_fail(&e, MZG_UNSUPPORTED, 7, "type 99");
    assert_int_equal(mzg_prefix(&e, "tensor '%s'", "w"), MZG_UNSUPPORTED);
    assert_int_equal(mzg_prefix(&e, "model.gguf"), MZG_UNSUPPORTED);
    assert_string_equal(e.msg, "model.gguf: tensor 'w': type 99");
    assert_int_equal(e.offset, 7);
}

static void a_message_may_be_made_of_the_one_it_replaces(void **state)
{
    (void)state;
    struct mzg_err e;
    mzg_fail(&e, MZG_IO, 1, "inner");
    mzg_prefix(&e, "[%s]", e.msg);
    assert_string_equal(e.msg, "[inner]: inner");
    mzg_fail(&e, MZG_IO, 1, "again %s", e.msg);
    assert_string_equal(e.msg, "again [inner]: inner");
}

/* n times "ж": two bytes each, so that one length parity falls in the middle of a character. */
static char *wide_text(size_t n, size_t shift)
{
    char *text = calloc(1, 2 * n + shift + 1);
    assert_non_null(text);
    memset(text, 'a', shift);
    for (size_t i = 0; i < n; i++)
        memcpy(text + shift + 2 * i, "\xd0\xb6", 2);
    return text;
}

static void long_messages_are_cut_between_characters(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 2; shift++) {
        struct mzg_err e;
        char *text = wide_text(400, shift);
        mzg_fail(&e, MZG_IO, 0, "%s", text);
        assert_int_equal(strlen(e.msg), MZG_ERR_TEXT - 1 - (shift == 0));
        assert_true(mzg_utf8_valid(e.msg, strlen(e.msg)));
        errno = EIO;
        mzg_fail_errno(&e, "%s", text);
        assert_true(mzg_utf8_valid(e.msg, strlen(e.msg)));
        mzg_prefix(&e, "%s", text);
        assert_true(mzg_utf8_valid(e.msg, strlen(e.msg)));
        free(text);
    }
}

static void a_prefix_survives_where_the_message_must_be_cut(void **state)
{
    (void)state;
    struct mzg_err e;
    char *text = wide_text(400, 0);
    mzg_fail(&e, MZG_IO, 0, "%s", text);
    mzg_prefix(&e, "model.gguf");
    assert_memory_equal(e.msg, "model.gguf: \xd0\xb6", 14);
    assert_true(strlen(e.msg) >= MZG_ERR_TEXT - 2);
    free(text);
}

static void check_quote(const char *text, size_t len, const char *want)
{
    char out[MZG_QUOTE];
    assert_ptr_equal(mzg_quote_n(out, text, len), out);
    assert_string_equal(out, want);
}

static void quoting_leaves_plain_text_alone(void **state)
{
    (void)state;
    check_quote("", 0, "");
    check_quote("blk.0.attn_q.weight", 19, "blk.0.attn_q.weight");
    check_quote("ш 水 😀", 11, "ш 水 😀");
}

static void quoting_escapes_what_a_terminal_obeys(void **state)
{
    (void)state;
    check_quote("a\x1b[31m\n", 7, "a\\x1b[31m\\x0a");
    check_quote("a\0b\x7f", 4, "a\\x00b\\x7f");
    check_quote("'\"\\", 3, "\\x27\\x22\\x5c");
    check_quote("\xc2\x9b", 2, "\\xc2\\x9b"); /* U+009B: CSI in one character */
}

static void quoting_escapes_invalid_utf8(void **state)
{
    (void)state;
    check_quote("\xff", 1, "\\xff");
    check_quote("\xc0\xaf", 2, "\\xc0\\xaf");             /* overlong '/' */
    check_quote("\xed\xa0\x80", 3, "\\xed\\xa0\\x80");     /* surrogate */
    check_quote("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80"); /* past U+10FFFF */
    check_quote("\xe6\xb0", 2, "\\xe6\\xb0");             /* cut short */
}

static void quoting_escapes_marks_that_turn_text_around(void **state)
{
    (void)state;
    char text[4], want[16];
    static const unsigned char last[] = {0xaa, 0xab, 0xac, 0xad, 0xae};
    for (size_t i = 0; i < sizeof last; i++) { /* U+202A to U+202E */
        memcpy(text, "\xe2\x80", 2);
        text[2] = (char)last[i];
        snprintf(want, sizeof want, "\\xe2\\x80\\x%02x", last[i]);
        check_quote(text, 3, want);
    }
    for (unsigned c = 0xa6; c <= 0xa9; c++) { /* U+2066 to U+2069 */
        memcpy(text, "\xe2\x81", 2);
        text[2] = (char)c;
        snprintf(want, sizeof want, "\\xe2\\x81\\x%02x", c);
        check_quote(text, 3, want);
    }
}

static void quoting_cuts_with_dots_and_never_an_escape(void **state)
{
    (void)state;
    char out[MZG_QUOTE], text[400];
    memset(text, 'x', sizeof text);
    mzg_quote_n(out, text, MZG_QUOTE - 1);
    assert_int_equal(strlen(out), MZG_QUOTE - 1); /* just fits: nothing cut */
    assert_null(strstr(out, "..."));
    mzg_quote_n(out, text, MZG_QUOTE);
    assert_int_equal(strlen(out), MZG_QUOTE - 1);
    assert_string_equal(out + MZG_QUOTE - 5, "x...");
    for (size_t plain = 0; plain < 8; plain++) {
        memset(text, 1, sizeof text);
        memset(text, 'x', plain);
        mzg_quote_n(out, text, sizeof text);
        size_t n = strlen(out);
        assert_true(n < MZG_QUOTE && n > MZG_QUOTE - 9);
        assert_string_equal(out + n - 7, "\\x01...");
    }
}

static void cutting_utf8_keeps_what_ends_in_time(void **state)
{
    (void)state;
    assert_int_equal(mzg_utf8_cut("a\xd0\xb6", 3, 3), 3);
    assert_int_equal(mzg_utf8_cut("a\xd0\xb6", 3, 2), 1);
    assert_int_equal(mzg_utf8_cut("a\xd0\xb6", 3, 0), 0);
    assert_int_equal(mzg_utf8_cut("\xf0\x9f\x98\x80", 4, 3), 0);
    assert_int_equal(mzg_utf8_cut("\x80\x80\x80\x80\x80\x80", 6, 5), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_is_its_exit_status_and_has_a_text),
        cmocka_unit_test(fail_fills_every_field_and_returns_the_code),
        cmocka_unit_test(a_failed_system_call_is_named_with_its_reason),
        cmocka_unit_test(memory_is_a_limit),
        cmocka_unit_test(prefixes_are_put_in_front_one_by_one),
        cmocka_unit_test(a_message_may_be_made_of_the_one_it_replaces),
        cmocka_unit_test(long_messages_are_cut_between_characters),
        cmocka_unit_test(a_prefix_survives_where_the_message_must_be_cut),
        cmocka_unit_test(quoting_leaves_plain_text_alone),
        cmocka_unit_test(quoting_escapes_what_a_terminal_obeys),
        cmocka_unit_test(quoting_escapes_invalid_utf8),
        cmocka_unit_test(quoting_escapes_marks_that_turn_text_around),
        cmocka_unit_test(quoting_cuts_with_dots_and_never_an_escape),
        cmocka_unit_test(cutting_utf8_keeps_what_ends_in_time),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
