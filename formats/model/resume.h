/* resume.h: a conversion that can go on where it was stopped.
 *
 * The outputs are kept as they are written, and a journal (journal.h) beside the first of them says which
 * tensors are done. To go on, their blocks are read again and compared with the journal's digests; so
 * are the bytes of the source, which have to be digested again for the record anyway. Both go at the
 * disk's speed; nothing is quantized twice. What does not hold is done again, with a notice. */
#ifndef MZG_MODEL_RESUME_H
#define MZG_MODEL_RESUME_H

#include "journal.h"
#include "slot.h"

struct mzg_resume {
    struct mzg_journal journal;
    const struct mzg_model *model;
    struct mzg_sink *sinks;
    size_t n_sinks;
    const struct mzg_run *run;
    struct mzg_sha256 hash;                      /* of one batch, while verifying */
    struct mzg_sha256 tensor[MZG_OUTPUTS_MAX];   /* over the batches of the tensor being collected */
    bool broken;                                 /* a line could not be written: no other may follow */
    uint64_t unsynced;                           /* source bytes since the disk was last waited for */
};

/* Binds the journal to the sinks, whose plans are made and files opened as kept; it is beside the first. r is the caller's to clear, also after an error. */
enum mzg_code mzg_resume_open(struct mzg_resume *r, const struct mzg_model *model,
                              struct mzg_sink *sinks, size_t n, const struct mzg_run *run,
                              struct mzg_err *e) MZG_MUST;

/* How many tensors, from the first on, are done and right. s: fresh; it has read what they take when
 * this returns. buffer: room for any batch's source bytes. */
enum mzg_code mzg_resume_verify(struct mzg_resume *r, struct mzg_stream *s, uint8_t *buffer,
                                size_t *done, struct mzg_err *e) MZG_MUST;

/* A slot whose job has ended, in the order of the batches: its tensor's line is written with the last. */
enum mzg_code mzg_resume_collect(struct mzg_resume *r, const struct mzg_slot *slot,
                                 struct mzg_err *e) MZG_MUST;

/* All outputs have their names: what was kept goes away with the clearing. */
void mzg_resume_finish(struct mzg_resume *r);
void mzg_resume_clear(struct mzg_resume *r); /* fine on a zeroed one whose journal.file.fd is -1 */

#endif
