/* reading.h: a bundle's file read from its beginning to its end, for its pieces: where it lies as it is
 * (upkeep/plain.h), else out of its objects. */
#ifndef MZG_LINKS_READING_H
#define MZG_LINKS_READING_H

#include "base/progress.h"
#include "bundle/manifest.h"
#include "pieces.h"

/* m: one of of's files. pause is called every MiB or so, or chunk. The caller holds *p. MZG_REFUSED: these are not
 * the bytes that the manifest names; the message says which, and nothing of where the repository lies.
 * MZG_IO: they cannot be read; MZG_STOPPED, MZG_LIMIT. */
enum mzg_code mzg_reading_pieces(struct mzg_pieces **p, const struct mzg_dir *repo,
                                 const struct mzg_manifest *of, const struct mzg_member *m,
                                 const struct mzg_progress *pause, struct mzg_err *e) MZG_MUST;

#endif
