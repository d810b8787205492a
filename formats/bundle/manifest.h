/* manifest.h: what a bundle says of itself, built, written and read.
 *
 * JSON of strings and integers, signed as bytes (SPEC.md, "Manifest"). Reading believes nothing:
 * every count, length, sum, name and digest is checked, and everything a later step divides by,
 * allocates or opens is bounded here. Members that a reader does not know are skipped, so that
 * later versions can say more; what changes how bytes are decoded is a new codec, and what changes
 * what a bundle means is a new format name. */
#ifndef MZG_BUNDLE_MANIFEST_H
#define MZG_BUNDLE_MANIFEST_H

#include "../base/arena.h"
#include "../base/buf.h"
#include "../base/error.h"
#include "../base/sha256.h"
#include "codec.h"
#include "name.h"
#include <stdbool.h>

#define MZG_MANIFEST_FORMAT "mzigo.manifest/1"
#define MZG_MANIFEST_TYPE "application/vnd.mzigo.manifest+json"

#define MZG_MANIFEST_MAX ((size_t)24 << 20) /* bytes of JSON */
#define MZG_MANIFEST_FILES 256              /* all are open at once while unpacking */
#define MZG_MANIFEST_CHUNKS 65536           /* of all files together: 256 GiB in pieces of 4 MiB */
#define MZG_MANIFEST_NOTES 1024             /* entries of provenance, of accuracy */
#define MZG_MANIFEST_TEXT 4096              /* bytes of a licence, a program, a note */

/* A stretch of a file, and the object that stores it. */
struct mzg_chunk {
    uint8_t sha256[MZG_SHA256_BYTES]; /* of the content */
    uint8_t object[MZG_SHA256_BYTES]; /* of the stored bytes: the object's name */
    uint32_t length;                  /* of the content: 1 to MZG_CHUNK_MAX */
    uint32_t stored;                  /* of the stored bytes: 1 to length */
    enum mzg_codec codec;
    uint32_t ordinal; /* of the object: 0, 1, ... in the order in which chunks first name them */
    bool first;       /* no chunk before this one, in this file or an earlier, names its object */
};

/* A file of the bundle; its chunks, in order, are its content. */
struct mzg_member {
    const char *path;
    uint64_t size;
    uint8_t sha256[MZG_SHA256_BYTES];
    struct mzg_chunk *chunks;
    size_t n_chunks;
};

/* Something worth keeping with the bundle: where it came from (text), or how good it is (a whole
 * number, its unit in the key). */
struct mzg_note {
    const char *key;
    const char *text; /* NULL: it is a number */
    int64_t number;
};

struct mzg_manifest {
    struct mzg_arena arena; /* of a manifest that was parsed */
    const char *name;
    const char *version;
    int64_t sequence;     /* 1 or more; grows with every version of a name */
    const char *created;
    const char *expires;  /* or NULL */
    const char *licence;  /* or NULL */
    const char *program;  /* "mzigo 0.1.0", or NULL */
    const struct mzg_note *provenance; /* texts */
    size_t n_provenance;
    const struct mzg_note *accuracy; /* numbers */
    size_t n_accuracy;
    struct mzg_member *files;
    size_t n_files;
    size_t n_left_out; /* files that were signed too and are not among these (mzg_manifest_keep) */

    /* sums, filled by mzg_manifest_parse */
    uint64_t n_chunks;
    uint64_t n_objects;     /* distinct */
    uint64_t content_bytes; /* of all files */
    uint64_t stored_bytes;  /* of the distinct objects */
    uint32_t most_length;   /* of any chunk */
    uint32_t most_stored;
};

/* text (len bytes) stays the caller's. MZG_MALFORMED or, for a format or codec of later times,
 * MZG_UNSUPPORTED, naming the item as "files[0].chunks[3].length"; MZG_LIMIT beyond the bounds
 * above. */
enum mzg_code mzg_manifest_parse(struct mzg_manifest *m, const char *text, size_t len,
                                 struct mzg_err *e) MZG_MUST;
void mzg_manifest_clear(struct mzg_manifest *m); /* fine on a zeroed one */

/* Leaves the files whose keep is true, in their order; objects are numbered and sums made anew.
 * MZG_LIMIT: m is only to be cleared. */
enum mzg_code mzg_manifest_keep(struct mzg_manifest *m, const bool *keep, struct mzg_err *e) MZG_MUST;

/* Appends the manifest's bytes to out; equal manifests give equal bytes. The result is parsed again
 * before it is returned, so nothing is ever signed that a reader would refuse. */
enum mzg_code mzg_manifest_write(const struct mzg_manifest *m, struct mzg_buf *out,
                                 struct mzg_err *e) MZG_MUST;

#endif
