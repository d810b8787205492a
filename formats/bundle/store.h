/* store.h: files cut, compressed and stored: the half of packing that moves bytes.
 *
 * The caller's thread reads pieces in order, workers hash and compress them, and the caller's
 * thread stores them in order: nothing that is written depends on timing. Memory is bounded by
 * MZG_STORE_MEMORY and one thorough encoder. */
#ifndef MZG_BUNDLE_STORE_H
#define MZG_BUNDLE_STORE_H

#include "../base/progress.h"
#include "chunker.h"
#include "index.h"
#include "objects.h"

#define MZG_STORE_MEMORY ((size_t)64 << 20)

/* A file to be packed. */
struct mzg_source {
    const char *disk;               /* where it lies */
    const char *path;               /* what the bundle calls it */
    const struct mzg_range *ranges; /* what is known of its inside (chunker.h); none: n_ranges 0 */
    size_t n_ranges;
};

/* Reads sources[i] into members[i] (path, size, digest; chunks are malloc'd, to be freed also after
 * a failure) and puts the objects it needs into store. known: chunks that store holds already, as
 * far as one can tell; each is checked before it is used again. *new_bytes: of objects that store
 * did not hold. */
enum mzg_code mzg_store_files(const struct mzg_source *sources, size_t n,
                              struct mzg_member *members, const struct mzg_index *known,
                              struct mzg_objects *store, const struct mzg_run *run,
                              uint64_t *new_bytes, struct mzg_err *e) MZG_MUST;

#endif
