/* part.h: a part: a tar file on a stick, with documents and objects of bundles under the names that they
 * have in a repository (SPEC.md, "Stick").
 *
 * It begins with a comment that says what it is, and has no table of contents: a member's header, which
 * has a checksum, says what follows and where the next one is. So nothing can disagree with it, a part that
 * was cut off is good up to there, and behind damage the next header is looked for. Who reads it does not
 * believe it: objects are digested, documents are signed. */
#ifndef MZG_CARRY_PART_H
#define MZG_CARRY_PART_H

#include "../../base/file.h"
#include "../../base/progress.h"
#include "../../base/sha256.h"
#include "../name.h"
#include "ustar.h"

#define MZG_CARRY_FOLDER "mzigo-carry"
#define MZG_PART_FORMAT "mzigo.carry/1"
#define MZG_PART_NUMBERS 9999
#define MZG_PART_BEGIN (2 * (uint64_t)MZG_USTAR_BLOCK) /* bytes before the first member */
#define MZG_PART_END (2 * (uint64_t)MZG_USTAR_BLOCK)   /* bytes behind the last one */

enum mzg_part_kind { MZG_PART_OBJECT, MZG_PART_MANIFEST, MZG_PART_ENVELOPE };

struct mzg_part_member {
    enum mzg_part_kind kind;
    uint8_t key[MZG_SHA256_BYTES]; /* an object's name; of a document the digest of its path */
    struct mzg_select bundle;      /* of a document */
    uint64_t offset;               /* of the data, which is inside the file */
    uint32_t size;
};

/* "mzigo-carry/part0001.tar"; unfinished: the name that it has until it is whole. */
#define MZG_PART_PATH sizeof MZG_CARRY_FOLDER "/part0001.tar.mzg-part"
void mzg_part_path(char path[MZG_PART_PATH], unsigned number, bool unfinished);
/* The other way round, for a name in that folder; false when it is no part's. */
bool mzg_part_parse_name(const char *name, unsigned *number, bool *unfinished);

/* What a member of this path is; false when it has no place in a repository. */
bool mzg_part_classify(const char *path, struct mzg_part_member *m);
void mzg_part_document_key(const char *path, uint8_t key[MZG_SHA256_BYTES]);

struct mzg_part_visitor {
    enum mzg_code (*member)(void *ctx, const struct mzg_part_member *m, struct mzg_err *e);
    /* What is wrong with the part, with its byte; the scan goes on behind it. */
    void (*fault)(void *ctx, const struct mzg_err *fault);
    void *ctx;
};

/* Tells of each member, in order. unfinished: what was being written when the power went is no fault, and
 * nothing behind it is looked at. *end: where the next member would go, 0 when not even the beginning is
 * sound. MZG_STOPPED, or what the visitor says. */
enum mzg_code mzg_part_scan(const struct mzg_file *f, bool unfinished, const struct mzg_progress *p,
                            const struct mzg_part_visitor *v, uint64_t *end, struct mzg_err *e) MZG_MUST;

#endif
