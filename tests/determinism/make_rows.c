/* make_rows.c: a few matrices in one safetensors file, for types whose search takes its time under an
 * emulator: `make_rows OUT.safetensors`. Rows of 256 and 512 weights, heavy-tailed, of different
 * sizes; made of integers and powers of two, so the same on every machine. */
#include "tests/random.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    unsigned rows, width;
} matrices[] = {{"first.weight", 96, 512}, {"second.weight", 33, 256}, {"third.weight", 1, 768}};
enum { MATRICES = sizeof matrices / sizeof matrices[0] };

/* A bell (four bytes added), of a size that differs from row to row; one in 256 is ten times as large. */
static float weight(uint64_t *state, unsigned row)
{
    uint64_t r = mzg_random(state);
    int bell = -510;
    for (int i = 0; i < 4; i++)
        bell += (int)(r >> 8 * i & 255);
    float x = (float)bell / (float)(1 << (12 + row % 5));
    return r >> 56 ? x : 10 * x;
}

int main(int argc, char **argv)
{
    char header[1024];
    size_t at = 1, offset = 0;
    FILE *f = argc == 2 ? fopen(argv[1], "wb") : NULL;
    if (!f) {
        perror(argc == 2 ? argv[1] : "usage: make_rows OUT.safetensors");
        return 3;
    }
    strcpy(header, "{");
    for (size_t i = 0; i < MATRICES; i++) {
        size_t bytes = (size_t)matrices[i].rows * matrices[i].width * 4;
        at += (size_t)snprintf(header + at, sizeof header - at,
                               "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%u,%u],\"data_offsets\":[%zu,%zu]}",
                               i ? "," : "", matrices[i].name, matrices[i].rows, matrices[i].width, offset,
                               offset + bytes);
        offset += bytes;
    }
    at += (size_t)snprintf(header + at, sizeof header - at, "}");
    uint64_t length = at, state = 1;
    fwrite(&length, sizeof length, 1, f);
    fwrite(header, at, 1, f);
    for (size_t i = 0; i < MATRICES; i++) {
        for (unsigned e = 0; e < matrices[i].rows * matrices[i].width; e++) {
            float x = weight(&state, e / matrices[i].width);
            fwrite(&x, sizeof x, 1, f);
        }
    }
    if (ferror(f) | (fclose(f) != 0)) {
        fprintf(stderr, "%s: not written\n", argv[1]);
        return 3;
    }
    return 0;
}
