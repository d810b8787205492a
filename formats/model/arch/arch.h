/* arch.h: model families: what their tensors are called and shaped, and what they need besides.
 *
 * To add one: write arch_NAME.c with its table of tensors and its struct mzg_arch, and list it in
 * families.h. Nothing else changes. What is made of a tensor on the way (rows in another order, a
 * transpose, halves of one) is the row's `how`: one of how.h, or the family's own. To try it:
 * tests/unit/test_model.c on a folder, and `make interop-arch` beside the real libraries. */
#ifndef MZG_MODEL_ARCH_H
#define MZG_MODEL_ARCH_H

#include "config.h"
#include "model.h"
#include "../values/source.h"
#include "../vocab/vocab.h"

/* A length that a config gives. */
enum mzg_dim {
    MZG_DIM_1,    /* the tensor has no such dimension */
    MZG_DIM_EMBD, /* hidden_size */
    MZG_DIM_FF,   /* intermediate_size */
    MZG_DIM_Q,    /* heads * head_dim */
    MZG_DIM_KV,   /* key-value heads * head_dim */
    MZG_DIM_HEAD, /* head_dim */
    MZG_DIM_VOCAB,
    MZG_DIM_EXPERTS,
    MZG_DIM_EXPERT_FF,
    MZG_DIM_X0,   /* and on: the family's own, hparams.own[0] and on */
    MZG_DIM_X1, MZG_DIM_X2, MZG_DIM_X3, MZG_DIM_X4, MZG_DIM_X5,
    MZG_DIM_ANY,  /* whatever the source has: where layers differ and no config says how */
    MZG_DIM_COUNT
};

enum { /* flags of a row */
    MZG_ROW_OPTIONAL = 1, /* may be missing */
    MZG_ROW_HEAD = 2,     /* may be missing when embeddings are tied, or the model has no head */
    MZG_ROW_EITHER = 4,   /* may be missing where another row of the same name has its source */
    MZG_ROW_ELSE = 8,     /* counts only where no row of the same name before it has its source; where one
                            * has, it is that again */
    MZG_ROW_LATER = 16,   /* may be missing in layers behind the first */
    MZG_ROW_ATTENTION = 32, /* of layers for which the family's attends is true, and of the others */
    MZG_ROW_OTHER = 64
};

struct mzg_making;

/* '#' stands for the layer's number, '%' for that of a decoder's layer where an encoder has its own; without
 * them the tensor is there once. '@' in source stands for an expert's, '$' for a head's, '&' for a key-value
 * head's, '!' for one of the family's own hparams.parts: all of them become one tensor of one dimension more. */
struct mzg_arch_tensor {
    const char *source; /* "layers.#.self_attn.q_proj.weight", without the family's prefixes */
    const char *name;   /* "blk.#.attn_q.weight" */
    enum mzg_dim rows;  /* MZG_DIM_1: a vector */
    enum mzg_dim width;
    unsigned flags;
    /* What is made of the source's values; NULL: they are as they are wanted. The result has the shape
     * that rows, width and planes give; NULL where that cannot be made of this source. */
    const struct mzg_values *(*how)(const struct mzg_making *m);
    enum mzg_dim planes; /* a third dimension, experts' numbers aside */
};

/* Rows of a table: with two dimensions or one, and with three. */
#define MZG_TENSOR(source, name, rows, width, flags, how)                                          \
    {source, name, rows, width, flags, how, MZG_DIM_1}
#define MZG_TENSOR_3D(source, name, planes, rows, width, flags, how)                               \
    {source, name, rows, width, flags, how, planes}

struct mzg_making {
    const struct mzg_hparams *h;
    const struct mzg_arch_tensor *row;
    const struct mzg_values *values; /* the source's, experts already stacked */
    struct mzg_arena *arena;
    uint64_t layer;
    unsigned n_dims;                 /* the shape that is due */
    uint64_t ne[MZG_VALUE_DIMS];     /* UINT64_MAX: any */
};

struct mzg_arch_work; /* what a family's functions are given */

/* A number beside the tensors of a checkpoint that comes without a config.json. */
struct mzg_arch_number {
    const char *name; /* "dims.n_mels" */
    const char *key;  /* what config.json would call it */
    int64_t max;      /* it is 1 or more */
};

