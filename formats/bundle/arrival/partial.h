/* partial.h: an object on its way in, kept through whatever stops the program.
 *
 * Its bytes are held in memory and, as they come, in a file of frames: eight bytes of tag, then up to
 * MZG_FRAME bytes of the object. A tag is the beginning of the SHA-256 of the frame's number and bytes, so
 * that what a killed program or a lost power supply left half-written is recognised and only that is asked
 * for again. Whether the object is what it should be is not decided here. */
#ifndef MZG_BUNDLE_PARTIAL_H
#define MZG_BUNDLE_PARTIAL_H

#include "../../base/file.h"
#include "../../base/sha256.h"

#define MZG_FRAME ((uint32_t)16 << 10)

struct mzg_partial {
    struct mzg_output file; /* fd -1: not open */
    uint8_t *data;          /* room for size bytes, or NULL */
    uint32_t size;          /* of the object */
    uint32_t have;          /* bytes from its beginning on that are here */
};

/* Opens folder's file of the object, or makes it; have: what of it is sound. MZG_IO also when another run
 * has it open. */
enum mzg_code mzg_partial_open(struct mzg_partial *p, const struct mzg_dir *folder,
                               const uint8_t object[MZG_SHA256_BYTES], uint32_t size,
                               struct mzg_err *e) MZG_MUST;

/* The next n bytes, at most size - have. */
enum mzg_code mzg_partial_take(struct mzg_partial *p, const void *data, uint32_t n,
                               struct mzg_err *e) MZG_MUST;

/* Forgets all that came. */
enum mzg_code mzg_partial_reset(struct mzg_partial *p, struct mzg_err *e) MZG_MUST;

/* Closes it; the file stays, or goes with remove. Fine on a zeroed one with fd -1. */
void mzg_partial_close(struct mzg_partial *p, bool remove);

/* About how many of the object's bytes folder holds, at most size. */
uint32_t mzg_partial_there(const struct mzg_dir *folder, const uint8_t object[MZG_SHA256_BYTES],
                           uint32_t size);

/* Removes the file of an object that is not open. */
void mzg_partial_remove(const struct mzg_dir *folder, const uint8_t object[MZG_SHA256_BYTES]);

#endif
