/* test_ledger.c: what the ledger says after whatever happened to it. */
#include "bundle_fixture.h"
#include "bundle/arrival/ledger.h"

#define N 5
#define HEAD 48
#define PATH "pull.mzg-journal"

static const uint8_t manifest[MZG_SHA256_BYTES] = {0x11, 0x22, 0x33, 0x44, 0x55};
static struct mzg_dir here;

static int setup(void **state)
{
    struct mzg_err e;
    return scratch_setup(state) || mzg_dir_open(&here, ".", &e);
}

static int teardown(void **state)
{
    mzg_dir_close(&here);
    return scratch_teardown(state);
}

/* '.' none, 'c' claimed, 's' settled. */
static void assert_entries(const enum mzg_entry *entries, const char *want)
{
    char got[N + 1] = "";
    for (size_t i = 0; i < N; i++)
        got[i] = ".cs"[entries[i]];
    assert_string_equal(got, want);
}

static void reopen(struct mzg_ledger *l, const char *want, bool fresh)
{
    struct mzg_err e;
    enum mzg_entry entries[N] = {2, 2, 2, 2, 2};
    assert_ok(mzg_ledger_open(l, &here, manifest, entries, N, &e), e);
    assert_int_equal(l->fresh, fresh);
    assert_entries(entries, want);
}

/* Digits are added, '|' marks; closed. */
static void add(struct mzg_ledger *l, const char *what)
{
    struct mzg_err e;
    for (; *what; what++) {
        if (*what == '|')
            assert_ok(mzg_ledger_mark(l, &e), e);
        else
            assert_ok(mzg_ledger_add(l, (uint32_t)(*what - '0'), &e), e);
    }
    mzg_ledger_close(l, false);
}

static void begin(const char *what)
{
    struct mzg_ledger l;
    struct mzg_err e;
    (void)unlink(PATH);
    reopen(&l, ".....", true);
    assert_ok(mzg_ledger_confirm(&l, manifest, &e), e);
    add(&l, what);
}

static void assert_file(const char *want)
{
    struct mzg_ledger l;
    reopen(&l, want, false);
    mzg_ledger_close(&l, false);
}

/* ---- what was entered ---- */

