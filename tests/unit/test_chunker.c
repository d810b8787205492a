/* test_chunker.c: cuts fall where SPEC.md says, and nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "bundle/chunker.h"

#define MIB ((uint64_t)1 << 20)

/* Cuts and compares with the lengths wanted, 0 behind the last. */
static void cuts(const struct mzg_range *ranges, size_t n, uint64_t size, const uint64_t *want)
{
    struct mzg_chunker c;
    struct mzg_piece p;
    struct mzg_err e;
    uint64_t end = 0;
    assert_int_equal(mzg_chunker_init(&c, size, ranges, n, &e), MZG_OK);
    while (mzg_chunker_next(&c, &p)) {
        assert_int_equal(p.offset, end);
        assert_int_equal(p.length, *want++);
        end += p.length;
    }
    assert_int_equal(*want, 0);
    assert_int_equal(end, size);
}

static void a_plain_file_is_cut_every_4_mib(void **state)
{
    (void)state;
    cuts(NULL, 0, 0, (uint64_t[]){0});
    cuts(NULL, 0, 1, (uint64_t[]){1, 0});
    cuts(NULL, 0, 4 * MIB, (uint64_t[]){4 * MIB, 0});
    cuts(NULL, 0, 9 * MIB + 7, (uint64_t[]){4 * MIB, 4 * MIB, MIB + 7, 0});
}

static void a_large_tensor_is_cut_by_whole_rows(void **state)
{
    (void)state;
    const uint64_t row = 3000, rows = 3000, piece = 4 * MIB / row * row;
    struct mzg_range r = {0, row * rows, MZG_RANGE_TENSOR, 1, row};
    cuts(&r, 1, r.length, (uint64_t[]){piece, piece, row * rows - 2 * piece, 0});
    r.row_bytes = 5 * MIB; /* a row that is larger than a piece is cut like anything else */
    cuts(&r, 1, r.length, (uint64_t[]){4 * MIB, 4 * MIB, row * rows - 8 * MIB, 0});
}

static void a_large_tensor_shares_with_nothing(void **state)
{
    (void)state;
    struct mzg_range r[] = {
        {0, 100, MZG_RANGE_TENSOR, 1, 100},
        {100, MIB, MZG_RANGE_TENSOR, 1, 1024},
        {100 + MIB, 100, MZG_RANGE_TENSOR, 1, 100},
    };
    cuts(r, 3, 200 + MIB, (uint64_t[]){100, MIB, 100, 0});
}

static void small_tensors_share_and_are_never_split(void **state)
{
    (void)state;
    const uint64_t n = MIB / 16 - 1; /* four of them stay within a quarter of a MiB */
    struct mzg_range r[9];
    for (size_t i = 0; i < 9; i++)
        r[i] = (struct mzg_range){i * n, n, MZG_RANGE_TENSOR, 1, 64};
    cuts(r, 9, 9 * n, (uint64_t[]){4 * n, 4 * n, n, 0});
    struct mzg_range ends[] = {{0, MIB / 4 - 1, MZG_RANGE_TENSOR, 1, 64}, {MIB / 4 - 1, 1, MZG_RANGE_TENSOR, 1, 1},
                               {MIB / 4, 1, MZG_RANGE_TENSOR, 1, 1}, {MIB / 4 + 1, MIB / 4, MZG_RANGE_TENSOR, 1, 64}};
    cuts(ends, 4, MIB / 2 + 1, (uint64_t[]){MIB / 4, 1, MIB / 4, 0});
}

static void a_vocabulary_is_cut_apart_from_its_header(void **state)
{
    (void)state;
    const uint64_t kib = 1024;
    struct mzg_range r[] = {
        {0, 2 * kib, MZG_RANGE_HEADER, 0, 0},
        {2 * kib, 64 * kib, MZG_RANGE_ARRAY, 0, 0},
        {66 * kib, 63 * kib, MZG_RANGE_ARRAY, 0, 0}, /* small: stays with the header */
        {129 * kib, 1 * kib, MZG_RANGE_HEADER, 0, 0},
        {130 * kib, 5 * MIB, MZG_RANGE_ARRAY, 0, 0},
        {130 * kib + 5 * MIB, 10, MZG_RANGE_TENSOR, 1, 10},
    };
    cuts(r, 6, 130 * kib + 5 * MIB + 10,
         (uint64_t[]){2 * kib, 64 * kib, 64 * kib, 4 * MIB, MIB, 10, 0});
}

