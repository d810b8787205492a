/* writer.h: members added to a stick's parts, one part after the other.
 *
 * A part has the name of an unfinished one until it is whole. What is written is synced every few MiB, so
 * that a stick that is pulled out, or a power that fails, costs no more than that. */
#ifndef MZG_CARRY_WRITER_H
#define MZG_CARRY_WRITER_H

#include "stick.h"

struct mzg_part_writer {
    const struct mzg_dir *stick;
    uint64_t limit;      /* of a part's bytes; one with a single member may have more */
    unsigned number;     /* of the part in hand, or of the last one */
    struct mzg_output o; /* fd -1: none in hand */
    uint64_t synced;     /* bytes of it */
    bool cut_short;      /* the last part could not be finished for want of room */
};

void mzg_part_writer_init(struct mzg_part_writer *w, const struct mzg_stick *s, uint64_t limit);

/* Finishes what another run left unfinished, but the last one, which is gone on with. One whose number a
 * finished part has is left alone. */
enum mzg_code mzg_part_writer_resume(struct mzg_part_writer *w, struct mzg_stick *s,
                                     struct mzg_err *e) MZG_MUST;

/* Appends a member; *part and *offset: where its bytes are. *full: the stick has no room for it, and what
 * was there before is as it was. */
enum mzg_code mzg_part_writer_add(struct mzg_part_writer *w, const char *path, const void *data, uint32_t size,
                                  uint16_t *part, uint64_t *offset, bool *full, struct mzg_err *e) MZG_MUST;

/* Finishes the part in hand. */
enum mzg_code mzg_part_writer_finish(struct mzg_part_writer *w, struct mzg_err *e) MZG_MUST;
/* What is unfinished stays for the next time; fine at any time. */
void mzg_part_writer_close(struct mzg_part_writer *w);

#endif
