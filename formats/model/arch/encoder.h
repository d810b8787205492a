/* encoder.h: what families of text encoders share: vectors of tokens that see the whole text. */
#ifndef MZG_MODEL_ENCODER_H
#define MZG_MODEL_ENCODER_H

#include "common.h"
#include "pooling.h"

/* A matrix with its bias, and a norm with its own: encoders have both. */
#define MZG_BIASED(from, to, rows, width, how)                                                     \
    MZG_TENSOR(from ".weight", to ".weight", rows, width, 0, how),                                 \
    MZG_TENSOR(from ".bias", to ".bias", MZG_DIM_1, rows, 0, how)
#define MZG_BIASED_NORM(from, to) MZG_BIASED_VECTOR(from, to, MZG_DIM_EMBD)
#define MZG_BIASED_VECTOR(from, to, width)                                                         \
    MZG_TENSOR(from ".weight", to ".weight", MZG_DIM_1, width, 0, NULL),                           \
    MZG_TENSOR(from ".bias", to ".bias", MZG_DIM_1, width, 0, NULL)

/* For struct mzg_arch.settle: sets what an old config leaves out. */
enum mzg_code mzg_encoder_default(struct mzg_config *c, const char *name, json_t *value,
                                  struct mzg_err *e) MZG_MUST;

/* Writes that attention is not causal, and how vectors are pooled; refuses configs of decoders, and other
 * activations. For struct mzg_arch.put. */
enum mzg_code mzg_encoder_put(const struct mzg_arch_work *work, const struct mzg_common *common,
                              struct mzg_kvs *k, struct mzg_err *e) MZG_MUST;

/* ---- models that judge a text instead: rankers and classifiers ---- */

/* How many labels there are. */
enum mzg_code mzg_encoder_labels(const struct mzg_config *c, uint64_t *n, struct mzg_err *e) MZG_MUST;
/* As mzg_encoder_put; what is pooled is the first token, which goes through the head. n: of the labels,
 * whose names are written too. */
enum mzg_code mzg_encoder_put_ranker(const struct mzg_arch_work *work, const struct mzg_common *common,
                                     uint64_t n, struct mzg_kvs *k, struct mzg_err *e) MZG_MUST;

#endif
