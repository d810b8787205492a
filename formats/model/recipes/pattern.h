/* pattern.h: regular expressions from outside, for tensor names.
 *
 * POSIX extended ones, of bytes, and what they cost is bounded whatever they say: the C library's
 * doubles its work with every '+' in a row, and its classes follow the locale. At most
 * MZG_PATTERN_MAX printable ASCII characters, groups at most MZG_PATTERN_DEPTH deep, no intervals
 * ({2,5}), no back-references, no escapes of letters and digits (what those mean differs from
 * program to program). */
#ifndef MZG_MODEL_PATTERN_H
#define MZG_MODEL_PATTERN_H

#include "../../base/error.h"
#include <stdbool.h>
#include <stddef.h>

#define MZG_PATTERN_MAX 256
#define MZG_PATTERN_DEPTH 8

struct mzg_pattern;

/* MZG_USAGE says what is wrong with it; e->offset: its place in text. */
enum mzg_code mzg_pattern_new(const char *text, size_t len, struct mzg_pattern **p,
                              struct mzg_err *e) MZG_MUST;
void mzg_pattern_free(struct mzg_pattern *p); /* NULL is fine */

/* True when some part of name matches. */
bool mzg_pattern_matches(const struct mzg_pattern *p, const char *name);

#endif
