/* freight.h: what is to be carried out of a repository: documents and objects, in order, each once.
 *
 * Memory: 96 bytes for each, of which there are at most MZG_FREIGHT_ITEMS. */
#ifndef MZG_CARRY_FREIGHT_H
#define MZG_CARRY_FREIGHT_H

#include "../index.h"
#include "carry.h"
#include "faults.h"
#include "part.h"
#include "want.h"

#define MZG_FREIGHT_ITEMS MZG_INDEX_MAX

enum mzg_cargo_state {
    MZG_CARGO_WANTED, /* not on the stick */
    MZG_CARGO_TAKEN,  /* there is room for it */
    MZG_CARGO_PLACED, /* on the stick, to be read back */
    MZG_CARGO_FRESH,  /* the same, and written by this call */
    MZG_CARGO_BAD,    /* damaged in the repository */
};

struct mzg_cargo {
    uint8_t key[MZG_SHA256_BYTES];    /* as in part.h */
    uint8_t digest[MZG_SHA256_BYTES]; /* of its bytes */
    uint64_t offset;                  /* once it is placed: of its bytes in the part */
    uint32_t size;
    uint32_t bundle;                  /* the first that needs it */
    uint16_t part;                    /* number, once it is placed */
    uint8_t kind;                     /* enum mzg_part_kind */
    uint8_t state;                    /* enum mzg_cargo_state */
};

struct mzg_freight_bundle {
    struct mzg_want_bundle is;
    size_t first, n;          /* its items; those shared with an earlier bundle are among that one's */
    struct mzg_carry_sum all; /* its distinct objects */
    bool whole;               /* all of its items that are not on the stick fit */
};

struct mzg_freight {
    const struct mzg_dir *repo;
    const struct mzg_want *list; /* what the receiver has, or NULL */
    const struct mzg_policy *policy;
    struct mzg_faults *faults;
    struct mzg_index seen;       /* objects, as if they were their own content */
    struct mzg_freight_bundle *bundles;
    size_t n_bundles, bundle_room;
    struct mzg_cargo *items;
    size_t n_items, room;
};

/* A freight begins with the first four members set and all else zero. */
void mzg_freight_clear(struct mzg_freight *p);

/* Adds what the receiver lacks of a bundle; s as mzg_repo_select takes it. One that cannot be carried
 * (unsigned, unreadable, not there) is told as a fault. */
enum mzg_code mzg_freight_add(struct mzg_freight *p, const struct mzg_select *s, struct mzg_err *e) MZG_MUST;

/* Its path in a repository and in a part. */
void mzg_freight_path(const struct mzg_freight *p, const struct mzg_cargo *c, char path[MZG_REPO_PATH]);
/* Its c->size bytes from the repository, checked; MZG_REFUSED when they are not what they were. */
enum mzg_code mzg_freight_load(struct mzg_freight *p, const struct mzg_cargo *c, void *data,
                            struct mzg_err *e) MZG_MUST;

#endif
