/* test_budget.c: what a pull may cost, and the file that knows what a day has cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include "tools/net/budget.h"
#include "scratch.h"
#include <sys/stat.h>
#include <time.h>

#define FILE_PATH "state/mzigo/budget.json"

static const struct mzg_option options[] = {MZG_OPTIONS_BUDGET, {0}};
static const struct mzg_operand operands[] = {{0}};

static int setup(void **state)
{
    char path[256];
    if (scratch_setup(state))
        return -1;
    snprintf(path, sizeof path, "%s/state", (const char *)*state);
    return setenv("XDG_STATE_HOME", path, 1);
}

/* Of up to two options; begun at second 1000. */
static enum mzg_code init(struct mzg_budget *b, const char *one, const char *two, struct mzg_err *e)
{
    char *argv[] = {(char *)(uintptr_t)one, (char *)(uintptr_t)two};
    struct mzg_args a = {0};
    assert_int_equal(mzg_args_parse(&a, options, operands, two ? 2 : one ? 1 : 0, argv, e), MZG_OK);
    enum mzg_code code = mzg_budget_init(b, &a, 1000, e);
    mzg_args_clear(&a);
    return code;
}

static void begin(struct mzg_budget *b, const char *one, const char *two)
{
    struct mzg_err e;
    if (init(b, one, two, &e))
        fail_msg("%s", e.msg);
}

static void save(struct mzg_budget *b)
{
    struct mzg_err e;
    if (mzg_budget_save(b, &e))
        fail_msg("%s", e.msg);
}

/* State, and what is said of it. */
static void ask(const struct mzg_budget *b, double now, enum mzg_budget_state want, const char *says)
{
    char why[200] = "";
    enum mzg_budget_state got = mzg_budget_ask(b, false, now, why, sizeof why);
    if (got != want || !strstr(why, says))
        fail_msg("%d '%s', not %d '%s'", got, why, want, says);
}

/* Today, or so many days from it. */
static const char *day(int from_now)
{
    static char text[16];
    time_t t = time(NULL) + from_now * (time_t)86400;
    struct tm tm;
    localtime_r(&t, &tm);
    strftime(text, sizeof text, "%Y-%m-%d", &tm);
    return text;
}

static void put_day(int from_now, const char *bytes)
{
    char text[128];
    snprintf(text, sizeof text, "{\"day\": \"%s\", \"bytes\": %s}\n", day(from_now), bytes);
    if (system("mkdir -p state/mzigo") != 0)
        fail();
    assert_int_equal(scratch_write(FILE_PATH, text), 0);
}

/* ---- options ---- */

static void without_options_all_is_allowed(void **state)
{
    struct mzg_budget b;
    (void)state;
    begin(&b, NULL, NULL);
    mzg_budget_spend(&b, (uint64_t)1 << 50);
    save(&b);
    assert_int_equal(mzg_budget_left(&b), UINT64_MAX);
    ask(&b, 1e9, MZG_BUDGET_GO, "");
    assert_int_not_equal(access("state", F_OK), 0);
    mzg_budget_clear(&b);
    mzg_budget_clear(&b);
}

