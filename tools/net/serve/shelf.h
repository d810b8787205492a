/* shelf.h: the bundles of the repository, read and kept, for the rooms that speak of them: the page for
 * people and what existing clients ask for.
 *
 * Read anew when the repository has changed (index.json is written last by whoever changes it), at most
 * once in a few seconds; who asks meanwhile gets what was there before. What a manifest says is shown, so
 * with trusted keys a bundle tells whether one of them signed it: a browser cannot check that itself. */
#ifndef MZG_NET_SERVE_SHELF_H
#define MZG_NET_SERVE_SHELF_H

#include "base/file.h"
#include "bundle/dsse.h"
#include "bundle/manifest.h"

#define MZG_SHELF_MEMORY ((size_t)64 << 20) /* of all manifests as they are parsed */

enum mzg_shelf_signed {
    MZG_SHELF_UNASKED,  /* there are no trusted keys to hold it against */
    MZG_SHELF_VERIFIED,
    MZG_SHELF_REFUSED,
};

struct mzg_shelf_bundle {
    struct mzg_manifest manifest;     /* of a partial copy (bundle/excerpt.h), the files that it has */
    uint8_t sha256[MZG_SHA256_BYTES]; /* of the manifest's bytes */
    enum mzg_shelf_signed is_signed;
    char signer[MZG_SHA256_HEX];      /* the id of the trusted key that signed it, or "" */
    char why[512];                    /* it is refused */
};

/* What was there at one moment: by name, of one name the highest sequence number first. */
struct mzg_shelf {
    const struct mzg_shelf_bundle *const *bundles;
    size_t n;
    size_t left_out; /* bundles that cannot be read, or are too many for the memory */
};

struct mzg_shelves;

/* Everything stays the caller's and outlives *s. trusted: n 0: signatures are not looked at. */
enum mzg_code mzg_shelves_new(struct mzg_shelves **s, const struct mzg_dir *repo,
                              const struct mzg_keyring *trusted, struct mzg_err *e) MZG_MUST;
void mzg_shelves_free(struct mzg_shelves *s); /* NULL is fine; nobody asks any more */

/* The shelf of now, the same until it is given back; NULL when memory is out. Any thread. */
const struct mzg_shelf *mzg_shelf_take(struct mzg_shelves *s);
void mzg_shelf_give_back(const struct mzg_shelf *shelf); /* NULL is fine */

/* Who has one may keep it for longer: it is to be given back once more. */
void mzg_shelf_hold(const struct mzg_shelf *shelf);

/* How many bundles, from the i-th on, have its name. */
size_t mzg_shelf_run(const struct mzg_shelf *shelf, size_t i);

/* The bundle of this name and version ("": the newest); NULL: none. Lives as long as the shelf. */
const struct mzg_shelf_bundle *mzg_shelf_find(const struct mzg_shelf *shelf, const char *name,
                                              const char *version);

#endif
