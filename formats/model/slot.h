/* slot.h: one batch of a tensor on its way from the source to every output.
 *
 * The reading thread fills a slot, a worker decodes it once, quantizes it to each output's type and
 * writes the blocks at their place. It does so a span at a time, so that what is held beside the
 * source's bytes is small however many outputs there are. */
#ifndef MZG_MODEL_SLOT_H
#define MZG_MODEL_SLOT_H

#include "convert.h"
#include "importance/rows.h"
#include "sink.h"
#include "stream.h"

/* Elements between two writes: their blocks fit the second-level cache. */
#define MZG_SPAN ((size_t)64 * MZG_PIECE)

struct mzg_slot {
    const struct mzg_kernels *kernels;
    struct mzg_sink *sinks;
    size_t n_sinks;
    size_t room;            /* of one output's span */
    uint8_t *src;           /* the batch's source bytes */
    uint8_t *dst;           /* n_sinks times room */
    struct mzg_importance_rows rows;
    struct mzg_scratch scratch; /* for values that are made */
    struct mzg_batch batch;
    size_t index;           /* of its tensor */
    uint64_t ticket;        /* of the pool; 0: never used */
    /* Where a journal is kept (resume.h), else unused: */
    bool journaled;
    bool pending;           /* its batch is not in the journal's digests yet */
    uint8_t source[32];     /* mzg_stream_state behind the batch */
    struct mzg_sha256 hash[MZG_OUTPUTS_MAX];
    uint8_t digests[MZG_OUTPUTS_MAX][32]; /* of the batch's blocks in each output */
};

/* Bytes that a span of any tensor may take in any of the outputs. */
size_t mzg_slot_room(const struct mzg_sink *sinks, size_t n);

/* A pool's job; arg: struct mzg_slot. Errors as mzg_convert_run's. */
enum mzg_code mzg_slot_run(void *arg, struct mzg_err *e) MZG_MUST;

/* n elements to blocks of a type, n a multiple of its block length. w: their importance, or NULL. What
 * convert writes and check repeats is made here, and nowhere else. */
void mzg_piece_quantize(const struct mzg_type_kernels *k, enum mzg_effort effort, const float *x,
                        const float *w, void *q, size_t n);

#endif
