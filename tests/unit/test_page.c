/* The page's parts that can be told from outside: escaping, languages, figures, what is concluded from a manifest. */
#include "tools/net/serve/host.h"
#include "tools/net/serve/page/devices.h"
#include "tools/net/serve/page/facts.h"
#include "tools/net/serve/page/figures.h"
#include "tools/net/serve/page/grades.h"
#include "tools/net/serve/page/html.h"
#include "tools/net/serve/page/languages.h"
#include "tools/net/serve/page/qr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define FFFD "\xef\xbf\xbd"
#define NBSP "\xc2\xa0"

/* ---- escaping ---- */

static void assert_escaped(const char *text, const char *expected)
{
    struct mzg_buf b;
    mzg_buf_init(&b, 1 << 16);
    mzg_html(&b, "<p title=\"%s\">100%%</p>", text);
    mzg_buf_u8(&b, 0);
    assert_false(b.bad);
    char whole[512];
    snprintf(whole, sizeof whole, "<p title=\"%s\">100%%</p>", expected);
    assert_string_equal((const char *)b.data, whole);
    mzg_buf_clear(&b);
}

static void what_is_put_in_is_escaped(void **state)
{
    static const struct {
        const char *text, *escaped;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
        {"\" onclick=\"x", "&quot; onclick=&quot;x"},
        {"' onclick='x", "&#39; onclick=&#39;x"},
        {"&lt;", "&amp;lt;"},
        {"%s%n%%", "%s%n%%"},
        {"a\tb\nc\rd", "a b c d"},
        {"a\x01" "b\x1b[31mc\x7f", "a" FFFD "b" FFFD "[31mc" FFFD},
        {"\xc2\x85\xc2\x9f", FFFD FFFD},                  /* C1 */
        {"\xe2\x80\xae" "gnp.exe", FFFD "gnp.exe"},       /* right-to-left override */
        {"\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9\xd8\x9c", FFFD FFFD FFFD FFFD},
        {"\xe2\x80\x8b\xe2\x80\x8f\xe2\x81\xa0\xef\xbb\xbf\xc2\xad", FFFD FFFD FFFD FFFD FFFD},
        {"\xe2\x80\xa8\xe2\x80\xa9", FFFD FFFD},          /* separators */
        {"\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90\xf0\x9f\xbf\xbf", FFFD FFFD FFFD FFFD}, /* no characters */
        {"\xf3\xa0\x81\x81", FFFD},                       /* a tag */
        {"\xff\xc0\xaf\xe2\x80", FFFD FFFD FFFD FFFD FFFD}, /* no UTF-8 */
        {"Kiswahili \xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a \xe1\x8a\xa0 \xf0\x9f\x8c\xbd",
         "Kiswahili \xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a \xe1\x8a\xa0 \xf0\x9f\x8c\xbd"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_escaped(cases[i].text, cases[i].escaped);
}

static void paths_are_encoded(void **state)
{
    char out[MZG_HTML_PATH], small[8];
    (void)state;
    assert_string_equal(mzg_html_path(out, sizeof out, "m/1.0+q8/a b.gguf"), "m/1.0%2Bq8/a%20b.gguf");
    assert_string_equal(mzg_html_path(out, sizeof out, "a#?%&'\"<"), "a%23%3F%25%26%27%22%3C");
    assert_string_equal(mzg_html_path(out, sizeof out, "\xc3\xa4~_-."), "%C3%A4~_-.");
    assert_string_equal(mzg_html_path(small, sizeof small, "abcd"), "abcd");
    assert_string_equal(mzg_html_path(small, sizeof small, "abcdefgh"), "");
}

/* ---- languages ---- */

static void the_wanted_language_is_found(void **state)
{
    static const struct {
        const char *accept;
        enum mzg_tongue tongue;
    } cases[] = {
        {NULL, MZG_ENGLISH}, {"", MZG_ENGLISH}, {"*", MZG_ENGLISH}, {"fr, de;q=0.9", MZG_ENGLISH},
        {"sw", MZG_SWAHILI}, {"SW-ke", MZG_SWAHILI}, {"swa", MZG_SWAHILI}, {"sw-TZ, en;q=0.9", MZG_SWAHILI},
        {"en, sw", MZG_ENGLISH}, {"sw, en", MZG_SWAHILI}, {"en;q=0.4, sw;q=0.5", MZG_SWAHILI},
        {"en;q=0.5 , sw;q=0.4", MZG_ENGLISH}, {"fr,sw;q=0.1", MZG_SWAHILI}, {"sw;q=0", MZG_ENGLISH},
        {"sw;q=0.0, en", MZG_ENGLISH}, {"sv", MZG_ENGLISH}, {"swx", MZG_ENGLISH}, {"s", MZG_ENGLISH},
        {"x-sw", MZG_ENGLISH}, {"sw;q=abc, en;q=0.1", MZG_ENGLISH}, {"sw;q=2, en;q=0.1", MZG_ENGLISH},
        {"sw;level=1", MZG_ENGLISH}, {";;;,,,=q", MZG_ENGLISH}, {"en;q=0.001, sw;q=0.002", MZG_SWAHILI},
        {"sw;q=1.000,en;q=0.999", MZG_SWAHILI}, {"en-GB,en;q=0.9,sw;q=0.8", MZG_ENGLISH}, {", ,sw", MZG_SWAHILI},
        {"sw;", MZG_ENGLISH}, {"sw;q=", MZG_ENGLISH}, {"sw;q", MZG_ENGLISH},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (mzg_tongue_choose(cases[i].accept) != cases[i].tongue)
            fail_msg("'%s' is taken for the other one", cases[i].accept);
    }
}

static void languages_have_names(void **state)
{
    (void)state;
    assert_string_equal(mzg_language_name(MZG_ENGLISH, "sw", 2), "Swahili");
    assert_string_equal(mzg_language_name(MZG_SWAHILI, "sw", 2), "Kiswahili");
    assert_string_equal(mzg_language_name(MZG_SWAHILI, "en-GB fr", 5), "Kiingereza");
    assert_string_equal(mzg_language_name(MZG_ENGLISH, "LUG", 3), "Luganda");
    assert_string_equal(mzg_language_name(MZG_ENGLISH, "luo", 3), "Luo");
    assert_null(mzg_language_name(MZG_ENGLISH, "lu", 2));
    assert_null(mzg_language_name(MZG_ENGLISH, "xx", 2));
    assert_null(mzg_language_name(MZG_ENGLISH, "", 0));
    assert_null(mzg_language_name(MZG_ENGLISH, "-", 1));
}

/* Every sentence is there in both, and says the same things of the same values. */
static void nothing_is_left_untranslated(void **state)
{
    (void)state;
    for (int w = 0; w < MZG_WORDS; w++) {
        for (int t = 0; t < MZG_TONGUES; t++) {
            const char *text = mzg_word((enum mzg_tongue)t, (enum mzg_word)w);
            assert_true(strlen(text) > 0);
            for (const char *p = text; (p = strchr(p, '{')) != NULL; p++)
                assert_true((p[1] == '0' || p[1] == '1') && p[2] == '}');
            for (int k = 0; k < 2; k++) {
                const char *hole = k ? "{1}" : "{0}";
                if (!strstr(text, hole) != !strstr(mzg_word(MZG_ENGLISH, (enum mzg_word)w), hole))
                    fail_msg("'%s' has other values than in English", text);
            }
        }
    }
}

static void sentences_are_filled_in(void **state)
{
    char out[MZG_SENTENCE], small[14];
    (void)state;
    assert_string_equal(mzg_word_fill(out, sizeof out, MZG_SWAHILI, MZG_SAY_HOURS_MINUTES, "3", "20"),
                        "saa 3 na dakika 20");
    assert_string_equal(mzg_word_fill(out, sizeof out, MZG_ENGLISH, MZG_SAY_VERSION, "{0}%s", NULL), "Version {0}%s");
    assert_string_equal(mzg_word_fill(small, sizeof small, MZG_ENGLISH, MZG_SAY_VERSION, "\xc3\xa4\xc3\xa4\xc3\xa4",
                                      NULL), "Version \xc3\xa4\xc3\xa4");
}

/* ---- figures ---- */

static void sizes_are_those_that_data_is_sold_in(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *en, *sw;
    } cases[] = {
        {0, "0 bytes", "baiti 0"}, {999, "999 bytes", "baiti 999"}, {1000, "1" NBSP "kB", "kB" NBSP "1"},
        {1049, "1" NBSP "kB", NULL}, {1050, "1.1" NBSP "kB", NULL}, {9949, "9.9" NBSP "kB", NULL},
        {9950, "10" NBSP "kB", NULL}, {999499, "999" NBSP "kB", NULL}, {999500, "1" NBSP "MB", NULL},
        {702545920, "703" NBSP "MB", "MB" NBSP "703"}, {999999999, "1" NBSP "GB", "GB" NBSP "1"},
        {4920000000, "4.9" NBSP "GB", NULL}, {UINT64_MAX, "18446744" NBSP "TB", NULL},
    };
    char out[MZG_FIGURE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(mzg_figure_size(out, MZG_ENGLISH, cases[i].bytes), cases[i].en);
        if (cases[i].sw)
            assert_string_equal(mzg_figure_size(out, MZG_SWAHILI, cases[i].bytes), cases[i].sw);
    }
}

static void times_are_never_told_too_short(void **state)
{
    static const struct {
        uint64_t bytes, bits;
        const char *en, *sw;
    } cases[] = {
        {0, 64000, "a moment", "mara moja"}, {8000, 64000, "a moment", NULL}, {8001, 64000, "2 s", "sekunde 2"},
        {8000 * 59, 64000, "59 s", NULL}, {8000 * 60, 64000, "1 min", "dakika 1"},
        {8000 * 61, 64000, "2 min", NULL}, {8000 * 3600, 64000, "1 h", "saa 1"},
        {8000 * 3601, 64000, "1 h 1 min", "saa 1 na dakika 1"},
        {670000000, 64000, "23 h 16 min", "saa 23 na dakika 16"},
        {4920000000, 64000, "7 days 3 h", "siku 7 na saa 3"}, {8000ULL * 86400 * 3, 64000, "3 days", "siku 3"},
        {UINT64_MAX, 64000, "26687997791 days 20 h", NULL},
    };
    char out[MZG_FIGURE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(mzg_figure_time(out, MZG_ENGLISH, cases[i].bytes, cases[i].bits), cases[i].en);
        if (cases[i].sw)
            assert_string_equal(mzg_figure_time(out, MZG_SWAHILI, cases[i].bytes, cases[i].bits), cases[i].sw);
    }
}

static void dates_counts_and_measures_are_readable(void **state)
{
    static const struct {
        const char *key, *text;
        int64_t number;
        size_t stem;
    } cases[] = {
        {"rmse_ppm", "0.6730 %", 6730, 4}, {"rmse_ppm", "-0.0001 %", -1, 4}, {"snr_millidb", "42.800 dB", 42800, 3},
        {"tensors", "47", 47, 7}, {"_ppm", "5", 5, 4}, {"x_percent", "99 %", 99, 1},
        {"low", "-9223372036854775808", INT64_MIN, 3}, {"a_micro", "-9223372036854.775808", INT64_MIN, 1},
    };
    char out[MZG_FIGURE];
    (void)state;
    assert_string_equal(mzg_figure_date(out, MZG_ENGLISH, "2026-11-07T08:00:00Z"), "7 November 2026");
    assert_string_equal(mzg_figure_date(out, MZG_SWAHILI, "2026-12-30T08:00:00Z"), "30 Desemba 2026");
    assert_string_equal(mzg_figure_count(out, MZG_ENGLISH, 1100048384), "1.1 billion");
    assert_string_equal(mzg_figure_count(out, MZG_SWAHILI, 8030261312), "bilioni 8");
    assert_string_equal(mzg_figure_count(out, MZG_SWAHILI, 3672320), "milioni 3.7");
    assert_string_equal(mzg_figure_count(out, MZG_ENGLISH, 999499999), "999 million");
    assert_string_equal(mzg_figure_count(out, MZG_ENGLISH, 131072), "131,072");
    assert_string_equal(mzg_figure_count(out, MZG_ENGLISH, 7), "7");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t stem;
        assert_string_equal(mzg_figure_measure(out, cases[i].key, cases[i].number, &stem), cases[i].text);
        assert_int_equal(stem, cases[i].stem);
    }
}

