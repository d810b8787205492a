/* tally.h: which objects manifests name, and how many of them do: what a repository needs, what it weighs, and
 * what would be gone with a bundle. */
#ifndef MZG_BUNDLE_TALLY_H
#define MZG_BUNDLE_TALLY_H

#include "../manifest.h"

#define MZG_TALLY_MAX ((size_t)1 << 23) /* objects: 32 TiB in pieces of 4 MiB; 400 MiB of memory */

struct mzg_tally_entry {
    uint8_t object[MZG_SHA256_BYTES];
    uint32_t stored; /* bytes */
    uint32_t uses;   /* manifests that name it; 0: none any more */
};

struct mzg_tally {
    struct mzg_tally_entry *entries;
    size_t n, room;
    uint32_t *slots; /* open addressing: 1 + index into entries, 0 free */
    size_t n_slots;  /* a power of two */
    uint64_t bytes;  /* of all objects that are named */
};

void mzg_tally_init(struct mzg_tally *t);
void mzg_tally_clear(struct mzg_tally *t);

/* Counts each object of m once. MZG_LIMIT beyond MZG_TALLY_MAX: nothing may be forgotten here. */
enum mzg_code mzg_tally_add(struct mzg_tally *t, const struct mzg_manifest *m, struct mzg_err *e) MZG_MUST;
/* Takes that back, of a manifest that was added. */
void mzg_tally_remove(struct mzg_tally *t, const struct mzg_manifest *m);
/* Whether a manifest that was added names it. */
bool mzg_tally_names(const struct mzg_tally *t, const uint8_t object[MZG_SHA256_BYTES]);

#endif
