#include "bench.h"

#include <stdio.h>

enum { TURNS = 9, DOT_ELEMS = 4096, DOT_ROWS = 64 };

/* ---- decoders and dot products, from memory that the caches hold ---- */

struct pair {
    double mine, other; /* medians, seconds */
};

static struct pair time_decoders(const struct mzg_bench *b, const struct mzg_type_info *t,
                                 const uint8_t *q, float *y, size_t n)
{
    double mine[TURNS], other[TURNS];
    enum { CALLS = 16 };
    for (int i = -1; i < TURNS; i++) {
        int at = i < 0 ? 0 : i;
        double start = mzg_bench_now();
        for (int c = 0; c < CALLS; c++)
            b->k.type[t->type].dequantize(q, y, n);
        mine[at] = mzg_bench_now() - start, start = mzg_bench_now();
        for (int c = 0; c < CALLS; c++)
            b->ggml.dequantize[t->type](q, y, (int64_t)n);
        other[at] = mzg_bench_now() - start;
    }
    return (struct pair){mzg_bench_median(mine, TURNS) / CALLS, mzg_bench_median(other, TURNS) / CALLS};
}

/* Each side with activations x of its own making: for Q4_1 and Q5_1 ggml's also hold sums. */
static struct pair time_dots(const struct mzg_bench *b, const struct mzg_type_info *t, const uint8_t *q,
                             const float *x)
{
    static uint8_t y[DOT_ELEMS * 4], their_y[DOT_ELEMS * 4];
    double mine[TURNS], other[TURNS];
    volatile float sink;
    size_t row = mzg_bench_bytes(t, DOT_ELEMS);
    enum { CALLS = 8 };
    b->k.type[t->dot_with].quantize(x, y, DOT_ELEMS);
    b->ggml.activation[t->type](x, their_y, DOT_ELEMS);
    for (int i = -1; i < TURNS; i++) {
        int at = i < 0 ? 0 : i;
        double start = mzg_bench_now();
        for (int c = 0; c < CALLS * DOT_ROWS; c++)
            sink = b->k.type[t->type].dot(q + (size_t)(c % DOT_ROWS) * row, y, DOT_ELEMS);
        mine[at] = mzg_bench_now() - start, start = mzg_bench_now();
        for (int c = 0; c < CALLS * DOT_ROWS; c++) {
            float sum;
            b->ggml.dot[t->type](DOT_ELEMS, &sum, 0, q + (size_t)(c % DOT_ROWS) * row, 0, their_y, 0,
                                 1);
            sink = sum;
        }
        other[at] = mzg_bench_now() - start;
    }
    (void)sink;
    return (struct pair){mzg_bench_median(mine, TURNS) / CALLS, mzg_bench_median(other, TURNS) / CALLS};
}

static void print_pair(struct mzg_bench *b, struct pair p, double weights)
{
    printf(" %8.0f %8.0f %7.2f", weights / p.mine * 1e-6, weights / p.other * 1e-6, p.other / p.mine);
    b->rows++;
    b->missed += p.other < p.mine;
}

/* The first blocks of a type that this process makes: what a program waits for before it starts. */
void mzg_bench_starts(const struct mzg_bench *b)
{
    static float x[256], ones[256];
    static uint8_t q[256 * 4];
    double slowest = 0;
    const char *which = "";
    printf("\nfirst block of a type, ms (ggml: where it takes more than 1)\n");
    for (size_t i = 0; i < 256; i++) {
        x[i] = (float)(i % 17) - 8;
        ones[i] = 1;
    }
    for (size_t i = 0; i < mzg_goal_count; i++) {
        const struct mzg_type_info *t = mzg_bench_type(b, i);
        if (!t)
            continue;
        double start = mzg_bench_now();
        b->k.type[t->type].quantize(x, q, 256);
        double mine = mzg_bench_now() - start;
        start = mzg_bench_now();
        b->ggml.quantize((int)t->type, x, q, 0, 1, 256, ones);
        double other = mzg_bench_now() - start;
        if (other > 1e-3)
            printf("%-7s ours %.3f, ggml %.0f\n", t->name, 1e3 * mine, 1e3 * other);
        if (mine >= slowest) {
            slowest = mine;
            which = t->name;
        }
    }
    printf("slowest of ours: %s, %.3f ms%s\n", which, 1e3 * slowest, slowest > 0.01 ? " MISSED 10 ms" : "");
}

void mzg_bench_uses(struct mzg_bench *b, const struct mzg_matrices *made)
{
    enum { N = DOT_ELEMS * DOT_ROWS };
    static uint8_t q[N * 4];
    static float x[N];
    printf("\n%-7s %8s %8s %7s %9s %8s %7s\n", "", "decode", "", "", "dot", "", "");
    printf("%-7s %8s %8s %7s %9s %8s %7s\n", "type", "ours", "ggml", "ratio", "ours", "ggml", "ratio");
    for (size_t i = 0; i < mzg_goal_count; i++) {
        const struct mzg_type_info *t = mzg_bench_type(b, i);
        if (!t)
            continue;
        printf("%-7s", t->name);
        b->k.type[t->type].quantize(made->m->x, q, N);
        struct pair p = time_decoders(b, t, q, x, DOT_ELEMS * 8);
        print_pair(b, p, DOT_ELEMS * 8);
        bool slower = p.other < p.mine;
        if (b->ggml.dot[t->type]) {
            p = time_dots(b, t, q, made->m->x);
            printf(" ");
            print_pair(b, p, N);
            slower |= p.other < p.mine;
        }
        puts(slower ? " MISSED: slower" : "");
    }
}
