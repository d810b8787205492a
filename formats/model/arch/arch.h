/* arch.h: model families: what their tensors are called and shaped, and what they need besides.
 *
 * To add one: write arch_NAME.c with its table of tensors and its struct mzg_arch, declare that at
 * the end of this file and list it in arch.c. Nothing else changes; tests/unit/test_model.c shows
 * how to try it on a folder. A family whose tensors need more than renaming and the order of heads'
 * rows needs a new transform in model.h first. */
#ifndef MZG_MODEL_ARCH_H
#define MZG_MODEL_ARCH_H

#include "config.h"
#include "model.h"
#include "../vocab/vocab.h"

/* A length that a config gives. */
enum mzg_dim {
    MZG_DIM_1,    /* the tensor has no such dimension */
    MZG_DIM_EMBD, /* hidden_size */
    MZG_DIM_FF,   /* intermediate_size */
    MZG_DIM_Q,    /* heads * head_dim */
    MZG_DIM_KV,   /* key-value heads * head_dim */
    MZG_DIM_VOCAB,
    MZG_DIM_COUNT
};

enum { /* flags of a row */
    MZG_ROW_OPTIONAL = 1, /* may be missing */
    MZG_ROW_HEAD = 2,     /* may be missing when embeddings are tied, or the model has no head */
    MZG_ROW_ROTARY = 4    /* rows are heads, in the order of rotated halves: model_tensor.heads */
};

/* '#' stands for the layer's number; without it the tensor is there once. */
struct mzg_arch_tensor {
    const char *source; /* "model.layers.#.self_attn.q_proj.weight" */
    const char *name;   /* "blk.#.attn_q.weight" */
    enum mzg_dim rows;  /* MZG_DIM_1: a vector */
    enum mzg_dim width;
    unsigned flags;
};

struct mzg_arch_work; /* what a family's functions are given */

struct mzg_arch {
    const char *name;               /* general.architecture, and what its keys start with */
    const char *const *classes;     /* in config.json's architectures; NULL at the end */
    const char *const *model_types; /* taken for this family when the class is unknown but the
                                     * tensors are exactly its own; NULL at the end */
    const struct mzg_arch_tensor *tensors;
    size_t n_tensors;
    /* Its own keys, and refusal of what it cannot express. */
    enum mzg_code (*put)(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e);
    /* Tensors that are computed; may be NULL. */
    enum mzg_code (*compute)(const struct mzg_arch_work *work, struct mzg_model *m,
                             struct mzg_err *e);
    /* What its vocabularies need besides their files; may be NULL. */
    void (*tune)(struct mzg_vocab *v, struct mzg_kvs *k);
};

struct mzg_arch_work {
    const struct mzg_arch *arch;
    const struct mzg_config *config;
    const struct mzg_hparams *hparams;
    const struct mzg_notify *notify;
};

/* The family of this class; else of this model_type, *by_type then being true; else NULL. */
const struct mzg_arch *mzg_arch_find(const struct mzg_config *c, bool *by_type);

/* Fills m->tensors with computed tensors, then m->weights's under their new names. MZG_MALFORMED
 * names a tensor that is missing, left over, or of another shape than the config gives. */
enum mzg_code mzg_arch_map(const struct mzg_arch_work *work, struct mzg_model *m,
                           struct mzg_err *e) MZG_MUST;

/* For compute: appends a vector of n values (m->arena's). There is room for MZG_ARCH_COMPUTED. */
#define MZG_ARCH_COMPUTED 4
void mzg_arch_add(struct mzg_model *m, const char *name, const float *values, uint64_t n);

extern const struct mzg_arch mzg_arch_llama;

#endif
