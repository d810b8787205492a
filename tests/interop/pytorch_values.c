/* usage: pytorch_values CHECKPOINT OUT
 * Writes each tensor of a checkpoint as weights.h describes it: a line with name, type and shape (row width
 * first), then its elements' bytes, gathered one by one along its strides. */
#include "model/containers/weights.h"
#include <inttypes.h>
#include <stdio.h>

/* Where element i is, in elements behind the first. */
static uint64_t find(const struct mzg_tensor *t, uint64_t i)
{
    uint64_t at = 0;

    if (!t->strides)
        return i;
    for (unsigned d = 0; d < t->n_dims; d++) {
        at += i % t->ne[d] * t->strides[d];
        i /= t->ne[d];
    }
    return at;
}

static int put(const struct mzg_weights *w, const struct mzg_tensor *t, FILE *out)
{
    uint64_t size = t->elems ? t->bytes / t->elems : 0;
    struct mzg_err e;
    uint8_t element[16];

    fprintf(out, "%s %s", t->name, t->type_name);
    for (unsigned d = 0; d < t->n_dims; d++)
        fprintf(out, " %" PRIu64, t->ne[d]);
    fputc('\n', out);
    for (uint64_t i = 0; i < t->elems; i++) {
        if (mzg_file_read(&w->files[t->file].file, t->offset + find(t, i) * size, element, (size_t)size,
                          &e) != MZG_OK) {
            fprintf(stderr, "%s: %s\n", t->name, e.msg);
            return 1;
        }
        fwrite(element, 1, (size_t)size, out);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct mzg_weights w;
    struct mzg_err e;
    FILE *out = argc == 3 ? fopen(argv[2], "wb") : NULL;
    int failed = 0;

    if (!out)
        return 2;
    if (mzg_weights_open(&w, argv[1], &e) != MZG_OK) {
        fprintf(stderr, "%s\n", e.msg);
        fclose(out);
        return 1;
    }
    for (size_t i = 0; i < w.n_tensors && !failed; i++)
        failed = put(&w, &w.tensors[i], out);
    for (size_t i = 0; i < w.n_numbers; i++)
        fprintf(out, "%s = %" PRId64 "\n", w.numbers[i].name, w.numbers[i].value);
    mzg_weights_close(&w);
    return fclose(out) != 0 || failed;
}
