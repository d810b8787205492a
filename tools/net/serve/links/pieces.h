/* pieces.h: a file in pieces, each with its digests, as metalinks and torrents have them.
 *
 * How long a piece is follows from the file's size alone: a torrent made of the same file is then the same
 * torrent on every mirror, and their clients find each other. */
#ifndef MZG_LINKS_PIECES_H
#define MZG_LINKS_PIECES_H

#include "base/sha256.h"
#include <stdatomic.h>

#define MZG_PIECES_MAX 2000
#define MZG_PIECE_LEAST ((uint64_t)256 << 10)
#define MZG_SHA1_BYTES 20

/* The least power of two, MZG_PIECE_LEAST or more, of which MZG_PIECES_MAX make up so many bytes. */
uint64_t mzg_piece_length(uint64_t size);

/* Shared by whoever holds it; does not change any more. */
struct mzg_pieces {
    uint64_t size;   /* of the file */
    uint64_t length; /* of each piece but the last, which has what is left */
    size_t n;        /* of an empty file: 0 */
    uint8_t (*sha1)[MZG_SHA1_BYTES];
    uint8_t (*sha256)[MZG_SHA256_BYTES];
    atomic_size_t holders;
};

/* p, with one holder more. */
struct mzg_pieces *mzg_pieces_hold(struct mzg_pieces *p);
/* The last one frees it; NULL is fine. */
void mzg_pieces_drop(struct mzg_pieces *p);

/* ---- made of the file's bytes as they come ---- */

struct mzg_piecing;

enum mzg_code mzg_piecing_new(struct mzg_piecing **g, uint64_t size, struct mzg_err *e) MZG_MUST;
void mzg_piecing_free(struct mzg_piecing *g); /* NULL is fine */
/* The next bytes; all of them together are never more than size. */
void mzg_piecing_feed(struct mzg_piecing *g, const void *data, size_t n);
/* The pieces, once all bytes were fed, and the digest of the whole; the caller holds them. */
struct mzg_pieces *mzg_piecing_end(struct mzg_piecing *g, uint8_t sha256[MZG_SHA256_BYTES]);

#endif