static void options_that_cannot_be_read_are_named(void **state)
{
    static const char *const bad[][2] = {
        {"--limit-rate=0", "--limit-rate"}, {"--limit-rate=64k/s", "--limit-rate"}, {"--limit-rate=", "--limit-rate"},
        {"--budget=50M/week", "--budget"}, {"--budget=/day", "--budget"}, {"--budget=50M/", "--budget"},
        {"--budget=50 M", "--budget"}, {"--budget=50M/day/day", "--budget"}, {"--window=22:00", "--window"},
        {"--window=5:00-5:00", "--window"}, {"--stop-after=5", "--stop-after"}, {"--stop-after=0m", "--stop-after"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct mzg_budget b;
        struct mzg_err e;
        if (init(&b, bad[i][0], NULL, &e) != MZG_USAGE || !strstr(e.msg, bad[i][1]))
            fail_msg("%s", bad[i][0]);
        mzg_budget_clear(&b);
    }
}

static void a_run_s_budget_ends_it(void **state)
{
    struct mzg_budget b;
    (void)state;
    begin(&b, "--budget=5k", "--limit-rate=64k");
    assert_int_equal(b.rate, 64000);
    mzg_budget_spend(&b, 4999);
    assert_int_equal(mzg_budget_left(&b), 1);
    ask(&b, 1000, MZG_BUDGET_GO, "");
    mzg_budget_spend(&b, 2);
    assert_int_equal(mzg_budget_left(&b), 0);
    ask(&b, 1000, MZG_BUDGET_END, "the budget of");
    save(&b);
    assert_int_not_equal(access("state", F_OK), 0);
    mzg_budget_clear(&b);
}

static void what_costs_nothing_needs_no_budget(void **state)
{
    struct mzg_budget b;
    char why[200];
    (void)state;
    begin(&b, "--budget=5k", "--stop-after=30m");
    mzg_budget_spend(&b, 5000);
    assert_int_equal(mzg_budget_ask(&b, true, 1000, why, sizeof why), MZG_BUDGET_GO);
    assert_int_equal(mzg_budget_ask(&b, false, 1000, why, sizeof why), MZG_BUDGET_END);
    assert_int_equal(mzg_budget_ask(&b, true, 2800, why, sizeof why), MZG_BUDGET_END);
    mzg_budget_clear(&b);
}

static void its_time_ends_it(void **state)
{
    struct mzg_budget b;
    (void)state;
    begin(&b, "--stop-after=30m", NULL);
    ask(&b, 1000, MZG_BUDGET_GO, "");
    ask(&b, 2799, MZG_BUDGET_GO, "");
    ask(&b, 2800, MZG_BUDGET_END, "stopped after 30:00 as asked");
    mzg_budget_clear(&b);
}

/* The window is an hour long, and begins in two hours or began half an hour ago. */
static void hours_are_waited_for(void **state)
{
    struct mzg_budget b;
    struct tm tm;
    char window[32];
    time_t t = time(NULL);
    (void)state;
    localtime_r(&t, &tm);
    unsigned now = (unsigned)(tm.tm_hour * 60 + tm.tm_min), from = (now + 120) % 1440, to = (now + 180) % 1440;
    snprintf(window, sizeof window, "--window=%02u:%02u-%02u:%02u", from / 60, from % 60, to / 60, to % 60);
    begin(&b, window, NULL);
    ask(&b, 1000, MZG_BUDGET_WAIT, "the hours for it begin in "); /* 2:00, or a minute has passed */
    mzg_budget_clear(&b);
    begin(&b, window, "--no-wait");
    ask(&b, 1000, MZG_BUDGET_END, "the hours for it begin in ");
    mzg_budget_clear(&b);
    from = (now + 1410) % 1440, to = (now + 30) % 1440;
    snprintf(window, sizeof window, "--window=%02u:%02u-%02u:%02u", from / 60, from % 60, to / 60, to % 60);
    begin(&b, window, NULL);
    ask(&b, 1000, MZG_BUDGET_GO, "");
    mzg_budget_clear(&b);
}

/* ---- the day's file ---- */

static void a_day_s_budget_holds_across_runs(void **state)
{
    struct mzg_budget b;
    struct stat st;
    (void)state;
    begin(&b, "--budget=5k/day", NULL);
    mzg_budget_spend(&b, 3000);
    assert_int_equal(mzg_budget_left(&b), 2000);
    save(&b);
    save(&b); /* nothing is added twice */
    mzg_budget_clear(&b);
    assert_int_equal(stat(FILE_PATH, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    begin(&b, "--budget=5k/day", NULL);
    assert_int_equal(mzg_budget_left(&b), 2000);
    mzg_budget_spend(&b, 2500);
    ask(&b, 1000, MZG_BUDGET_WAIT, "the day's budget of");
    save(&b);
    mzg_budget_clear(&b);
    begin(&b, "--budget=5k/day", "--no-wait");
    assert_int_equal(mzg_budget_left(&b), 0);
    ask(&b, 1000, MZG_BUDGET_END, "the day's budget of");
    mzg_budget_clear(&b);
    begin(&b, "--budget=6k/day", NULL);
    assert_int_equal(mzg_budget_left(&b), 500);
    mzg_budget_clear(&b);
}

static void two_pulls_share_it(void **state)
{
    struct mzg_budget a, b;
    (void)state;
    begin(&a, "--budget=10k/day", NULL);
    begin(&b, "--budget=10k/day", NULL);
    mzg_budget_spend(&a, 1000);
    mzg_budget_spend(&b, 20);
    save(&a);
    assert_int_equal(mzg_budget_left(&b), 9980); /* until it looks */
    save(&b);
    assert_int_equal(mzg_budget_left(&b), 8980);
    mzg_budget_spend(&a, 1);
    save(&a);
    assert_int_equal(mzg_budget_left(&a), 8979);
    save(&b);
    assert_int_equal(mzg_budget_left(&b), 8979);
    mzg_budget_clear(&a);
    mzg_budget_clear(&b);
}

static void assert_spent(uint64_t spent)
{
    struct mzg_budget b;
    begin(&b, "--budget=10k/day", NULL);
    assert_int_equal(b.spent, spent);
    mzg_budget_clear(&b);
}

static void yesterday_is_over_and_tomorrow_is_a_clock_set_back(void **state)
{
    (void)state;
    put_day(0, "700");
    assert_spent(700);
    put_day(-1, "700");
    assert_spent(0);
    put_day(-400, "700");
    assert_spent(0);
    put_day(1, "700");
    assert_spent(700);
    assert_spent(700); /* it counts for today from now on */
    put_day(0, "9223372036854775807");
    assert_spent(INT64_MAX);
}

static void a_file_of_anything_else_is_nothing_spent(void **state)
{
    static const char *const texts[] = {
        "", "\n", "{", "[]", "{}", "7", "{\"day\": \"2999-01-01\"}", "{\"bytes\": 5}", "{\"day\": 5, \"bytes\": 5}",
        "\xff\xff\xff", "{\"day\": \"2999-01-01\", \"bytes\": -1}", "{\"day\": \"2999-01-01\", \"bytes\": 1.5}",
        "{\"day\": \"2999-01-01\", \"bytes\": 9223372036854775808}"};
    struct mzg_budget b;
    struct stat st;
    (void)state;
    put_day(0, "0");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(scratch_write(FILE_PATH, texts[i]), 0);
        assert_spent(0);
        begin(&b, "--budget=10k/day", NULL); /* and is one again now */
        mzg_budget_spend(&b, 5);
        save(&b);
        mzg_budget_clear(&b);
        assert_spent(5);
    }
    if (system("head -c 100000 /dev/zero > " FILE_PATH) != 0)
        fail();
    assert_spent(0);
    assert_int_equal(stat(FILE_PATH, &st), 0);
    assert_true(st.st_size <= 128);
}

static void a_place_that_cannot_be_written_is_told(void **state)
{
    struct mzg_budget b;
    struct mzg_err e;
    (void)state;
    assert_int_equal(mkdir("state", 0777), 0);
    assert_int_equal(scratch_write("state/mzigo", "a file"), 0);
    assert_int_equal(init(&b, "--budget=1M/day", NULL, &e), MZG_IO);
    assert_non_null(strstr(e.msg, "the day's budget is kept there"));
    mzg_budget_clear(&b);
    if (system("rm state/mzigo && mkdir state/mzigo && ln -s /tmp/elsewhere " FILE_PATH) != 0)
        fail();
    assert_int_equal(init(&b, "--budget=1M/day", NULL, &e), MZG_IO);
    assert_non_null(strstr(e.msg, "budget.json"));
    mzg_budget_clear(&b);
    /* Without either variable there is still a place; a relative one is none. */
    if (system("rm -r state && mkdir home") != 0)
        fail();
    char home[256];
    snprintf(home, sizeof home, "%s/home", (const char *)*state);
    assert_int_equal(setenv("XDG_STATE_HOME", "state", 1) | setenv("HOME", home, 1), 0);
    begin(&b, "--budget=1M/day", NULL);
    mzg_budget_clear(&b);
    assert_int_equal(access("home/.local/state/mzigo/budget.json", F_OK), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(without_options_all_is_allowed),
        T(options_that_cannot_be_read_are_named),
        T(a_run_s_budget_ends_it),
        T(what_costs_nothing_needs_no_budget),
        T(its_time_ends_it),
        T(hours_are_waited_for),
        T(a_day_s_budget_holds_across_runs),
        T(two_pulls_share_it),
        T(yesterday_is_over_and_tomorrow_is_a_clock_set_back),
        T(a_file_of_anything_else_is_nothing_spent),
        T(a_place_that_cannot_be_written_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
