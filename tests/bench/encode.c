#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PIECE = 4096 };

double mzg_bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double mzg_bench_median(double *t, int n)
{
    qsort(t, (size_t)n, sizeof *t, by_value);
    return t[n / 2];
}

void *mzg_bench_memory(size_t bytes)
{
    void *p = malloc(bytes);
    if (!p) {
        fputs("no memory\n", stderr);
        exit(3);
    }
    return p;
}

size_t mzg_bench_bytes(const struct mzg_type_info *t, size_t elems)
{
    return elems / t->block_elems * t->block_bytes;
}

/* As convert does it: pieces of several rows, with a row's importance behind itself for each. */
static void ours(const struct mzg_bench *b, const struct mzg_type_info *t, const struct mzg_matrix *m,
                 const float *w, uint8_t *q)
{
    static float piece[PIECE];
    const struct mzg_type_kernels *k = &b->k.type[t->type];
    size_t n = m->rows * m->width, rows = m->width < PIECE ? PIECE / m->width : 1;
    if (!k->search || (!w && b->effort == MZG_EFFORT_DEFAULT)) {
        k->quantize(m->x, q, n);
        return;
    }
    if (w && m->width < PIECE) {
        for (size_t r = 0; r < rows; r++)
            memcpy(piece + r * m->width, w, m->width * sizeof *w);
        w = piece;
    }
    for (size_t at = 0; at < n; at += rows * m->width) {
        size_t run = n - at < rows * m->width ? n - at : rows * m->width;
        k->search(m->x + at, w, q + mzg_bench_bytes(t, at), run, b->effort);
    }
}

/* Some of ggml's types refuse to go without importance: ones are what comes nearest. */
static void theirs(const struct mzg_bench *b, const struct mzg_type_info *t, const struct mzg_matrix *m,
                   const float *w, uint8_t *q)
{
    static float ones[1 << 16];
    for (size_t i = 0; i < m->width && !w; i++)
        ones[i] = 1;
    if (!w && b->ggml.requires_importance((int)t->type))
        w = ones;
    b->ggml.quantize((int)t->type, m->x, q, 0, (int64_t)m->rows, (int64_t)m->width, w);
}

double mzg_bench_encode(const struct mzg_bench *b, const struct mzg_type_info *t,
                        const struct mzg_matrices *all, bool importance, enum mzg_side side, uint8_t *q)
{
    double start = mzg_bench_now();
    for (size_t i = 0; i < all->n; i++) {
        const struct mzg_matrix *m = &all->m[i];
        (side == MZG_OURS ? ours : theirs)(b, t, m, importance ? m->importance : NULL, q);
        q += mzg_bench_bytes(t, m->rows * m->width);
    }
    return mzg_bench_now() - start;
}

struct mzg_bench_loss mzg_bench_measure(const struct mzg_bench *b, const struct mzg_type_info *t,
                                        const struct mzg_matrices *all, const uint8_t *q, float *y)
{
    double lost = 0, weighted = 0;
    for (size_t i = 0; i < all->n; i++) {
        const struct mzg_matrix *m = &all->m[i];
        b->ggml.dequantize[t->type](q, y, (int64_t)(m->rows * m->width));
        for (size_t e = 0; e < m->rows * m->width; e++) {
            double d = (double)m->x[e] - (double)y[e];
            lost += d * d;
            weighted += (double)m->importance[e % m->width] * d * d;
        }
        q += mzg_bench_bytes(t, m->rows * m->width);
    }
    return (struct mzg_bench_loss){sqrt(lost / all->squares), sqrt(weighted / all->weighted_squares)};
}
