#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <string.h>

#include "model/recipes/pattern.h"

static void regular_expressions_are_bounded(void **state)
{
    static const struct { const char *text; size_t at; } refused[] = {
        {"", 0},           {"a{2,5}", 1},        {"a{", 1},          {"\\1", 0},
        {"\\w", 0},        {"\x01", 0},          {"\xc3\xa9", 0},    {"((((((((( a)))))))))", 8},
        {"[a", 0},         {"a[[:alpha:]", 1},   {"(", 0},           {"*a", 0},
        {"[b-a]", 3},      {"a|*", 2},           {"(+)", 1},         {"a)", 1},
        {"a(b", 1},        {"a\\", 1},           {"[[:word:]]", 1},  {"[[.a.]]", 1},
    };
    char longest[MZG_PATTERN_MAX + 2];
    struct mzg_pattern *p;
    struct mzg_err e;
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (mzg_pattern_new(refused[i].text, strlen(refused[i].text), &p, &e) != MZG_USAGE ||
            e.offset != refused[i].at)
            fail_msg("'%s': %s at %d", refused[i].text, e.msg, (int)e.offset);
        assert_null(p);
    }
    memset(longest, 'a', sizeof longest);
    assert_int_equal(mzg_pattern_new(longest, MZG_PATTERN_MAX + 1, &p, &e), MZG_USAGE);
    assert_int_equal(mzg_pattern_new(longest, MZG_PATTERN_MAX, &p, &e), MZG_OK);
    mzg_pattern_free(p);
    mzg_pattern_free(NULL);
}

static void regular_expressions_match_a_part_of_a_name(void **state)
{
    static const struct { const char *text, *name; bool matches; } cases[] = {
        {"attn_v", "blk.0.attn_v.weight", true},      {"^attn_v", "blk.0.attn_v.weight", false},
        {"blk\\.(1|2[0-3])\\.", "blk.21.x", true},    {"blk\\.(1|2[0-3])\\.", "blk.24.x", false},
        {"[{}]", "a{b", true},                        {"[]{]x", "{x", true},
        {"[^]{]x", "{x", false},                      {"[[:digit:]{]+$", "a1{2", true},
        {"a\\{b", "a{b", true},                       {"weight$", "weights", false},
        {"^$", "", true},                             {"^$", "a", false},
        {"a|b|c", "xxc", true},                       {"^(a|bc)+d", "abcabcd", true},
        {"^(a|bc)+d", "abcabd", false},               {"(a*)*b$", "aaab", true},
        {"(a*)*b$", "aaac", false},                   {"x?y+z*$", "yyy", true},
        {"^x?y+z*$", "xxy", false},                   {"a++++++++++++++++++++++++++++c", "aac", true},
        {"(((((a+)+)+)+)+)+$", "aaaaaaab", false},    {"a.c", "a\xc3\xa9""c", false},
        {"a..c", "a\xc3\xa9""c", true},               {"[^a-c]", "abc", false},
        {"[a-]-", "--", true},                        {"[[:upper:]_]x", "_x", true},
        {"()a(|b)c", "ac", true},                     {"a$b", "a$b", false},
        {"a}", "a}", true},                           {"x*", "", true},
    };
    struct mzg_pattern *p;
    struct mzg_err e;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (mzg_pattern_new(cases[i].text, strlen(cases[i].text), &p, &e) != MZG_OK)
            fail_msg("%s: %s", cases[i].text, e.msg);
        if (mzg_pattern_matches(p, cases[i].name) != cases[i].matches)
            fail_msg("%s on %s", cases[i].text, cases[i].name);
        mzg_pattern_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regular_expressions_are_bounded),
        cmocka_unit_test(regular_expressions_match_a_part_of_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
