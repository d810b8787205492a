/* division.h: where an output is cut into parts (containers/parts.h).
 *
 * Between tensors, never in one. A part takes tensors, in their order, as long as its whole file, header
 * and padding included, stays within the limits: so what may be at most 4 GiB fits where no larger file
 * does. (gguf-split counts tensors only.) The first part has all the metadata, and no tensors where it has no
 * room for one. */
#ifndef MZG_MODEL_DIVISION_H
#define MZG_MODEL_DIVISION_H

#include "plan.h"

static inline bool mzg_plan_divided(const struct mzg_plan *p)
{
    return p->job.division.bytes > 0 || p->job.division.tensors > 0;
}

/* general.alignment of the output, in all its parts. */
uint32_t mzg_plan_alignment(const struct mzg_plan *p);

/* Fills in the plan's parts, and its table's offsets and bytes. MZG_LIMIT: a tensor, or the metadata, is
 * larger than a part may be; more than MZG_PARTS_MAX parts; as mzg_gguf_layout. */
enum mzg_code mzg_plan_divide(struct mzg_plan *p, struct mzg_err *e) MZG_MUST;

#endif
