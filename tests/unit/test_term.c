/* What a person reads: sizes, times, words for a shell, the progress line. */
#include "tools/term.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void writes_sizes_with_three_digits(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 bytes"},
        {1, "1 byte"},
        {1023, "1023 bytes"},
        {1024, "1.00 KiB"},
        {10234, "9.99 KiB"},
        {10235, "10.0 KiB"},
        {102348, "99.9 KiB"},
        {264000, "258 KiB"},
        {1048063, "1023 KiB"},
        {1048064, "1.00 MiB"},
        {UINT64_C(1277752770), "1.19 GiB"},
        {UINT64_MAX, "16.0 EiB"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[MZG_SIZE];
        assert_string_equal(mzg_size_text(out, cases[i].bytes), cases[i].text);
    }
}

static void counts_in_words(void **state)
{
    char out[MZG_COUNT];
    (void)state;
    assert_string_equal(mzg_count_text(out, 1, "file"), "1 file");
    assert_string_equal(mzg_count_text(out, 0, "file"), "0 files");
}

static void writes_times(void **state)
{
    char out[MZG_SIZE];
    (void)state;
    assert_string_equal(mzg_time_text(out, 7.9), "0:07");
    assert_string_equal(mzg_time_text(out, 754), "12:34");
    assert_string_equal(mzg_time_text(out, 3765), "1:02:45");
    assert_string_equal(mzg_time_text(out, 1e30), "277:46:40");
}

static void quotes_words_for_a_shell(void **state)
{
    static const char *const cases[][2] = {
        {"out/stories-1.0.gguf", "out/stories-1.0.gguf"},
        {"", "''"},
        {"my model", "'my model'"},
        {"it's", "'it'\\''s'"},
        {"$(reboot)", "'$(reboot)'"},
        {"hab\xc3\xa4ri", "'hab\xc3\xa4ri'"},
        {"a\x1b[2Jb", "'a\\x1b[2Jb'"},
    };
    char out[MZG_WORD];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(mzg_shell_word(out, cases[i][0]), cases[i][1]);
}

/* The worst text for the quoting: every byte becomes four. */
static void a_long_word_stays_inside_its_buffer(void **state)
{
    char text[4096], out[MZG_WORD + 1];
    (void)state;
    for (size_t n = 1; n < sizeof text; n += 1 + n / 8) {
        memset(text, '\'', n);
        text[n] = '\0';
        out[MZG_WORD] = 'x';
        assert_true(strlen(mzg_shell_word(out, text)) < MZG_WORD);
        assert_int_equal(out[MZG_WORD], 'x');
    }
}

static void tells_rate_and_time_left(void **state)
{
    char out[MZG_LINE];
    (void)state;
    assert_string_equal(mzg_meter_line(out, "reading", 0, 0, 4 << 20, 0),
                        "reading    0%  0 bytes of 4.00 MiB");
    assert_string_equal(mzg_meter_line(out, "reading", 0, 1 << 20, 4 << 20, 0.5),
                        "reading   25%  1.00 MiB of 4.00 MiB  2.00 MiB/s  0:01 left");
    /* What a resumed stage had before it began does not count for the rate. */
    assert_string_equal(mzg_meter_line(out, "reading", 1 << 20, 2 << 20, 4 << 20, 1),
                        "reading   50%  2.00 MiB of 4.00 MiB  1.00 MiB/s  0:02 left");
    assert_string_equal(mzg_meter_line(out, "reading", 0, 4 << 20, 4 << 20, 4),
                        "reading  100%  4.00 MiB of 4.00 MiB  1.00 MiB/s");
    /* The total may be unknown, or wrong. */
    assert_string_equal(mzg_meter_line(out, "reading", 0, 1 << 20, 0, 1),
                        "reading  1.00 MiB  1.00 MiB/s");
    assert_string_equal(mzg_meter_line(out, "reading", 0, 2 << 20, 1 << 20, 1),
                        "reading  2.00 MiB  2.00 MiB/s");
}

static void a_long_stage_name_stays_inside_the_line(void **state)
{
    char out[MZG_LINE], name[400];
    (void)state;
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_int_equal(strlen(mzg_meter_line(out, name, 0, 1, 2, 1)), MZG_LINE - 1);
}

static void keeps_notes_for_machines_when_quiet(void **state)
{
    struct mzg_meter m;
    json_t *notes = json_array();
    (void)state;
    mzg_meter_init(&m, true, notes);
    mzg_meter_note(&m, "falls back");
    assert_true(mzg_meter_step(&m, "reading", 1, 2));
    assert_int_equal(json_array_size(notes), 1);
    assert_string_equal(json_string_value(json_array_get(notes, 0)), "falls back");
    json_decref(notes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_sizes_with_three_digits),
        cmocka_unit_test(counts_in_words),
        cmocka_unit_test(writes_times),
        cmocka_unit_test(quotes_words_for_a_shell),
        cmocka_unit_test(a_long_word_stays_inside_its_buffer),
        cmocka_unit_test(tells_rate_and_time_left),
        cmocka_unit_test(a_long_stage_name_stays_inside_the_line),
        cmocka_unit_test(keeps_notes_for_machines_when_quiet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
