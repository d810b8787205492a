/* catalog.h: what a repository holds, as a file: index.json at its root.
 *
 * Over HTTP a folder cannot be listed, so whoever adds a bundle writes down what is there. Nobody signs
 * it and nobody believes it: it says which manifests are worth asking for, and what they would cost. Each
 * manifest then speaks for itself. Derived from the manifests, so that it can always be written again. */
#ifndef MZG_BUNDLE_CATALOG_H
#define MZG_BUNDLE_CATALOG_H

#include "../base/arena.h"
#include "../base/file.h"
#include "../base/progress.h"
#include "manifest.h"
#include "name.h"

#define MZG_CATALOG_FILE "index.json"
#define MZG_CATALOG_FORMAT "mzigo.index/1"
#define MZG_CATALOG_MAX ((size_t)16 << 20) /* bytes of JSON */
#define MZG_CATALOG_BUNDLES 65536

struct mzg_catalog_entry {
    const char *name;
    const char *version;
    int64_t sequence;
    const char *created;
    uint32_t manifest_bytes;
    uint8_t manifest_sha256[MZG_SHA256_BYTES];
    uint64_t content_bytes; /* of the files */
    uint64_t stored_bytes;  /* of the distinct objects */
};

struct mzg_catalog {
    struct mzg_arena arena;
    struct mzg_catalog_entry *entries;
    size_t n;
};

/* text (len bytes) stays the caller's. MZG_MALFORMED naming the item ("bundles[3].version"),
 * MZG_UNSUPPORTED for another format, MZG_LIMIT beyond the bounds above. */
enum mzg_code mzg_catalog_parse(struct mzg_catalog *c, const char *text, size_t len,
                                struct mzg_err *e) MZG_MUST;
void mzg_catalog_clear(struct mzg_catalog *c); /* fine on a zeroed one */

/* The entry that s means: as mzg_repo_select, the only name, the version of the highest sequence number.
 * MZG_IO when there is none, MZG_USAGE when names leave a choice. */
enum mzg_code mzg_catalog_select(const struct mzg_catalog *c, const struct mzg_select *s,
                                 const struct mzg_catalog_entry **entry, struct mzg_err *e) MZG_MUST;

/* Writes repo's catalog from the manifests that lie there; one that cannot be read is left out, with a
 * notice. Nothing is written where nothing changed. */
enum mzg_code mzg_catalog_update(const struct mzg_dir *repo, const struct mzg_notify *notify,
                                 struct mzg_err *e) MZG_MUST;

/* The same without the bundles of which gone() is true: they are about to be taken away. */
struct mzg_catalog_filter {
    bool (*gone)(void *ctx, const char *name, const char *version);
    void *ctx;
};
enum mzg_code mzg_catalog_update_without(const struct mzg_dir *repo, const struct mzg_catalog_filter *filter,
                                         const struct mzg_notify *notify, struct mzg_err *e) MZG_MUST;

#endif
