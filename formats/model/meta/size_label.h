/* size_label.h: how large a model is, in words: "1.1B", "8x7B". */
#ifndef MZG_MODEL_SIZE_LABEL_H
#define MZG_MODEL_SIZE_LABEL_H

#include "../arch/model.h"

#define MZG_SIZE_LABEL 64

/* Elements of all tensors. */
uint64_t mzg_model_weights(const struct mzg_model *m);

/* As llama.cpp writes it: two digits at least; where tensors hold stacked experts ("_exps." in their names),
 * the number of experts and the size of the model that one of them makes. Empty for a model without
 * tensors. */
void mzg_size_label(const struct mzg_model *m, char out[MZG_SIZE_LABEL]);

#endif
