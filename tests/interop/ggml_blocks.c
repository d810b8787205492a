/* Our blocks beside the real library's: `ggml_blocks LIBGGML_BASE.so [WEIGHTS.safetensors] [TYPE]`.
 *
 * 1. Random blocks with finite scales decode to the same bits in both.
 * 2. For each matrix of the file our relative error, decoded by the real library, is no higher than
 *    that of its own quantizer, without importance and (weighted) with it; and so for the same matrix
 *    rounded to BF16, where elements of equal magnitude are common.
 * Prints a table (in no order: the work is divided among the CPUs) and the sum; the exit status is 1 when anything failed. */
#include "formats/base/error.h"
#include "ggml_peer.h"
#include "tests/bench/weights.h"
#include "tests/forks.h"
#include "tests/kernels/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM_ELEMS = 4096 * 32, ROUNDS = 16, FINITE_SCALES = 4 /* the harness's kind of blocks */ };

static struct {
    struct mzg_ggml ggml;
    struct mzg_kernels k;
    const char *only;
    size_t items; /* that were divided among processes so far */
    unsigned long passed, failed;
} t;

static void count(bool good)
{
    t.passed += good;
    t.failed += !good;
}

/* The n-th of the types that are compared, or NULL. */
static const struct mzg_type_info *compared(uint32_t number)
{
    const struct mzg_type_info *info = mzg_type_by_number(number);
    if (!info || !t.k.type[number].dequantize || !t.ggml.dequantize[number] ||
        info->type == MZG_TYPE_Q8_K || (t.only && strcmp(t.only, info->name) != 0))
        return NULL;
    return info;
}

/* The same bits, or NaN in both, whose bits differ from CPU to CPU there. */
static bool same(const float *a, const float *b, size_t n)
{
    bool good = true;
    for (size_t i = 0; i < n; i++)
        good &= memcmp(&a[i], &b[i], sizeof *a) == 0 || (isnan(a[i]) && isnan(b[i]));
    return good;
}

static void compare_decoders(void)
{
    static uint8_t q[RANDOM_ELEMS * 4];
    static float ours[RANDOM_ELEMS], theirs[RANDOM_ELEMS];
    struct mzg_rng random = {1};
    printf("%-7s %s\n", "type", "random blocks decoded by both");
    for (uint32_t i = 0; i < MZG_TYPE_END; i++) {
        const struct mzg_type_info *info = compared(i);
        bool good = true;
        if (!info || info->type == MZG_TYPE_F32 || !mzg_forks_claim(t.items++))
            continue;
        for (int round = 0; round < ROUNDS; round++) {
            mzg_block_fill(FINITE_SCALES, info->type, q, RANDOM_ELEMS, &random);
            t.k.type[i].dequantize(q, ours, RANDOM_ELEMS);
            t.ggml.dequantize[i](q, theirs, RANDOM_ELEMS);
            good &= same(ours, theirs, RANDOM_ELEMS);
        }
        printf("%-7s %s\n", info->name, good ? "same bits" : "FAILED: they differ");
        count(good);
    }
}

/* Square root of sum w (x - y)^2 over sum w x^2; w: of a row's columns, or NULL. */
static double relative_error(const struct mzg_matrix *m, const float *y, const float *w)
{
    double err = 0, sum = 0;
    for (size_t i = 0; i < m->rows * m->width; i++) {
        double d = (double)m->x[i] - (double)y[i], weight = w ? (double)w[i % m->width] : 1;
        err += weight * d * d;
        sum += weight * m->x[i] * m->x[i];
    }
    return sum > 0 ? sqrt(err / sum) : 0;
}

static void our_blocks(const struct mzg_type_info *info, const struct mzg_matrix *m, const float *w,
                       uint8_t *q)
{
    const struct mzg_type_kernels *k = &t.k.type[info->type];
    size_t row = m->width / info->block_elems * info->block_bytes;
    for (size_t r = 0; r < m->rows; r++) {
        if (w && k->search)
            k->search(m->x + r * m->width, w, q + r * row, m->width, MZG_EFFORT_DEFAULT);
        else
            k->quantize(m->x + r * m->width, q + r * row, m->width);
    }
}