static void a_mark_settles_what_is_before_it(void **state)
{
    static const char *const cases[][2] = {
        {"", "....."}, {"|", "....."},  {"3", "...c."},    {"3|", "...s."},   {"03|1", "sc.s."},
        {"0|1|2|", "sss.."}, {"01234", "ccccc"}, {"43210|", "sssss"}, {"0|0", "s...."},
        {"00|11", "sc..."}, {"||0||", "s...."}, {"0|12", "scc.."}, {"1|0|1", "ss..."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(cases[i][0]);
        assert_file(cases[i][1]);
        assert_file(cases[i][1]); /* looking changes nothing */
    }
}

static void it_goes_on_where_it_was(void **state)
{
    struct mzg_ledger l;
    (void)state;
    begin("0|1");
    reopen(&l, "sc...", false);
    add(&l, "2");
    reopen(&l, "scc..", false);
    add(&l, "|");
    assert_file("sss..");
}

/* A killed run that has not looked yet at what is there leaves that to the next one. */
static void it_is_fresh_until_that_is_dealt_with(void **state)
{
    struct mzg_ledger l;
    struct mzg_err e;
    (void)state;
    reopen(&l, ".....", true);
    add(&l, "01|");
    reopen(&l, ".....", true);
    add(&l, "");
    reopen(&l, ".....", true);
    assert_ok(mzg_ledger_add(&l, 2, &e), e);
    assert_ok(mzg_ledger_confirm(&l, manifest, &e), e);
    add(&l, "3|4");
    assert_file("..ssc");
    reopen(&l, "..ssc", false);
    assert_ok(mzg_ledger_confirm(&l, manifest, &e), e);
    add(&l, "");
    assert_file("..ssc");
}

static void another_manifest_begins_anew(void **state)
{
    struct mzg_ledger l;
    struct mzg_err e;
    enum mzg_entry entries[N];
    uint8_t other[MZG_SHA256_BYTES] = {0x11, 0x22, 0x33, 0x44, 0x55, [31] = 1};
    (void)state;
    begin("012|");
    assert_ok(mzg_ledger_open(&l, &here, other, entries, N, &e), e);
    assert_true(l.fresh);
    assert_entries(entries, ".....");
    assert_ok(mzg_ledger_confirm(&l, other, &e), e);
    mzg_ledger_close(&l, false);
    reopen(&l, ".....", true);
    mzg_ledger_close(&l, true);
    shell("test -z \"$(ls -A)\"");
}

static void rewriting_says_what_it_is_told(void **state)
{
    struct mzg_ledger l;
    struct mzg_err e;
    const enum mzg_entry now[N] = {MZG_ENTRY_SETTLED, 0, MZG_ENTRY_SETTLED, 0, 0};
    (void)state;
    begin("0123|4");
    reopen(&l, "ssssc", false);
    assert_ok(mzg_ledger_rewrite(&l, manifest, now, N, &e), e);
    add(&l, "3");
    assert_file("s.sc.");
}

static void two_runs_do_not_share_it(void **state)
{
    struct mzg_ledger l, second;
    struct mzg_err e;
    enum mzg_entry entries[N];
    (void)state;
    begin("01|");
    reopen(&l, "ss...", false);
    assert_refused(mzg_ledger_open(&second, &here, manifest, entries, N, &e), MZG_IO, "another run", e);
    mzg_ledger_close(&second, true); /* not ours to remove */
    mzg_ledger_close(&l, false);
    assert_file("ss...");
}

/* ---- what the disk made of it ---- */

static void a_torn_tail_is_cut_off(void **state)
{
    struct mzg_ledger l;
    (void)state;
    for (int n = 0; n < 8; n++) {
        begin("0|12");
        assert_int_equal(truncate(PATH, HEAD + 24 + n), 0);
        reopen(&l, "sc...", false);
        add(&l, "3|");
        assert_file("ss.s.");
    }
    for (int n = 0; n < HEAD; n++) {
        begin("0|12");
        assert_int_equal(truncate(PATH, n), 0);
        reopen(&l, ".....", true);
        mzg_ledger_close(&l, false);
    }
}

static void zeros_are_no_records(void **state)
{
    struct mzg_ledger l;
    (void)state;
    begin("1|2");
    assert_int_equal(truncate(PATH, HEAD + 80), 0);
    reopen(&l, ".sc..", false);
    add(&l, "|");
    assert_file(".ss..");
    begin("");
    assert_int_equal(truncate(PATH, 0), 0);
    assert_int_equal(truncate(PATH, HEAD + 80), 0);
    reopen(&l, ".....", true);
    mzg_ledger_close(&l, false);
}

static void every_flipped_bit_costs_what_is_behind_it_and_no_more(void **state)
{
    struct mzg_ledger l;
    (void)state;
    for (size_t at = 0; at < HEAD + 32; at++) {
        static const char *const left[] = {".....", "c....", "s....", "sc..."};
        begin("0|1|");
        flip_bit(PATH, at);
        reopen(&l, at < HEAD ? "....." : left[(at - HEAD) / 8], at < HEAD);
        mzg_ledger_close(&l, false);
    }
}

/* Records with a right check that no writer makes. */
static void put_records(const uint32_t *ordinals, size_t n)
{
    size_t len;
    begin("0");
    char *file = get_bytes(PATH, &len), *data = calloc(1, HEAD + 8 * n);
    assert_non_null(data);
    memcpy(data, file, HEAD);
    for (size_t i = 0; i < n; i++) {
        uint32_t v[2] = {ordinals[i], ((ordinals[i] + 1) * 0x9e3779b1u) ^ 0x44332211u ^ 0x6d7a6769u};
        for (int k = 0; k < 8; k++)
            data[HEAD + 8 * i + (size_t)k] = (char)(v[k / 4] >> 8 * (k % 4));
    }
    put_bytes(PATH, data, HEAD + 8 * n);
    free(data);
    free(file);
}

static void an_ordinal_that_is_none_ends_it(void **state)
{
    static const uint32_t hostile[] = {N, N + 1, 0x7fffffff, 0x80000000, 0xfffffffe};
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        put_records((const uint32_t[]){1, hostile[i], 2, UINT32_MAX}, 4);
        assert_file(".c...");
    }
    put_records((const uint32_t[]){1, UINT32_MAX, 2, UINT32_MAX}, 4);
    assert_file(".ss..");
}

static void one_that_is_far_too_long_is_none(void **state)
{
    struct mzg_ledger l;
    uint32_t ones[6 * (N + 1) + 1];
    (void)state;
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
        ones[i] = 1;
    put_records(ones, 6 * (N + 1));
    assert_file(".c...");
    put_records(ones, 6 * (N + 1) + 1);
    reopen(&l, ".....", true);
    mzg_ledger_close(&l, false);
    put_noise(PATH, 5000000, 3);
    reopen(&l, ".....", true);
    mzg_ledger_close(&l, true);
    assert_int_equal(mkdir(PATH, 0777), 0);
    struct mzg_err e;
    enum mzg_entry entries[N];
    assert_int_equal(mzg_ledger_open(&l, &here, manifest, entries, N, &e), MZG_IO);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_mark_settles_what_is_before_it),
        T(it_goes_on_where_it_was),
        T(it_is_fresh_until_that_is_dealt_with),
        T(another_manifest_begins_anew),
        T(rewriting_says_what_it_is_told),
        T(two_runs_do_not_share_it),
        T(a_torn_tail_is_cut_off),
        T(zeros_are_no_records),
        T(every_flipped_bit_costs_what_is_behind_it_and_no_more),
        T(an_ordinal_that_is_none_ends_it),
        T(one_that_is_far_too_long_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
