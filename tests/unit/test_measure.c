/* What check measures of one batch: that the limits of types whose magnitudes are points of a grid
 * hold for what our quantizers make of hard blocks, and still refuse another scale. */
#include "formats/model/limits.h"
#include "formats/model/measure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { N = 4 * 256 };
static const enum mzg_type grids[] = {MZG_TYPE_IQ3_S, MZG_TYPE_IQ3_XXS, MZG_TYPE_IQ2_XXS,
                                      MZG_TYPE_IQ2_XS, MZG_TYPE_IQ2_S};
enum { GRIDS = sizeof grids / sizeof grids[0] };

static struct {
    struct mzg_kernels k;
    struct mzg_limits limits;
    float x[N], w[N];
    uint8_t q[N];
} t;

/* Each block has runs of zeros and of small numbers beside one of large ones. */
static void fill(void)
{
    uint32_t s = 1;
    mzg_kernels_init(&t.k, mzg_cpu_features());
    mzg_limits_init(&t.limits);
    for (size_t i = 0; i < N; i++) {
        s = s * 1664525 + 1013904223;
        float v = (float)(s >> 8) / (1 << 23) - 1;
        t.x[i] = i % 256 < 64 ? 0 : i % 256 < 192 ? 1e-4f * v : v;
        t.w[i] = s >> 28 ? v * v : 0;
    }
}

/* The worst block's error, as a part of its limit. */
static double block_error(enum mzg_type type, uint32_t elems)
{
    struct mzg_limit limit = t.limits.type[type];
    struct mzg_model_tensor tensor = {.n_dims = 1, .values = t.x, .ne = {N}};
    struct mzg_batch batch = {.tensor = &tensor, .count = N};
    struct mzg_pair pair = {.batch = &batch, .out = t.q, .limit = &limit, .kernels = &t.k,
                            .to = mzg_type_by_number((uint32_t)type)};
    struct mzg_loss loss = {0};
    struct mzg_err e;
    limit.elems = elems;
    assert_int_equal(mzg_loss_measure(&loss, &pair, &e), MZG_OK);
    return loss.block_error;
}

static void small_runs_beside_large_ones_pass(void **state)
{
    (void)state;
    fill();
    for (size_t i = 0; i < GRIDS; i++) {
        for (int effort = MZG_EFFORT_FAST; effort <= MZG_EFFORT_BEST; effort++) {
            t.k.type[grids[i]].search(t.x, NULL, t.q, N, (enum mzg_effort)effort);
            assert_true(block_error(grids[i], t.limits.type[grids[i]].elems) <= 1);
            t.k.type[grids[i]].search(t.x, t.w, t.q, N, (enum mzg_effort)effort);
            assert_true(block_error(grids[i], t.limits.type[grids[i]].elems) <= 1);
        }
        assert_true(block_error(grids[i], 0) > 1); /* no value of theirs is zero */
    }
}

static void another_scale_fails(void **state)
{
    (void)state;
    fill();
    for (size_t i = 0; i < GRIDS; i++) {
        t.k.type[grids[i]].quantize(t.x, t.q, N);
        t.q[1] = (uint8_t)(t.q[1] + 0x10); /* 16 times */
        assert_true(block_error(grids[i], t.limits.type[grids[i]].elems) > 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_runs_beside_large_ones_pass),
        cmocka_unit_test(another_scale_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
