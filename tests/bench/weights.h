/* weights.h: what the quantizers are timed and judged on: real matrices, and made ones like them. */
#ifndef MZG_TESTS_BENCH_WEIGHTS_H
#define MZG_TESTS_BENCH_WEIGHTS_H

#include "formats/base/error.h"

/* One matrix: rows * width weights, and the importance of a row's columns. */
struct mzg_matrix {
    char name[64];
    float *x, *importance;
    size_t rows, width;
};

struct mzg_matrices {
    struct mzg_matrix *m;
    size_t n;
    size_t elems, largest; /* of all, of the largest */
    double squares, weighted_squares; /* sums over all; the second with importance */
};

/* Every F32 matrix of the file whose rows divide into blocks of 256. Importance, which the file does
 * not have, is drawn: log-normal, the same on every machine up to libm's rounding. */
enum mzg_code mzg_matrices_load(struct mzg_matrices *all, const char *path, struct mzg_err *e) MZG_MUST;

/* One matrix of rows of 4096: Student's t of 6 degrees of freedom, the scale varying from row to row
 * and from column to column, rounded to BF16. */
enum mzg_code mzg_matrices_make(struct mzg_matrices *all, size_t rows, struct mzg_err *e) MZG_MUST;
void mzg_matrices_free(struct mzg_matrices *all);

#endif
