/* What a request asks of a file: RFC 9110's examples, and what tries to get more out of it. */
#include "tools/net/serve/range.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define ETAG "\"abc\""

static struct mzg_part decide(struct mzg_asked asked, uint64_t size)
{
    struct mzg_part part;
    mzg_range_decide(&part, &asked, ETAG, size);
    return part;
}

static void expect(struct mzg_asked asked, uint64_t size, unsigned status, uint64_t from,
                   uint64_t length)
{
    struct mzg_part part = decide(asked, size);
    assert_int_equal(part.status, status);
    assert_int_equal(part.from, from);
    assert_int_equal(part.length, length);
}

static void a_part_is_what_was_asked_for(void **state)
{
    (void)state;
    expect((struct mzg_asked){.range = "bytes=0-499"}, 10000, 206, 0, 500);
    expect((struct mzg_asked){.range = "bytes=500-999"}, 10000, 206, 500, 500);
    expect((struct mzg_asked){.range = "bytes=-500"}, 10000, 206, 9500, 500);
    expect((struct mzg_asked){.range = "bytes=9500-"}, 10000, 206, 9500, 500);
    expect((struct mzg_asked){.range = "bytes=0-0"}, 10000, 206, 0, 1);
    expect((struct mzg_asked){.range = "bytes=-1"}, 10000, 206, 9999, 1);
    expect((struct mzg_asked){.range = "Bytes=7-7"}, 10000, 206, 7, 1);
    expect((struct mzg_asked){.range = "bytes=9999-20000"}, 10000, 206, 9999, 1);
    expect((struct mzg_asked){.range = "bytes=-20000"}, 10000, 206, 0, 10000);
    expect((struct mzg_asked){.range = "bytes=1-99999999999999999999999"}, 10000, 206, 1, 9999);
    expect((struct mzg_asked){.range = "bytes=-99999999999999999999999"}, 10000, 206, 0, 10000);
}

static void what_lies_behind_the_end_is_refused(void **state)
{
    (void)state;
    expect((struct mzg_asked){.range = "bytes=10000-"}, 10000, 416, 0, 0);
    expect((struct mzg_asked){.range = "bytes=10000-10001"}, 10000, 416, 0, 0);
    expect((struct mzg_asked){.range = "bytes=-0"}, 10000, 416, 0, 0);
    expect((struct mzg_asked){.range = "bytes=0-"}, 0, 416, 0, 0);
    expect((struct mzg_asked){.range = "bytes=99999999999999999999999-"}, 10000, 416, 0, 0);
    expect((struct mzg_asked){.range = "bytes=18446744073709551615-"}, 10000, 416, 0, 0);
}

static void what_is_no_single_range_is_ignored(void **state)
{
    static const char *const ranges[] = {
        "", "bytes", "bytes=", "bytes=-", "bytes=0", "bytes=0-1,3-4", "bytes=0-1,", "bytes=,0-1",
        "bytes=0-0,0-0,0-0,0-0,0-0,0-0", "bytes=5-4", "bytes=a-b", "bytes=0x1-2", "bytes= 0-1",
        "bytes=0-1 ", "bytes=0 -1", "bytes=--1", "bytes=1--2", "bytes=+1-2", "bytes=-1-2",
        "items=0-1", "0-1", "bytes 0-1", "bytes=1.0-2", "bytes=-1,-1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        expect((struct mzg_asked){.range = ranges[i]}, 10000, 200, 0, 10000);
    expect((struct mzg_asked){.range = "bytes=-1"}, 0, 200, 0, 0);
    expect((struct mzg_asked){.range = "bytes=0-1", .head = true}, 10000, 200, 0, 10000);
}

static void what_the_client_has_is_not_sent(void **state)
{
    static const char *const has[] = {ETAG, "*", "W/" ETAG, "\"x\", " ETAG, "\"x\",W/\"y\" ," ETAG,
                                      "\"a,b\", " ETAG, ",," ETAG};
    static const char *const lacks[] = {"", "\"ab\"", "abc", "\"abcd\"", "\"abc", "'abc'", "w/" ETAG,
                                        "\"x\" y " ETAG, "W/", "W", "\""};
    (void)state;
    for (size_t i = 0; i < sizeof has / sizeof *has; i++)
        expect((struct mzg_asked){.if_none_match = has[i], .range = "bytes=0-1"}, 9, 304, 0, 0);
    for (size_t i = 0; i < sizeof lacks / sizeof *lacks; i++)
        expect((struct mzg_asked){.if_none_match = lacks[i]}, 9, 200, 0, 9);
    expect((struct mzg_asked){.if_none_match = "\"x\"", .range = "bytes=0-1"}, 9, 206, 0, 2);
}

static void a_part_of_another_file_is_not_sent(void **state)
{
    static const char *const others[] = {"\"x\"", "W/" ETAG, "", "*", ETAG " ",
                                         "Fri, 27 Nov 2026 01:24:31 GMT"};
    (void)state;
    expect((struct mzg_asked){.if_range = ETAG, .range = "bytes=4-"}, 9, 206, 4, 5);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        expect((struct mzg_asked){.if_range = others[i], .range = "bytes=4-"}, 9, 200, 0, 9);
    expect((struct mzg_asked){.if_match = "\"x\", " ETAG}, 9, 200, 0, 9);
    expect((struct mzg_asked){.if_match = "*"}, 9, 200, 0, 9);
    expect((struct mzg_asked){.if_match = "W/" ETAG}, 9, 412, 0, 0);
    expect((struct mzg_asked){.if_match = "\"x\""}, 9, 412, 0, 0);
    expect((struct mzg_asked){.if_match = ""}, 9, 412, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_is_what_was_asked_for),
        cmocka_unit_test(what_lies_behind_the_end_is_refused),
        cmocka_unit_test(what_is_no_single_range_is_ignored),
        cmocka_unit_test(what_the_client_has_is_not_sent),
        cmocka_unit_test(a_part_of_another_file_is_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
