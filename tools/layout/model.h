/* model.h: which of a bundle's files is meant by programs that run one model. */
#ifndef MZG_TOOLS_LAYOUT_MODEL_H
#define MZG_TOOLS_LAYOUT_MODEL_H

#include "bundle/manifest.h"
#include <stdbool.h>

/* A GGUF file that runs by itself: no part of one that was split, no projector, no importance data. */
bool mzg_model_is(const struct mzg_manifest *m, const struct mzg_member *file);

/* The type of quantization of a model, "Q4_K_M", by what is noted of the file or else its name; NULL: not known. */
const char *mzg_model_grade(const struct mzg_manifest *m, const struct mzg_member *file);

/* The first model of this grade, in any case ("q4_k_m"); grade NULL: of Q4_K_M, else of Q8_0, else the first, which
 * is how llama.cpp chooses. NULL: there is none. Points into m. */
const struct mzg_member *mzg_model_choose(const struct mzg_manifest *m, const char *grade);

#endif
