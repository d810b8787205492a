/* test_buf.c: the buffer grows to its cap and no further. */
#include "base/buf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void numbers_are_written_lowest_byte_first(void **state)
{
    (void)state;
    static const uint8_t want[] = {1, 3, 2, 7, 6, 5, 4, 15, 14, 13, 12, 11, 10, 9, 8,
                                   0, 0, 0xc0, 0xbf, 0, 0, 'h', 'i', '7', '!'};
    struct mzg_buf b;
    struct mzg_err e;
    mzg_buf_init(&b, 1000);
    mzg_buf_u8(&b, 1);
    mzg_buf_u16(&b, 0x0203);
    mzg_buf_u32(&b, 0x04050607);
    mzg_buf_u64(&b, 0x08090a0b0c0d0e0f);
    mzg_buf_f32(&b, -1.5f);
    mzg_buf_zeros(&b, 2);
    mzg_buf_text(&b, "hi");
    mzg_buf_printf(&b, "%d!", 7);
    assert_int_equal(mzg_buf_ok(&b, "record", &e), MZG_OK);
    assert_int_equal(b.len, sizeof want);
    assert_memory_equal(b.data, want, sizeof want);
    mzg_buf_clear(&b);
    assert_null(b.data);
    assert_int_equal(b.cap, 1000); /* ready for more */
}

static void the_cap_may_be_filled_to_its_last_byte(void **state)
{
    (void)state;
    struct mzg_err e;
    for (size_t cap = 1; cap < 600; cap++) {
        struct mzg_buf b;
        mzg_buf_init(&b, cap);
        for (size_t i = 0; i < cap; i++)
            mzg_buf_u8(&b, (uint8_t)i);
        assert_int_equal(mzg_buf_ok(&b, "x", &e), MZG_OK);
        assert_int_equal(b.len, cap);
        assert_true(b.room <= cap);
        mzg_buf_u8(&b, 0);
        assert_int_equal(mzg_buf_ok(&b, "token table", &e), MZG_LIMIT);
        assert_non_null(strstr(e.msg, "token table"));
        mzg_buf_clear(&b);
    }
}

static void text_may_fill_the_cap_without_its_nul(void **state)
{
    (void)state;
    struct mzg_buf b;
    mzg_buf_init(&b, 5);
    mzg_buf_printf(&b, "%s", "12345");
    assert_false(b.bad);
    assert_memory_equal(b.data, "12345", 5);
    mzg_buf_printf(&b, "%s", "");
    assert_false(b.bad);
    mzg_buf_printf(&b, "%d", 6);
    assert_true(b.bad);
    mzg_buf_clear(&b);
}

static void after_a_write_that_fails_nothing_is_written(void **state)
{
    (void)state;
    struct mzg_buf b;
    mzg_buf_init(&b, 10);
    mzg_buf_u32(&b, 1);
    mzg_buf_u64(&b, 2);
    mzg_buf_u8(&b, 3); /* would fit */
    mzg_buf_text(&b, "x");
    assert_true(b.bad);
    assert_int_equal(b.len, 4);
    mzg_buf_clear(&b);
    assert_false(b.bad);
}

static void lengths_near_the_largest_number_do_not_wrap(void **state)
{
    (void)state;
    struct mzg_buf b;
    mzg_buf_init(&b, SIZE_MAX);
    mzg_buf_u8(&b, 1);
    mzg_buf_zeros(&b, SIZE_MAX);
    assert_true(b.bad);
    assert_int_equal(b.len, 1);
    mzg_buf_clear(&b);
}

static void many_small_writes_keep_their_bytes(void **state)
{
    (void)state;
    struct mzg_buf b;
    mzg_buf_init(&b, SIZE_MAX);
    for (uint32_t i = 0; i < 100000; i++)
        mzg_buf_u32(&b, i);
    assert_false(b.bad);
    assert_int_equal(b.len, 400000);
    for (uint32_t i = 0; i < 100000; i++) {
        const uint8_t *p = b.data + (size_t)4 * i;
        uint32_t v = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        assert_int_equal(v, i);
    }
    mzg_buf_put(&b, NULL, 0);
    assert_false(b.bad);
    mzg_buf_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_written_lowest_byte_first),
        cmocka_unit_test(the_cap_may_be_filled_to_its_last_byte),
        cmocka_unit_test(text_may_fill_the_cap_without_its_nul),
        cmocka_unit_test(after_a_write_that_fails_nothing_is_written),
        cmocka_unit_test(lengths_near_the_largest_number_do_not_wrap),
        cmocka_unit_test(many_small_writes_keep_their_bytes),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
