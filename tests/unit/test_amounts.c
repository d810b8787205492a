/* test_amounts.c: sizes, times and hours as they are typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include "tools/net/amounts.h"
#include <string.h>

static void sizes_are_read(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {
        {"1", 1}, {"800", 800}, {"800B", 800}, {"64k", 64000}, {"64K", 64000}, {"64kB", 64000},
        {"1.5M", 1500000}, {"0.001k", 1}, {"2G", 2000000000}, {"2.125GB", 2125000000}, {"64Ki", 65536},
        {"1.5MiB", 1572864}, {"0.5Gi", 536870912}, {"007", 7}, {"999999999G", 999999999000000000},
        {"999999999GiB", 1073741822926258176}, {"5000000000", 5000000000}, {"1.999", 1},
        {"123456789012345678", 123456789012345678},
    };
    static const char *const bad[] = {
        "", "0", "0.0G", "0.9", ".5M", "5.M", "1.2345M", "-1", "+1", " 1", "1 ", "1 M", "1e3", "0x10", "k",
        "1m", "1g", "1T", "1Kib", "1MB/s", "1,5M", "1..5M", "1.5.5M", "inf", "9999999999999999999",
        "99999999999999999G", "18446744073709551616", "10000000000000000Ki",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t n = 0;
        if (!mzg_amount_bytes(cases[i].text, strlen(cases[i].text), &n) || n != cases[i].bytes)
            fail_msg("'%s' is read as %llu", cases[i].text, (unsigned long long)n);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t n;
        if (mzg_amount_bytes(bad[i], strlen(bad[i]), &n))
            fail_msg("'%s' is read as %llu", bad[i], (unsigned long long)n);
    }
}

static void a_size_may_end_before_its_text(void **state)
{
    uint64_t n = 0;
    (void)state;
    assert_true(mzg_amount_bytes("50M/day", 3, &n));
    assert_int_equal(n, 50000000);
    assert_true(mzg_amount_bytes("50M/day", 2, &n));
    assert_int_equal(n, 50);
    assert_false(mzg_amount_bytes("50M/day", 0, &n));
    assert_false(mzg_amount_bytes("1.5M", 2, &n));
}

static void times_are_read(void **state)
{
    static const char *const bad[] = {"", "0s", "1", "s", "90 s", "-1s", "1.5h", "1w", "1hs", "1000000s", "1H",
                                      "99999999999999999999s"};
    uint64_t n = 0;
    (void)state;
    assert_true(mzg_amount_seconds("90s", &n) && n == 90);
    assert_true(mzg_amount_seconds("30m", &n) && n == 1800);
    assert_true(mzg_amount_seconds("2h", &n) && n == 7200);
    assert_true(mzg_amount_seconds("3d", &n) && n == 259200);
    assert_true(mzg_amount_seconds("999999d", &n) && n == 86399913600);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (mzg_amount_seconds(bad[i], &n))
            fail_msg("'%s' is read as %llu", bad[i], (unsigned long long)n);
    }
}

static void hours_are_read(void **state)
{
    static const char *const bad[] = {
        "", "-", "22:00", "22:00-", "-05:00", "22-05", "22:00-22:00", "00:00-24:00", "25:00-05:00",
        "22:60-05:00", "24:01-05:00", "22:0-05:00", "22:000-05:00", "022:00-05:00", "22:00-05:00-06:00",
        "22:00 -05:00", "22:00- 05:00", "22:00-05:00 ", ":00-05:00", "a:00-05:00", "22:00--5:00"};
    unsigned from = 9999, to = 9999;
    (void)state;
    assert_true(mzg_amount_hours("22:00-05:00", &from, &to) && from == 1320 && to == 300);
    assert_true(mzg_amount_hours("6:30-18:59", &from, &to) && from == 390 && to == 1139);
    assert_true(mzg_amount_hours("20:00-24:00", &from, &to) && from == 1200 && to == 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (mzg_amount_hours(bad[i], &from, &to))
            fail_msg("'%s' is read as %u-%u", bad[i], from, to);
    }
}

static void hours_open_and_close(void **state)
{
    unsigned wait = 9999;
    (void)state;
    assert_true(mzg_hours_open(1320, 300, 1320, &wait) && wait == 0);
    assert_true(mzg_hours_open(1320, 300, 1439, &wait));
    assert_true(mzg_hours_open(1320, 300, 0, &wait));
    assert_true(mzg_hours_open(1320, 300, 299, &wait));
    assert_true(!mzg_hours_open(1320, 300, 300, &wait) && wait == 1020);
    assert_true(!mzg_hours_open(1320, 300, 1319, &wait) && wait == 1);
    assert_true(mzg_hours_open(390, 391, 390, &wait));
    assert_true(!mzg_hours_open(390, 391, 391, &wait) && wait == 1439);
    assert_true(!mzg_hours_open(390, 391, 389, &wait) && wait == 1);
    /* The minute that it waits for is open, from anywhere. */
    for (unsigned now = 0; now < 1440; now++) {
        unsigned then;
        (void)mzg_hours_open(1200, 0, now, &wait);
        assert_true(mzg_hours_open(1200, 0, (now + wait) % 1440, &then));
        assert_true(wait == 0 || !mzg_hours_open(1200, 0, (now + wait + 1439) % 1440, &then));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_read),
        cmocka_unit_test(a_size_may_end_before_its_text),
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(hours_are_read),
        cmocka_unit_test(hours_open_and_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
