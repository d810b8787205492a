/* Quantizers, decoders and dot products beside ggml's, in one run:
 *
 *   kernels LIBGGML_BASE.so [WEIGHTS.safetensors] [--only TYPE] [--cpu MASK] [--effort 0|1|2] [--efforts]
 *
 * --efforts: ours alone, each type at its three efforts.
 *
 * Ours and theirs take turns on one thread; a time is the median of its turns in CPU time, a ratio that
 * of two medians. Errors and times of a row come from the same calls, at one effort. Data: rows of 4096
 * that are made, and the matrices of the file. Goals stand in the table below; a row that misses one
 * says so. The exit status does not depend on speed. */
#include "bench.h"

#include "formats/base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS = 9, MADE_ROWS = 256 };

const struct mzg_goal mzg_goals[] = {
    {MZG_TYPE_F16, 0, 0, 0, 0},        {MZG_TYPE_BF16, 0, 0, 0, 0},
    {MZG_TYPE_Q8_0, 6, 6, 0, 0},       {MZG_TYPE_Q5_1, 3, 10, 0, 0},
    {MZG_TYPE_Q5_0, 3, 10, 0, 0},      {MZG_TYPE_Q4_1, 3, 10, 0, 0},
    {MZG_TYPE_Q4_0, 2, 10, 0.02, 0},   {MZG_TYPE_Q6_K, 5, 5, 0.02, 0},
    {MZG_TYPE_Q5_K, 10, 10, 0, 0},     {MZG_TYPE_Q4_K, 10, 10, 0.02, 0},
    {MZG_TYPE_Q3_K, 3, 3, 0, 0},       {MZG_TYPE_Q2_K, 8, 8, 0, 0},
    {MZG_TYPE_IQ4_NL, 18, 18, 0.02, 0}, {MZG_TYPE_IQ4_XS, 18, 18, 0.02, 0},
    {MZG_TYPE_NVFP4, 4, 4, 0.08, 0},   {MZG_TYPE_MXFP4, 4, 4, 0, 0},
    {MZG_TYPE_IQ3_S, 8, 8, 0, 0},      {MZG_TYPE_IQ3_XXS, 8, 8, 0, 0},
    {MZG_TYPE_IQ2_S, 8, 8, 0, 0},      {MZG_TYPE_IQ2_XS, 8, 8, 0, 0},
    {MZG_TYPE_IQ2_XXS, 8, 8, 0, 0},    {MZG_TYPE_IQ1_M, 4, 4, 0, 0},
    {MZG_TYPE_IQ1_S, 4, 4, 0, 0},      {MZG_TYPE_TQ2_0, 4, 4, 0, 52},
    {MZG_TYPE_TQ1_0, 4, 4, 0, 52},     {MZG_TYPE_Q2_0, 0, 0, 0, 0},
    {MZG_TYPE_Q1_0, 0, 0, 0, 0},
};
const size_t mzg_goal_count = sizeof mzg_goals / sizeof mzg_goals[0];

const struct mzg_type_info *mzg_bench_type(const struct mzg_bench *b, size_t i)
{
    const struct mzg_type_info *t = mzg_type_by_number((uint32_t)mzg_goals[i].type);
    bool meant = !b->only || strcmp(b->only, t->name) == 0;
    return meant && b->k.type[t->type].quantize ? t : NULL;
}

static void verdict(struct mzg_bench *b, const struct mzg_goal *g, bool importance, double speed, double mine,
                    double other)
{
    double want = importance ? g->weighted : g->plain;
    char word[80] = "";
    size_t at = 0;
    if (speed < want)
        at += (size_t)snprintf(word, sizeof word, " MISSED %gx", want);
    if (mine > other)
        at += (size_t)snprintf(word + at, sizeof word - at, " MISSED: error higher");
    else if (mine > other * (1 - g->lower))
        at += (size_t)snprintf(word + at, sizeof word - at, " MISSED %g%% lower", 100 * g->lower);
    if (g->at_most > 0 && 100 * mine > g->at_most)
        snprintf(word + at, sizeof word - at, " MISSED %g%%", g->at_most);
    printf("%s\n", word);
    b->rows++;
    b->missed += word[0] != 0;
}

/* A slow peer takes fewer turns. */
static int turns_for(double seconds)
{
    return seconds > 2 ? 1 : seconds > 0.2 ? 3 : TURNS;
}

