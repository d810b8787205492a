/* limits.h: how much a type may lose before check says no (derivation: SPEC.md, "Accuracy"). */
#ifndef MZG_MODEL_LIMITS_H
#define MZG_MODEL_LIMITS_H

#include "../base/error.h"
#include "kernels/kernels.h"

/* A block passes when its largest error is at most
 *   amax * (largest |x| of the block) + range * (largest x - smallest x) + abs,
 * a tensor when its root mean square error is at most rel_rmse * rms(x) + abs. */
struct mzg_limit {
    double rel_rmse;
    double amax;
    double range;
    double abs;
    uint32_t elems; /* what a block is here; 0: 32 elements, whatever the type's own */
};

struct mzg_limits {
    struct mzg_limit type[MZG_TYPE_END];
};

/* Types without an entry of their own allow nothing: only exact copies pass. */
void mzg_limits_init(struct mzg_limits *l);

/* Overrides from a JSON file: {"Q4_0": {"rel_rmse": 0.2, "amax": 0.13}}. Unknown types and members
 * are MZG_MALFORMED. */
enum mzg_code mzg_limits_load(struct mzg_limits *l, const char *path, struct mzg_err *e) MZG_MUST;

#endif
