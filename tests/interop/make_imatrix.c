/* make_imatrix.c: importance data for the tests: `make_imatrix MODEL.gguf OUT.dat` writes llama.cpp's
 * legacy layout with an entry for each matrix of the model. The values are drawn (a few columns matter
 * much more than the rest, as in real models), the same on every machine: integers and powers of two
 * alone make them. */
#include "mzigo.h"
#include "tests/random.h"

#include <stdio.h>
#include <string.h>

static void put_number(FILE *f, int32_t v)
{
    fwrite(&v, sizeof v, 1, f);
}

static bool is_matrix(const struct mzg_view_tensor *t)
{
    size_t n = strlen(t->name);
    return t->n_dims >= 2 && n > 7 && strcmp(t->name + n - 7, ".weight") == 0;
}

/* 2^-4 to 2^4, each octave filled evenly. */
static void put_entry(FILE *f, const struct mzg_view_tensor *t, uint64_t seed)
{
    const int32_t calls = 8;
    uint64_t matrices = t->n_dims > 2 ? t->ne[2] : 1;
    put_number(f, (int32_t)strlen(t->name));
    fputs(t->name, f);
    put_number(f, calls);
    put_number(f, (int32_t)(t->ne[0] * matrices));
    for (uint64_t i = 0; i < t->ne[0] * matrices; i++) {
        uint64_t r = mzg_random(&seed);
        float value = (float)(256 + (r & 255)) / 256 * (float)calls;
        int octave = (int)(r >> 8 & 7) - 4;
        value *= octave < 0 ? 1.0f / (float)(1 << -octave) : (float)(1 << octave);
        fwrite(&value, sizeof value, 1, f);
    }
}

int main(int argc, char **argv)
{
    struct mzg_view *v = NULL;
    struct mzg_view_tensor t;
    struct mzg_err e;
    int32_t n = 0;
    if (argc != 3) {
        fputs("usage: make_imatrix MODEL.gguf OUT.dat\n", stderr);
        return 2;
    }
    if (mzg_view_open(&v, argv[1], &e) != MZG_OK) {
        fprintf(stderr, "%s\n", e.msg);
        return (int)e.code;
    }
    FILE *f = fopen(argv[2], "wb");
    if (!f) {
        perror(argv[2]);
        mzg_view_close(v);
        return 3;
    }
    for (size_t i = 0; i < mzg_view_tensors(v); i++) {
        mzg_view_tensor(v, i, &t);
        n += is_matrix(&t);
    }
    put_number(f, n);
    for (size_t i = 0; i < mzg_view_tensors(v); i++) {
        mzg_view_tensor(v, i, &t);
        if (is_matrix(&t))
            put_entry(f, &t, i + 1);
    }
    put_number(f, 100); /* chunks */
    put_number(f, (int32_t)strlen("drawn.txt"));
    fputs("drawn.txt", f);
    mzg_view_close(v);
    if (ferror(f) | (fclose(f) != 0)) {
        fprintf(stderr, "%s: not written\n", argv[2]);
        return 3;
    }
    return 0;
}
