#include "model/arch/rope.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct mzg_rope llama_3_2 = {500000, 32, 1, 4, 8192};

/* Against the C library's pow in double: the same float, but where that is nearly half way between
 * two; 1 in 10^6 would be many. */
static void powers_are_the_nearest_floats(void **state)
{
    static const double bases[] = {1, 1.5, 2, 10000, 500000, 1e6, 1e30, 7.9999999999};

    (void)state;
    for (size_t b = 0; b < sizeof bases / sizeof *bases; b++) {
        for (int i = 0; i <= 4096; i++) {
            double exponent = i / 4096.0;
            assert_true(mzg_rope_power(bases[b], exponent) == (float)pow(bases[b], exponent));
        }
    }
    assert_true(mzg_rope_power(500000, 0) == 1 && mzg_rope_power(500000, 1) == 500000);
}

/* The definition, in double; each of the float steps costs half a unit in the last place, and the
 * difference under smooth magnifies it. */
static void factors_follow_the_definition(void **state)
{
    float got[32];

    (void)state;
    mzg_rope_factors(&llama_3_2, 64, got);
    for (size_t i = 0; i < 32; i++) {
        double wavelen = 2 * 3.14159265358979323846 * pow(500000, 2.0 * (double)i / 64), want;
        double smooth = (8192 / wavelen - 1) / 3;
        if (wavelen < 2048)
            want = 1;
        else if (wavelen > 8192)
            want = 32;
        else
            want = 1 / ((1 - smooth) / 32 + smooth);
        assert_true(fabs(got[i] - want) <= 2e-6 * want);
    }
}

/* The bytes themselves: they may not change with compilers, machines or versions (SPEC.md). */
static void factors_have_these_bits(void **state)
{
    static const struct { int i; uint32_t bits; } want[] = {
        {0, 0x3f800000}, {14, 0x3f800000}, {15, 0x3fd35ec2},
        {16, 0x4052b46f}, {17, 0x411aaaee}, {18, 0x42000000}, {31, 0x42000000},
    };
    float got[32];

    (void)state;
    mzg_rope_factors(&llama_3_2, 64, got);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        uint32_t bits;
        memcpy(&bits, &got[want[i].i], sizeof bits);
        assert_int_equal(bits, want[i].bits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers_are_the_nearest_floats),
        cmocka_unit_test(factors_follow_the_definition),
        cmocka_unit_test(factors_have_these_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
