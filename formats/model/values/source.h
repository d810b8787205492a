/* source.h: the tensors of a source as its makers meant them: one for each stored tensor, but where
 * several of those (packed words, scales, zero points) stand for one. Names are still the source's.
 *
 * Between what is stored and what an architecture makes of it, this is where whole sources change:
 * packed weights become plain ones, an adapter is merged into them. */
#ifndef MZG_MODEL_SOURCE_H
#define MZG_MODEL_SOURCE_H

#include "values.h"

struct mzg_source_tensor {
    const char *name;
    const struct mzg_values *values; /* NULL: of a type that can only be listed */
    const struct mzg_tensor *stored; /* where it is one stored tensor, this; else the first of them */
};

struct mzg_source {
    struct mzg_arena *arena;         /* the model's */
    const struct mzg_weights *weights;
    struct mzg_source_tensor *items; /* in the order of weights.tensors */
    size_t n;
};

/* One tensor each of w's. */
enum mzg_code mzg_source_init(struct mzg_source *s, const struct mzg_weights *w,
                              struct mzg_arena *arena, struct mzg_err *e) MZG_MUST;

#endif
