/* intake_inside.h: what the two halves of an intake share. */
#ifndef MZG_BUNDLE_INTAKE_INSIDE_H
#define MZG_BUNDLE_INTAKE_INSIDE_H

#include "../arrival/ledger.h"
#include "../arrival/partial.h"
#include "intake.h"

#define MZG_INTAKE_BATCH 32 /* objects that are open until the next sync */

struct mzg_intake {
    struct mzg_receiver base;
    const struct mzg_verified *v;
    const struct mzg_manifest *m;
    const struct mzg_dir *repo;
    const struct mzg_run *run;
    struct mzg_dir folder;           /* of the documents that are aside */
    struct mzg_dir parts;            /* MZG_LOCAL_PARTS */
    const struct mzg_chunk **chunks; /* one that stores it, per object */
    enum mzg_entry *entries;         /* per object */
    struct mzg_ledger ledger;
    uint8_t manifest[MZG_SHA256_BYTES]; /* digest of its bytes */
    struct {
        size_t object;               /* SIZE_MAX: free */
        struct mzg_partial partial;
    } flight[MZG_RECEIVER_FLIGHT];
    struct {
        size_t object;
        struct mzg_output file;      /* checked and written, not yet synced and named */
    } batch[MZG_INTAKE_BATCH];
    size_t n_batch;
    uint64_t left;                   /* stored bytes of missing objects, less what is here of them */
    uint64_t replaced;
};

extern const struct mzg_receiver mzg_intake_functions;

#endif
