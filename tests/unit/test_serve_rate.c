/* A rate and those who share it, by a clock of the test's. */
#include "tools/net/serve/rate.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define MS UINT64_C(1000000)

/* Deals every `step` milliseconds for so many, and takes all that a share wants each time. */
static void run(struct mzg_rate *r, struct mzg_share **shares, const size_t *wants, uint64_t *got,
                size_t n, uint64_t step, uint64_t ms)
{
    for (uint64_t t = 0; t < ms; t += step) {
        mzg_rate_deal(r, r->then + step * MS);
        for (size_t i = 0; i < n; i++)
            got[i] += mzg_rate_take(shares[i], wants[i]);
    }
}

static void near(uint64_t got, uint64_t expected)
{
    assert_in_range(got, expected - expected / 20, expected + expected / 20);
}

static void one_alone_gets_all_of_it(void **state)
{
    static const uint64_t rates[] = {10000, 64 << 10, 2 << 20, UINT64_C(1) << 30};
    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct mzg_rate r;
        struct mzg_share a = {0}, *all[] = {&a};
        uint64_t got = 0;
        mzg_rate_init(&r, rates[i], 5 * MS);
        mzg_rate_join(&r, &a);
        run(&r, all, (const size_t[]){SIZE_MAX}, &got, 1, 20, 10000);
        near(got, 10 * rates[i]);
    }
}

static void those_who_want_more_get_the_same(void **state)
{
    struct mzg_rate r;
    struct mzg_share a = {0}, b = {0}, c = {0}, *all[] = {&a, &b, &c};
    uint64_t got[3] = {0};
    (void)state;
    mzg_rate_init(&r, 3000000, 0);
    for (int i = 0; i < 8; i++)
        mzg_rate_join(&r, &a); /* eight connections are one share */
    mzg_rate_join(&r, &b);
    mzg_rate_join(&r, &c);
    run(&r, all, (const size_t[]){SIZE_MAX, SIZE_MAX, 2000}, got, 3, 20, 10000);
    near(got[2], 2000 * 500); /* all it wants: */
    near(got[0], (30000000 - got[2]) / 2); /* the rest is the others' */
    near(got[1], (30000000 - got[2]) / 2);
}

static void who_leaves_leaves_its_part(void **state)
{
    struct mzg_rate r;
    struct mzg_share a = {0}, b = {0}, *all[] = {&a, &b};
    uint64_t got[2] = {0};
    (void)state;
    mzg_rate_init(&r, 1000000, 0);
    mzg_rate_join(&r, &a);
    mzg_rate_join(&r, &b);
    mzg_rate_join(&r, &b);
    mzg_rate_leave(&r, &b); /* one of its two transfers */
    run(&r, all, (const size_t[]){SIZE_MAX, SIZE_MAX}, got, 2, 10, 4000);
    near(got[0], 2000000);
    near(got[1], 2000000);
    mzg_rate_leave(&r, &b);
    got[0] = got[1] = 0;
    run(&r, all, (const size_t[]){SIZE_MAX, SIZE_MAX}, got, 1, 10, 4000);
    near(got[0], 4000000);
    mzg_rate_leave(&r, &a);
    assert_null(r.active);
    assert_int_equal(r.n_active, 0);
}

static void a_pause_is_not_followed_by_a_flood(void **state)
{
    struct mzg_rate r;
    struct mzg_share a = {0};
    (void)state;
    mzg_rate_init(&r, 1000000, 0);
    mzg_rate_join(&r, &a);
    mzg_rate_deal(&r, 3600 * 1000 * MS);
    assert_in_range(mzg_rate_take(&a, SIZE_MAX), 1, 200000);
    assert_int_equal(mzg_rate_take(&a, SIZE_MAX), 0);
    mzg_rate_deal(&r, 3600 * 1000 * MS); /* no time, nothing more */
    assert_int_equal(mzg_rate_take(&a, SIZE_MAX), 0);
    mzg_rate_deal(&r, 3700 * 1000 * MS);
    mzg_rate_leave(&r, &a);
    mzg_rate_join(&r, &a); /* nor by coming back */
    assert_int_equal(mzg_rate_take(&a, SIZE_MAX), 0);
}

static void crumbs_are_saved_up(void **state)
{
    struct mzg_rate r;
    struct mzg_share a = {0};
    (void)state;
    mzg_rate_init(&r, 1000, 0);
    mzg_rate_join(&r, &a);
    mzg_rate_deal(&r, 1000 * MS);
    assert_int_equal(mzg_rate_take(&a, 65536), 0);
    assert_int_equal(mzg_rate_take(&a, 700), 700); /* the end of a file */
    mzg_rate_deal(&r, 2000 * MS);
    mzg_rate_deal(&r, 3000 * MS);
    assert_int_equal(mzg_rate_take(&a, 65536), 2300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_alone_gets_all_of_it),
        cmocka_unit_test(those_who_want_more_get_the_same),
        cmocka_unit_test(who_leaves_leaves_its_part),
        cmocka_unit_test(a_pause_is_not_followed_by_a_flood),
        cmocka_unit_test(crumbs_are_saved_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
