/* Four-bit floats and types of two bits and fewer: what SPEC.md says of their codes and scales, worked
 * out by hand, and what their searches must find. That every variant does the same is the harness's
 * to show. */
#include "kernels/kernels.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { ELEMS = 256 };

static const struct mzg_type_kernels *best(enum mzg_type type)
{
    static struct mzg_kernels k;
    mzg_kernels_init(&k, mzg_cpu_features());
    return &k.type[type];
}

static void fill(float *x, const float *values, size_t n)
{
    uint32_t state = 1;
    for (size_t i = 0; i < ELEMS; i++) {
        state = state * 1664525 + 1013904223;
        x[i] = values[(state >> 16) % n];
    }
}

/* Searches from some effort on, with importance (if there is any) and without: x must come back. */
static void comes_back_from(int least, enum mzg_type type, const float *x, const float *w)
{
    const struct mzg_type_kernels *k = best(type);
    uint8_t q[ELEMS];
    float y[ELEMS];
    for (int effort = least; effort <= MZG_EFFORT_BEST; effort++) {
        for (int i = 0; i <= (w != NULL); i++) {
            k->search(x, i ? w : NULL, q, ELEMS, (enum mzg_effort)effort);
            k->dequantize(q, y, ELEMS);
            for (size_t j = 0; j < ELEMS; j++)
                assert_true(x[j] == y[j]);
        }
    }
}

static void comes_back(enum mzg_type type, const float *x, const float *w)
{
    comes_back_from(MZG_EFFORT_FAST, type, x, w);
}

static const float scales[] = {1.0f, 0x1.554p-3f, 0x1.ffcp-7f, 0x1p-24f, 0x1.8p-23f, 65504.0f};
enum { SCALES = sizeof scales / sizeof *scales };

/* Values -d, 0 and d, many zeros or few, d any half, the smallest and the largest included. */
static void ternary_values_come_back(void **state)
{
    static const enum mzg_type types[] = {MZG_TYPE_TQ1_0, MZG_TYPE_TQ2_0, MZG_TYPE_Q2_0};
    float x[ELEMS], w[ELEMS];
    (void)state;
    for (size_t i = 0; i < ELEMS; i++)
        w[i] = (float)(1 + i * 37 % 101);
    for (size_t i = 0; i < SCALES; i++) {
        float d = scales[i];
        const float some[] = {d, 0, -d}, few[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, d, 0, 0, -d, 0, 0, 0},
                    none[] = {d, -d};
        for (size_t t = 0; t < 3; t++) {
            fill(x, some, 3);
            comes_back(types[t], x, w);
            fill(x, few, 16);
            comes_back(types[t], x, w);
            fill(x, none, 2);
            comes_back(types[t], x, w);
        }
    }
}

/* Importance on the zeros alone does not cost a ternary block its other values. */
static void values_without_importance_stay(void **state)
{
    const float values[] = {0.5f, 0, -0.5f};
    float x[ELEMS], w[ELEMS];
    (void)state;
    fill(x, values, 3);
    for (size_t i = 0; i < ELEMS; i++)
        w[i] = x[i] == 0;
    comes_back(MZG_TYPE_TQ1_0, x, w);
    comes_back(MZG_TYPE_TQ2_0, x, w);
}

/* Q2_0's fourth level, on the side that its scale's sign says: found by those who look long enough. */
static void four_levels_come_back(void **state)
{
    float x[ELEMS];
    (void)state;
    for (size_t i = 0; i + 1 < SCALES; i++) {
        float d = scales[i];
        const float up[] = {-d, 0, d, 2 * d}, down[] = {d, 0, -d, -2 * d};
        fill(x, up, 4);
        comes_back_from(MZG_EFFORT_BEST, MZG_TYPE_Q2_0, x, NULL);
        fill(x, down, 4);
        comes_back_from(MZG_EFFORT_BEST, MZG_TYPE_Q2_0, x, NULL);
    }
}

static void signs_come_back(void **state)
{
    float x[ELEMS];
    (void)state;
    for (size_t i = 0; i < SCALES; i++) {
        const float values[] = {scales[i], -scales[i]};
        fill(x, values, 2);
        comes_back(MZG_TYPE_Q1_0, x, NULL);
    }
}

/* Under one scale all that four bits can say, with the scales that NVFP4 has. */
static void four_bit_floats_come_back(void **state)
{
    static const float e4m3[] = {1.0f, 448.0f, 0x1.8p-8f, 0x1p-9f, 0x1.ep-6f};
    float x[ELEMS];
    (void)state;
    for (size_t i = 0; i < sizeof e4m3 / sizeof *e4m3; i++) {
        float s = e4m3[i];
        const float values[] = {0,      s / 2,  s,  1.5f * s,  2 * s,  3 * s,  4 * s,  6 * s,
                                -s / 2, -1 * s, -s, -1.5f * s, -2 * s, -3 * s, -4 * s, -6 * s};
        fill(x, values, 16);
        for (size_t j = 0; j < ELEMS; j += 16)
            x[j] = 6 * s;
        comes_back(MZG_TYPE_NVFP4, x, NULL);
    }
    for (int e = -127; e <= 125; e += 21) {
        float s = ldexpf(1, e);
        const float values[] = {0, s / 2, s, 1.5f * s, 2 * s, 3 * s, 4 * s, 6 * s, -s / 2, -6 * s};
        fill(x, values, 10);
        for (size_t j = 0; j < ELEMS; j += 32)
            x[j] = -6 * s;
        comes_back(MZG_TYPE_MXFP4, x, NULL);
    }
}

