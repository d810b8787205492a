/* match.h: which importance each tensor of a model is quantized with.
 *
 * Done before any weight is read, so that what is missing, does not fit or is damaged is said first. */
#ifndef MZG_MODEL_MATCH_H
#define MZG_MODEL_MATCH_H

#include "../recipes/recipe.h"
#include "imatrix.h"

struct mzg_importance {
    const struct mzg_imatrix *imatrix;     /* NULL: there is none */
    const struct mzg_imatrix_entry **of;   /* per tensor of the model; NULL: quantized without */
    const struct mzg_model *model;
    size_t used;                           /* tensors that have an entry */
};

/* Finds the entry of each tensor that is going to be quantized: table and why as mzg_recipe_apply
 * gave them. imatrix may be NULL; it and m must outlive imp. Every value that will be used has been
 * read and found valid when this returns. Announced by name: tensors without an entry, entries of
 * another width or number of matrices, empty ones (those three are quantized without importance),
 * and entries for tensors that the model does not have. MZG_UNSUPPORTED: a tensor whose type needs
 * importance has none. MZG_MALFORMED: no entry fits any tensor, or a value is NaN, infinite or
 * negative. On failure imp is cleared. */
enum mzg_code mzg_importance_match(struct mzg_importance *imp, const struct mzg_imatrix *imatrix,
                                   const struct mzg_model *m, const struct mzg_gguf_tensor *table,
                                   const struct mzg_recipe_why *why, const struct mzg_notify *notify,
                                   struct mzg_err *e) MZG_MUST;
void mzg_importance_clear(struct mzg_importance *imp); /* fine on a zeroed one */

/* The importance of matrix `mat` (index over ne[2] * ne[3]) of tensor i, for each column: ne[0]
 * floats into w. Only for a tensor whose imp->of[i] is not NULL. Any thread. */
enum mzg_code mzg_importance_read(const struct mzg_importance *imp, size_t i, uint64_t mat, float *w,
                                  struct mzg_err *e) MZG_MUST;

#endif
