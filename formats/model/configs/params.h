/* params.h: params.json, which Mistral's and Meta's own releases have in place of config.json.
 *
 * What it says becomes what Hugging Face's config would say of the same model, with a class of its own
 * (arch/arch_consolidated.c), as the weights beside it have other names and another order. Meta's says less
 * than is needed: the width of its feed-forward follows from three numbers, the vocabulary from the
 * weights, and how long a text may be from what its releases have. */
#ifndef MZG_MODEL_PARAMS_H
#define MZG_MODEL_PARAMS_H

#include "../../base/progress.h"
#include "../arch/config.h"
#include "../containers/weights.h"

#define MZG_PARAMS_FILE "params.json"

/* Whether the folder has such a file, and its weights are those that belong to it. */
bool mzg_params_has(const char *folder);

/* w: the folder's weights. Announces what it had to guess. MZG_MALFORMED: not an object, a number missing or
 * out of its range; MZG_UNSUPPORTED: what no class stands for, by its key. Messages name the file. */
enum mzg_code mzg_params_load(struct mzg_config *c, const char *folder, const struct mzg_weights *w,
                              const struct mzg_notify *notify, struct mzg_err *e) MZG_MUST;

#endif
