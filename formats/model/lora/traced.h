/* traced.h: which rows of a matrix a tensor in GGUF has, and in which order (factors.h). */
#ifndef MZG_MODEL_TRACED_H
#define MZG_MODEL_TRACED_H

#include "factors.h"

/* Element [row, column] of a plane is the matrix's at [rows[row], columns[column]], or, where it lies across, at
 * [columns[column], rows[row]]. */
struct mzg_traced {
    size_t part;             /* of the adapter: the one matrix that the plane comes from */
    bool across;
    const uint32_t *rows;    /* MZG_NO_ROW: one of zeros; NULL: all of them as they are */
    const uint32_t *columns; /* NULL: the same */
};

/* t: what the family's table made of f's stand-ins. MZG_UNSUPPORTED where its plane is not of such an order, comes from
 * several of them, or has values that were computed. */
enum mzg_code mzg_traced_plane(struct mzg_factors *f, const struct mzg_model_tensor *t, uint64_t plane,
                               struct mzg_traced *traced, struct mzg_err *e) MZG_MUST;

#endif
