/* relatives.h: the models and data that a model was made from, as its card names them. */
#ifndef MZG_MODEL_RELATIVES_H
#define MZG_MODEL_RELATIVES_H

#include "../containers/kvs.h"
#include <jansson.h>

/* kind "base_model" or "dataset": general.KIND.count, and general.KIND.N.name, .organization, .repo_url
 * and what else the card says of each. An id ("org/name") is taken apart, a page of the hub too, any
 * other address is kept; a path on somebody's machine is none of these and is passed over. */
void mzg_relatives_put(struct mzg_kvs *k, const char *kind, const json_t *card);

#endif
