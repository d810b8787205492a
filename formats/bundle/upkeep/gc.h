/* gc.h: a repository cleared up: bundles that are to go, then what nobody needs any more. */
#ifndef MZG_BUNDLE_GC_H
#define MZG_BUNDLE_GC_H

#include "sweep.h"

/* Marks in a sorted stock what is to go (stock.h). */
struct mzg_gc_choice {
    enum mzg_code (*choose)(void *ctx, struct mzg_stock *s, struct mzg_err *e);
    void *ctx;
};

/* Takes the lock as `who`, waiting for it. *s: what there was, the bundles that went marked; the caller
 * clears it, also after a failure. Where a manifest cannot be read nothing goes, unless opt->force. */
enum mzg_code mzg_gc(const struct mzg_dir *repo, const char *who, const struct mzg_sweep *opt,
                     const struct mzg_gc_choice *choice, const struct mzg_run *run, struct mzg_stock *s,
                     struct mzg_swept *r, struct mzg_err *e) MZG_MUST;

#endif
