/* stick.h: what lies in a stick's folder mzigo-carry: its parts, and the members of all of them.
 *
 * Opened for both directions. Everything is read as from a stranger: a part that cannot be read, or holds
 * what does not belong, is told as a fault and the rest is used. Memory: 48 bytes for each member, of which
 * there are at most MZG_STICK_ITEMS. */
#ifndef MZG_CARRY_STICK_H
#define MZG_CARRY_STICK_H

#include "faults.h"
#include "part.h"

#define MZG_STICK_ITEMS ((size_t)1 << 20)
#define MZG_STICK_BUNDLES 65536
#define MZG_STICK_COPIES 8 /* of one member that are tried */

struct mzg_stick_item {
    uint8_t key[MZG_SHA256_BYTES]; /* as in part.h */
    uint64_t offset;
    uint32_t size;
    uint16_t part; /* index into the parts */
};

struct mzg_stick_part {
    unsigned number;
    bool unfinished;
    uint64_t size;
    uint64_t end; /* of an unfinished one: where its next member would go */
};

struct mzg_stick {
    struct mzg_dir dir; /* the stick's own folder, not mzigo-carry */
    struct mzg_stick_part *parts;
    size_t n_parts;
    unsigned highest; /* number of any file or folder with a part's name */
    struct mzg_stick_item *items; /* ordered by key, then part and offset */
    size_t n_items, room;
    struct mzg_select *bundles; /* those with a manifest, in order, each once */
    size_t n_bundles, bundle_room;
    struct mzg_faults faults;
    struct mzg_file file; /* the part that was read last; fd -1: none */
    size_t at;            /* its index */
};

/* Looks through all parts; a stick without the folder has none. Faults go to run->notify too. */
enum mzg_code mzg_stick_open(struct mzg_stick *s, const char *path, const struct mzg_run *run,
                             struct mzg_err *e) MZG_MUST;
void mzg_stick_close(struct mzg_stick *s); /* fine on one that failed to open */

/* The members of this key, at most MZG_STICK_COPIES of them. */
const struct mzg_stick_item *mzg_stick_find(const struct mzg_stick *s, const uint8_t key[MZG_SHA256_BYTES],
                                            size_t *n);

/* Whether there is a manifest of this bundle. */
bool mzg_stick_brings(const struct mzg_stick *s, const struct mzg_select *is);

/* Fails naming the part, the object and its byte: "mzigo-carry/part0001.tar: objects/...: WHY at byte N". */
enum mzg_code mzg_stick_fault(const struct mzg_stick *s, const struct mzg_stick_item *item, enum mzg_code code,
                              const char *why, struct mzg_err *e);

/* Its size bytes, whatever they are. An error names the part. */
enum mzg_code mzg_stick_read(struct mzg_stick *s, const struct mzg_stick_item *item, void *data,
                             struct mzg_err *e) MZG_MUST;
/* The same for an object, which has to have its digest: MZG_REFUSED names part, byte and object. */
enum mzg_code mzg_stick_object(struct mzg_stick *s, const struct mzg_stick_item *item, void *data,
                               struct mzg_err *e) MZG_MUST;

#endif