/* ---- what is concluded ---- */

static void devices_are_large_enough(void **state)
{
    static const struct {
        uint64_t bytes, need;
        unsigned phone, pi, laptop;
    } cases[] = {
        {1000000, 200000000, 2, 2, 4},
        {670000000, 1000000000, 2, 2, 4},
        {2000000000, 2500000000, 4, 4, 4},
        {4920000000, 6500000000, 12, 8, 16},
        {40000000000, 49000000000, 0, 0, 128},
        {UINT64_C(400000000000), UINT64_C(481000000000), 0, 0, 0},
        {UINT64_MAX, UINT64_C(1200001000000000), 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_devices d;
        mzg_devices_for(&d, cases[i].bytes);
        if (cases[i].bytes < UINT64_MAX)
            assert_true(d.need > cases[i].bytes);
        assert_int_equal(d.phone, cases[i].phone);
        assert_int_equal(d.pi, cases[i].pi);
        assert_int_equal(d.laptop, cases[i].laptop);
        assert_int_equal(d.need, cases[i].need);
    }
}

static void types_are_graded(void **state)
{
    static const struct {
        const char *path, *type, *grade;
    } cases[] = {
        {"tinyllama-1.1b-q4_k_m.gguf", "Q4_K_M", "4 bits, good quality"},
        {"a.Q8_0.gguf", "Q8_0", "8 bits, practically no loss"},
        {"m-BF16.gguf", "BF16", "16 bits, full quality"},
        {"m-f32.gguf", "F32", "32 bits, full quality"},
        {"m-IQ3_XXS.gguf", "IQ3_XXS", "3 bits, fair quality"},
        {"TQ1_0.gguf", "TQ1_0", "about 1 bit, low quality, for trials"},
        {"m-mxfp4_moe.gguf", "MXFP4_MOE", "4 bits, good quality"},
        {"q4_k_mx.gguf", NULL, NULL}, {"model.gguf", NULL, NULL}, {"", NULL, NULL},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.gguf", NULL, NULL},
    };
    char out[MZG_SENTENCE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *type = mzg_grade_type_within(cases[i].path);
        if (!cases[i].type) {
            assert_null(type);
            continue;
        }
        assert_string_equal(type, cases[i].type);
        assert_string_equal(mzg_grade_text(out, sizeof out, MZG_ENGLISH, type), cases[i].grade);
    }
    assert_null(mzg_grade_type(NULL));
    assert_null(mzg_grade_type("<b>"));
}

static void a_manifest_tells_what_model_it_holds(void **state)
{
    struct mzg_member files[] = {
        {.path = "README", .size = 900}, {.path = "m-00001-of-00002.gguf", .size = 500},
        {.path = "m-00002-of-00002.gguf", .size = 400}, {.path = "x-00002-of-00002.gguf", .size = 100},
    };
    const struct mzg_note notes[] = {
        {.key = "m-00001-of-00002.gguf: model.type", .text = "q5_k_s"},
        {.key = "m-00002-of-00002.gguf: model.architecture", .text = "other"},
        {.key = "m-00001-of-00002.gguf: model.architecture", .text = "llama"},
        {.key = "m-00001-of-00002.gguf: model.languages", .text = "sw en"},
        {.key = "m-00001-of-00002.gguf: model.parameters", .text = "1100048384"},
        {.key = "m-00001-of-00002.gguf: model.context_length", .text = "2048 or so"},
    };
    struct mzg_manifest m = {.files = files, .n_files = 4, .provenance = notes, .n_provenance = 6};
    struct mzg_facts f;
    (void)state;
    mzg_facts_find(&f, &m);
    assert_ptr_equal(f.main, &files[1]);
    assert_true(f.is_model && f.is_split && !f.chats);
    assert_int_equal(f.model_bytes, 900);
    assert_string_equal(f.type, "Q5_K_S");
    assert_string_equal(f.kind, "llama");
    assert_string_equal(f.languages, "sw en");
    assert_int_equal(f.parameters, 1100048384);
    assert_int_equal(f.context, 0);
    files[2].size = 4000; /* a larger part is no better, and neither is another model's first */
    files[3].path = "n-00001-of-00002.gguf";
    mzg_facts_find(&f, &m);
    assert_ptr_equal(f.main, &files[1]);
    assert_int_equal(f.model_bytes, 4500);
    m.n_files = 1;
    mzg_facts_find(&f, &m);
    assert_ptr_equal(f.main, &files[0]);
    assert_true(!f.is_model && !f.kind);
    m.n_files = 0;
    mzg_facts_find(&f, &m);
    assert_null(f.main);
}

static void only_a_host_is_said_back(void **state)
{
    static const char *const good[] = {"a", "models.local", "10.0.0.5:8420", "[fd00::1]:80", "[::1]", "a_b-c.d:65535"};
    static const char *const bad[] = {"", ":80", "a:", "a:b", "a:123456", "a:1:2", "a b", "a/b", "a\"", "<a>", "a;b",
                                      "$(a)", "`a`", "[", "[]", "[::1", "[::1]x", "[a]b:1", "[g::]", "-a", ".a", "a@b",
                                      "a\\b", "a%41", "a,b", "\xc3\xa4"};
    char longest[300];
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!mzg_host_valid(good[i]))
            fail_msg("'%s' is refused", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (mzg_host_valid(bad[i]))
            fail_msg("'%s' is taken", bad[i]);
    }
    memset(longest, 'a', sizeof longest);
    longest[256] = '\0';
    assert_false(mzg_host_valid(longest));
    longest[255] = '\0';
    assert_true(mzg_host_valid(longest));
    assert_true(mzg_host_is_local("localhost:1") && mzg_host_is_local("127.0.0.1") && mzg_host_is_local("[::1]:80"));
    assert_false(mzg_host_is_local("localhost.lan") || mzg_host_is_local("10.0.0.1") || mzg_host_is_local("[::12]"));
}

