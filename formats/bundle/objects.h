/* objects.h: stores of immutable objects, each named by the SHA-256 of its bytes.
 *
 * A store is asked through three functions, so that packing, verifying and unpacking work alike on
 * a repository folder, a spool and an archive that streams by. A store does not check digests:
 * whoever takes bytes from one does. One thread at a time. */
#ifndef MZG_BUNDLE_OBJECTS_H
#define MZG_BUNDLE_OBJECTS_H

#include "../base/error.h"
#include "../base/file.h"
#include "manifest.h"

/* "objects/ab/abcd...": where a repository or an archive keeps it. */
#define MZG_OBJECT_PATH (sizeof "objects/ab/" + 64)
void mzg_object_path(const uint8_t id[MZG_SHA256_BYTES], char path[MZG_OBJECT_PATH]);

struct mzg_objects {
    /* The bytes of the object that stores chunk c, c->stored of them. MZG_REFUSED when it is not
     * there or has another length: the message says which, not the object's name. */
    enum mzg_code (*get)(struct mzg_objects *store, const struct mzg_chunk *c, void *data,
                         struct mzg_err *e);
    /* Adds the object that stores chunk c; one of that name with other bytes is replaced. *added:
     * it was not there. NULL: read only. */
    enum mzg_code (*put)(struct mzg_objects *store, const struct mzg_chunk *c, const void *data,
                         bool *added, struct mzg_err *e);
};

/* Objects of a repository folder, which stays the caller's. */
struct mzg_folder_objects {
    struct mzg_objects base;
    const struct mzg_dir *dir;
};
void mzg_folder_objects_init(struct mzg_folder_objects *o, const struct mzg_dir *dir);

/* Objects waiting in a temporary file beside an output, because an archive begins with a manifest
 * that only the last object completes. First in, first out: they are asked for in the order they
 * came. Gone when closed, or with the program. */
struct mzg_spool_objects {
    struct mzg_objects base;
    struct mzg_output file;
    uint64_t taken; /* bytes that get has given */
};
/* path: of the output; the spool is made beside it. */
enum mzg_code mzg_spool_objects_open(struct mzg_spool_objects *o, const char *path,
                                     struct mzg_err *e) MZG_MUST;
void mzg_spool_objects_close(struct mzg_spool_objects *o); /* fine on one that failed to open */

#endif
