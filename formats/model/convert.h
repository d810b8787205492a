/* convert.h: a model to one or several GGUF files, streaming.
 *
 * First the plans (plan.h): headers, types and sizes, so that every offset in each output is known.
 * Then the tensors in the order in which they lie in the source, read once, digested on the way, made
 * into each output's blocks by workers and written at their offsets (slot.h). The source's digests are
 * filled in last, before the rename. Memory is bounded by the batches in flight. */
#ifndef MZG_MODEL_CONVERT_H
#define MZG_MODEL_CONVERT_H

#include "plan.h"

#define MZG_OUTPUTS_MAX 16 /* from one reading */

struct mzg_convert_target {
    struct mzg_convert_job job; /* of the same model as the others' */
    const char *path;
};

/* Writes n outputs (1 to MZG_OUTPUTS_MAX), each whole or not at all; a fault before all are complete leaves
 * none. resume: what is written stays beside them when the work is stopped, and is gone on with when it is
 * asked for again (resume.h). totals: n of them, or NULL. MZG_MALFORMED names the tensor and element of the
 * first weight that is NaN, infinite or beyond what the type can hold. */
enum mzg_code mzg_convert_run(const struct mzg_convert_target *targets, size_t n, bool resume,
                              const struct mzg_run *run, struct mzg_convert_totals *totals,
                              struct mzg_err *e) MZG_MUST;

#endif
