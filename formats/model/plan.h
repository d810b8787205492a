/* plan.h: one output of a conversion before a weight is read: what decides its bytes, the type and place
 * of each of its tensors, its size. An output is one file, or several parts (division.h). */
#ifndef MZG_MODEL_PLAN_H
#define MZG_MODEL_PLAN_H

#include "importance/rows.h"

/* What a part may hold, where an output is divided; 0: no such limit, and without any it is not. */
struct mzg_division {
    uint64_t bytes; /* of the file */
    uint64_t tensors;
};

/* All that decides the bytes of one output; what of it differs from the usual is recorded in the file
 * (provenance.h). Texts and what is pointed to stay the caller's. */
struct mzg_convert_job {
    const struct mzg_model *model;
    const struct mzg_subject *subject; /* of this model; NULL: it is found out */
    const struct mzg_recipe *recipe;
    struct mzg_recipe_options choice;  /* what overrides the recipe */
    const struct mzg_imatrix *imatrix; /* NULL: no importance */
    const char *imatrix_name;          /* of its file, without the folder */
    enum mzg_effort effort;
    const char *pre; /* as it was overridden, for the record; else NULL */
    const char *const *set; /* n_set of "KEY=VALUE", for the record: they are in the model */
    size_t n_set;
    struct mzg_division division;
};

#define MZG_PLAN_HEADER ((size_t)128 << 20) /* the largest header that is written */

/* One file of the output. */
struct mzg_plan_part {
    size_t first, n;      /* its tensors; the first part's n may be 0 */
    uint64_t data_offset; /* of the tensor data; the header is all before it */
    uint64_t data_bytes;  /* its last padding included */
};

struct mzg_plan {
    struct mzg_convert_job job;
    struct mzg_gguf_tensor *table; /* a row per tensor of the model, in its order */
    struct mzg_recipe_why *why;    /* of the same rows */
    struct mzg_importance importance;
    uint8_t imatrix_sha256[32];
    struct mzg_plan_part *parts;   /* in the order of the tensors */
    size_t n_parts;                /* 1 where it is not divided */
};

/* MZG_UNSUPPORTED where a tensor would get a type that cannot be made here, or not without importance;
 * or what is asked for is for GGUF and the model is written in another form;
 * else as mzg_recipe_apply, mzg_importance_match and mzg_plan_divide. p is the caller's to clear,
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
    uint64_t output_bytes; /* of all parts */
    uint64_t parts;        /* 0: it is not divided */
    uint64_t largest_part; /* its bytes */
    bool gguf;             /* else it is in the form that its model has (form.h) */
};
struct mzg_convert_totals mzg_plan_totals(const struct mzg_plan *p);

/* The header of a part, with these digests of the weights' files (NULL: placeholders); it has the same size
 * either way. out is initialised here and the caller's to clear. */
enum mzg_code mzg_plan_header(const struct mzg_plan *p, size_t part, const uint8_t (*digests)[32],
                              struct mzg_buf *out, struct mzg_err *e) MZG_MUST;

/* The part that tensor i is in. */
size_t mzg_plan_part(const struct mzg_plan *p, size_t i);
/* Where element elem of tensor i, in output order, lies in its part; its number of elements: where the
 * tensor ends. */
uint64_t mzg_plan_place(const struct mzg_plan *p, size_t i, uint64_t elem);

/* Bytes of the whole output, of one part, and of all up to the end of tensor i. */
uint64_t mzg_plan_bytes(const struct mzg_plan *p);
uint64_t mzg_plan_part_bytes(const struct mzg_plan *p, size_t part);
uint64_t mzg_plan_reached(const struct mzg_plan *p, size_t i);

/* The path of a part of the output that is asked for at `path`; malloc'd, NULL when memory is out. */
char *mzg_plan_path(const struct mzg_plan *p, const char *path, size_t part);

/* Bytes behind tensor i up to the next one, or to the end of its part's data: padding, or the next one's head. */
uint64_t mzg_plan_padding(const struct mzg_plan *p, size_t i);

/* Whether importance makes a difference to tensor i: it has some, and its type is made by a search. */
bool mzg_plan_weighs(const struct mzg_plan *p, size_t i);

/* Whether the source's bytes of tensor i go into the output as they are. */
bool mzg_plan_copies(const struct mzg_plan *p, size_t i);
/* Whether they are blocks of the output's type but for their order, and so go into it without loss. */
bool mzg_plan_repacks(const struct mzg_plan *p, size_t i);

#endif
