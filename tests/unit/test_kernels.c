/* Types by name and number, and the edge values that SPEC.md ("Blocks") gives, worked out by hand.
 * The harness in tests/kernels shows that every variant does the same. */
#include "kernels/iq1/iq1.h"
#include "kernels/kernels.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct mzg_type_kernels *best(enum mzg_type type)
{
    static struct mzg_kernels k;
    mzg_kernels_init(&k, mzg_cpu_features());
    return &k.type[type];
}

static void knows_types_by_number_and_by_name(void **state)
{
    const struct mzg_type_info *t = mzg_type_by_number(8);
    (void)state;
    assert_string_equal(t->name, "Q8_0");
    assert_int_equal(t->block_bytes, 34);
    assert_ptr_equal(mzg_type_by_name("q8_0"), t);
    assert_ptr_equal(mzg_type_by_name("Q8_0"), t);
    assert_null(mzg_type_by_name("Q8_"));
    assert_null(mzg_type_by_name("Q8_00"));
    assert_null(mzg_type_by_name(""));
    assert_null(mzg_type_by_number(4)); /* withdrawn from the format */
    assert_null(mzg_type_by_number(MZG_TYPE_END));
    assert_null(mzg_type_by_number(UINT32_MAX));
}

static void has_a_revision_exactly_where_it_can_quantize(void **state)
{
    struct mzg_kernels k;
    (void)state;
    mzg_kernels_init(&k, 0);
    for (uint32_t i = 0; i < MZG_TYPE_END; i++) {
        const struct mzg_type_info *t = mzg_type_by_number(i);
        bool can = t && t->revision != 0;
        assert_int_equal(can, k.type[i].quantize != NULL);
        assert_int_equal(can, k.type[i].dequantize != NULL);
        assert_int_equal(can, t && t->max_abs > 0);
    }
}

/* max_abs comes back as well as any other value; the next float saturates or becomes Inf. */
static void max_abs_is_the_edge(void **state)
{
    static const enum mzg_type types[] = {MZG_TYPE_F16,  MZG_TYPE_BF16, MZG_TYPE_Q8_0,
                                          MZG_TYPE_Q4_0, MZG_TYPE_Q4_1, MZG_TYPE_Q5_0,
                                          MZG_TYPE_Q5_1};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const struct mzg_type_kernels *k = best(types[i]);
        float max = mzg_type_by_number(types[i])->max_abs, x[32], y[32];
        uint8_t q[32 * 4], beyond[32 * 4];
        for (int j = 0; j < 32; j++)
            x[j] = j % 2 ? 0.0f : -max;
        k->quantize(x, q, 32);
        k->dequantize(q, y, 32);
        assert_true(isfinite(y[0]) && isfinite(y[1]));
        assert_true(fabsf(y[0] + max) <= max * 0x1p-8f);
        x[0] = -nextafterf(max, INFINITY);
        k->quantize(x, beyond, 32);
        k->dequantize(beyond, y, 32);
        if (mzg_type_by_number(types[i])->block_elems == 1)
            assert_true(isinf(y[0]));
        else
            assert_memory_equal(beyond, q, mzg_type_by_number(types[i])->block_bytes);
    }
}

static void a_block_of_zeros_has_scale_zero(void **state)
{
    const float x[32] = {0.0f, -0.0f, -0.0f};
    uint8_t q[34], zeros[34] = {0}, q4_0[18] = {0};
    (void)state;
    best(MZG_TYPE_Q8_0)->quantize(x, q, 32);
    assert_memory_equal(q, zeros, 34);
    best(MZG_TYPE_Q4_1)->quantize(x, q, 32);
    assert_memory_equal(q, zeros, 20);
    memset(q4_0 + 2, 0x88, 16); /* code 8 stands for 0 */
    best(MZG_TYPE_Q4_0)->quantize(x, q, 32);
    assert_memory_equal(q, q4_0, 18);
}

static void nan_counts_as_zero_in_a_block(void **state)
{
    float x[32] = {127.0f, NAN, -NAN, -127.0f};
    uint8_t q[34];
    (void)state;
    best(MZG_TYPE_Q8_0)->quantize(x, q, 32);
    const uint8_t want[6] = {0x00, 0x3c, 127, 0, 0, 0x81}; /* scale 1.0 */
    assert_memory_equal(q, want, sizeof want);
}

/* There is one code more below zero than above: the larger side gets it. */
static void the_larger_side_decides_the_scales_sign(void **state)
{
    float x[32] = {1.0f, 8.0f, -7.0f};
    uint8_t q[18];
    (void)state;
    best(MZG_TYPE_Q4_0)->quantize(x, q, 32);
    assert_int_equal(q[0] | q[1] << 8, 0xbc00); /* -1.0 */
    assert_int_equal(q[2] & 15, 7);
    assert_int_equal(q[3] & 15, 0);
    assert_int_equal(q[4] & 15, 15);
    x[1] = -8.0f;
    x[2] = 7.0f;
    best(MZG_TYPE_Q4_0)->quantize(x, q, 32);
    assert_int_equal(q[0] | q[1] << 8, 0x3c00);
}

