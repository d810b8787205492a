/* test_progress.c: the caller is told, and can stop the work. */
#include "base/progress.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct seen {
    char what[32];
    uint64_t done, total;
    bool go_on;
};

static bool see(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct seen *s = ctx;
    snprintf(s->what, sizeof s->what, "%s", what);
    s->done = done;
    s->total = total;
    return s->go_on;
}

static void a_step_reaches_the_caller(void **state)
{
    (void)state;
    struct seen s = {.go_on = true};
    struct mzg_progress p = {see, &s};
    struct mzg_err e;
    assert_int_equal(mzg_progress_step(&p, "reading", 5, 10, &e), MZG_OK);
    assert_string_equal(s.what, "reading");
    assert_int_equal(s.done, 5);
    assert_int_equal(s.total, 10);
}

static void the_caller_can_stop_the_work(void **state)
{
    (void)state;
    struct seen s = {.go_on = false};
    struct mzg_progress p = {see, &s};
    struct mzg_err e;
    assert_int_equal(mzg_progress_step(&p, "reading", 5, 10, &e), MZG_STOPPED);
    assert_int_equal(e.code, MZG_STOPPED);
    assert_non_null(strstr(e.msg, "reading"));
}

static void nobody_needs_to_listen(void **state)
{
    (void)state;
    struct mzg_progress p = {NULL, NULL};
    struct mzg_notify n = {NULL, NULL};
    struct mzg_err e;
    assert_int_equal(mzg_progress_step(NULL, "x", 0, 0, &e), MZG_OK);
    assert_int_equal(mzg_progress_step(&p, "x", 0, 0, &e), MZG_OK);
    mzg_notice(NULL, "x");
    mzg_notice(&n, "x");
}

static void keep(void *ctx, const char *text)
{
    snprintf(ctx, 64, "%s", text);
}

static void a_notice_arrives_formatted(void **state)
{
    (void)state;
    char text[64] = "";
    struct mzg_notify n = {keep, text};
    mzg_notice(&n, "ignored '%s', %d bytes", "a.txt", 7);
    assert_string_equal(text, "ignored 'a.txt', 7 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_reaches_the_caller),
        cmocka_unit_test(the_caller_can_stop_the_work),
        cmocka_unit_test(nobody_needs_to_listen),
        cmocka_unit_test(a_notice_arrives_formatted),
    };
    return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
