/* recipe.h: which tensor gets which type. */
#ifndef MZG_MODEL_RECIPE_H
#define MZG_MODEL_RECIPE_H

#include "arch/model.h"

struct mzg_recipe {
    const char *name;     /* "Q8_0" */
    enum mzg_type base;   /* for every eligible matrix */
    uint32_t file_type;   /* general.file_type, llama.cpp's number */
};

/* Every recipe there is, from the largest output to the smallest; *n is their number. */
const struct mzg_recipe *mzg_recipes(size_t *n);

/* By name, upper or lower case; MZG_USAGE with the names there are. */
enum mzg_code mzg_recipe_find(const char *name, const struct mzg_recipe **r,
                              struct mzg_err *e) MZG_MUST;

/* The output tensor table of model m: names, shapes and types, ready for mzg_gguf_layout. Eligible
 * is a matrix (two dimensions) named *.weight that is no norm; all else is F32. A row that does not
 * divide into blocks falls back to F16 and is announced. A raw model: every matrix is eligible,
 * whatever its name, and the rest keeps its type. *out is m->n_tensors rows, freed with free(). */
enum mzg_code mzg_recipe_apply(const struct mzg_recipe *r, const struct mzg_model *m,
                               const struct mzg_notify *notify, struct mzg_gguf_tensor **out,
                               struct mzg_err *e) MZG_MUST;

#endif
