#include "weights.h"

#include "formats/model/containers/weights.h"
#include "kernels/kernels.h"
#include "tests/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 4096, UNIT = 256 };

static double uniform(uint64_t *state)
{
    return ((double)(mzg_random(state) >> 11) + 0.5) * 0x1p-53;
}

static double normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(uniform(state)));
    return radius * cos(6.283185307179586 * uniform(state));
}

static double student6(uint64_t *state)
{
    double chi2 = 0;
    for (int i = 0; i < 6; i++) {
        double z = normal(state);
        chi2 += z * z;
    }
    return normal(state) / sqrt(chi2 / 6);
}

static enum mzg_code matrix_alloc(struct mzg_matrix *m, const char *name, size_t rows, size_t width,
                                  struct mzg_err *e)
{
    *m = (struct mzg_matrix){.rows = rows, .width = width};
    snprintf(m->name, sizeof m->name, "%s", name);
    m->x = malloc(rows * width * sizeof *m->x);
    m->importance = malloc(width * sizeof *m->importance);
    return m->x && m->importance ? MZG_OK : mzg_fail_memory(e, "a matrix");
}

static void draw_importance(struct mzg_matrix *m, uint64_t seed)
{
    for (size_t i = 0; i < m->width; i++)
        m->importance[i] = (float)exp(1.2 * normal(&seed));
}

static void sum_up(struct mzg_matrices *all)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct mzg_matrix *m = &all->m[i];
        size_t n = m->rows * m->width;
        for (size_t k = 0; k < n; k++) {
            double square = (double)m->x[k] * m->x[k];
            all->squares += square;
            all->weighted_squares += (double)m->importance[k % m->width] * square;
        }
        all->elems += n;
        all->largest = n > all->largest ? n : all->largest;
    }
}

enum mzg_code mzg_matrices_load(struct mzg_matrices *all, const char *path, struct mzg_err *e)
{
    struct mzg_weights w;
    *all = (struct mzg_matrices){0};
    enum mzg_code rc = mzg_weights_open(&w, path, e);
    if (rc != MZG_OK)
        return rc;
    all->m = calloc(w.n_tensors ? w.n_tensors : 1, sizeof *all->m);
    if (!all->m)
        rc = mzg_fail_memory(e, "matrices");
    for (size_t i = 0; i < w.n_tensors && rc == MZG_OK; i++) {
        const struct mzg_tensor *t = &w.tensors[i];
        if (t->n_dims != 2 || t->type != MZG_TYPE_F32 || t->ne[0] % UNIT)
            continue;
        struct mzg_matrix *m = &all->m[all->n++];
        rc = matrix_alloc(m, t->name, (size_t)t->ne[1], (size_t)t->ne[0], e);
        if (rc == MZG_OK)
            rc = mzg_weights_read(&w, t, 0, m->x, t->bytes, e);
        if (rc == MZG_OK)
            draw_importance(m, i + 1);
    }
    mzg_weights_close(&w);
    if (rc == MZG_OK && !all->n)
        rc = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: no F32 matrix in it", path);
    if (rc == MZG_OK)
        sum_up(all);
    else
        mzg_matrices_free(all);
    return rc;
}

/* The columns of large weights are often those of small activations, and the other way round; here the
 * two are drawn apart. */
enum mzg_code mzg_matrices_make(struct mzg_matrices *all, size_t rows, struct mzg_err *e)
{
    static float column[WIDTH];
    struct mzg_kernels k;
    uint64_t seed = 20261126;
    *all = (struct mzg_matrices){.m = calloc(1, sizeof *all->m), .n = 1};
    enum mzg_code rc = all->m ? matrix_alloc(all->m, "synthetic", rows, WIDTH, e)
                              : mzg_fail_memory(e, "a matrix");
    if (rc != MZG_OK) {
        mzg_matrices_free(all);
        return rc;
    }
    for (size_t i = 0; i < WIDTH; i++)
        column[i] = (float)exp(0.3 * normal(&seed));
    mzg_kernels_init(&k, 0);
    for (size_t r = 0; r < rows; r++) {
        float *x = all->m->x + r * WIDTH;
        uint8_t halves[WIDTH * 2];
        double scale = 0.02 * exp(0.3 * normal(&seed));
        for (size_t i = 0; i < WIDTH; i++)
            x[i] = (float)(scale * column[i] * student6(&seed));
        k.type[MZG_TYPE_BF16].quantize(x, halves, WIDTH);
        k.type[MZG_TYPE_BF16].dequantize(halves, x, WIDTH);
    }
    draw_importance(all->m, 7);
    sum_up(all);
    return MZG_OK;
}

void mzg_matrices_free(struct mzg_matrices *all)
{
    for (size_t i = 0; all->m && i < all->n; i++) {
        free(all->m[i].x);
        free(all->m[i].importance);
    }
    free(all->m);
    *all = (struct mzg_matrices){0};
}