static void scales_at_the_edges_decode(void **state)
{
    static const struct {
        uint8_t byte;
        float scale;
    } nvfp4[] = {{0x00, 0},        {0x01, 0x1p-9f}, {0x07, 0x1.cp-7f}, {0x08, 0x1p-6f}, {0x38, 1},
                 {0x7e, 448},      {0x7f, 0},       {0x80, 0},         {0x81, 0x1p-9f}, {0xfe, 448},
                 {0xff, 480}},
      mxfp4[] = {{0, 0x1p-127f}, {1, 0x1p-126f}, {2, 0x1p-125f}, {127, 1}, {252, 0x1p125f}};
    float x[64];
    uint8_t q[36] = {0}, m[17] = {0};
    (void)state;
    memset(q + 4, 0x9a, 32); /* -1 below, -0.5 above */
    for (size_t i = 0; i < sizeof nvfp4 / sizeof *nvfp4; i++) {
        q[1] = nvfp4[i].byte;
        best(MZG_TYPE_NVFP4)->dequantize(q, x, 64);
        assert_true(x[16] == -nvfp4[i].scale && x[24] == -nvfp4[i].scale / 2 && x[0] == 0);
    }
    memset(m + 1, 0x71, 16); /* 0.5 below, 6 above */
    for (size_t i = 0; i < sizeof mxfp4 / sizeof *mxfp4; i++) {
        m[0] = mxfp4[i].byte;
        best(MZG_TYPE_MXFP4)->dequantize(m, x, 32);
        assert_true(x[0] == mxfp4[i].scale / 2 && x[16] == mxfp4[i].scale * 6);
    }
    m[0] = 255;
    best(MZG_TYPE_MXFP4)->dequantize(m, x, 32);
    assert_true(x[0] == 0x1p127f && isinf(x[16]));
}

/* Code 8 is 0 and has no sign; nor is it ever written. */
static void zero_has_no_sign(void **state)
{
    const float tiny[] = {1.0f, -1e-6f};
    float x[ELEMS];
    uint8_t q[ELEMS];
    (void)state;
    fill(x, tiny, 2);
    x[0] = 1.0f;
    best(MZG_TYPE_MXFP4)->quantize(x, q, ELEMS);
    for (size_t i = 0; i < ELEMS / 32; i++)
        for (size_t j = 1; j < 17; j++)
            assert_true((q[17 * i + j] & 15) != 8 && q[17 * i + j] >> 4 != 8);
    memset(q, 0x88, sizeof q);
    best(MZG_TYPE_MXFP4)->dequantize(q, x, 32);
    assert_false(signbit(x[0]));
}

/* The first code of a byte of five is its highest digit to the base 3. */
static void fives_are_as_specified(void **state)
{
    float x[ELEMS] = {0};
    uint8_t q[54];
    (void)state;
    x[0] = 1;    /* 2 */
    x[64] = -1;  /* 0 */
    x[128] = 1;  /* 2: 2 * 81 + 27 + 0 + 3 + 2 = 194 */
    x[240] = -1; /* 0, and three times 1: 39 */
    best(MZG_TYPE_TQ1_0)->quantize(x, q, ELEMS);
    assert_int_equal(q[0], (194 * 256 + 242) / 243);
    assert_int_equal(q[1], (121 * 256 + 242) / 243);
    assert_int_equal(q[48], (39 * 256 + 242) / 243);
    assert_int_equal(q[52] | q[53] << 8, 0x3c00);
}

/* max_abs is what the largest code and the largest scale hold; what is beyond is brought to it. */
static void max_abs_is_the_edge(void **state)
{
    static const enum mzg_type types[] = {MZG_TYPE_MXFP4, MZG_TYPE_NVFP4, MZG_TYPE_TQ1_0,
                                          MZG_TYPE_TQ2_0, MZG_TYPE_Q2_0,  MZG_TYPE_Q1_0};
    float x[ELEMS], y[ELEMS];
    uint8_t q[ELEMS] = {0}, beyond[ELEMS] = {0};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        float max = mzg_type_by_number(types[i])->max_abs;
        for (size_t j = 0; j < ELEMS; j++)
            x[j] = j % 3 ? max : -max;
        comes_back(types[i], x, NULL);
        best(types[i])->quantize(x, q, ELEMS);
        x[0] = -nextafterf(max, INFINITY);
        x[1] = INFINITY;
        best(types[i])->quantize(x, beyond, ELEMS);
        assert_memory_equal(q, beyond, ELEMS);
        best(types[i])->dequantize(beyond, y, ELEMS);
        assert_true(y[0] == -max && y[1] == max);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ternary_values_come_back),
        cmocka_unit_test(values_without_importance_stay),
        cmocka_unit_test(four_levels_come_back),
        cmocka_unit_test(signs_come_back),
        cmocka_unit_test(four_bit_floats_come_back),
        cmocka_unit_test(scales_at_the_edges_decode),
        cmocka_unit_test(zero_has_no_sign),
        cmocka_unit_test(fives_are_as_specified),
        cmocka_unit_test(max_abs_is_the_edge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
