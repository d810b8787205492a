/* ledger.h: which objects of a bundle that comes in have been written into its files.
 *
 * A file of records behind a head that names the manifest: the object's ordinal and a check of it, eight
 * bytes. A mark says that all before it is on the disk, as far as the system can tell. So a reader knows two
 * kinds: settled (before the last mark) and claimed (after it: written, but the power may have gone since;
 * to be looked at again). A tail that is no whole, right record is cut off. It is only believed because the
 * files are digested once more before they appear. */
#ifndef MZG_BUNDLE_LEDGER_H
#define MZG_BUNDLE_LEDGER_H

#include "../../base/file.h"
#include "../../base/sha256.h"

enum mzg_entry { MZG_ENTRY_NONE, MZG_ENTRY_CLAIMED, MZG_ENTRY_SETTLED };

struct mzg_ledger {
    struct mzg_output file; /* fd -1: not open */
    uint32_t key;           /* of the checks: from the manifest's digest */
    bool fresh;             /* there was none for this manifest */
};

/* Opens folder's ledger, or begins one. entries: n_objects of them, all filled. A ledger of another
 * manifest, or of nothing, is begun anew, and is nothing until it is confirmed. MZG_IO when another run
 * has it open. */
enum mzg_code mzg_ledger_open(struct mzg_ledger *l, const struct mzg_dir *folder,
                              const uint8_t manifest[MZG_SHA256_BYTES], enum mzg_entry *entries,
                              size_t n_objects, struct mzg_err *e) MZG_MUST;

/* What is there from before has been looked at, and added: from now on a fresh ledger counts as one. */
enum mzg_code mzg_ledger_confirm(struct mzg_ledger *l, const uint8_t manifest[MZG_SHA256_BYTES],
                                 struct mzg_err *e) MZG_MUST;

/* Object `ordinal` is written. */
enum mzg_code mzg_ledger_add(struct mzg_ledger *l, uint32_t ordinal, struct mzg_err *e) MZG_MUST;

/* All that was added is on the disk, which the caller has seen to; returns when this is, too. */
enum mzg_code mzg_ledger_mark(struct mzg_ledger *l, struct mzg_err *e) MZG_MUST;

/* Begins anew with what entries say: after something settled turned out to be wrong. */
enum mzg_code mzg_ledger_rewrite(struct mzg_ledger *l, const uint8_t manifest[MZG_SHA256_BYTES],
                                 const enum mzg_entry *entries, size_t n_objects,
                                 struct mzg_err *e) MZG_MUST;

void mzg_ledger_close(struct mzg_ledger *l, bool remove); /* fine on one that failed to open */

#endif
