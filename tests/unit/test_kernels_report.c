/* The check of kernels on the machine at hand: it passes here, and a wrong kernel does not pass. */
#include "tools/kernels_report.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Every kernel has one reference, and so one variant that is chosen. */
static size_t references(void)
{
    size_t count, n = 0;
    const struct mzg_kernel *k = mzg_kernel_list(&count);
    for (size_t i = 0; i < count; i++)
        n += strcmp(k[i].isa, "ref") == 0;
    return n;
}

static void passes_every_variant_this_cpu_has(void **state)
{
    struct mzg_kernels_report r;
    struct mzg_err e;
    size_t count, selected = 0;
    (void)state;
    mzg_kernel_list(&count);
    assert_int_equal(mzg_kernels_check(&r, mzg_cpu_features(), false, &e), MZG_OK);
    assert_int_equal(r.n_rows, count);
    assert_true(r.n_checked > 0);
    assert_int_equal(r.n_failed, 0);
    for (size_t i = 0; i < r.n_rows; i++) {
        assert_int_equal(r.rows[i].runs, r.rows[i].cases > 0);
        assert_true(!r.rows[i].selected || r.rows[i].runs);
        selected += r.rows[i].selected;
    }
    assert_int_equal(selected, references());
    assert_true(selected >= 25); /* 8 types in 3 operations, and find_unfit, at the least */
    mzg_kernels_report_clear(&r);
}

static void without_features_only_references_run(void **state)
{
    struct mzg_kernels_report r;
    struct mzg_err e;
    (void)state;
    assert_int_equal(mzg_kernels_check(&r, 0, false, &e), MZG_OK);
    assert_int_equal(r.n_checked, references());
    for (size_t i = 0; i < r.n_rows; i++) {
        assert_int_equal(r.rows[i].runs, strcmp(r.rows[i].kernel->isa, "ref") == 0);
        assert_int_equal(r.rows[i].selected, r.rows[i].runs);
    }
    mzg_kernels_report_clear(&r);
}

/* ---- kernels with one fault each ---- */

static void last_code_off(const float *x, void *q, size_t n)
{
    mzg_kernel_best(MZG_TYPE_Q8_0, MZG_OP_quantize, 0)->as.quantize(x, q, n);
    if (n)
        ((uint8_t *)q)[n / 32 * 34 - 1] ^= 1;
}

static void minus_zero_lost(const void *q, float *x, size_t n)
{
    mzg_kernel_best(MZG_TYPE_Q4_0, MZG_OP_dequantize, 0)->as.dequantize(q, x, n);
    for (size_t i = 0; i < n; i++)
        x[i] += 0.0f;
}

static float nan_of_the_other_sign(const void *q, const void *y, size_t n)
{
    float sum = mzg_kernel_best(MZG_TYPE_Q4_1, MZG_OP_dot, 0)->as.dot(q, y, n);
    return sum == sum ? sum : -sum;
}

static size_t infinity_is_fit(const float *x, size_t n, float limit)
{
    for (size_t i = 0; i < n; i++) {
        float a = x[i] < 0 ? -x[i] : x[i];
        if (!(a <= limit) && a < 3.4e38f)
            return i;
    }
    return n;
}

static void finds_a_wrong_kernel(void **state)
{
    const struct mzg_kernel wrong[] = {
        {"last code", "x", MZG_TYPE_Q8_0, MZG_OP_quantize, 0, {.quantize = last_code_off}},
        {"-0", "x", MZG_TYPE_Q4_0, MZG_OP_dequantize, 0, {.dequantize = minus_zero_lost}},
        {"NaN", "x", MZG_TYPE_Q4_1, MZG_OP_dot, 0, {.dot = nan_of_the_other_sign}},
        {"Inf", "x", MZG_TYPE_F32, MZG_OP_find_unfit, 0, {.find_unfit = infinity_is_fit}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct mzg_kernel_row row = {.kernel = &wrong[i]};
        struct mzg_err e;
        assert_int_equal(mzg_kernel_check(&wrong[i], &row, &e), MZG_OK);
        if (row.same)
            fail_msg("the wrong kernel '%s' passed", wrong[i].name);
    }
}

static void times_when_asked(void **state)
{
    struct mzg_kernels_report r;
    struct mzg_err e;
    (void)state;
    assert_int_equal(mzg_kernels_check(&r, 0, true, &e), MZG_OK);
    for (size_t i = 0; i < r.n_rows; i++) {
        assert_int_equal(r.rows[i].elems_s > 0, r.rows[i].runs);
        assert_int_equal(r.rows[i].bytes_s > 0, r.rows[i].runs);
        if (r.rows[i].runs)
            assert_true(r.rows[i].times_ref == 1.0);
    }
    mzg_kernels_report_clear(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_every_variant_this_cpu_has),
        cmocka_unit_test(without_features_only_references_run),
        cmocka_unit_test(finds_a_wrong_kernel),
        cmocka_unit_test(times_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
