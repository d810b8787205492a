/* chunker.h: where a file is cut into chunks. Pure arithmetic, no memory, no input.
 *
 * Sharing between quantizations, versions and models rests on equal content being cut equally, so
 * these constants are part of the format (SPEC.md, "Chunks") and never change:
 *   - a tensor of MZG_CUT_LARGE or more is cut by whole rows into pieces of up to MZG_CUT_PIECE;
 *     none of its pieces holds anything else;
 *   - tensors smaller than that, next to each other, share a piece while it stays within
 *     MZG_CUT_LARGE, and are never split;
 *   - a metadata array of MZG_CUT_ARRAY or more is cut apart from the rest of the header, which
 *     changes with every release while a vocabulary does not;
 *   - anything else is cut every MZG_CUT_PIECE bytes.
 * Most of what a release changes is a tensor here and there, so a piece holds more than one only where an
 * object each would cost more than it saves: with a MiB here, an update of four tensors of a model of 30 MB was 6.2 MB,
 * with 256 KiB it is 4.0, and 20 more objects. */
#ifndef MZG_BUNDLE_CHUNKER_H
#define MZG_BUNDLE_CHUNKER_H

#include "../base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MZG_CUT_PIECE ((uint64_t)4 << 20)
#define MZG_CUT_LARGE ((uint64_t)256 << 10)
#define MZG_CUT_ARRAY ((uint64_t)64 << 10)

enum mzg_range_kind {
    MZG_RANGE_PLAIN,  /* nothing is known of it */
    MZG_RANGE_HEADER, /* a part of a header that changes with every release */
    MZG_RANGE_ARRAY,  /* one metadata array */
    MZG_RANGE_TENSOR, /* one tensor, and the padding behind it */
};

/* What the caller knows of a stretch of a file. Ranges are in order and tile the file. */
struct mzg_range {
    uint64_t offset;
    uint64_t length;          /* may be 0 */
    enum mzg_range_kind kind;
    uint32_t layout;          /* element layout, a codec's hint; 0: none */
    uint64_t row_bytes;       /* tensors: bytes of a row; 0: has none */
};

struct mzg_piece {
    uint64_t offset;
    uint64_t length;          /* 1 to MZG_CUT_PIECE */
    enum mzg_range_kind kind; /* of the first range in it */
    uint32_t layout;          /* of that range; 0 when others are in the piece too */
};

struct mzg_chunker {
    const struct mzg_range *ranges;
    size_t n;
    size_t at;       /* range in hand */
    uint64_t inside; /* bytes of it already given out */
    struct mzg_range whole; /* stands in when there are no ranges */
};

/* Ranges stay the caller's; n == 0 means one plain range. MZG_USAGE when they do not tile
 * [0, file_size). */
enum mzg_code mzg_chunker_init(struct mzg_chunker *c, uint64_t file_size,
                               const struct mzg_range *ranges, size_t n,
                               struct mzg_err *e) MZG_MUST;

/* The next piece, in the file's order; false at the end. */
bool mzg_chunker_next(struct mzg_chunker *c, struct mzg_piece *piece);

#endif