static void compare_errors(const struct mzg_matrix *m, const float *w, const char *kind)
{
    static float ones[1 << 16];
    size_t n = m->rows * m->width;
    float *y = malloc(n * sizeof *y);
    uint8_t *q = malloc(n * sizeof *y);
    for (size_t i = 0; i < 1 << 16; i++)
        ones[i] = 1;
    for (uint32_t i = 0; i < MZG_TYPE_END && y && q; i++) {
        const struct mzg_type_info *info = compared(i);
        if (!info || info->block_elems == 1 || m->width % info->block_elems ||
            !mzg_forks_claim(t.items++))
            continue;
        our_blocks(info, m, w, q);
        t.ggml.dequantize[i](q, y, (int64_t)n);
        double ours = relative_error(m, y, w);
        /* Some of ggml's types refuse to go without importance: ones are what comes nearest. */
        const float *theirs_w = !w && t.ggml.requires_importance((int)i) ? ones : w;
        t.ggml.quantize((int)i, m->x, q, 0, (int64_t)m->rows, (int64_t)m->width, theirs_w);
        t.ggml.dequantize[i](q, y, (int64_t)n);
        double theirs = relative_error(m, y, w);
        printf("%-7s %-4s %10.6f%% %10.6f%% %7.4f  %-6s %s%s\n", info->name, w ? "yes" : "no",
               ours * 100, theirs * 100, theirs > 0 ? ours / theirs : 1,
               ours <= theirs ? "pass" : "FAILED", m->name, kind);
        count(ours <= theirs);
    }
    if (!y || !q)
        count(false);
    free(y);
    free(q);
}

static void round_to_bf16(struct mzg_matrix *m)
{
    uint16_t halves[256];
    for (size_t i = 0; i < m->rows * m->width; i += 256) {
        t.k.type[MZG_TYPE_BF16].quantize(m->x + i, halves, 256);
        t.k.type[MZG_TYPE_BF16].dequantize(halves, m->x + i, 256);
    }
}

static enum mzg_code compare_file(const char *path, struct mzg_err *e)
{
    struct mzg_matrices all;
    enum mzg_code code = mzg_matrices_load(&all, path, e);
    if (code)
        return code;
    printf("\n%-7s %-4s %11s %11s %7s\n", "type", "imat", "our error", "ggml's", "ratio");
    for (size_t i = 0; i < all.n; i++) {
        compare_errors(&all.m[i], NULL, "");
        compare_errors(&all.m[i], all.m[i].importance, "");
        round_to_bf16(&all.m[i]);
        compare_errors(&all.m[i], NULL, " (rounded to BF16)");
        compare_errors(&all.m[i], all.m[i].importance, " (rounded to BF16)");
    }
    mzg_matrices_free(&all);
    return MZG_OK;
}

int main(int argc, char **argv)
{
    struct mzg_err e;
    if (argc < 2) {
        fputs("usage: ggml_blocks LIBGGML_BASE.so [WEIGHTS.safetensors [TYPE]]\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    mzg_kernels_init(&t.k, mzg_cpu_features());
    t.only = argc > 3 ? argv[3] : NULL;
    if (!mzg_ggml_open(&t.ggml, argv[1]))
        return 3;
    mzg_forks_begin((unsigned)sysconf(_SC_NPROCESSORS_ONLN));
    compare_decoders();
    FILE *there = argc > 2 ? fopen(argv[2], "rb") : NULL;
    if (!there) {
        printf("%s is not here: errors are not compared\n", argc > 2 ? argv[2] : "a file of weights");
    } else {
        fclose(there);
        if (compare_file(argv[2], &e)) {
            fprintf(stderr, "%s\n", e.msg);
            t.failed++;
        }
    }
    mzg_forks_end(&t.passed, &t.failed);
    printf("%lu passed, %lu failed%s\n", t.passed, t.failed, there ? "" : ", 1 skipped");
    return t.failed != 0;
}
