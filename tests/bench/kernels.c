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
#include "formats/base/error.h"
#include "kernels/kernels.h"
#include "tests/interop/ggml_peer.h"
#include "weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TURNS = 9, MADE_ROWS = 256, PIECE = 4096, DOT_ELEMS = 4096, DOT_ROWS = 64 };

/* What a type should reach: times ggml's speed without and with importance; 1 - its error at most. */
static const struct goal {
    enum mzg_type type;
    double plain, weighted; /* speed */
    double lower;           /* error: lower by so much, of 1 */
    double at_most;         /* error in percent, whatever ggml's; 0: no such goal */
} goals[] = {
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
enum { GOALS = sizeof goals / sizeof goals[0] };

struct bench {
    struct mzg_ggml ggml;
    struct mzg_kernels k;
    enum mzg_effort effort;
    const char *only;
    bool efforts;
    unsigned rows, missed;
};

static double now(void)
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

static double median(double *t, int n)
{
    qsort(t, (size_t)n, sizeof *t, by_value);
    return t[n / 2];
}

/* One side's blocks of all matrices, and what they cost and lost. */
struct side {
    uint8_t *q;
    double times[TURNS], decode[TURNS];
    double lost, weighted; /* sums of squares */
};

static size_t bytes_of(const struct mzg_type_info *t, size_t elems)
{
    return elems / t->block_elems * t->block_bytes;
}

/* As convert does it: pieces of several rows, with a row's importance behind itself for each. */
static void ours(const struct bench *b, const struct mzg_type_info *t, const struct mzg_matrix *m,
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
        k->search(m->x + at, w, q + bytes_of(t, at), run, b->effort);
    }
}

static void theirs(const struct bench *b, const struct mzg_type_info *t, const struct mzg_matrix *m,
                   const float *w, uint8_t *q)
{
    b->ggml.quantize((int)t->type, m->x, q, 0, (int64_t)m->rows, (int64_t)m->width, w);
}

typedef void encoder(const struct bench *b, const struct mzg_type_info *t, const struct mzg_matrix *m,
                     const float *w, uint8_t *q);

static double encode_all(const struct bench *b, const struct mzg_type_info *t,
                         const struct mzg_matrices *all, bool importance, encoder *encode, uint8_t *q)
{
    static float ones[1 << 16];
    for (size_t i = 0; i < 1 << 16; i++)
        ones[i] = 1;
    /* Some of ggml's types refuse to go without importance: ones are what comes nearest. */
    const float *none = encode == theirs && b->ggml.requires_importance((int)t->type) ? ones : NULL;
    double start = now();
    for (size_t i = 0; i < all->n; i++) {
        encode(b, t, &all->m[i], importance ? all->m[i].importance : none, q);
        q += bytes_of(t, all->m[i].rows * all->m[i].width);
    }
    return now() - start;
}

/* Decodes and adds up what was lost; y: room for the largest matrix. */
static void measure(const struct bench *b, const struct mzg_type_info *t,
                    const struct mzg_matrices *all, struct side *s, float *y)
{
    const uint8_t *q = s->q;
    for (size_t i = 0; i < all->n; i++) {
        const struct mzg_matrix *m = &all->m[i];
        b->ggml.dequantize[t->type](q, y, (int64_t)(m->rows * m->width));
        for (size_t e = 0; e < m->rows * m->width; e++) {
            double d = (double)m->x[e] - (double)y[e];
            s->lost += d * d;
            s->weighted += (double)m->importance[e % m->width] * d * d;
        }
        q += bytes_of(t, m->rows * m->width);
    }
}

static void sums(const struct mzg_matrices *all, double *plain, double *weighted)
{
    *plain = *weighted = 0;
    for (size_t i = 0; i < all->n; i++) {
        const struct mzg_matrix *m = &all->m[i];
        for (size_t e = 0; e < m->rows * m->width; e++) {
            *plain += (double)m->x[e] * m->x[e];
            *weighted += (double)m->importance[e % m->width] * m->x[e] * m->x[e];
        }
    }
}

