/* languages.h: what human languages are called. */
#ifndef MZG_PAGE_LANGUAGES_H
#define MZG_PAGE_LANGUAGES_H

#include "tongue.h"
#include <stddef.h>

/* The name in t of a code of n bytes ("sw", "swa", "en-GB", in any case); NULL for one that is not in the
 * table. */
const char *mzg_language_name(enum mzg_tongue t, const char *code, size_t n);

#endif
