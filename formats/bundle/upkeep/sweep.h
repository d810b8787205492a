/* sweep.h: away with what no bundle needs: objects that no manifest names, what killed runs left behind.
 *
 * A manifest counts when its bundle is there, when a mirror is fetching it, or when it was dropped less than
 * a grace ago. Nothing is removed but what a repository's grammar names (objects/ab/HEX, temporaries of
 * outputs, documents without a manifest, MZG_LOCAL), no link is followed, and what is not a regular file
 * stays. A manifest that cannot be read may name anything: then no object goes. */
#ifndef MZG_BUNDLE_SWEEP_H
#define MZG_BUNDLE_SWEEP_H

#include "stock.h"
#include "tally.h"

#define MZG_COMING_SECONDS ((int64_t)30 * 86400) /* what a mirror that was stopped has fetched stays so long */

struct mzg_sweep {
    int64_t now;    /* seconds since 1970 */
    int64_t grace;  /* seconds */
    bool force;     /* objects go although a manifest cannot be read */
    bool dry_run;   /* only counts */
    const struct mzg_stock *going; /* with dry_run: the bundles marked here count as dropped now; or NULL */
};

struct mzg_swept {
    uint64_t objects, bytes;  /* that went */
    uint64_t kept_bytes;      /* of objects that stay */
    uint64_t leftovers;       /* temporaries and documents of killed runs */
};

/* The lock (lock.h) is the caller's. MZG_MALFORMED, MZG_REFUSED ... naming the manifest that cannot be read. */
enum mzg_code mzg_sweep(const struct mzg_dir *repo, const struct mzg_sweep *opt, const struct mzg_run *run,
                        struct mzg_swept *r, struct mzg_err *e) MZG_MUST;

/* The mark phase alone. */
enum mzg_code mzg_sweep_mark(const struct mzg_dir *repo, const struct mzg_sweep *opt,
                             struct mzg_tally *named, struct mzg_err *e) MZG_MUST;

#endif