static void a_subnormal_scale_is_rounded_up(void **state)
{
    float x[32] = {127.0f * 1.01f * 0x1p-24f};
    uint8_t q[34];
    (void)state;
    best(MZG_TYPE_Q8_0)->quantize(x, q, 32);
    assert_int_equal(q[0] | q[1] << 8, 2); /* 2 * 2^-24, not 1 */
    assert_int_equal(q[2], 64);
}

static void halfway_codes_go_to_the_even_one(void **state)
{
    float x[32] = {127.0f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f};
    uint8_t q[34];
    (void)state;
    best(MZG_TYPE_Q8_0)->quantize(x, q, 32);
    const uint8_t want[6] = {127, 0, 2, 2, 0, 0xfe};
    assert_memory_equal(q + 2, want, sizeof want);
}

static void halves_are_ieee(void **state)
{
    static const struct {
        float x;
        uint16_t half, bfloat;
    } cases[] = {
        {1.0f, 0x3c00, 0x3f80},          {-0.0f, 0x8000, 0x8000},
        {65504.0f, 0x7bff, 0x4780},      {65519.996f, 0x7bff, 0x4780},
        {65520.0f, 0x7c00, 0x4780},      {0x1p-25f, 0x0000, 0x3300},
        {0x1.000002p-25f, 0x0001, 0x3300}, {0x1p-24f, 0x0001, 0x3380},
        {INFINITY, 0x7c00, 0x7f80},      {NAN, 0x7e00, 0x7fc0},
        {-NAN, 0x7e00, 0x7fc0},          {1.00390625f, 0x3c04, 0x3f80},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint16_t h;
        best(MZG_TYPE_F16)->quantize(&cases[i].x, &h, 1);
        assert_int_equal(h, cases[i].half);
        best(MZG_TYPE_BF16)->quantize(&cases[i].x, &h, 1);
        assert_int_equal(h, cases[i].bfloat);
    }
}

static void dot_takes_the_lowest_code_on_both_sides(void **state)
{
    uint8_t q[34];
    (void)state;
    memset(q, 0x80, sizeof q);
    q[0] = 0x00;
    q[1] = 0x3c;
    assert_true(best(MZG_TYPE_Q8_0)->dot(q, q, 32) == 32.0f * 128 * 128);
}

static void a_nan_sum_is_the_canonical_nan(void **state)
{
    uint8_t q[34] = {0x00, 0xfc, 0}, y[34] = {0x00, 0x3c, 0}; /* -Inf * 0 */
    uint32_t bits;
    (void)state;
    float sum = best(MZG_TYPE_Q8_0)->dot(q, y, 32);
    memcpy(&bits, &sum, sizeof bits);
    assert_int_equal(bits, 0x7fc00000);
}

/* The grid's three tables say the same: the points in order, the set of their numbers, its ranks. */
static void the_grid_of_iq1_is_in_order(void **state)
{
    uint32_t next = 0;
    (void)state;
    for (uint32_t n = 0; n < 6561; n++) {
        if (!((uint32_t)mzg_iq1_member[n / 32] >> n % 32 & 1))
            continue;
        uint64_t point = 0;
        for (uint32_t i = 0, rest = n; i < 8; i++, rest /= 3)
            point |= (uint64_t)(8 * (rest % 3)) << 8 * i;
        assert_int_equal(mzg_iq1_index(n), next);
        assert_true(mzg_iq1_grid[next++] == point);
    }
    assert_int_equal(next, MZG_IQ1_POINTS);
}

static bool in_grid(int n)
{
    return (uint32_t)mzg_iq1_member[n / 32] >> n % 32 & 1;
}

/* Whether the grid has number n, or n with one or two of the steps. */
static bool within_two_steps(int n, const int step[8])
{
    bool found = in_grid(n);
    for (int i = 0; i < 8 && !found; i++) {
        found = in_grid(n + step[i]);
        for (int j = 0; j < i && !found; j++)
            found = in_grid(n + step[i] + step[j]);
    }
    return found;
}

/* What the search for IQ1's points builds on: wherever it looks, there is one. */
static void every_rounding_is_two_steps_from_the_grid_of_iq1(void **state)
{
    (void)state;
    for (int n = 0; n < 6561; n++) {
        for (unsigned up = 0; up < 256; up++) { /* which way a zero's second nearest is */
            int step[8], digit = 1;
            for (int i = 0; i < 8; i++, digit *= 3) {
                int value = n / digit % 3 - 1;
                step[i] = (value != 0 ? -value : up >> i & 1 ? 1 : -1) * digit;
            }
            assert_true(within_two_steps(n, step));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_types_by_number_and_by_name),
        cmocka_unit_test(has_a_revision_exactly_where_it_can_quantize),
        cmocka_unit_test(max_abs_is_the_edge),
        cmocka_unit_test(a_block_of_zeros_has_scale_zero),
        cmocka_unit_test(nan_counts_as_zero_in_a_block),
        cmocka_unit_test(the_larger_side_decides_the_scales_sign),
        cmocka_unit_test(a_subnormal_scale_is_rounded_up),
        cmocka_unit_test(the_grid_of_iq1_is_in_order),
        cmocka_unit_test(every_rounding_is_two_steps_from_the_grid_of_iq1),
        cmocka_unit_test(halfway_codes_go_to_the_even_one),
        cmocka_unit_test(halves_are_ieee),
        cmocka_unit_test(dot_takes_the_lowest_code_on_both_sides),
        cmocka_unit_test(a_nan_sum_is_the_canonical_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
