/* test_mirrors.c: which mirror is asked, and which is left alone, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include "tools/net/mirrors.h"
#include <stdio.h>
#include <string.h>

static struct mzg_mirrors s;

/* http://m0, http://m1, ..., with 20 objects. */
static void make(size_t n)
{
    struct mzg_err e;
    char url[32];
    mzg_mirrors_clear(&s);
    s.seed = 42;
    for (size_t k = 0; k < n; k++) {
        snprintf(url, sizeof url, "http://m%zu/", k);
        assert_int_equal(mzg_mirrors_add(&s, url, &e), MZG_OK);
    }
    assert_int_equal(mzg_mirrors_objects(&s, 20, &e), MZG_OK);
}

static int clear(void **state)
{
    (void)state;
    mzg_mirrors_clear(&s);
    return 0;
}

/* Number of the one that is chosen, or -1. */
static int choose(size_t object, double now)
{
    struct mzg_mirror *m = mzg_mirrors_choose(&s, object, now, 4);
    return m ? (int)(m - s.m) : -1;
}

/* Mirror k's request for `object` ended so; whether that dropped it. */
static bool note(size_t k, size_t object, struct mzg_http_answer answer, double now)
{
    bool dropped = true;
    mzg_mirrors_note(&s, &s.m[k], object, &answer, now, &dropped);
    assert_true(!dropped || s.m[k].dropped);
    return dropped;
}

#define ANSWER(...) ((struct mzg_http_answer){.end = __VA_ARGS__})
#define WRONG ANSWER(MZG_HTTP_WRONG)
#define BUSY ANSWER(MZG_HTTP_BUSY)

/* ---- the list ---- */

static void addresses_are_cleaned(void **state)
{
    static const struct {
        const char *url, *base;
    } good[] = {
        {"http://host", "http://host"}, {"http://host/", "http://host"}, {"HTTPS://host/a/b//", "https://host/a/b"},
        {"http://host:8080/a", "http://host:8080/a"}, {"http://[::1]:80/a", "http://[::1]:80/a"},
    };
    static const char *const bad[] = {
        "", "host", "host/path", "ftp://host/", "file:///etc/passwd", "http://", "http://host/?q=1",
        "http://host/#part", "http://user:secret@host/", "http://:secret@host/", "http://host:99999/",
        "http://ho st/", "javascript:1", "/repo", "../repo"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct mzg_err e;
        assert_int_equal(mzg_mirrors_add(&s, good[i].url, &e), MZG_OK);
        assert_string_equal(s.m[s.n - 1].base, good[i].base);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct mzg_err e = {.msg = ""};
        if (mzg_mirrors_add(&s, bad[i], &e) != MZG_USAGE || !strstr(e.msg, "is not the address"))
            fail_msg("'%s': '%s'", bad[i], e.msg);
    }
    assert_int_equal(s.n, 5);
}

static void there_is_a_limit(void **state)
{
    struct mzg_err e;
    (void)state;
    make(MZG_MIRRORS);
    assert_int_equal(mzg_mirrors_add(&s, "http://one.more", &e), MZG_USAGE);
    assert_non_null(strstr(e.msg, "more than 16 mirrors"));
    assert_int_equal(s.n, MZG_MIRRORS);
}

/* ---- choosing ---- */

static void the_quickest_is_asked_first(void **state)
{
    (void)state;
    make(3);
    assert_int_equal(choose(0, 0), 0);
    note(0, 0, ANSWER(MZG_HTTP_DONE, .body = 100000, .seconds = 1), 1);
    assert_int_equal(choose(0, 1), 0);
    note(2, 0, ANSWER(MZG_HTTP_DONE, .body = 900000, .seconds = 1), 1);
    assert_int_equal(choose(0, 1), 2);
    note(2, 0, ANSWER(MZG_HTTP_DONE, .body = 10, .seconds = 1), 1); /* says nothing of its speed */
    assert_int_equal(choose(0, 1), 2);
    s.m[2].busy = 1;
    assert_int_equal(choose(0, 1), 0);
    s.m[0].busy = s.m[1].busy = 4;
    assert_int_equal(choose(0, 1), 2);
    s.m[2].busy = 4;
    assert_int_equal(choose(0, 1), -1);
    assert_true(mzg_mirrors_best_other(&s, &s.m[2]) == 100000);
    assert_true(mzg_mirrors_best_other(&s, &s.m[0]) == 900000);
}

