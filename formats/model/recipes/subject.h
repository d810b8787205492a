/* subject.h: what every recipe asks of a model, found out once: a table of sizes asks three dozen of them. */
#ifndef MZG_MODEL_SUBJECT_H
#define MZG_MODEL_SUBJECT_H

#include "roles.h"
#include "traits.h"

struct mzg_subject {
    const struct mzg_model *model;
    struct mzg_traits traits;
    bool raw;                   /* names say nothing of what a tensor is for */
    uint64_t values;            /* tensors of values in the whole model */
    struct mzg_subject_tensor {
        enum mzg_role role;     /* MZG_ROLE_OTHER in a raw model */
        long layer;             /* as mzg_tensor_layer */
        bool eligible;          /* may be quantized */
    } *tensors;                 /* a row per tensor of the model */
    size_t *order;              /* the tensors in the order in which llama.cpp counts them */
};

/* s is the caller's to clear, also after an error, which is MZG_IO without memory. m must outlive it. */
enum mzg_code mzg_subject_init(struct mzg_subject *s, const struct mzg_model *m, struct mzg_err *e) MZG_MUST;
void mzg_subject_clear(struct mzg_subject *s);

/* Tensors are counted by role, but all kinds of values together. */
enum mzg_role mzg_role_counted(enum mzg_role role);

#endif
