/* Our blocks beside the real library's: `ggml_blocks LIBGGML_BASE.so [WEIGHTS.safetensors]`.
 *
 * 1. Random blocks with finite scales decode to the same bits in both.
 * 2. For each matrix of the file our relative error, decoded by the real library, is no higher than
 *    that of its own quantizer; and so for the same matrix rounded to BF16, where elements of equal
 *    magnitude are common.
 * Prints a table and the sum; the exit status is 1 when anything failed. */
#include "formats/base/error.h"
#include "formats/model/containers/weights.h"
#include "kernels/kernels.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM_BLOCKS = 4096 };

typedef size_t (*ggml_quantize)(int, const float *, void *, int64_t, int64_t, int64_t,
                                const float *);
typedef void (*ggml_dequantize)(const void *, float *, int64_t);

static const struct {
    enum mzg_type type;
    const char *decoder;
    unsigned halves; /* at the start of a block: scale, minimum */
} compared[] = {
    {MZG_TYPE_F16, "ggml_fp16_to_fp32_row", 1}, {MZG_TYPE_BF16, "ggml_bf16_to_fp32_row", 1},
    {MZG_TYPE_Q8_0, "dequantize_row_q8_0", 1},  {MZG_TYPE_Q4_0, "dequantize_row_q4_0", 1},
    {MZG_TYPE_Q4_1, "dequantize_row_q4_1", 2},  {MZG_TYPE_Q5_0, "dequantize_row_q5_0", 1},
    {MZG_TYPE_Q5_1, "dequantize_row_q5_1", 2},
};
enum { COMPARED = sizeof compared / sizeof compared[0] };

static struct {
    ggml_quantize quantize;
    ggml_dequantize decode[COMPARED];
    struct mzg_kernels k;
    unsigned passed, failed;
} t;

static void count(bool good)
{
    t.passed += good;
    t.failed += !good;
}

static bool load_peer(const char *path)
{
    void *lib = dlopen(path, RTLD_NOW);
    if (!lib) {
        fprintf(stderr, "%s\n", dlerror());
        return false;
    }
    *(void **)&t.quantize = dlsym(lib, "ggml_quantize_chunk");
    bool all = t.quantize != NULL;
    for (size_t i = 0; i < COMPARED; i++) {
        *(void **)&t.decode[i] = dlsym(lib, compared[i].decoder);
        all &= t.decode[i] != NULL;
    }
    if (!all)
        fprintf(stderr, "%s lacks one of the functions that are compared\n", path);
    return all;
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Any bytes, but scales of every finite value. */
static void fill(size_t which, uint8_t *q, size_t blocks, uint64_t *random)
{
    size_t bytes = mzg_type_by_number((uint32_t)compared[which].type)->block_bytes;
    for (size_t b = 0; b < blocks; b++, q += bytes) {
        for (size_t i = 0; i < bytes; i++)
            q[i] = (uint8_t)next_random(random);
        for (size_t h = 0; h < compared[which].halves; h++) {
            uint8_t *high = &q[2 * h + 1];
            if ((*high & 0x7c) == 0x7c)
                *high &= 0xfb;
        }
    }
}

static void compare_decoders(void)
{
    static uint8_t q[RANDOM_BLOCKS * 34];
    static float ours[RANDOM_BLOCKS * 32], theirs[RANDOM_BLOCKS * 32];
    uint64_t random = 1;
    printf("%-6s %s\n", "type", "random blocks decoded by both");
    for (size_t i = 0; i < COMPARED; i++) {
        const struct mzg_type_info *info = mzg_type_by_number((uint32_t)compared[i].type);
        size_t n = RANDOM_BLOCKS * (size_t)info->block_elems;
        bool same = true;
        for (int round = 0; round < 16; round++) {
            fill(i, q, RANDOM_BLOCKS, &random);
            t.k.type[info->type].dequantize(q, ours, n);
            t.decode[i](q, theirs, (int64_t)n);
            same &= memcmp(ours, theirs, n * sizeof *ours) == 0;
        }
        printf("%-6s %s\n", info->name, same ? "same bits" : "FAILED: they differ");
        count(same);
    }
}

static double relative_error(const float *x, const float *y, size_t n)
{
    double err = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        double d = (double)x[i] - (double)y[i];
        err += d * d;
        sum += (double)x[i] * (double)x[i];
    }
    return sum > 0 ? sqrt(err / sum) : 0;
}