static void what_a_mirror_lacks_is_asked_of_others(void **state)
{
    (void)state;
    make(2);
    note(0, 19, ANSWER(MZG_HTTP_ABSENT), 1);
    assert_int_equal(choose(19, 1), 1);
    assert_int_equal(choose(18, 1), 0);
    assert_int_equal(choose(11, 1), 0);
    assert_int_equal(choose(SIZE_MAX, 1), 0);
    assert_false(mzg_mirrors_lack(&s, 19));
    note(1, 19, ANSWER(MZG_HTTP_ABSENT), 1);
    assert_int_equal(choose(19, 1), -1);
    assert_true(mzg_mirrors_lack(&s, 19));
    assert_false(mzg_mirrors_lack(&s, 18));
    assert_false(mzg_mirrors_lack(&s, SIZE_MAX));
    mzg_mirrors_forgive(&s, 19);
    assert_int_equal(choose(19, 1), 0);
    note(0, SIZE_MAX, ANSWER(MZG_HTTP_ABSENT), 1); /* of no object: nothing to remember */
    assert_int_equal(choose(SIZE_MAX, 1), 0);
    note(1, 3, ANSWER(MZG_HTTP_ABSENT), 1);
    s.m[0].dropped = true;
    assert_true(mzg_mirrors_lack(&s, 3));
}

/* ---- learning ---- */

static void wrong_answers_drop_a_mirror_while_another_is_left(void **state)
{
    bool dropped = false;
    (void)state;
    make(3);
    assert_false(note(0, 1, WRONG, 0));
    note(0, 1, ANSWER(MZG_HTTP_DONE), 0); /* does not make up for it */
    assert_false(note(0, 1, WRONG, 0));
    assert_true(note(0, 1, WRONG, 0));
    assert_int_equal(choose(1, 1e9), 1);
    mzg_mirrors_lied(&s, &s.m[2], 0, &dropped); /* once is enough */
    assert_true(dropped && s.m[2].dropped);
    for (int i = 0; i < 10; i++) {
        assert_false(note(1, 1, WRONG, 0));
        mzg_mirrors_lied(&s, &s.m[1], 0, &dropped);
        assert_false(dropped);
    }
    assert_int_equal(choose(1, 1e9), 1);
    assert_true(mzg_mirrors_best_other(&s, &s.m[1]) == 0);
}

static void a_stall_counts_double(void **state)
{
    (void)state;
    make(2);
    assert_false(note(0, 1, ANSWER(MZG_HTTP_CUT, .stalled = true), 0));
    assert_true(note(0, 1, ANSWER(MZG_HTTP_CUT, .stalled = true), 0));
    for (int i = 0; i < 9; i++) { /* what is nobody's fault */
        assert_false(note(1, 1, ANSWER(MZG_HTTP_CUT), 0));
        assert_false(note(1, 1, BUSY, 0));
        assert_false(note(1, 1, ANSWER(MZG_HTTP_UNREACHABLE), 0));
    }
    assert_int_equal(s.m[1].strikes, 0);
}

/* Seconds that mirror 0 is left alone for after this answer. */
static double pause_after(struct mzg_http_answer answer)
{
    note(0, 1, answer, 1000);
    assert_int_equal(choose(1, s.m[0].not_before), 0);
    assert_int_equal(choose(1, s.m[0].not_before - 0.001), -1);
    assert_true(mzg_mirrors_next(&s, 1000) == s.m[0].not_before || s.m[0].not_before > 1060);
    return s.m[0].not_before - 1000;
}

static void pauses_grow_up_to_a_minute(void **state)
{
    double full = 0.5;
    (void)state;
    make(1);
    for (int i = 0; i < 40; i++, full = full < 30 ? full * 2 : 60) {
        double got = pause_after(i % 2 ? BUSY : ANSWER(MZG_HTTP_UNREACHABLE));
        if (got < full / 2 || got > full)
            fail_msg("after failure %d: %g seconds, not %g to %g", i, got, full / 2, full);
    }
    s.m[0].failures = UINT32_MAX - 1;
    assert_true(pause_after(BUSY) <= 60);
    note(0, 1, ANSWER(MZG_HTTP_DONE), 1000);
    assert_true(pause_after(BUSY) <= 0.5);
    assert_true(pause_after(ANSWER(MZG_HTTP_BUSY, .retry_after = 3600)) == 3600);
    /* A link that breaks again and again, and brings something each time. */
    for (int i = 0; i < 10; i++)
        assert_true(pause_after(ANSWER(MZG_HTTP_CUT, .body = 100)) <= 0.5);
    assert_true(pause_after(ANSWER(MZG_HTTP_CUT)) > 0.5);
}

/* Two machines of a class do not come back at one moment. */
static void pauses_differ(void **state)
{
    (void)state;
    double seen[50];
    make(1);
    for (int i = 0; i < 50; i++) {
        s.m[0].failures = 5;
        seen[i] = pause_after(BUSY);
        for (int k = 0; k < i; k++)
            assert_true(seen[k] != seen[i]);
    }
}

static void other_endings_cost_nothing(void **state)
{
    (void)state;
    make(1);
    assert_false(note(0, 1, ANSWER(MZG_HTTP_WHOLE), 5));
    assert_false(note(0, 1, ANSWER(MZG_HTTP_STOPPED), 5));
    assert_int_equal(choose(1, 5), 0);
    assert_true(mzg_mirrors_next(&s, 5) <= 5);
    s.m[0].dropped = true;
    assert_true(mzg_mirrors_next(&s, 5) > 5);
}

