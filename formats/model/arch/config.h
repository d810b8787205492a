/* config.h: config.json of a model folder, and the GGUF keys every architecture takes from it. What a
 * model of several senses says of its language (text_config and its like) is taken for the model's. Where
 * a folder has another file in its place, configs/ makes of that what config.json would say. */
#ifndef MZG_MODEL_CONFIG_H
#define MZG_MODEL_CONFIG_H

#include "../../base/json.h"
#include "../containers/kvs.h"

struct mzg_config {
    json_t *root;
    const char *class;      /* the first of "architectures"; "" where there is none */
    const char *model_type; /* "" where there is none */
    const char *file;       /* that it was read from, in the folder; of a checkpoint "dims": in messages */
};
#define MZG_CONFIG_FILE "config.json"

/* Loads FOLDER/config.json. MZG_UNSUPPORTED: no such file; weights packed by a quantization_config;
 * expert models. MZG_MALFORMED: not a JSON object. */
enum mzg_code mzg_config_load(struct mzg_config *c, const char *folder,
                              struct mzg_err *e) MZG_MUST;
void mzg_config_clear(struct mzg_config *c);

/* A JSON object, FOLDER/NAME; *root is the caller's. MZG_MALFORMED where it is none. Messages name it. */
enum mzg_code mzg_config_read(const char *folder, const char *name, json_t **root,
                              struct mzg_err *e) MZG_MUST;
/* Fills c from an object, which is c's from now on, even on an error. file: what it was made from. */
enum mzg_code mzg_config_take(struct mzg_config *c, json_t *root, const char *file,
                              struct mzg_err *e) MZG_MUST;

/* How a value is called in config.json, and what it may be. */
struct mzg_config_key {
    const char *key;          /* GGUF's, behind "ARCH." */
    const char *const *names; /* dotted paths; the first that is there counts; NULL at the end */
    enum mzg_kv_type type;    /* u32, f32 or bool */
    double min, max;          /* of a number */
    bool required;
};
#define MZG_CONFIG_NAMES(...) (const char *const[]){__VA_ARGS__, NULL}

/* The member at a dotted path ("rope_parameters.rope_theta"); NULL where it is absent or null. */
const json_t *mzg_config_find(const json_t *o, const char *path);
/* The value of a number's key, *there saying whether config.json has one; of a list, the largest. *number keeps what the
 * caller put there where config.json has none, or one that is no good. */
enum mzg_code mzg_config_number(const json_t *o, const struct mzg_config_key *key, double *number,
                                bool *there, struct mzg_err *e) MZG_MUST;
/* Appends ARCH.KEY of each row that config.json has a value for. A list of numbers (one a layer) becomes
 * an array, or one number where all are the same. */
enum mzg_code mzg_config_put_keys(const json_t *o, const char *arch, const struct mzg_config_key *keys,
                                  size_t n, struct mzg_kvs *k, struct mzg_err *e) MZG_MUST;
/* Appends one. */
void mzg_config_put_u32(struct mzg_kvs *k, const char *arch, const char *name, uint32_t v);
void mzg_config_put_f32(struct mzg_kvs *k, const char *arch, const char *name, double v);
/* For settle: sets a member of the config, unless it has a value. False without memory. */
bool mzg_config_default(struct mzg_config *c, const char *name, json_t *value);

/* What a model's shapes follow from. */
enum mzg_config_lacks { MZG_LACKS_HEADS = 1, MZG_LACKS_FF = 2, MZG_LACKS_CONTEXT = 4 };
struct mzg_hparams {
    uint64_t layers, embd, ff, heads, heads_kv, head_dim, vocab;
    uint64_t experts, expert_ff; /* 0: none */
    uint64_t parts;              /* that '!' stands for in a row's source */
    uint64_t decoder_layers;     /* of a decoder beside an encoder: the family's measure sets it */
    uint64_t own[8];             /* the family's; the first six are MZG_DIM_X0 and on */
    bool tied; /* the output matrix is the embedding's */
};
/* lacks: what this family's config may be without, as bits of enum mzg_config_lacks; it is 0 then. */
enum mzg_code mzg_config_hparams(const struct mzg_config *c, unsigned lacks, struct mzg_hparams *h,
                                 struct mzg_err *e) MZG_MUST;

/* Appends ARCH.block_count and the other keys of the table in config.c. */
enum mzg_code mzg_config_put(const struct mzg_config *c, const char *arch, struct mzg_kvs *k,
                             struct mzg_err *e) MZG_MUST;

/* The same for rope.scaling.*: "linear" and "yarn" have keys; *kind says what was found ("default"
 * where nothing was), and is the caller's to refuse. */
enum mzg_code mzg_config_put_rope(const struct mzg_config *c, const char *arch,
                                  struct mzg_kvs *k, const char **kind, struct mzg_err *e) MZG_MUST;

/* rope_parameters (transformers 5) or rope_scaling; of kinds of layers, those of full attention; NULL where
 * both are absent or null. */
const json_t *mzg_config_rope(const struct mzg_config *c);

#endif