static void a_square_holds_what_fits(void **state)
{
    struct mzg_buf b;
    char text[4000];
    (void)state;
    mzg_buf_init(&b, 1 << 20);
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    if (!mzg_qr_svg(&b, "http://10.0.0.5:8420/en/", "\"<label>")) {
        assert_int_equal(b.len, 0);
        mzg_buf_clear(&b);
        print_message("skipped: built without libqrencode\n");
        skip();
    }
    mzg_buf_u8(&b, 0);
    assert_false(b.bad);
    assert_non_null(strstr((const char *)b.data, "aria-label=\"&quot;&lt;label&gt;\""));
    assert_true(b.len < 4096);
    size_t before = b.len;
    assert_false(mzg_qr_svg(&b, text, ""));
    assert_int_equal(b.len, before);
    mzg_buf_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_in_is_escaped),
        cmocka_unit_test(paths_are_encoded),
        cmocka_unit_test(the_wanted_language_is_found),
        cmocka_unit_test(languages_have_names),
        cmocka_unit_test(nothing_is_left_untranslated),
        cmocka_unit_test(sentences_are_filled_in),
        cmocka_unit_test(sizes_are_those_that_data_is_sold_in),
        cmocka_unit_test(times_are_never_told_too_short),
        cmocka_unit_test(dates_counts_and_measures_are_readable),
        cmocka_unit_test(devices_are_large_enough),
        cmocka_unit_test(types_are_graded),
        cmocka_unit_test(a_manifest_tells_what_model_it_holds),
        cmocka_unit_test(only_a_host_is_said_back),
        cmocka_unit_test(a_square_holds_what_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
