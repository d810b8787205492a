/* lock.h: who may change a repository, and where its keeper's own things lie in it.
 *
 * pack holds the lock from its first object to the index, since until then no manifest names what it puts;
 * gc holds it all along; mirror for the moments in which it says what it is going to fetch and publishes
 * what it has (intake.h says why that is enough). So whoever comes second waits, is told for whom, and can
 * be stopped. Readers need no lock: names appear and go in an order that is right at any moment. Where the
 * file system has no locks, the caller sees to that. */
#ifndef MZG_BUNDLE_LOCK_H
#define MZG_BUNDLE_LOCK_H

#include "../../base/file.h"
#include "../../base/progress.h"

/* A folder of the repository that is not served and is no part of the format. */
#define MZG_LOCAL ".mzigo"
#define MZG_LOCK_REPO "lock"
#define MZG_LOCK_MIRROR "mirror" /* one mirror at a time, for as long as it takes: the second one fails */

struct mzg_repo_lock {
    int fd;           /* -1: not held */
    int dirfd;        /* of MZG_LOCAL */
    int repofd;       /* the caller's */
    const char *file;
};

/* who: "gc", for those who wait. MZG_STOPPED when the progress callback says so while it waits; MZG_IO for
 * MZG_LOCK_MIRROR when another holds it. Released by unlock, or with the program, however it ends. */
enum mzg_code mzg_repo_lock(struct mzg_repo_lock *l, const struct mzg_dir *repo, const char *file,
                            const char *who, const struct mzg_run *run, struct mzg_err *e) MZG_MUST;
/* Leaves nothing behind. Fine on one with fd -1. */
void mzg_repo_unlock(struct mzg_repo_lock *l);

#endif
