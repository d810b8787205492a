/* Quantizers and decoders beside ggml's, in one run: `kernels LIBGGML_BASE.so [WEIGHTS.safetensors]`.
 * Ours and theirs take turns; each figure is the median of its turns, a ratio that of two medians.
 * One thread. Data: the matrices of the file, and synthetic rows of 4096 (heavy-tailed). */
#include "formats/base/error.h"
#include "formats/model/containers/weights.h"
#include "kernels/kernels.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TURNS 9
#define ROW 256 /* ggml is told of rows this wide: every type here takes blocks of 32 */

typedef size_t (*ggml_quantize)(int, const float *, void *, int64_t, int64_t, int64_t,
                                const float *);
typedef void (*ggml_dequantize)(const void *, float *, int64_t);

struct peer {
    void *lib;
    ggml_quantize quantize;
};

static const struct {
    enum mzg_type type;
    const char *decoder;
} compared[] = {
    {MZG_TYPE_F16, "ggml_fp16_to_fp32_row"}, {MZG_TYPE_BF16, "ggml_bf16_to_fp32_row"},
    {MZG_TYPE_Q8_0, "dequantize_row_q8_0"},  {MZG_TYPE_Q5_1, "dequantize_row_q5_1"},
    {MZG_TYPE_Q5_0, "dequantize_row_q5_0"},  {MZG_TYPE_Q4_1, "dequantize_row_q4_1"},
    {MZG_TYPE_Q4_0, "dequantize_row_q4_0"},
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double t[TURNS])
{
    qsort(t, TURNS, sizeof *t, by_value);
    return t[TURNS / 2];
}

static double relative_error(const float *x, const float *y, size_t n)
{
    double err = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        err += ((double)x[i] - (double)y[i]) * ((double)x[i] - (double)y[i]);
        sum += (double)x[i] * (double)x[i];
    }
    return sqrt(err / sum);
}

/* dlsym gives an object pointer; the bytes of a function pointer are the same here (POSIX). */
static void *symbol(void *lib, const char *name, void *fn)
{
    void *s = dlsym(lib, name);
    memcpy(fn, &s, sizeof s);
    return s;
}

static void compare(const struct peer *p, const struct mzg_kernels *k, size_t which,
                    const float *x, size_t n, const char *data)
{
    enum mzg_type type = compared[which].type;
    const struct mzg_type_info *info = mzg_type_by_number(type);
    size_t bytes = n / info->block_elems * info->block_bytes;
    uint8_t *ours = malloc(bytes), *theirs = malloc(bytes);
    float *y = malloc(n * sizeof *y);
    double q1[TURNS], q2[TURNS], d1[TURNS], d2[TURNS];
    ggml_dequantize dequantize = NULL;
    if (ours == NULL || theirs == NULL || y == NULL ||
        symbol(p->lib, compared[which].decoder, &dequantize) == NULL) {
        fprintf(stderr, "no memory, or no %s\n", compared[which].decoder);
        exit(3);
    }
    for (int turn = -1; turn < TURNS; turn++) { /* the first turn only warms up */
        int t = turn < 0 ? 0 : turn;
        double start = now();
        k->type[type].quantize(x, ours, n);
        q1[t] = now() - start, start = now();
        p->quantize((int)type, x, theirs, 0, (int64_t)(n / ROW), ROW, NULL);
        q2[t] = now() - start, start = now();
        k->type[type].dequantize(ours, y, n);
        d1[t] = now() - start, start = now();
        dequantize(ours, y, (int64_t)n);
        d2[t] = now() - start;
    }
    dequantize(theirs, y, (int64_t)n);
    double e2 = relative_error(x, y, n);
    k->type[type].dequantize(ours, y, n);
    double e1 = relative_error(x, y, n), mw = (double)n / 1e6;
    double a = median(q1), b = median(q2), c = median(d1), d = median(d2);
    printf("%-9s %-5s %8.0f %8.0f %6.2fx %9.0f %8.0f %6.2fx %10.5f %10.5f %s\n", data, info->name,
           mw / a, mw / b, b / a, mw / c, mw / d, d / c, 100 * e1, 100 * e2,
           e1 <= e2 ? "" : "HIGHER");
    free(ours);
    free(theirs);
    free(y);
}

/* Products of a bell-shaped and a spread number: tails like trained weights'. */
static float *synthetic(size_t n)
{
    float *x = malloc(n * sizeof *x);
    uint64_t s = 88172645463325252u;
    for (size_t i = 0; x != NULL && i < n; i++) {
        double sum = 0;
        for (int j = 0; j < 6; j++) {
            s ^= s << 13, s ^= s >> 7, s ^= s << 17;
            sum += (double)(s >> 40) / (1 << 24) - 0.5;
        }
        double spread = (double)(s & 1023) / 1024;
        x[i] = (float)(0.03 * sum / (0.35 + spread));
    }
    return x;
}

/* All matrices of the file, one behind the other, cut to whole rows of ROW. */
static float *matrices(const char *path, size_t *n, struct mzg_err *e)
{
    struct mzg_weights w;
    float *x = NULL;
    *n = 0;
    if (mzg_weights_open(&w, path, e) != MZG_OK)
        return NULL;
    for (size_t i = 0; i < w.n_tensors; i++) {
        const struct mzg_tensor *t = &w.tensors[i];
        if (t->n_dims != 2 || t->type != MZG_TYPE_F32 || t->ne[0] % ROW != 0)
            continue;
        float *more = realloc(x, (*n + t->elems) * sizeof *x);
        if (more == NULL || mzg_weights_read(&w, t, 0, more + *n, t->bytes, e) != MZG_OK) {
            free(more != NULL ? more : x);
            mzg_weights_close(&w);
            return NULL;
        }
        x = more;
        *n += t->elems;
    }
    mzg_weights_close(&w);
    return x;
}

int main(int argc, char **argv)
{
    struct peer p = {.lib = NULL};
    struct mzg_err e;
    struct mzg_kernels k;
    if (argc < 2) {
        fprintf(stderr, "usage: kernels LIBGGML_BASE.so [WEIGHTS.safetensors]\n");
        return 2;
    }
    p.lib = dlopen(argv[1], RTLD_NOW);
    if (p.lib == NULL || symbol(p.lib, "ggml_quantize_chunk", &p.quantize) == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 3;
    }
    mzg_kernels_init(&k, mzg_cpu_features());
    printf("%-9s %-5s %8s %8s %7s %9s %8s %7s %10s %10s\n", "", "", "quantize", "", "", "decode",
           "", "", "rel. RMSE", "");
    printf("%-9s %-5s %8s %8s %7s %9s %8s %7s %10s %10s\n", "data", "type", "Mw/s", "ggml",
           "ratio", "Mw/s", "ggml", "ratio", "ours %", "ggml %");
    size_t n = (size_t)4096 * 1024;
    float *x = synthetic(n);
    for (size_t i = 0; x != NULL && i < sizeof compared / sizeof compared[0]; i++)
        compare(&p, &k, i, x, n, "synthetic");
    free(x);
    if (argc > 2) {
        x = matrices(argv[2], &n, &e);
        if (x == NULL) {
            fprintf(stderr, "%s\n", e.msg);
            return 3;
        }
        for (size_t i = 0; i < sizeof compared / sizeof compared[0]; i++)
            compare(&p, &k, i, x, n, "real");
        free(x);
    }
    dlclose(p.lib);
    return 0;
}