/* y: room for the largest matrix. */
static void compare(struct mzg_bench *b, const struct mzg_goal *g, const struct mzg_matrices *all,
                    const char *data, bool importance, float *y)
{
    const struct mzg_type_info *t = mzg_type_by_number((uint32_t)g->type);
    double times[2][TURNS], mw = (double)all->elems / 1e6;
    uint8_t *q[2];
    struct mzg_bench_loss loss[2];
    for (int s = 0; s < 2; s++)
        q[s] = mzg_bench_memory(mzg_bench_bytes(t, all->elems));
    mzg_bench_encode(b, t, all, importance, MZG_OURS, q[MZG_OURS]); /* warms up */
    int turns = turns_for(mzg_bench_encode(b, t, all, importance, MZG_THEIRS, q[MZG_THEIRS]));
    for (int i = 0; i < turns; i++)
        for (int s = 0; s < 2; s++)
            times[s][i] = mzg_bench_encode(b, t, all, importance, (enum mzg_side)s, q[s]);
    for (int s = 0; s < 2; s++)
        loss[s] = mzg_bench_measure(b, t, all, q[s], y);
    double mine = mzg_bench_median(times[MZG_OURS], turns);
    double other = mzg_bench_median(times[MZG_THEIRS], turns);
    printf("%-9s %-7s %-5s %8.1f %8.1f %7.2f %9.4f %9.4f %7.4f %9.4f %9.4f %7.4f", data, t->name,
           importance ? "yes" : "no", mw / mine, mw / other, other / mine, 100 * loss[0].plain,
           100 * loss[1].plain, loss[0].plain / loss[1].plain, 100 * loss[0].weighted,
           100 * loss[1].weighted, loss[0].weighted / loss[1].weighted);
    verdict(b, g, importance, other / mine, importance ? loss[0].weighted : loss[0].plain,
            importance ? loss[1].weighted : loss[1].plain);
    free(q[0]);
    free(q[1]);
}

static void compare_data(struct mzg_bench *b, const struct mzg_matrices *all, const char *data)
{
    float *y = mzg_bench_memory(all->largest * sizeof *y);
    printf("\n%-9s %-7s %-5s %8s %8s %7s %9s %9s %7s %9s %9s %7s\n", "", "", "", "Mw/s", "Mw/s", "",
           "relRMSE %", "", "", "wRMSE %", "", "");
    printf("%-9s %-7s %-5s %8s %8s %7s %9s %9s %7s %9s %9s %7s\n", "data", "type", "imat", "ours",
           "ggml", "ratio", "ours", "ggml", "ratio", "ours", "ggml", "ratio");
    for (size_t i = 0; i < mzg_goal_count; i++) {
        const struct mzg_type_info *t = mzg_bench_type(b, i);
        if (!t)
            continue;
        compare(b, &mzg_goals[i], all, data, false, y);
        if (t->block_elems > 1)
            compare(b, &mzg_goals[i], all, data, true, y);
    }
    free(y);
}

static bool parse(struct mzg_bench *b, int argc, char **argv, const char **lib, const char **file)
{
    uint32_t cpu = mzg_cpu_features();
    b->effort = MZG_EFFORT_DEFAULT;
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--only") == 0 && more)
            b->only = argv[++i];
        else if (strcmp(argv[i], "--efforts") == 0)
            b->efforts = true;
        else if (strcmp(argv[i], "--cpu") == 0 && more)
            cpu &= (uint32_t)strtoul(argv[++i], NULL, 0);
        else if (strcmp(argv[i], "--effort") == 0 && more)
            b->effort = (enum mzg_effort)strtoul(argv[++i], NULL, 0);
        else if (argv[i][0] != '-' && !*lib)
            *lib = argv[i];
        else if (argv[i][0] != '-' && !*file)
            *file = argv[i];
        else
            return false;
    }
    mzg_kernels_init(&b->k, cpu);
    return *lib && b->effort <= MZG_EFFORT_BEST;
}

int main(int argc, char **argv)
{
    struct mzg_bench b = {0};
    struct mzg_matrices all;
    struct mzg_err e;
    const char *lib = NULL, *file = NULL;
    if (!parse(&b, argc, argv, &lib, &file)) {
        fputs("usage: kernels LIBGGML_BASE.so [WEIGHTS.safetensors] [--only TYPE] [--cpu MASK] "
              "[--effort 0|1|2] [--efforts]\n", stderr);
        return 2;
    }
    if (!mzg_ggml_open(&b.ggml, lib))
        return 3;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("one thread; ggml's dot products from %s\n",
           b.ggml.cpu_library[0] ? b.ggml.cpu_library : "nowhere");
    if (mzg_matrices_make(&all, MADE_ROWS, &e) != MZG_OK)
        goto fail;
    if (b.efforts) {
        mzg_bench_efforts(&b, &all, "synthetic");
        mzg_matrices_free(&all);
        return 0;
    }
    mzg_bench_starts(&b);
    mzg_bench_uses(&b, &all);
    compare_data(&b, &all, "synthetic");
    mzg_matrices_free(&all);
    if (file) {
        if (mzg_matrices_load(&all, file, &e) != MZG_OK)
            goto fail;
        compare_data(&b, &all, "use-lite");
        mzg_matrices_free(&all);
    }
    printf("\n%u of %u figures miss their goal\n", b.missed, b.rows);
    return 0;
fail:
    fprintf(stderr, "%s\n", e.msg);
    return 3;
}
