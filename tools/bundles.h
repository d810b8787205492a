/* bundles.h: what the commands about bundles share: dates, trust, and a bundle described. */
#ifndef MZG_TOOLS_BUNDLES_H
#define MZG_TOOLS_BUNDLES_H

#include "command.h"
#include "mzigo.h"

/* ---- dates, as "2026-11-23T08:00:00Z" ---- */

#define MZG_DATE sizeof "2026-11-23T08:00:00Z"

/* A day ("2026-11-23") is its first second; other text is given back as it is, for the library to
 * judge; NULL is NULL. */
const char *mzg_date_whole(char out[MZG_DATE], const char *text);

/* Now. */
enum mzg_code mzg_date_now(char out[MZG_DATE], struct mzg_err *e) MZG_MUST;
/* Now, or the date that a reproducible build asks for (SOURCE_DATE_EPOCH). */
enum mzg_code mzg_date_of_build(char out[MZG_DATE], struct mzg_err *e) MZG_MUST;

/* For the option tables of commands that can leave files of a bundle out (bundle/choose.h). */
#define MZG_OPTION_FILES                                                                           \
    {"files", 0, "GLOB", MZG_MANY, "Only the files of the bundle whose names are of this form, '*q4_k_m*' " \
                                   "say; upper and lower case are the same. May be given several times."}

/* ---- trust ---- */

/* For the option tables of commands that verify. */
#define MZG_OPTIONS_TRUST                                                                          \
    {"trust", 0, "KEY.pub", MZG_REQUIRED | MZG_MANY,                                               \
     "A trusted public key; may be given several times."},                                         \
    {"at", 0, "DATE", 0, "Judges by DATE (2026-11-23) instead of this machine's clock whether a "  \
                         "bundle has expired."}

/* What those options say. now: memory for the date. */
enum mzg_code mzg_trust_read(struct mzg_trust *trust, const struct mzg_args *a, char now[MZG_DATE],
                             struct mzg_err *e) MZG_MUST;

/* ---- descriptions ---- */

/* A heading ("verified: stories 1.0.0") and aligned lines below it, on standard output. */
enum mzg_code mzg_bundle_show(const char *heading, const struct mzg_bundle_info *info,
                              struct mzg_err *e) MZG_MUST;

/* The same facts as members of o. */
void mzg_bundle_report(json_t *o, const struct mzg_bundle_info *info);

#endif
