/* bundle_text.h: a bundle described, for people and for machines: pack, verify, unpack, inspect. */
#ifndef MZG_TOOLS_BUNDLE_TEXT_H
#define MZG_TOOLS_BUNDLE_TEXT_H

#include "mzigo.h"
#include <jansson.h>

/* A heading ("verified: stories 1.0.0") and aligned lines below it, on standard output. */
enum mzg_code mzg_bundle_show(const char *heading, const struct mzg_bundle_info *info,
                              struct mzg_err *e) MZG_MUST;

/* The same facts as members of o. */
void mzg_bundle_report(json_t *o, const struct mzg_bundle_info *info);

#endif
