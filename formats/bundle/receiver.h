/* receiver.h: whoever takes objects in, one by one, over days if need be.
 *
 * What fetches objects asks through these functions, so that it works alike for files that are decoded in
 * place (arrival/) and for a repository that keeps objects as they are (upkeep/intake.h). The order of
 * calls for an object: begin; take or forget, any number; settle or park. One thread at a time. */
#ifndef MZG_BUNDLE_RECEIVER_H
#define MZG_BUNDLE_RECEIVER_H

#include "../base/error.h"
#include "manifest.h"

#define MZG_RECEIVER_FLIGHT 16 /* objects at a time */

struct mzg_receiver {
    /* Distinct objects there are; a chunk that object i stores; whether it is missing. */
    size_t (*count)(const struct mzg_receiver *r);
    const struct mzg_chunk *(*object)(const struct mzg_receiver *r, size_t i);
    bool (*missing)(const struct mzg_receiver *r, size_t i);
    /* Stored bytes that are still to come; those of objects on their way count as far as they are here. */
    uint64_t (*left)(const struct mzg_receiver *r);

    /* *have: bytes of object i that are here from before. At most MZG_RECEIVER_FLIGHT at a time. */
    enum mzg_code (*begin)(struct mzg_receiver *r, size_t i, uint32_t *have, struct mzg_err *e);
    /* The next n bytes of it: never more than are missing. */
    enum mzg_code (*take)(struct mzg_receiver *r, size_t i, const void *data, size_t n, struct mzg_err *e);
    /* All bytes are here. Not *sound: they are not this object, and are forgotten; it is still begun.
     * Sound: it is no longer missing, and no longer begun. */
    enum mzg_code (*settle)(struct mzg_receiver *r, size_t i, bool *sound, struct mzg_err *e);
    /* Forgets the bytes that came; it is still begun. */
    enum mzg_code (*forget)(struct mzg_receiver *r, size_t i, struct mzg_err *e);
    /* Not now: what came is kept. Fine on one that is not begun. */
    void (*park)(struct mzg_receiver *r, size_t i);

    /* What came until now survives a loss of power. */
    enum mzg_code (*sync)(struct mzg_receiver *r, struct mzg_err *e);
    /* When nothing is missing. *damaged: chunks that the disk did not keep, which are missing again; 0: all
     * is where it belongs. */
    enum mzg_code (*finish)(struct mzg_receiver *r, size_t *damaged, struct mzg_err *e);
};

#endif
