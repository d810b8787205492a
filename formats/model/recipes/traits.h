/* traits.h: what rules ask of a model as a whole. */
#ifndef MZG_MODEL_TRAITS_H
#define MZG_MODEL_TRAITS_H

#include "../arch/model.h"

struct mzg_traits {
    const char *arch;
    uint64_t layers;  /* ARCH.block_count; without it: one more than the highest blk.N */
    uint64_t gqa;     /* query heads per key-value head, of the first layer; 0 without such heads */
    uint64_t experts; /* ARCH.expert_count, 0 without it */
    bool big;         /* llama.cpp takes it for a 70B */
    bool tied;        /* no output.weight: the embeddings are the output too */
};

void mzg_traits_of(const struct mzg_model *m, struct mzg_traits *t);

#endif
