/* ustar.h: the blocks of a tar file (POSIX ustar, pax for long names), written and read one by one.
 *
 * For parts on a stick, which are gone on with after a loss of power and read around damage. libarchive
 * (archive.h) reads an archive from its beginning or not at all; here each member is found by its own
 * block. What is written, any tar reads. */
#ifndef MZG_CARRY_USTAR_H
#define MZG_CARRY_USTAR_H

#include "../../base/buf.h"
#include "../repo.h"
#include <stdbool.h>

#define MZG_USTAR_BLOCK 512u
#define MZG_USTAR_HEAD (3 * (size_t)MZG_USTAR_BLOCK) /* most bytes that mzg_ustar_head appends */

enum mzg_ustar_kind {
    MZG_USTAR_NONE,   /* no header: damage, or bytes of a file */
    MZG_USTAR_END,    /* zeros */
    MZG_USTAR_FILE,
    MZG_USTAR_GLOBAL, /* pax: a comment on the whole archive, as ours begin with */
    MZG_USTAR_LONG,   /* pax: the next member's path */
    MZG_USTAR_OTHER,  /* a folder, a link, a device ... */
};

struct mzg_ustar {
    enum mzg_ustar_kind kind;
    char path[MZG_REPO_PATH]; /* any bytes but NUL */
    uint64_t size;            /* of the data that follows the block */
};

/* Bytes that so much data takes: whole blocks. */
uint64_t mzg_ustar_padded(uint64_t size);

/* Appends a plain file's header: owner 0, group 0, mode 0644, time 0. path: at most MZG_REPO_PATH - 1. */
void mzg_ustar_head(struct mzg_buf *out, const char *path, uint32_t size);
/* Appends a global header with this comment. */
void mzg_ustar_comment(struct mzg_buf *out, const char *comment);

/* Any bytes. */
void mzg_ustar_read(const uint8_t block[MZG_USTAR_BLOCK], struct mzg_ustar *u);

/* The text of a pax header's data, size bytes in one block, when it is one record of this key; false when
 * it is anything else or has no room. */
bool mzg_ustar_record(const uint8_t block[MZG_USTAR_BLOCK], uint64_t size, const char *key, char *text,
                      size_t room);

#endif
