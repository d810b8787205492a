/* What becomes of tensors whose rows a type's blocks do not divide, and what is said of it. */
#include "recipe_model.h"

#include "model/recipes/fallback.h"

static void rows_that_do_not_divide_fall_back_and_it_is_said(void **state)
{
    static const struct { const char *recipe; uint64_t width; const char *type; } cases[] = {
        {"Q2_K", 96, "Q4_0"},   {"Q3_K_S", 96, "Q4_0"}, {"Q4_K_S", 96, "Q5_0"}, {"Q5_K_S", 96, "Q5_1"},
        {"Q6_K", 96, "Q8_0"},   {"IQ4_XS", 96, "IQ4_NL"}, {"IQ1_S", 96, "IQ4_NL"},
        {"TQ2_0", 96, "Q4_0"},  {"Q2_0", 96, "Q4_0"},   {"IQ3_S", 96, "IQ4_NL"}, {"Q6_K", 100, "F16"},
        {"Q4_0", 100, "F16"},   {"Q1_0", 96, "F16"},    {"IQ2_XS", 100, "F16"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct model *m = make("llama", 1, 8, 8, 0);
        add(m, "blk.0.odd.weight", cases[i].width, 4, 1);
        apply(m, cases[i].recipe, NULL);
        expect(m, "blk.0.odd.weight", cases[i].type);
        const char *line = strstr(m->said, "blk.0.odd.weight: rows of ");
        assert_non_null(line);
        assert_non_null(strstr(line, cases[i].type));
        assert_null(strchr(line, '\n')[1] ? line : NULL); /* nothing else is said */
        assert_false(m->why[find(m, "blk.0.odd.weight")].needs_importance);
        drop(m);
    }
}

static void tensors_that_fall_back_alike_are_told_of_in_one_line(void **state)
{
    struct model *m = make("llama", 1, 8, 8, 0);
    (void)state;
    add(m, "blk.0.odd.weight", 96, 4, 1);
    add(m, "blk.0.odd_too.weight", 96, 4, 1);
    add(m, "blk.0.strange.weight", 100, 4, 1);
    add(m, "blk.0.twin.weight", 96, 4, 1);
    apply(m, "Q4_K_S", NULL);
    assert_string_equal(m->said,
                        "blk.0.odd.weight and 2 more: rows of 96 do not divide into Q4_K blocks of 256, made Q5_0 "
                        "instead\nblk.0.strange.weight: rows of 100 do not divide into Q4_K blocks of 256, made F16 "
                        "instead\n");
    drop(m);
}

static void kinds_of_rows_beyond_those_that_are_kept_are_counted(void **state)
{
    static const char end[] = "3 more tensors have rows that do not divide into blocks (--dry-run lists them)\n";
    static struct mzg_fallbacks f;
    struct model *m = make("llama", 1, 8, 8, 0);
    const struct mzg_notify notify = {hear, m};
    (void)state;
    for (uint64_t i = 0; i < MZG_FALLBACK_KINDS + 3; i++)
        assert_int_equal(mzg_fall_back(&f, "x", 2 * i + 1, MZG_TYPE_Q8_0), MZG_TYPE_F16);
    assert_int_equal(mzg_fall_back(&f, "x", 64, MZG_TYPE_Q8_0), MZG_TYPE_Q8_0);
    mzg_fallbacks_tell(&f, &notify);
    assert_string_equal(m->said + strlen(m->said) - (sizeof end - 1), end);
    size_t lines = 0;
    for (const char *at = m->said; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(lines, MZG_FALLBACK_KINDS + 1);
    drop(m);
}

static void an_output_of_odd_rows_becomes_q8_0(void **state)
{
    struct model *m = make("llama", 1, 8, 8, 0);
    (void)state;
    m->tensors[find(m, "output.weight")].ne[0] = 96;
    apply(m, "Q4_K_M", NULL);
    expect(m, "output.weight", "Q8_0");
    assert_string_equal(m->said, "");
    apply(m, "Q4_0", NULL); /* divides by 32, but not by Q6_K's 256 */
    expect(m, "output.weight", "Q8_0");
    assert_non_null(strstr(m->said, "output.weight: rows of 96 do not divide into Q6_K blocks"));
    drop(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_do_not_divide_fall_back_and_it_is_said),
        cmocka_unit_test(tensors_that_fall_back_alike_are_told_of_in_one_line),
        cmocka_unit_test(kinds_of_rows_beyond_those_that_are_kept_are_counted),
        cmocka_unit_test(an_output_of_odd_rows_becomes_q8_0),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
