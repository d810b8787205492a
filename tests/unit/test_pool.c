/* test_pool.c: every job runs once, in order; the first error wins whatever the timing. */
#include "base/pool.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static void sleep_ms(long ms)
{
    struct timespec t = {0, ms * 1000000};
    nanosleep(&t, NULL);
}

struct job {
    int number;
    int fails;       /* with MZG_MALFORMED at this byte, 0: it does not */
    long ms;         /* how long it takes */
    atomic_int *turn; /* counts starts */
    int started;     /* the turn it had, 0: never */
    atomic_bool ended;
    atomic_bool *gate; /* waits until true */
};

static enum mzg_code run(void *arg, struct mzg_err *e)
{
    struct job *j = arg;
    j->started = atomic_fetch_add(j->turn, 1) + 1;
    while (j->gate != NULL && !atomic_load(j->gate))
        sleep_ms(1);
    if (j->ms > 0)
        sleep_ms(j->ms);
    atomic_store(&j->ended, true);
    if (j->fails != 0)
        return mzg_fail(e, MZG_MALFORMED, (uint64_t)j->fails, "job %d", j->number);
    return MZG_OK;
}

static const unsigned counts[] = {1, 2, 3, 8, MZG_POOL_MAX};
#define EACH_COUNT(i) (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)

static void every_job_runs_once_and_tickets_count_up(void **state)
{
    (void)state;
    enum { N = 2000 }; /* many times the queue */
    static struct job jobs[N];
    for EACH_COUNT (c) {
        atomic_int turn = 0;
        struct mzg_pool *pool;
        struct mzg_err e;
        uint64_t ticket;
        assert_int_equal(mzg_pool_new(&pool, counts[c], &e), MZG_OK);
        memset(jobs, 0, sizeof jobs);
        for (int i = 0; i < N; i++) {
            jobs[i].turn = &turn;
            assert_int_equal(mzg_pool_submit(pool, run, &jobs[i], &ticket, &e), MZG_OK);
            assert_int_equal(ticket, i + 1);
        }
        assert_int_equal(mzg_pool_wait(pool, UINT64_MAX, &e), MZG_OK);
        for (int i = 0; i < N; i++)
            assert_true(jobs[i].ended);
        assert_int_equal(turn, N);
        mzg_pool_free(pool);
    }
}

static void with_one_thread_jobs_run_inside_submit(void **state)
{
    (void)state;
    atomic_int turn = 0;
    struct job j = {.turn = &turn};
    struct mzg_pool *pool;
    struct mzg_err e;
    assert_int_equal(mzg_pool_new(&pool, 1, &e), MZG_OK);
    assert_int_equal(mzg_pool_submit(pool, run, &j, NULL, &e), MZG_OK);
    assert_true(j.ended);
    mzg_pool_free(pool);
}

static void waiting_for_a_ticket_does_not_wait_for_later_ones(void **state)
{
    (void)state;
    atomic_int turn = 0;
    atomic_bool gate = false;
    struct job first = {.turn = &turn, .ms = 20}, later = {.turn = &turn, .gate = &gate};
    struct mzg_pool *pool;
    struct mzg_err e;
    uint64_t ticket;
    assert_int_equal(mzg_pool_new(&pool, 2, &e), MZG_OK);
    assert_int_equal(mzg_pool_submit(pool, run, &first, &ticket, &e), MZG_OK);
    assert_int_equal(mzg_pool_submit(pool, run, &later, NULL, &e), MZG_OK);
    assert_int_equal(mzg_pool_wait(pool, ticket, &e), MZG_OK);
    assert_true(first.ended);
    assert_false(later.ended);
    atomic_store(&gate, true);
    assert_int_equal(mzg_pool_wait(pool, UINT64_MAX, &e), MZG_OK);
    assert_true(later.ended);
    mzg_pool_free(pool);
}

/* Submits n jobs until one is refused, then waits for all. */
static enum mzg_code run_all(unsigned threads, struct job *jobs, int n, atomic_int *turn,
                             struct mzg_err *e)
{
    struct mzg_pool *pool;
    enum mzg_code code;
    assert_int_equal(mzg_pool_new(&pool, threads, e), MZG_OK);
    for (int i = 0; i < n; i++) {
        jobs[i].number = i;
        jobs[i].turn = turn;
        if (mzg_pool_submit(pool, run, &jobs[i], NULL, e) != MZG_OK)
            break;
    }
    struct mzg_err later = {0};
    code = mzg_pool_wait(pool, UINT64_MAX, &later);
    assert_int_equal(later.code, code);
    *e = later;
    mzg_pool_free(pool);
    return code;
}

static void the_error_of_the_first_job_wins_at_every_thread_count(void **state)
{
    (void)state;
    for EACH_COUNT (c) {
        atomic_int turn = 0;
        struct mzg_err e;
        /* job 3 fails late, 4 and 5 at once: the report must not depend on that */
        struct job jobs[12] = {
            [3] = {.fails = 33, .ms = 30}, [4] = {.fails = 44}, [5] = {.fails = 55}};
        assert_int_equal(run_all(counts[c], jobs, 12, &turn, &e), MZG_MALFORMED);
        assert_string_equal(e.msg, "job 3");
        assert_int_equal(e.offset, 33);
    }
}

