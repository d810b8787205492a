/* config.h: config.json of a model folder, and the GGUF keys every architecture takes from it. */
#ifndef MZG_MODEL_CONFIG_H
#define MZG_MODEL_CONFIG_H

#include "../../base/json.h"
#include "../containers/kvs.h"

struct mzg_config {
    json_t *root;
    const char *class;      /* the first of "architectures"; "" where there is none */
    const char *model_type; /* "" where there is none */
};

/* Loads FOLDER/config.json. MZG_UNSUPPORTED: no such file; weights packed by a quantization_config;
 * expert models. MZG_MALFORMED: not a JSON object. */
enum mzg_code mzg_config_load(struct mzg_config *c, const char *folder,
                              struct mzg_err *e) MZG_MUST;
void mzg_config_clear(struct mzg_config *c);

/* What a model's shapes follow from. */
struct mzg_hparams {
    uint64_t layers, embd, ff, heads, heads_kv, head_dim, vocab;
    bool tied; /* the output matrix is the embedding's */
};
enum mzg_code mzg_config_hparams(const struct mzg_config *c, struct mzg_hparams *h,
                                 struct mzg_err *e) MZG_MUST;

/* Appends ARCH.block_count and the other keys of the table in config.c. */
enum mzg_code mzg_config_put(const struct mzg_config *c, const char *arch, struct mzg_kvs *k,
                             struct mzg_err *e) MZG_MUST;

/* The same for rope.scaling.*: "linear" and "yarn" have keys; *kind says what was found ("default"
 * where nothing was), and is the caller's to refuse. */
enum mzg_code mzg_config_put_rope(const struct mzg_config *c, const char *arch,
                                  struct mzg_kvs *k, const char **kind, struct mzg_err *e) MZG_MUST;

/* rope_parameters (transformers 5) or rope_scaling; NULL where both are absent or null. */
const json_t *mzg_config_rope(const struct mzg_config *c);

/* The last component of _name_or_path; NULL where there is none fit to print. */
const char *mzg_config_name(const struct mzg_config *c);

#endif
