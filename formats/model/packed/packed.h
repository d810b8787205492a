/* packed.h: weights that were published quantized, as plain ones again: their makers' schemes, told by
 * config.json's quantization_config (or what stands for it), and the tensors that belong together.
 *
 * To add a scheme: write its function, and list it in packed.c. */
#ifndef MZG_MODEL_PACKED_H
#define MZG_MODEL_PACKED_H

#include "../../base/json.h"
#include "../values/source.h"

/* MZG_UNSUPPORTED by its name when config (the root of config.json) says that weights are packed in a way
 * that is not known here. */
enum mzg_code mzg_packed_check(const json_t *config, struct mzg_err *e) MZG_MUST;

/* Replaces, in s, the tensors that the scheme packs by what they stand for; nothing where config names no
 * scheme. MZG_MALFORMED where tensors that belong together do not fit each other. */
enum mzg_code mzg_packed_apply(struct mzg_source *s, const json_t *config, struct mzg_err *e) MZG_MUST;

#endif
