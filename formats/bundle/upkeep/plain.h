/* plain.h: the files themselves beside the bundles, for programs that want them as they are:
 * plain/NAME/VERSION/FILE. A folder of that kind appears when all its files have been
 * checked. One program at a time makes them (MZG_LOCK_MIRROR). */
#ifndef MZG_BUNDLE_PLAIN_H
#define MZG_BUNDLE_PLAIN_H

#include "../bundle.h"
#include "lock.h"

#define MZG_REPO_PLAIN "plain"

bool mzg_plain_has(const struct mzg_dir *repo, const char *name, const char *version);

/* Makes it, unless all of its files are there. v: opened from repo. MZG_REFUSED when an object
 * is not sound. */
enum mzg_code mzg_plain_make(const struct mzg_dir *repo, struct mzg_verified *v, const struct mzg_run *run,
                             struct mzg_err *e) MZG_MUST;

/* Removes the files that m names, and folders that are empty then: what somebody else put there stays. */
void mzg_plain_remove(const struct mzg_dir *repo, const struct mzg_manifest *m);

/* Removes what a run that was killed had unpacked. */
void mzg_plain_clear(const struct mzg_dir *repo);

#endif
