/* decoded.h: decoded chunks, shared by all who are being sent the same, in bounded memory.
 *
 * A file that is there only as objects is decoded while it is sent, chunk by chunk (at most MZG_CHUNK_MAX bytes).
 * Hundreds of connections with a chunk of their own would take gigabytes, so they have none: what is decoded lies
 * here, a fixed amount, the longest unused goes first, and a class that fetches one file has each chunk decoded
 * once. Besides, each of the server's threads has at most one chunk in work, stored and decoded.
 *
 * More slow clients at different places of large files than there is memory for have their chunks decoded
 * again and again: where many of them are expected, `mzigo mirror --plain` lays the files there.
 *
 * Nothing comes out but what has its digest, stored and decoded. Any thread. */
#ifndef MZG_NET_SERVE_DECODED_H
#define MZG_NET_SERVE_DECODED_H

#include "base/file.h"
#include "bundle/manifest.h"

#define MZG_DECODED_LEAST ((size_t)32 << 20) /* bytes; a few of the largest chunks */
#define MZG_DECODED_MOST ((size_t)256 << 20)

struct mzg_decoded;

/* An eighth of the machine's memory, between MZG_DECODED_LEAST and MZG_DECODED_MOST. */
size_t mzg_decoded_memory(void);

/* repo stays the caller's and outlives *d. memory: of decoded bytes kept; a chunk that is
 * longer is kept alone. */
enum mzg_code mzg_decoded_new(struct mzg_decoded **d, const struct mzg_dir *repo, size_t memory,
                              struct mzg_err *e) MZG_MUST;
void mzg_decoded_free(struct mzg_decoded *d); /* NULL is fine; nobody reads any more */

/* n bytes of c's content, from byte `at` -> out; they lie in it. The caller's thread decodes it, or waits for one
 * that does. MZG_REFUSED: the object is missing or damaged, as e says without its name. */
enum mzg_code mzg_decoded_copy(struct mzg_decoded *d, const struct mzg_chunk *c, size_t at, void *out, size_t n,
                               struct mzg_err *e) MZG_MUST;

struct mzg_decoded_count {
    uint64_t decoded; /* chunks, since the start */
    size_t memory;    /* bytes kept now */
};
struct mzg_decoded_count mzg_decoded_count(struct mzg_decoded *d);

#endif