static void verdict(struct bench *b, const struct goal *g, bool importance, double speed, double mine,
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

static void compare(struct bench *b, const struct goal *g, const struct mzg_matrices *all,
                    const char *data, bool importance, float *y)
{
    const struct mzg_type_info *t = mzg_type_by_number((uint32_t)g->type);
    struct side s[2] = {{.q = malloc(bytes_of(t, all->elems))}, {.q = malloc(bytes_of(t, all->elems))}};
    double plain, weighted;
    int turns = TURNS;
    if (!s[0].q || !s[1].q) {
        fputs("no memory\n", stderr);
        exit(3);
    }
    encode_all(b, t, all, importance, ours, s[0].q); /* warms up */
    double first = encode_all(b, t, all, importance, theirs, s[1].q);
    if (first > 0.2)
        turns = first > 2 ? 1 : 3;
    for (int i = 0; i < turns; i++) {
        s[0].times[i] = encode_all(b, t, all, importance, ours, s[0].q);
        s[1].times[i] = encode_all(b, t, all, importance, theirs, s[1].q);
    }
    sums(all, &plain, &weighted);
    measure(b, t, all, &s[0], y);
    measure(b, t, all, &s[1], y);
    double mw = (double)all->elems / 1e6, a = median(s[0].times, turns), o = median(s[1].times, turns);
    double e[2], v[2];
    for (int i = 0; i < 2; i++) {
        e[i] = sqrt(s[i].lost / plain);
        v[i] = sqrt(s[i].weighted / weighted);
    }
    printf("%-9s %-7s %-5s %8.1f %8.1f %7.2f %9.4f %9.4f %7.4f %9.4f %9.4f %7.4f", data, t->name,
           importance ? "yes" : "no", mw / a, mw / o, o / a, 100 * e[0], 100 * e[1], e[0] / e[1],
           100 * v[0], 100 * v[1], v[0] / v[1]);
    verdict(b, g, importance, o / a, importance ? v[0] : e[0], importance ? v[1] : e[1]);
    free(s[0].q);
    free(s[1].q);
}

static void compare_data(struct bench *b, const struct mzg_matrices *all, const char *data)
{
    size_t largest = 0;
    for (size_t i = 0; i < all->n; i++)
        if (all->m[i].rows * all->m[i].width > largest)
            largest = all->m[i].rows * all->m[i].width;
    float *y = malloc(largest * sizeof *y);
    if (!y) {
        fputs("no memory\n", stderr);
        exit(3);
    }
    printf("\n%-9s %-7s %-5s %8s %8s %7s %9s %9s %7s %9s %9s %7s\n", "", "", "", "Mw/s", "Mw/s", "",
           "relRMSE %", "", "", "wRMSE %", "", "");
    printf("%-9s %-7s %-5s %8s %8s %7s %9s %9s %7s %9s %9s %7s\n", "data", "type", "imat", "ours",
           "ggml", "ratio", "ours", "ggml", "ratio", "ours", "ggml", "ratio");
    for (size_t i = 0; i < GOALS; i++) {
        const struct mzg_type_info *t = mzg_type_by_number((uint32_t)goals[i].type);
        if ((b->only && strcmp(b->only, t->name) != 0) || !b->k.type[t->type].quantize)
            continue;
        compare(b, &goals[i], all, data, false, y);
        if (t->block_elems > 1)
            compare(b, &goals[i], all, data, true, y);
    }
    free(y);
}

/* ---- efforts ---- */

/* Speed, and the error that is searched for (plain, or weighted by importance), of one effort. */
static void effort_figures(struct bench *b, const struct mzg_type_info *t, const struct mzg_matrices *all,
                           bool importance, float *y)
{
    struct side s = {.q = malloc(bytes_of(t, all->elems))};
    double plain, weighted;
    if (!s.q) {
        fputs("no memory\n", stderr);
        exit(3);
    }
    encode_all(b, t, all, importance, ours, s.q);
    for (int i = 0; i < 3; i++)
        s.times[i] = encode_all(b, t, all, importance, ours, s.q);
    sums(all, &plain, &weighted);
    measure(b, t, all, &s, y);
    printf(" %8.1f %8.4f", (double)all->elems / 1e6 / median(s.times, 3),
           100 * sqrt(importance ? s.weighted / weighted : s.lost / plain));
    free(s.q);
}

static void compare_efforts(struct bench *b, const struct mzg_matrices *all, const char *data)
{
    float *y = malloc(all->elems * sizeof *y);
    if (!y) {
        fputs("no memory\n", stderr);
        exit(3);
    }
    printf("\n%-9s %-7s %-5s %17s %17s %17s\n", "", "", "", "fast", "default", "best");
    printf("%-9s %-7s %-5s %8s %8s %8s %8s %8s %8s\n", "data", "type", "imat", "Mw/s", "error %", "Mw/s",
           "error %", "Mw/s", "error %");
    for (size_t i = 0; i < 2 * GOALS; i++) {
        const struct mzg_type_info *t = mzg_type_by_number((uint32_t)goals[i / 2].type);
        if ((b->only && strcmp(b->only, t->name) != 0) || !b->k.type[t->type].search)
            continue;
        printf("%-9s %-7s %-5s", data, t->name, i % 2 ? "yes" : "no");
        for (int effort = MZG_EFFORT_FAST; effort <= MZG_EFFORT_BEST; effort++) {
            b->effort = (enum mzg_effort)effort;
            effort_figures(b, t, all, i % 2, y);
        }
        puts("");
    }
    free(y);
}

/* ---- decoders and dot products, from memory that the caches hold ---- */

struct pair {
    double mine, other; /* medians, seconds */
};

static struct pair time_decoders(const struct bench *b, const struct mzg_type_info *t,
                                 const uint8_t *q, float *y, size_t n)
{
    double mine[TURNS], other[TURNS];
    enum { CALLS = 16 };
    for (int i = -1; i < TURNS; i++) {
        int at = i < 0 ? 0 : i;
        double start = now();
        for (int c = 0; c < CALLS; c++)
            b->k.type[t->type].dequantize(q, y, n);
        mine[at] = now() - start, start = now();
        for (int c = 0; c < CALLS; c++)
            b->ggml.dequantize[t->type](q, y, (int64_t)n);
        other[at] = now() - start;
    }
    return (struct pair){median(mine, TURNS) / CALLS, median(other, TURNS) / CALLS};
}

/* Each side with activations x of its own making: for Q4_1 and Q5_1 ggml's also hold sums. */
static struct pair time_dots(const struct bench *b, const struct mzg_type_info *t, const uint8_t *q,
                             const float *x)
{
    static uint8_t y[DOT_ELEMS * 4], their_y[DOT_ELEMS * 4];
    double mine[TURNS], other[TURNS];
    volatile float sink;
    size_t row = bytes_of(t, DOT_ELEMS);
    enum { CALLS = 8 };
    b->k.type[t->dot_with].quantize(x, y, DOT_ELEMS);
    b->ggml.activation[t->type](x, their_y, DOT_ELEMS);
    for (int i = -1; i < TURNS; i++) {
        int at = i < 0 ? 0 : i;
        double start = now();
        for (int c = 0; c < CALLS * DOT_ROWS; c++)
            sink = b->k.type[t->type].dot(q + (size_t)(c % DOT_ROWS) * row, y, DOT_ELEMS);
        mine[at] = now() - start, start = now();
        for (int c = 0; c < CALLS * DOT_ROWS; c++) {
            float sum;
            b->ggml.dot[t->type](DOT_ELEMS, &sum, 0, q + (size_t)(c % DOT_ROWS) * row, 0, their_y, 0,
                                 1);
            sink = sum;
        }
        other[at] = now() - start;
    }
    (void)sink;
    return (struct pair){median(mine, TURNS) / CALLS, median(other, TURNS) / CALLS};
}

static void print_pair(struct bench *b, struct pair p, double weights)
{
    printf(" %8.0f %8.0f %7.2f", weights / p.mine * 1e-6, weights / p.other * 1e-6, p.other / p.mine);
    b->rows++;
    b->missed += p.other < p.mine;
}

/* The first blocks of a type that this process makes: what a program waits for before it starts. */
static void compare_starts(const struct bench *b)
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
    for (size_t i = 0; i < GOALS; i++) {
        const struct mzg_type_info *t = mzg_type_by_number((uint32_t)goals[i].type);
        if ((b->only && strcmp(b->only, t->name) != 0) || !b->k.type[t->type].quantize)
            continue;
        double start = now();
        b->k.type[t->type].quantize(x, q, 256);
        double mine = now() - start;
        start = now();
        b->ggml.quantize((int)t->type, x, q, 0, 1, 256, ones);
        double other = now() - start;
        if (other > 1e-3)
            printf("%-7s ours %.3f, ggml %.0f\n", t->name, 1e3 * mine, 1e3 * other);
        if (mine >= slowest) {
            slowest = mine;
            which = t->name;
        }
    }
    printf("slowest of ours: %s, %.3f ms%s\n", which, 1e3 * slowest, slowest > 0.01 ? " MISSED 10 ms" : "");
}

static void compare_uses(struct bench *b, const struct mzg_matrices *made)
{
    enum { N = DOT_ELEMS * DOT_ROWS };
    static uint8_t q[N * 4];
    static float x[N];
    printf("\n%-7s %8s %8s %7s %9s %8s %7s\n", "", "decode", "", "", "dot", "", "");
    printf("%-7s %8s %8s %7s %9s %8s %7s\n", "type", "ours", "ggml", "ratio", "ours", "ggml", "ratio");
    for (size_t i = 0; i < GOALS; i++) {
        const struct mzg_type_info *t = mzg_type_by_number((uint32_t)goals[i].type);
        if ((b->only && strcmp(b->only, t->name) != 0) || !b->k.type[t->type].dequantize)
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

static bool parse(struct bench *b, int argc, char **argv, const char **lib, const char **file)
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
    struct bench b = {0};
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
        compare_efforts(&b, &all, "synthetic");
        mzg_matrices_free(&all);
        return 0;
    }
    compare_starts(&b);
    compare_uses(&b, &all);
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