static void empty_ranges_are_passed_over(void **state)
{
    (void)state;
    struct mzg_range r[] = {
        {0, 0, MZG_RANGE_HEADER, 0, 0}, {0, 5, MZG_RANGE_TENSOR, 1, 5},
        {5, 0, MZG_RANGE_TENSOR, 1, 5}, {5, 5, MZG_RANGE_TENSOR, 1, 5},
        {10, 0, MZG_RANGE_PLAIN, 0, 0},
    };
    cuts(r, 5, 10, (uint64_t[]){10, 0});
}

static void the_layout_is_told_only_where_it_holds(void **state)
{
    (void)state;
    struct mzg_chunker c;
    struct mzg_piece p;
    struct mzg_err e;
    struct mzg_range r[] = {{0, 5, MZG_RANGE_TENSOR, 7, 5}, {5, 5, MZG_RANGE_TENSOR, 8, 5},
                            {10, 2 * MIB, MZG_RANGE_TENSOR, 9, 64}};
    assert_int_equal(mzg_chunker_init(&c, 10 + 2 * MIB, r, 3, &e), MZG_OK);
    assert_true(mzg_chunker_next(&c, &p));
    assert_int_equal(p.layout, 0);
    assert_true(mzg_chunker_next(&c, &p));
    assert_int_equal(p.layout, 9);
}

static void ranges_that_do_not_tile_the_file_are_refused(void **state)
{
    (void)state;
    struct mzg_chunker c;
    struct mzg_err e;
    struct mzg_range gap[] = {{0, 5, MZG_RANGE_PLAIN, 0, 0}, {6, 4, MZG_RANGE_PLAIN, 0, 0}};
    struct mzg_range overlap[] = {{0, 5, MZG_RANGE_PLAIN, 0, 0}, {4, 6, MZG_RANGE_PLAIN, 0, 0}};
    struct mzg_range wraps[] = {{0, 5, MZG_RANGE_PLAIN, 0, 0},
                                {5, UINT64_MAX, MZG_RANGE_PLAIN, 0, 0}};
    struct mzg_range early = {0, 9, MZG_RANGE_PLAIN, 0, 0};
    assert_int_equal(mzg_chunker_init(&c, 10, gap, 2, &e), MZG_USAGE);
    assert_int_equal(mzg_chunker_init(&c, 10, overlap, 2, &e), MZG_USAGE);
    assert_int_equal(mzg_chunker_init(&c, 10, wraps, 2, &e), MZG_USAGE);
    assert_int_equal(mzg_chunker_init(&c, 10, &early, 1, &e), MZG_USAGE);
}

/* Whatever the ranges: pieces tile the file, are bounded, and end where a large tensor does. */
static void any_ranges_are_tiled(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 300; round++) {
        struct mzg_range r[12];
        struct mzg_chunker c;
        struct mzg_piece p;
        struct mzg_err e;
        uint64_t end = 0, at = 0;
        for (size_t i = 0; i < 12; i++) {
            seed = seed * 1664525u + 1013904223u;
            uint64_t length = (seed >> 8) % (uint32_t[]){10, 100000, 3000000, 9000000}[seed >> 30];
            r[i] = (struct mzg_range){end, length, (enum mzg_range_kind)((seed >> 4) % 4), 1,
                                      (seed >> 6) % 5000};
            end += length;
        }
        assert_int_equal(mzg_chunker_init(&c, end, r, 12, &e), MZG_OK);
        while (mzg_chunker_next(&c, &p)) {
            assert_int_equal(p.offset, at);
            assert_in_range(p.length, 1, MZG_CUT_PIECE);
            at += p.length;
            for (size_t i = 0; i < 12; i++) {
                uint64_t stop = r[i].offset + r[i].length;
                if (r[i].kind == MZG_RANGE_TENSOR && r[i].length >= MZG_CUT_LARGE)
                    assert_false(p.offset < stop && stop < at);
            }
        }
        assert_int_equal(at, end);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_file_is_cut_every_4_mib),
        cmocka_unit_test(a_large_tensor_is_cut_by_whole_rows),
        cmocka_unit_test(a_large_tensor_shares_with_nothing),
        cmocka_unit_test(small_tensors_share_and_are_never_split),
        cmocka_unit_test(a_vocabulary_is_cut_apart_from_its_header),
        cmocka_unit_test(empty_ranges_are_passed_over),
        cmocka_unit_test(the_layout_is_told_only_where_it_holds),
        cmocka_unit_test(ranges_that_do_not_tile_the_file_are_refused),
        cmocka_unit_test(any_ranges_are_tiled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
