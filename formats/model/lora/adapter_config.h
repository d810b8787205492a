/* adapter_config.h: what an adapter's adapter_config.json says of how its two matrices become a change of
 * one: PEFT's LoRA, plain or rank-stabilised. What would change the result otherwise (DoRA, initialisations
 * that alter the base, activation by tokens) is refused by its key. No path in it is ever followed. */
#ifndef MZG_MODEL_ADAPTER_CONFIG_H
#define MZG_MODEL_ADAPTER_CONFIG_H

#include "../../base/json.h"

#define MZG_RANK_MAX 65536

struct mzg_adapter_config {
    json_t *root;
    const char *base;     /* base_model_name_or_path: for messages only; "" where it says none */
    int64_t rank;         /* r and lora_alpha, where no pattern says otherwise */
    double alpha;
    bool rslora;          /* alpha / sqrt(r) in place of alpha / r */
    bool fan_in_fan_out;  /* the base's matrices have their input first (Conv1D) */
};

/* Loads an adapter_config.json. MZG_UNSUPPORTED names a key that asks for what is not done here;
 * MZG_MALFORMED: not of the form. */
enum mzg_code mzg_adapter_config_load(struct mzg_adapter_config *c, const char *path,
                                      struct mzg_err *e) MZG_MUST;
/* The same of its text. */
enum mzg_code mzg_adapter_config_parse(struct mzg_adapter_config *c, const char *text, size_t len,
                                       struct mzg_err *e) MZG_MUST;
void mzg_adapter_config_clear(struct mzg_adapter_config *c); /* fine on a zeroed one */

/* The rank that is due of a module ("model.layers.0.self_attn.q_proj") and what its change is multiplied by:
 * rank_pattern's and alpha_pattern's first key that matches its end counts. */
enum mzg_code mzg_adapter_config_module(const struct mzg_adapter_config *c, const char *module,
                                        uint64_t *rank, double *scale, struct mzg_err *e) MZG_MUST;

#endif
