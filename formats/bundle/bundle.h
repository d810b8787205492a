/* bundle.h: the room's face for formats/mzigo.c: signed bundles, in a repository folder or a .mzb.
 *
 *   pack                     files, a key                  -> a bundle
 *   open, verify             a location, trusted keys      -> struct mzg_verified
 *   check                    every stored or decoded byte
 *   unpack                   struct mzg_verified           -> files
 *
 * struct mzg_verified says: a trusted key signed this manifest, for a bundle of this name. Only
 * mzg_bundle_verify makes one, and nothing else is accepted by whatever writes a model to disk.
 * Objects are checked against the manifest as they are read, so checking first is not needed for
 * unpacking to be safe. No clock is read here: dates are the caller's. */
#ifndef MZG_BUNDLE_BUNDLE_H
#define MZG_BUNDLE_BUNDLE_H

#include "archive.h"
#include "dsse.h"
#include "keys.h"
#include "manifest.h"
#include "name.h"
#include "repo.h"
#include "store.h"
#include "walk.h"

/* ---- pack ---- */

struct mzg_pack {
    const char *name;
    const char *version;
    int64_t sequence;    /* 0: one more than the highest of this name's; 1 in an archive */
    const char *created; /* "2026-11-23T08:00:00Z" */
    const char *expires; /* the same, or NULL */
    const char *licence; /* or NULL */
    const char *program; /* "mzigo 0.1.0", or NULL */
    const struct mzg_note *provenance; /* texts */
    size_t n_provenance;
    const struct mzg_note *accuracy;   /* numbers, the unit in the key: "rmse_ppm" */
    size_t n_accuracy;
    const struct mzg_source *files;
    size_t n_files;
};

struct mzg_packed {
    int64_t sequence;
    bool existed;           /* the repository held this very bundle; nothing was written */
    uint64_t n_chunks;
    uint64_t n_objects;
    uint64_t content_bytes;
    uint64_t stored_bytes;  /* of the distinct objects */
    uint64_t new_bytes;     /* of those that the location did not hold before */
};

/* Adds the bundle to the repository folder at location, which is made when missing; or writes an
 * archive when location ends in ".mzb". What the manifest cannot say (names, dates) is MZG_USAGE
 * before anything is written. A NAME and VERSION that the repository holds already stays as it is:
 * fine when it has the same files and key's signature, else MZG_IO or MZG_REFUSED. run->notify
 * hears of bundles whose manifests cannot be read. r may be NULL. */
enum mzg_code mzg_bundle_pack(const char *location, const struct mzg_pack *p,
                              const struct mzg_key *key, const struct mzg_run *run,
                              struct mzg_packed *r, struct mzg_err *e) MZG_MUST;

/* ---- what a location holds ---- */

/* Calls v for the name and version of each bundle, as the paths spell them: nothing is verified. */
enum mzg_code mzg_bundle_each(const char *location, const struct mzg_repo_visitor *v,
                              struct mzg_err *e) MZG_MUST;

struct mzg_bundle;

/* A repository folder or a .mzb file, whichever location is. select: NULL for the only bundle
 * there. MZG_IO when there is no such bundle, MZG_USAGE when select leaves a choice of names. */
enum mzg_code mzg_bundle_open(struct mzg_bundle **b, const char *location,
                              const struct mzg_select *select, struct mzg_err *e) MZG_MUST;
/* Of documents that came by another way; *d is taken over, also when this fails. Its objects are not
 * here, so such a bundle can be verified but neither checked nor unpacked; see arrival.h. origin: where
 * they came from, for messages. */
enum mzg_code mzg_bundle_of_documents(struct mzg_bundle **b, const char *origin,
                                      const struct mzg_select *is, struct mzg_documents *d,
                                      struct mzg_err *e) MZG_MUST;
void mzg_bundle_close(struct mzg_bundle *b); /* NULL is fine */

/* The signed documents as bytes, which stay the bundle's. */
const struct mzg_documents *mzg_bundle_documents(const struct mzg_bundle *b);

/* The manifest, unverified: for showing only. The caller clears it. */
enum mzg_code mzg_bundle_peek(const struct mzg_bundle *b, struct mzg_manifest *m,
                              struct mzg_err *e) MZG_MUST;

/* ---- verify ---- */

/* What the caller accepts. */
struct mzg_policy {
    struct mzg_keyring trusted;
    const char *now;  /* date; a bundle that has expired by then is refused. NULL: none is */
    int64_t at_least; /* a lower sequence number is a rollback, and refused. 0: none is */
};

struct mzg_verified;

/* The signature over the manifest's bytes first; only then are they parsed. MZG_REFUSED for
 * anything that policy does not accept. b must outlive *v, and serves one *v only. */
enum mzg_code mzg_bundle_verify(struct mzg_bundle *b, const struct mzg_policy *policy,
                                struct mzg_verified **v, struct mzg_err *e) MZG_MUST;
void mzg_verified_free(struct mzg_verified *v); /* NULL is fine */

/* Of a partial copy in a repository (excerpt.h), the files that it has. */
const struct mzg_manifest *mzg_verified_manifest(const struct mzg_verified *v);
const struct mzg_key *mzg_verified_signer(const struct mzg_verified *v);

/* Leaves the files of its manifest whose keep is true (mzg_manifest_keep). */
enum mzg_code mzg_verified_keep(struct mzg_verified *v, const bool *keep, struct mzg_err *e) MZG_MUST;

/* Every stored byte against the manifest, or every decoded one. Each bad object goes to run->notify
 * as a line that names it; MZG_REFUSED at the end when there was any. An archive whose structure is
 * wrong is MZG_MALFORMED at once. */
enum mzg_code mzg_verified_check(struct mzg_verified *v, enum mzg_depth depth,
                                 const struct mzg_run *run, struct mzg_err *e) MZG_MUST;

/* Writes the bundle's files into folder dir, made when missing. The space is looked for first; the
 * files appear, each whole, after the last byte of all of them has been checked; on failure nothing
 * is left. */
enum mzg_code mzg_verified_unpack(struct mzg_verified *v, const char *dir,
                                  const struct mzg_run *run, struct mzg_err *e) MZG_MUST;
/* The same under other names: paths[i], confined, for the i-th file; NULL: it is left alone, like one that
 * is not wanted (choose.h). */
enum mzg_code mzg_verified_unpack_as(struct mzg_verified *v, const char *dir, const char *const *paths,
                                     const struct mzg_run *run, struct mzg_err *e) MZG_MUST;

#endif
