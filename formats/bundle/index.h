/* index.h: known chunks by the digest of their content, so that a chunk is encoded and stored once
 * for all bundles of a repository, whatever a later compressor would make of it. */
#ifndef MZG_BUNDLE_INDEX_H
#define MZG_BUNDLE_INDEX_H

#include "../base/file.h"
#include "../base/progress.h"
#include "manifest.h"

#define MZG_INDEX_MAX ((size_t)1 << 19) /* 2 TiB in pieces of 4 MiB; 45 MiB of memory */

struct mzg_index {
    struct mzg_chunk *chunks;
    size_t n;
    size_t room;
    uint32_t *slots;  /* open addressing: 1 + index into chunks, 0 free */
    size_t n_slots;   /* a power of two */
};

void mzg_index_init(struct mzg_index *x);
void mzg_index_clear(struct mzg_index *x);

/* Remembers c unless its content is known. Beyond MZG_INDEX_MAX nothing more is remembered: sharing
 * suffers, nothing else. */
enum mzg_code mzg_index_add(struct mzg_index *x, const struct mzg_chunk *c,
                            struct mzg_err *e) MZG_MUST;

/* The known chunk with this content, or NULL. Any thread, while nothing is added. */
const struct mzg_chunk *mzg_index_find(const struct mzg_index *x,
                                       const uint8_t sha256[MZG_SHA256_BYTES]);

/* Adds what all bundles of a repository say; one whose manifest cannot be read is left out, with a
 * notice. What they say is unverified: whoever reuses an object checks it. */
enum mzg_code mzg_index_repo(struct mzg_index *x, const struct mzg_dir *repo,
                             const struct mzg_notify *notify, struct mzg_err *e) MZG_MUST;

#endif