struct matrix {
    const char *name;
    float *x, *decoded;
    uint8_t *q;
    size_t width, rows;
};

static void compare_errors(const struct matrix *m, const char *kind)
{
    size_t n = m->width * m->rows;
    for (size_t i = 0; i < COMPARED; i++) {
        const struct mzg_type_info *info = mzg_type_by_number((uint32_t)compared[i].type);
        if (m->width % info->block_elems || info->block_elems == 1)
            continue;
        t.k.type[info->type].quantize(m->x, m->q, n);
        t.decode[i](m->q, m->decoded, (int64_t)n);
        double ours = relative_error(m->x, m->decoded, n);
        t.quantize((int)info->type, m->x, m->q, 0, (int64_t)m->rows, (int64_t)m->width, NULL);
        t.decode[i](m->q, m->decoded, (int64_t)n);
        double theirs = relative_error(m->x, m->decoded, n);
        printf("%-6s %10.7f%% %10.7f%%  %-6s %s %s\n", info->name, ours * 100, theirs * 100,
               ours <= theirs ? "pass" : "FAILED", m->name, kind);
        count(ours <= theirs);
    }
}

static void round_to_bf16(float *x, uint8_t *q, size_t n)
{
    t.k.type[MZG_TYPE_BF16].quantize(x, q, n);
    t.k.type[MZG_TYPE_BF16].dequantize(q, x, n);
}

static enum mzg_code compare_tensor(const struct mzg_weights *w, const struct mzg_tensor *tensor,
                                    struct mzg_err *e)
{
    size_t n = (size_t)tensor->elems;
    struct matrix m = {tensor->name,       malloc(n * sizeof(float)),
                       malloc(n * sizeof(float)), malloc(n * sizeof(float)),
                       (size_t)tensor->ne[0], (size_t)tensor->ne[1]};
    enum mzg_code code = MZG_OK;
    if (!m.x || !m.decoded || !m.q)
        code = mzg_fail_memory(e, "a matrix");
    if (!code)
        code = mzg_weights_read(w, tensor, 0, m.x, n * sizeof(float), e);
    if (!code) {
        compare_errors(&m, "");
        round_to_bf16(m.x, m.q, n);
        compare_errors(&m, "(rounded to BF16)");
    }
    free(m.x);
    free(m.decoded);
    free(m.q);
    return code;
}

static enum mzg_code compare_file(const char *path, struct mzg_err *e)
{
    struct mzg_weights w;
    size_t matrices = 0;
    enum mzg_code code = mzg_weights_open(&w, path, e);
    if (code)
        return code;
    printf("\n%-6s %11s %11s\n", "type", "our error", "ggml's");
    for (size_t i = 0; i < w.n_tensors && !code; i++) {
        const struct mzg_tensor *tensor = &w.tensors[i];
        if (tensor->n_dims == 2 && tensor->type == MZG_TYPE_F32 && tensor->ne[0] % 32 == 0) {
            code = compare_tensor(&w, tensor, e);
            matrices++;
        }
    }
    mzg_weights_close(&w);
    if (!code && !matrices)
        code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: no F32 matrix in it", path);
    return code;
}

int main(int argc, char **argv)
{
    struct mzg_err e;
    if (argc < 2) {
        fputs("usage: ggml_blocks LIBGGML_BASE.so [WEIGHTS.safetensors]\n", stderr);
        return 2;
    }
    mzg_kernels_init(&t.k, mzg_cpu_features());
    if (!load_peer(argv[1]))
        return 3;
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
    printf("%u passed, %u failed%s\n", t.passed, t.failed, there ? "" : ", 1 skipped");
    return t.failed != 0;
}
