/* bench.c: how fast each variant is, on one thread, from the second-level cache. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ELEMS = 32768, ROUNDS = 15 };

static float x[ELEMS], w[ELEMS];
static uint8_t q[ELEMS * 4], y[ELEMS * 4];
static volatile float sink;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void call(const struct mzg_kernel *k)
{
    switch (k->op) {
    case MZG_OP_quantize: k->as.quantize(x, q, ELEMS); break;
    case MZG_OP_search: k->as.search(x, w, q, ELEMS, MZG_EFFORT_DEFAULT); break;
    case MZG_OP_dequantize: k->as.dequantize(q, x, ELEMS); break;
    case MZG_OP_dot: sink = k->as.dot(q, y, ELEMS); break;
    case MZG_OP_find_unfit: sink = (float)k->as.find_unfit(x, ELEMS, 1e30f); break;
    case MZG_OP_END: break;
    }
}

static int ascending(const void *a, const void *b)
{
    double u = *(const double *)a, v = *(const double *)b;
    return (u > v) - (u < v);
}

/* Median seconds of one call, over rounds of about 2 ms each. */
static double seconds(const struct mzg_kernel *k)
{
    double round[ROUNDS];
    call(k);
    double start = now();
    call(k);
    unsigned calls = 1 + (unsigned)(2e-3 / (now() - start + 1e-7));
    for (int i = 0; i < ROUNDS; i++) {
        start = now();
        for (unsigned c = 0; c < calls; c++)
            call(k);
        round[i] = (now() - start) / calls;
    }
    qsort(round, ROUNDS, sizeof round[0], ascending);
    return round[ROUNDS / 2];
}

void mzg_bench(uint32_t cpu, const char *filter)
{
    size_t count;
    const struct mzg_kernel *k = mzg_kernel_list(&count);
    printf("%-32s %10s %10s %8s\n", "kernel", "Melem/s", "GB/s f32", "x ref");
    for (size_t i = 0; i < count; i++) {
        if ((k[i].needs & ~cpu) || !strstr(k[i].name, filter))
            continue;
        struct mzg_rng r = {1};
        mzg_float_fill(0, k[i].type, x, ELEMS, &r);
        mzg_block_fill(0, k[i].type, q, ELEMS, &r);
        mzg_importance_fill(1, w, ELEMS, &r);
        mzg_block_fill(0, mzg_type_by_number((uint32_t)k[i].type)->dot_with, y, ELEMS, &r);
        double mine = seconds(&k[i]), ref = seconds(mzg_kernel_best(k[i].type, k[i].op, 0));
        printf("%-32s %10.0f %10.2f %8.2f\n", k[i].name, ELEMS / mine * 1e-6,
               ELEMS * sizeof(float) / mine * 1e-9, ref / mine);
    }
}