struct mzg_arch {
    const char *name;               /* general.architecture, and what its keys start with */
    const char *const *classes;     /* in config.json's architectures; NULL at the end */
    /* Whether a config of these classes is its own, where several share them; NULL: all are. */
    bool (*fits)(const struct mzg_config *c);
    const char *const *model_types; /* taken for this family when the class is unknown but the
                                     * tensors are exactly its own; NULL at the end; or NULL */
    const struct mzg_arch_tensor *tensors;
    size_t n_tensors;
    const char *const *prefixes;    /* the first that fits is taken off a source's name ("model."); NULL
                                     * at the end, or NULL: the tensors of a bare model lack them */
    const char *const (*renames)[2]; /* ends of names that old checkpoints spell otherwise, and how they
                                      * are spelt in the table (".gamma", ".weight"); {NULL} at the end */
    const char *const *drops;       /* tensors of no use: names, without prefixes, that begin ("pooler.")
                                     * or, after a '*', end so ("*.position_ids"); NULL at the end */
    const char *const *leaves;      /* the same for parts that its runtime has no place for in this file, as a
                                     * vision_tower: announced; or NULL */
    unsigned lacks;                 /* enum mzg_config_lacks: what its config may be without */
    /* Fills in what its config leaves to be known, before anything is read from it; may be NULL. */
    enum mzg_code (*settle)(struct mzg_config *c, struct mzg_err *e);
    /* h->own, and whatever else of h differs from the usual; may be NULL. */
    enum mzg_code (*measure)(const struct mzg_config *c, struct mzg_hparams *h, struct mzg_err *e);
    /* Whether this layer has an attention, in families whose layers differ (MZG_ROW_ATTENTION); or NULL. */
    bool (*attends)(const struct mzg_config *c, uint64_t layer);
    /* Its own keys, and refusal of what it cannot express. */
    enum mzg_code (*put)(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e);
    /* Tensors that are computed; may be NULL. */
    enum mzg_code (*compute)(const struct mzg_arch_work *work, struct mzg_model *m,
                             struct mzg_err *e);
    /* What its vocabularies need besides their files; may be NULL. */
    void (*tune)(struct mzg_vocab *v, struct mzg_kvs *k);
    /* n_numbers of a checkpoint that is a whole model: they are its config. The first tells it from others. NULL: none
     * is published so. */
    const struct mzg_arch_number *numbers;
    size_t n_numbers;
    /* The file of tokens that is published with it, and how many must be in it (0: any number). */
    const char *(*token_file)(const struct mzg_hparams *h, uint32_t *tokens);
    /* What it is written as, and what stands there before the tensors (m->preface), instead of the
     * vocabulary's keys; NULL: GGUF. */
    const struct mzg_form *form;
    enum mzg_code (*preface)(const struct mzg_arch_work *work, const struct mzg_vocab *v,
                             struct mzg_buf *out, struct mzg_err *e);
};

/* Small files of the folder, besides the tokenizer's, that keys were made from, the config first: their
 * digests are recorded. */
#define MZG_ARCH_FILES 6
struct mzg_arch_files {
    char names[MZG_ARCH_FILES][512];
    size_t n;
};

struct mzg_arch_work {
    const struct mzg_arch *arch;
    const struct mzg_config *config;
    const struct mzg_hparams *hparams;
    const struct mzg_notify *notify;
    const char *folder;
    struct mzg_arch_files *files; /* appended to by put */
    bool partial;                 /* the source has some of a model's tensors, as an adapter changes them: others are
                                   * passed over, nothing is computed, and none stands for another */
};

/* The family of this class; else of this model_type, *by_type then being true; else NULL. */
const struct mzg_arch *mzg_arch_find(const struct mzg_config *c, bool *by_type);

/* The family of these weights, by the numbers beside them; or NULL. */
const struct mzg_arch *mzg_arch_of_numbers(const struct mzg_weights *w);

/* Whether any of its tensors is there once for each expert. */
bool mzg_arch_takes_experts(const struct mzg_arch *arch);

/* Fills m->tensors with computed tensors, then the source's under their new names, in the order in which
 * one reading meets the last part of each. MZG_MALFORMED names a tensor that is missing, left over, or
 * of another shape than the config gives. */
enum mzg_code mzg_arch_map(const struct mzg_arch_work *work, const struct mzg_source *source,
                           struct mzg_model *m, struct mzg_err *e) MZG_MUST;

/* For compute: appends a vector of n values (m->arena's). There is room for MZG_ARCH_COMPUTED. */
#define MZG_ARCH_COMPUTED 4
void mzg_arch_add(struct mzg_model *m, const char *name, const float *values, uint64_t n);

/* Why a config is refused: "config.json: key 'KEY' WHAT". */
enum mzg_code mzg_arch_fail_key(enum mzg_code code, const char *key, const char *what,
                                struct mzg_err *e) MZG_MUST;

#endif
