/* holdings.h: what a repository has, and what its bundles lack, as a receiver's list. */
#ifndef MZG_CARRY_HOLDINGS_H
#define MZG_CARRY_HOLDINGS_H

#include "../objects.h"
#include "carry.h"
#include "want.h"

/* Fills a zeroed *w, which is the caller's to clear: objects that are there, bundles, and as wants those
 * bundles that lack an object, also of those whose documents are kept aside. An object of another length
 * than its manifest says (deep: of other bytes) is lacking, and told. A manifest that cannot be read is
 * told and passed over. */
enum mzg_code mzg_holdings(const struct mzg_dir *repo, bool deep, const struct mzg_run *run, struct mzg_want *w,
                           struct mzg_carry_sum *lacking, struct mzg_err *e) MZG_MUST;

/* Whether the repository has an object of this name and length. */
bool mzg_holds(const struct mzg_dir *repo, const struct mzg_chunk *c);
/* The same with the right bytes; data: room for them. */
bool mzg_holds_sound(const struct mzg_dir *repo, const struct mzg_chunk *c, void *data);

/* The folder of documents that are kept aside; fd -1 when there is none. */
enum mzg_code mzg_waiting_open(struct mzg_dir *aside, const struct mzg_dir *repo, struct mzg_err *e) MZG_MUST;

#endif
