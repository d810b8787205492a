/* walk.h: a bundle's stored bytes, checked and decoded by many threads, handed on in order.
 *
 * The caller's thread takes objects from the store in the manifest's order, workers hash and decode
 * them, and the caller's thread hands them on in that order again, so that what is written and
 * what is said never depends on timing. Memory is a fixed set of slots: less than MZG_WALK_MEMORY,
 * whatever the bundle's size and the number of threads. */
#ifndef MZG_BUNDLE_WALK_H
#define MZG_BUNDLE_WALK_H

#include "../base/progress.h"
#include "manifest.h"
#include "objects.h"

#define MZG_WALK_MEMORY ((size_t)96 << 20)

enum mzg_depth {
    MZG_DEPTH_STORED,  /* each distinct object once: its bytes against its name */
    MZG_DEPTH_CONTENT, /* each chunk of each file: decoded, against its digest; then each file */
};

struct mzg_walker {
    void *ctx;
    /* The next sound chunk. content: its bytes, or NULL under MZG_DEPTH_STORED. An error ends the
     * walk. */
    enum mzg_code (*chunk)(void *ctx, const struct mzg_member *file, const struct mzg_chunk *chunk,
                           const uint8_t *content, struct mzg_err *e);
    /* A chunk that is not sound: fault names its file, its number and its object. Or a file that is
     * not, though its chunks are. Returning MZG_OK goes on with the next. */
    enum mzg_code (*bad)(void *ctx, const struct mzg_member *file, const struct mzg_err *fault,
                         struct mzg_err *e);
    const bool *files; /* which are wanted, by their index; the others are passed over.
                        * NULL: all are; so under MZG_DEPTH_STORED */
};

/* Only what is wrong with the bundle goes to w->bad (MZG_REFUSED); an input error, a stop or lack
 * of memory ends the walk. what: for progress, "verify". */
enum mzg_code mzg_walk(const struct mzg_manifest *m, struct mzg_objects *store,
                       enum mzg_depth depth, const struct mzg_run *run, const char *what,
                       const struct mzg_walker *w, struct mzg_err *e) MZG_MUST;

#endif
