/* The command line's parser: what it takes, and the one line that names what it does not. */
#include "tools/options.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const struct mzg_option options[] = {
    {"out", 'o', "FILE", MZG_REQUIRED, ""},
    {"trust", 0, "KEY", MZG_MANY, ""},
    {"threads", 0, "N", 0, ""},
    {"deep", 'd', NULL, 0, ""},
    {"quiet", 'q', NULL, 0, ""},
    {"help", 'h', NULL, 0, ""},
    {0},
};

static const struct mzg_operand operands[] = {
    {"SRC", 0, ""},
    {"NAME", MZG_OPTIONAL, ""},
    {0},
};

static const struct mzg_operand second[] = {
    {"URL", MZG_OPTIONAL, ""},
    {"REPO", 0, ""},
    {"NAME", MZG_OPTIONAL | MZG_MANY, ""},
    {0},
};

static const struct mzg_operand files[] = {
    {"FILE", MZG_MANY, ""},
    {0},
};

/* Parses the words up to NULL. */
static enum mzg_code parse(struct mzg_args *a, const struct mzg_operand *ops, struct mzg_err *e,
                           const char *const *words)
{
    int n = 0;
    e->msg[0] = '\0';
    while (words[n])
        n++;
    return mzg_args_parse(a, options, ops, n, (char **)(uintptr_t)words, e);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void takes_every_spelling_of_a_value(void **state)
{
    const char *const *spellings[] = {
        WORDS("x", "--out", "f"), WORDS("x", "--out=f"), WORDS("x", "-o", "f"), WORDS("-of", "x"),
        WORDS("-dqof", "x"),      WORDS("-o", "f", "--", "x"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        struct mzg_args a;
        struct mzg_err e;
        assert_int_equal(parse(&a, operands, &e, spellings[i]), MZG_OK);
        assert_string_equal(mzg_args_text(&a, "out"), "f");
        assert_string_equal(mzg_args_operand(&a, 0), "x");
        assert_null(mzg_args_operand(&a, 1));
        assert_int_equal(mzg_args_has(&a, "deep"), i == 4);
        mzg_args_clear(&a);
    }
}

static void keeps_lists_in_order_and_together(void **state)
{
    struct mzg_args a;
    struct mzg_err e;
    const char *const *keys;
    (void)state;
    assert_int_equal(parse(&a, operands, &e,
                           WORDS("--trust", "a", "x", "-q", "--trust=b", "-o", "f", "--trust", "")),
                     MZG_OK);
    assert_int_equal(mzg_args_list(&a, "trust", &keys), 3);
    assert_string_equal(keys[0], "a");
    assert_string_equal(keys[1], "b");
    assert_string_equal(keys[2], "");
    assert_int_equal(mzg_args_list(&a, "threads", &keys), 0);
    mzg_args_clear(&a);
}

static void takes_dashes_as_operands_behind_two(void **state)
{
    struct mzg_args a;
    struct mzg_err e;
    (void)state;
    assert_int_equal(parse(&a, files, &e, WORDS("-o", "--deep", "-", "--", "--deep", "-q", "--")),
                     MZG_OK);
    assert_string_equal(mzg_args_text(&a, "out"), "--deep");
    assert_false(mzg_args_has(&a, "deep"));
    assert_int_equal(a.operand_count, 4);
    assert_string_equal(a.operands[0], "-");
    assert_string_equal(a.operands[3], "--");
    mzg_args_clear(&a);
}

static void names_what_is_wrong(void **state)
{
    static const struct {
        const char *words[8];
        const char *says;
    } cases[] = {
        {{"x"}, "option --out FILE is missing"},
        {{"-o", "f"}, "SRC is missing"},
        {{"x", "y", "z", "-o", "f"}, "unexpected argument 'z'"},
        {{"x", "--ou", "f"}, "unknown option --ou"},
        {{"x", "--output=f"}, "unknown option --output"},
        {{"x", "-o", "f", "-x"}, "unknown option -x"},
        {{"x", "-qx"}, "unknown option -x"},
        {{"x", "--out"}, "option --out needs a value"},
        {{"x", "-o"}, "option --out needs a value"},
        {{"x", "--out", "f", "-o", "g"}, "option --out is given twice"},
        {{"x", "-qq", "-o", "f"}, "option --quiet is given twice"},
        {{"x", "--deep=1", "-o", "f"}, "option --deep takes no value"},
        {{"x", "--\x1b[2J"}, "unknown option --\\x1b[2J"},
        {{"x", "--", "--\x80", "y", "-o"}, "unexpected argument 'y'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_args a;
        struct mzg_err e;
        assert_int_equal(parse(&a, operands, &e, cases[i].words), MZG_USAGE);
        if (!strstr(e.msg, cases[i].says))
            fail_msg("'%s' does not say '%s'", e.msg, cases[i].says);
        mzg_args_clear(&a);
    }
}

static void asks_for_nothing_with_help(void **state)
{
    struct mzg_args a;
    struct mzg_err e;
    (void)state;
    assert_int_equal(parse(&a, operands, &e, WORDS("--help")), MZG_OK);
    assert_true(mzg_args_has(&a, "help"));
    mzg_args_clear(&a);
    assert_int_equal(parse(&a, operands, &e, WORDS("--help", "--nonsense")), MZG_USAGE);
    mzg_args_clear(&a);
}

static void wants_one_of_a_list_of_operands(void **state)
{
    struct mzg_args a;
    struct mzg_err e;
    (void)state;
    assert_int_equal(parse(&a, files, &e, WORDS("-o", "f")), MZG_USAGE);
    assert_non_null(strstr(e.msg, "FILE is missing"));
    mzg_args_clear(&a);
}

static void the_first_operand_may_be_left_out(void **state)
{
    struct mzg_args a;
    struct mzg_err e;
    (void)state;
    assert_int_equal(parse(&a, second, &e, WORDS("-o", "f")), MZG_USAGE);
    assert_string_equal(e.msg, "REPO is missing");
    mzg_args_clear(&a);
    assert_int_equal(parse(&a, second, &e, WORDS("-o", "f", "repo")), MZG_OK);
    assert_int_equal(a.operand_count, 1);
    mzg_args_clear(&a);
    assert_int_equal(parse(&a, second, &e, WORDS("-o", "f", "url", "repo", "x", "y")), MZG_OK);
    assert_int_equal(a.operand_count, 4);
    mzg_args_clear(&a);
}

static void reads_numbers_strictly(void **state)
{
    static const struct {
        const char *text;
        enum mzg_code code;
        uint64_t value;
    } cases[] = {
        {"1", MZG_OK, 1},           {"64", MZG_OK, 64},
        {"007", MZG_OK, 7},         {"0", MZG_USAGE, 0},
        {"65", MZG_USAGE, 0},       {"", MZG_USAGE, 0},
        {"-1", MZG_USAGE, 0},       {"+1", MZG_USAGE, 0},
        {" 1", MZG_USAGE, 0},       {"1x", MZG_USAGE, 0},
        {"0x10", MZG_USAGE, 0},     {"18446744073709551617", MZG_USAGE, 0},
        {"1e1", MZG_USAGE, 0},      {"36893488147419103233", MZG_USAGE, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_args a;
        struct mzg_err e;
        uint64_t v = 99;
        assert_int_equal(parse(&a, operands, &e, WORDS("x", "-of", "--threads", cases[i].text)),
                         MZG_OK);
        assert_int_equal(mzg_args_number(&a, "threads", 1, 64, &v, &e), cases[i].code);
        assert_int_equal(v, cases[i].code ? 99 : cases[i].value);
        if (cases[i].code)
            assert_non_null(strstr(e.msg, "--threads takes a whole number from 1 to 64"));
        mzg_args_clear(&a);
    }
}

static void leaves_a_number_alone_that_was_not_given(void **state)
{
    struct mzg_args a;
    struct mzg_err e;
    uint64_t v = 7;
    (void)state;
    assert_int_equal(parse(&a, operands, &e, WORDS("x", "-of")), MZG_OK);
    assert_int_equal(mzg_args_number(&a, "threads", 1, 64, &v, &e), MZG_OK);
    assert_int_equal(v, 7);
    mzg_args_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_spelling_of_a_value),
        cmocka_unit_test(keeps_lists_in_order_and_together),
        cmocka_unit_test(takes_dashes_as_operands_behind_two),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(asks_for_nothing_with_help),
        cmocka_unit_test(wants_one_of_a_list_of_operands),
        cmocka_unit_test(the_first_operand_may_be_left_out),
        cmocka_unit_test(reads_numbers_strictly),
        cmocka_unit_test(leaves_a_number_alone_that_was_not_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
