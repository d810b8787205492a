/* documents.h: the signed documents of bundles that a stick brings: found among their copies, and kept. */
#ifndef MZG_CARRY_DOCUMENTS_H
#define MZG_CARRY_DOCUMENTS_H

#include "carry.h"
#include "stick.h"

/* The first copies on the stick, or else what is kept aside (aside->fd -1: nothing is), that policy accepts.
 * *b and *v are the caller's; the error is the first pair's. *damaged: as far as one can tell they are bytes
 * gone bad, of somebody who is trusted, and not a stranger's. */
enum mzg_code mzg_documents_find(struct mzg_stick *s, const struct mzg_dir *aside, const struct mzg_select *is,
                                 const struct mzg_policy *policy, struct mzg_bundle **b,
                                 struct mzg_verified **v, bool *damaged, struct mzg_err *e) MZG_MUST;

/* Writes the documents where readers find them, the manifest last, and removes what was kept aside of
 * them; or aside, where readers do not look. */
enum mzg_code mzg_documents_keep(const struct mzg_dir *repo, const struct mzg_documents *d,
                                 const struct mzg_manifest *m, bool aside, struct mzg_err *e) MZG_MUST;

#endif