static void the_near_one_is_asked_first(void **state)
{
    struct mzg_err e;
    (void)state;
    make(3);
    s.m[0].rate = 1e6;
    assert_int_equal(mzg_mirrors_add_local(&s, "http://m2/", &e), MZG_OK);
    assert_int_equal(s.n, 3);
    assert_true(s.m[2].local && !s.m[0].local);
    assert_int_equal(choose(5, 0), 2);
    s.m[2].busy = 4;
    assert_int_equal(choose(5, 0), -1); /* it is worth waiting for */
    s.m[2].busy = 0;
    note(2, 5, ANSWER(MZG_HTTP_ABSENT), 0);
    assert_int_equal(choose(5, 0), 0);
    assert_int_equal(choose(6, 0), 2);
    note(2, 6, BUSY, 0);
    assert_int_equal(choose(6, 0), -1);
    assert_true(mzg_mirrors_next(&s, 0) > 0); /* nobody turns in circles until then */
    note(2, 6, BUSY, 0);
    note(2, 6, BUSY, 0);
    assert_int_equal(choose(6, 0), 0);
    assert_int_equal(choose(6, 100), 2);
    note(2, 6, ANSWER(MZG_HTTP_BUSY, .retry_after = 3600), 100);
    assert_int_equal(choose(6, 101), 0);
}

static void one_that_was_named_is_not_dropped_for_a_near_one(void **state)
{
    struct mzg_err e;
    (void)state;
    make(1);
    assert_int_equal(mzg_mirrors_add_local(&s, "http://near/", &e), MZG_OK);
    for (int k = 0; k < 9; k++)
        assert_false(note(0, 1, WRONG, 0));
    assert_false(note(1, 1, WRONG, 0));
    assert_false(note(1, 1, WRONG, 0));
    assert_true(note(1, 1, WRONG, 0));
    for (int k = 0; k < 40; k++) {
        char url[32];
        snprintf(url, sizeof url, "http://[fe80::%d%%252]:80/", k + 1);
        assert_int_equal(mzg_mirrors_add_local(&s, url, &e), MZG_OK);
    }
    assert_int_equal(s.n, MZG_MIRRORS);
    assert_int_equal(mzg_mirrors_sources(&s), 1);
    assert_string_equal(s.m[2].base, "http://[fe80::1%252]:80");
}

static void one_that_was_found_is_doubted_first(void **state)
{
    struct mzg_err e;
    bool dropped = true;
    (void)state;
    make(2);
    assert_int_equal(mzg_mirrors_add_local(&s, "http://near/", &e), MZG_OK);
    for (int k = 0; k < 9; k++) {
        mzg_mirrors_doubt(&s, &s.m[0], 0, &dropped);
        assert_false(dropped);
    }
    assert_int_equal(choose(1, 0), 2); /* none of the named was even left alone */
    for (int k = 0; k < 3; k++) {
        assert_false(dropped);
        mzg_mirrors_doubt(&s, &s.m[2], 0, &dropped);
    }
    assert_true(dropped);
    assert_int_equal(choose(1, 0), 0);
}

static void where_none_was_named_all_are_sources(void **state)
{
    struct mzg_err e;
    (void)state;
    make(0);
    assert_false(mzg_mirrors_are_local(&s));
    assert_int_equal(mzg_mirrors_add_local(&s, "http://one/", &e), MZG_OK);
    assert_int_equal(mzg_mirrors_add_local(&s, "http://two/", &e), MZG_OK);
    assert_int_equal(mzg_mirrors_sources(&s), 2);
    assert_true(mzg_mirrors_are_local(&s));
    make(1);
    assert_int_equal(mzg_mirrors_add_local(&s, "http://one/", &e), MZG_OK);
    assert_false(mzg_mirrors_are_local(&s));
    assert_int_equal(mzg_mirrors_add_local(&s, "http://m0/", &e), MZG_OK);
    assert_int_equal(mzg_mirrors_sources(&s), 1);
    assert_true(mzg_mirrors_are_local(&s)); /* the one that was named is near too */
}

#define T(name) cmocka_unit_test_setup_teardown(name, clear, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(addresses_are_cleaned),
        T(there_is_a_limit),
        T(the_quickest_is_asked_first),
        T(what_a_mirror_lacks_is_asked_of_others),
        T(wrong_answers_drop_a_mirror_while_another_is_left),
        T(a_stall_counts_double),
        T(pauses_grow_up_to_a_minute),
        T(pauses_differ),
        T(other_endings_cost_nothing),
        T(the_near_one_is_asked_first),
        T(one_that_was_named_is_not_dropped_for_a_near_one),
        T(one_that_was_found_is_doubted_first),
        T(where_none_was_named_all_are_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