static void submit_too_waits_for_the_error_that_will_win(void **state)
{
    (void)state;
    atomic_int turn = 0;
    struct job slow = {.number = 1, .turn = &turn, .fails = 1, .ms = 60};
    struct job quick = {.number = 2, .turn = &turn, .fails = 2}, next = {.turn = &turn};
    struct mzg_pool *pool;
    struct mzg_err e;
    assert_int_equal(mzg_pool_new(&pool, 2, &e), MZG_OK);
    assert_int_equal(mzg_pool_submit(pool, run, &slow, NULL, &e), MZG_OK);
    assert_int_equal(mzg_pool_submit(pool, run, &quick, NULL, &e), MZG_OK);
    while (!atomic_load(&quick.ended))
        sleep_ms(1);
    sleep_ms(10); /* its failure is noted by now */
    assert_int_equal(mzg_pool_submit(pool, run, &next, NULL, &e), MZG_MALFORMED);
    assert_string_equal(e.msg, "job 1");
    assert_int_equal(mzg_pool_wait(pool, UINT64_MAX, &e), MZG_MALFORMED);
    assert_string_equal(e.msg, "job 1");
    assert_false(next.ended);
    mzg_pool_free(pool);
}

static void a_failure_above_the_ticket_is_told_by_the_wait_that_covers_it(void **state)
{
    (void)state;
    for EACH_COUNT (c) {
        atomic_int turn = 0;
        struct job good = {.turn = &turn}, bad = {.turn = &turn, .fails = 5};
        struct mzg_pool *pool;
        struct mzg_err e;
        uint64_t ticket, second;
        assert_int_equal(mzg_pool_new(&pool, counts[c], &e), MZG_OK);
        assert_int_equal(mzg_pool_submit(pool, run, &good, &ticket, &e), MZG_OK);
        enum mzg_code code = mzg_pool_submit(pool, run, &bad, &second, &e);
        assert_int_equal(code, counts[c] == 1 ? MZG_MALFORMED : MZG_OK);
        sleep_ms(5);
        assert_int_equal(mzg_pool_wait(pool, ticket, &e), MZG_OK);
        assert_int_equal(mzg_pool_wait(pool, second, &e), MZG_MALFORMED);
        mzg_pool_free(pool);
    }
}

static void after_a_failure_no_job_is_started(void **state)
{
    (void)state;
    enum { N = 200 };
    static struct job jobs[N];
    atomic_int turn = 0;
    atomic_bool gate = false;
    struct mzg_pool *pool;
    struct mzg_err e;
    memset(jobs, 0, sizeof jobs);
    assert_int_equal(mzg_pool_new(&pool, 2, &e), MZG_OK);
    for (int i = 0; i < N; i++) {
        jobs[i].number = i;
        jobs[i].turn = &turn;
        jobs[i].gate = &gate; /* none ends before all are queued */
        jobs[i].fails = i < 2;
        assert_int_equal(mzg_pool_submit(pool, run, &jobs[i], NULL, &e), MZG_OK);
    }
    atomic_store(&gate, true);
    assert_int_equal(mzg_pool_wait(pool, UINT64_MAX, &e), MZG_MALFORMED);
    assert_string_equal(e.msg, "job 0");
    for (int i = 2; i < N; i++)
        assert_int_equal(jobs[i].started, 0);
    mzg_pool_free(pool);
}

static void freeing_waits_for_started_jobs_and_drops_the_others(void **state)
{
    (void)state;
    enum { N = 100 };
    static struct job jobs[N];
    atomic_int turn = 0;
    struct mzg_pool *pool;
    struct mzg_err e;
    memset(jobs, 0, sizeof jobs);
    assert_int_equal(mzg_pool_new(&pool, 2, &e), MZG_OK);
    for (int i = 0; i < N; i++) {
        jobs[i].turn = &turn;
        jobs[i].ms = 20;
        assert_int_equal(mzg_pool_submit(pool, run, &jobs[i], NULL, &e), MZG_OK);
    }
    mzg_pool_free(pool);
    assert_true(turn < N);
    for (int i = 0; i < N; i++)
        assert_int_equal(jobs[i].started != 0, jobs[i].ended);
    mzg_pool_free(NULL);
}

static void thread_counts_out_of_range_are_wrong_usage(void **state)
{
    (void)state;
    struct mzg_pool *pool;
    struct mzg_err e;
    assert_int_equal(mzg_pool_new(&pool, 0, &e), MZG_USAGE);
    assert_null(pool);
    assert_int_equal(mzg_pool_new(&pool, MZG_POOL_MAX + 1, &e), MZG_USAGE);
    assert_non_null(strstr(e.msg, "65 threads"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_runs_once_and_tickets_count_up),
        cmocka_unit_test(with_one_thread_jobs_run_inside_submit),
        cmocka_unit_test(waiting_for_a_ticket_does_not_wait_for_later_ones),
        cmocka_unit_test(the_error_of_the_first_job_wins_at_every_thread_count),
        cmocka_unit_test(submit_too_waits_for_the_error_that_will_win),
        cmocka_unit_test(a_failure_above_the_ticket_is_told_by_the_wait_that_covers_it),
        cmocka_unit_test(after_a_failure_no_job_is_started),
        cmocka_unit_test(freeing_waits_for_started_jobs_and_drops_the_others),
        cmocka_unit_test(thread_counts_out_of_range_are_wrong_usage),
    };
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
