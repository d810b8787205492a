/* keys.h: numbers of one JSON object under the names that another has for them. */
#ifndef MZG_MODEL_KEYS_H
#define MZG_MODEL_KEYS_H

#include "../../base/error.h"
#include <jansson.h>
#include <stdbool.h>

struct mzg_key {
    const char *from; /* a dotted path */
    const char *to;   /* a member */
    double min, max;
    bool whole, must;
};

/* Each number of `from` that is there (null is not), and that `to` has none of yet, into `to`. MZG_MALFORMED names
 * the key: missing, no (whole) number, out of its range. */
enum mzg_code mzg_keys_copy(const json_t *from, json_t *to, const struct mzg_key *keys, size_t n,
                            struct mzg_err *e) MZG_MUST;

/* Sets a member, whose value this takes; false without memory, also where that was missing for value. */
bool mzg_keys_set(json_t *o, const char *name, json_t *value);

#endif
