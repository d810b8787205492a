/* tags.h: the list of what a name has. */
#ifndef MZG_REGISTRY_TAGS_H
#define MZG_REGISTRY_TAGS_H

#include "versions.h"

/* Answers with the tags that stand for a whole bundle, versions and latest, in the order of their bytes: those behind
 * ?last=TAG, at most ?n=N of them, with a link to the next. name: as the client spells it. */
enum MHD_Result mzg_tags_answer(struct mzg_exchange *x, const struct mzg_versions *v, const char *name);

#endif
