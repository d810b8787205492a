/* fallback.h: the types in place of those whose blocks a tensor's rows do not divide into, and what is said of that: a
 * line for all tensors that it happens to in the same way. */
#ifndef MZG_MODEL_FALLBACK_H
#define MZG_MODEL_FALLBACK_H

#include "../../base/progress.h"
#include "kernels/kernels.h"
#include <stddef.h>
#include <stdint.h>

#define MZG_FALLBACK_KINDS 32

struct mzg_fallbacks {
    struct mzg_fallback {
        enum mzg_type wanted, made;
        uint64_t width;
        const char *first; /* a tensor's name, which outlives this */
        size_t n;
    } kinds[MZG_FALLBACK_KINDS];
    size_t n;
    size_t others; /* tensors beyond these kinds */
};

/* The type of a tensor that is to be wanted, with rows of width values: wanted itself, or what SPEC.md, "Fallback", has
 * in its place, which f keeps in mind. */
enum mzg_type mzg_fall_back(struct mzg_fallbacks *f, const char *name, uint64_t width, enum mzg_type wanted);

void mzg_fallbacks_tell(const struct mzg_fallbacks *f, const struct mzg_notify *notify);

#endif
