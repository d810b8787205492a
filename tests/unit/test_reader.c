/* test_reader.c: the cursor reads little-endian and cannot leave its bytes. */
#include "base/reader.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static void numbers_are_read_lowest_byte_first(void **state)
{
    (void)state;
    struct mzg_reader r;
    mzg_reader_init(&r, bytes, sizeof bytes, 1000);
    assert_int_equal(mzg_reader_u8(&r), 0x01);
    assert_int_equal(mzg_reader_u16(&r), 0x0302);
    assert_int_equal(mzg_reader_u32(&r), 0x07060504);
    assert_true(mzg_reader_u64(&r) == 0x0f0e0d0c0b0a0908);
    assert_int_equal(mzg_reader_left(&r), 0);
    assert_int_equal(mzg_reader_offset(&r), 1015);
    assert_false(r.bad);
}

static void floats_are_read_bit_by_bit(void **state)
{
    (void)state;
    static const uint8_t f[] = {0, 0, 0xc0, 0xbf, 0, 0, 0, 0, 0, 0, 4, 0xc0};
    struct mzg_reader r;
    mzg_reader_init(&r, f, sizeof f, 0);
    assert_true(mzg_reader_f32(&r) == -1.5f);
    assert_true(mzg_reader_f64(&r) == -2.5);
}

static void a_read_past_the_end_is_bad_for_good(void **state)
{
    (void)state;
    struct mzg_reader r;
    mzg_reader_init(&r, bytes, 3, 10);
    assert_int_equal(mzg_reader_u8(&r), 1);
    assert_int_equal(mzg_reader_u32(&r), 0);
    assert_true(r.bad);
    assert_int_equal(mzg_reader_offset(&r), 11); /* where the field that does not fit starts */
    assert_int_equal(mzg_reader_left(&r), 0);
    assert_int_equal(mzg_reader_u8(&r), 0); /* though two bytes are there */
    assert_null(mzg_reader_bytes(&r, 0));
    assert_false(mzg_reader_fits(&r, 0, 1));
}

static void lengths_near_the_largest_number_do_not_wrap(void **state)
{
    (void)state;
    struct mzg_reader r;
    mzg_reader_init(&r, bytes, sizeof bytes, 0);
    (void)mzg_reader_u8(&r);
    assert_null(mzg_reader_bytes(&r, UINT64_MAX));
    assert_true(r.bad);
    mzg_reader_init(&r, bytes, sizeof bytes, 0);
    assert_false(mzg_reader_fits(&r, UINT64_MAX, 8));
    assert_false(mzg_reader_fits(&r, UINT64_MAX / 8 + 1, 8));
    assert_false(mzg_reader_fits(&r, UINT64_MAX, 0));
    assert_true(mzg_reader_fits(&r, 3, 5));
    assert_false(mzg_reader_fits(&r, 4, 4));
    assert_false(r.bad); /* asking breaks nothing */
}

static void a_part_is_a_reader_of_its_own(void **state)
{
    (void)state;
    struct mzg_reader r, sub;
    mzg_reader_init(&r, bytes, sizeof bytes, 100);
    (void)mzg_reader_u16(&r);
    mzg_reader_sub(&r, 4, &sub);
    assert_int_equal(mzg_reader_left(&sub), 4);
    assert_int_equal(mzg_reader_offset(&sub), 102);
    assert_int_equal(mzg_reader_u8(&r), 7); /* r moved past it */
    (void)mzg_reader_u32(&sub);
    assert_int_equal(mzg_reader_u8(&sub), 0);
    assert_true(sub.bad);
    assert_false(r.bad);
}

static void a_part_that_does_not_fit_spoils_both(void **state)
{
    (void)state;
    struct mzg_reader r, sub;
    mzg_reader_init(&r, bytes, sizeof bytes, 100);
    mzg_reader_sub(&r, 16, &sub);
    assert_true(r.bad);
    assert_true(sub.bad);
    assert_int_equal(mzg_reader_offset(&sub), 100);
    assert_int_equal(mzg_reader_u64(&sub), 0);
}

static void no_bytes_at_all_are_fine(void **state)
{
    (void)state;
    struct mzg_reader r, sub;
    mzg_reader_init(&r, NULL, 0, 0);
    assert_non_null(mzg_reader_bytes(&r, 0));
    mzg_reader_sub(&r, 0, &sub);
    assert_false(sub.bad);
    assert_true(mzg_reader_fits(&r, 0, 4));
    assert_int_equal(mzg_reader_u8(&r), 0);
    assert_true(r.bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_lowest_byte_first),
        cmocka_unit_test(floats_are_read_bit_by_bit),
        cmocka_unit_test(a_read_past_the_end_is_bad_for_good),
        cmocka_unit_test(lengths_near_the_largest_number_do_not_wrap),
        cmocka_unit_test(a_part_is_a_reader_of_its_own),
        cmocka_unit_test(a_part_that_does_not_fit_spoils_both),
        cmocka_unit_test(no_bytes_at_all_are_fine),
    };
    return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
