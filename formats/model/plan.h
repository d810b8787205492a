/* plan.h: one output of a conversion before a weight is read: what decides its bytes, the type and place
 * of each of its tensors, its size. */
#ifndef MZG_MODEL_PLAN_H
#define MZG_MODEL_PLAN_H

#include "importance/rows.h"

/* All that decides the bytes of one output; what of it differs from the usual is recorded in the file
 * (provenance.h). Texts and what is pointed to stay the caller's. */
struct mzg_convert_job {
    const struct mzg_model *model;
    const struct mzg_recipe *recipe;
    struct mzg_recipe_options choice;  /* what overrides the recipe */
    const struct mzg_imatrix *imatrix; /* NULL: no importance */
    const char *imatrix_name;          /* of its file, without the folder */
    enum mzg_effort effort;
    const char *pre; /* as it was overridden, for the record; else NULL */
};

struct mzg_plan {
    struct mzg_convert_job job;
    struct mzg_gguf_tensor *table; /* a row per tensor of the model, in its order */
    struct mzg_recipe_why *why;    /* of the same rows */
    struct mzg_importance importance;
    uint8_t imatrix_sha256[32];
    uint64_t data_offset;          /* of the tensor data; the header is all before it */
    uint64_t data_bytes;           /* its last padding included */
};

/* MZG_UNSUPPORTED where a tensor would get a type that cannot be made here, or not without importance;
 * else as mzg_recipe_apply and mzg_importance_match. p is the caller's to clear,
 * also after an error. */
enum mzg_code mzg_plan_make(struct mzg_plan *p, const struct mzg_convert_job *job,
                            const struct mzg_notify *notify, struct mzg_err *e) MZG_MUST;
void mzg_plan_clear(struct mzg_plan *p); /* fine on a zeroed one */

/* Bytes of the file that would be written, whether or not it can be: there may be no quantizer yet, or
 * no importance data where they are needed. */
enum mzg_code mzg_plan_size(const struct mzg_convert_job *job, uint64_t *bytes, struct mzg_err *e) MZG_MUST;

struct mzg_convert_totals {
    uint64_t tensors;
    uint64_t elems;        /* of the source's */
    uint64_t source_bytes; /* of its weights' files */
    uint64_t output_bytes;
};
struct mzg_convert_totals mzg_plan_totals(const struct mzg_plan *p);

/* The header with these digests of the weights' files (NULL: placeholders); it has the same size either
 * way. out is initialised here and the caller's to clear. */
enum mzg_code mzg_plan_header(const struct mzg_plan *p, const uint8_t (*digests)[32],
                              struct mzg_buf *out, struct mzg_err *e) MZG_MUST;

/* Where element elem of tensor i, in output order, lies in the output; its number of elements: where the
 * tensor ends. */
uint64_t mzg_plan_place(const struct mzg_plan *p, size_t i, uint64_t elem);

/* Bytes of the whole output. */
uint64_t mzg_plan_bytes(const struct mzg_plan *p);

/* Padding behind tensor i up to the next one, or to the end of the data. */
uint64_t mzg_plan_padding(const struct mzg_plan *p, size_t i);

/* Whether importance makes a difference to tensor i: it has some, and its type is made by a search. */
bool mzg_plan_weighs(const struct mzg_plan *p, size_t i);

/* Whether the source's bytes of tensor i go into the output as they are. */
bool mzg_plan_copies(const struct mzg_plan *p, size_t i);
/* Whether they are blocks of the output's type but for their order, and so go into it without loss. */
bool mzg_plan_repacks(const struct mzg_plan *p, size_t i);

#endif
