/* rows.h: importance for a run of a tensor's elements: a column's value for each element of the column.
 *
 * One per worker's batch: it keeps the matrix that was last asked for, so that a run of batches of one
 * tensor reads its importance about once. */
#ifndef MZG_MODEL_ROWS_H
#define MZG_MODEL_ROWS_H

#include "match.h"

struct mzg_importance_rows {
    float *columns;  /* of one matrix */
    size_t tensor;   /* whose matrix `matrix` is in columns; SIZE_MAX: none */
    uint64_t matrix;
};

/* The width of the widest tensor that has importance; 0: none has. */
uint64_t mzg_importance_widest(const struct mzg_importance *imp);

/* Whether tensor i of the model is quantized with importance. */
bool mzg_importance_has(const struct mzg_importance *imp, size_t i);

/* Room for tensors up to `widest`. r is the caller's to clear, also after an error. */
enum mzg_code mzg_importance_rows_init(struct mzg_importance_rows *r, uint64_t widest,
                                       struct mzg_err *e) MZG_MUST;
void mzg_importance_rows_clear(struct mzg_importance_rows *r); /* fine on a zeroed one */

/* The importance of elements [first, first + n) of tensor i: *w is NULL where it has none, else n
 * values, in room or in r until its next use. first may be anywhere in a row. Allocates nothing. */
enum mzg_code mzg_importance_rows_get(struct mzg_importance_rows *r, const struct mzg_importance *imp,
                                      size_t i, uint64_t first, size_t n, float *room,
                                      const float **w, struct mzg_err *e) MZG_MUST;

#endif
