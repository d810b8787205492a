/* test_arena.c: memory comes zeroed, aligned, apart, and never beyond the cap. */
#include "base/arena.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    enum { N = 3000 };
    static uint8_t *piece[N];
    struct mzg_arena a;
    mzg_arena_init(&a, (size_t)64 << 20);
    for (size_t i = 0; i < N; i++) {
        size_t n = i % 97 == 0 ? i * 100 : i % 50; /* some larger than any block */
        piece[i] = mzg_arena_alloc(&a, n, 1);
        assert_non_null(piece[i]);
        assert_int_equal((uintptr_t)piece[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(piece[i][k], 0);
            piece[i][k] = (uint8_t)i;
        }
    }
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < (i % 97 == 0 ? i * 100 : i % 50); k++)
            assert_int_equal(piece[i][k], (uint8_t)i);
    mzg_arena_clear(&a);
    assert_int_equal(a.used, 0);
    assert_non_null(mzg_arena_alloc(&a, 1, 1)); /* may be used again */
    mzg_arena_clear(&a);
}

static void the_cap_holds_over_all_pieces(void **state)
{
    (void)state;
    struct mzg_arena a;
    mzg_arena_init(&a, 1024);
    size_t got = 0;
    while (mzg_arena_alloc(&a, 1, 10) != NULL)
        got++;
    assert_int_equal(got, 64); /* each rounded up to 16 */
    assert_int_equal(a.used, 1024);
    assert_null(mzg_arena_alloc(&a, 0, 1));
    mzg_arena_clear(&a);
    assert_non_null(mzg_arena_alloc(&a, 1024, 1));
    mzg_arena_clear(&a);
    assert_null(mzg_arena_alloc(&a, 1025, 1));
    mzg_arena_clear(&a);
}

static void counts_that_overflow_give_nothing(void **state)
{
    (void)state;
    struct mzg_arena a;
    mzg_arena_init(&a, 1 << 20);
    assert_null(mzg_arena_alloc(&a, SIZE_MAX / 2, 3));
    assert_null(mzg_arena_alloc(&a, (size_t)1 << 32, (size_t)1 << 32));
    for (size_t less = 0; less < 64; less++) /* rounding up would wrap */
        assert_null(mzg_arena_alloc(&a, SIZE_MAX - less, 1));
    assert_null(mzg_arena_text(&a, "", SIZE_MAX));
    assert_int_equal(a.used, 0);
    mzg_arena_clear(&a);
}

static void zero_bytes_are_a_place_of_their_own(void **state)
{
    (void)state;
    struct mzg_arena a;
    mzg_arena_init(&a, 1000);
    void *p = mzg_arena_alloc(&a, 0, 8), *q = mzg_arena_alloc(&a, 8, 0);
    assert_non_null(p);
    assert_non_null(q);
    assert_ptr_not_equal(p, q);
    mzg_arena_clear(&a);
}

static void text_is_copied_with_a_nul(void **state)
{
    (void)state;
    struct mzg_arena a;
    mzg_arena_init(&a, 1000);
    char *t = mzg_arena_text(&a, "abcdef", 3);
    assert_string_equal(t, "abc");
    assert_string_equal(mzg_arena_text(&a, NULL, 0), "");
    mzg_arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(the_cap_holds_over_all_pieces),
        cmocka_unit_test(counts_that_overflow_give_nothing),
        cmocka_unit_test(zero_bytes_are_a_place_of_their_own),
        cmocka_unit_test(text_is_copied_with_a_nul),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
