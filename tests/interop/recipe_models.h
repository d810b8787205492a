/* recipe_models.h: models that no one has trained, for the choice of types: names, shapes and
 * metadata of many families, and no weights (the file is a hole). */
#ifndef MZG_TESTS_RECIPE_MODELS_H
#define MZG_TESTS_RECIPE_MODELS_H

#include "formats/base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recipe_model {
    const char *name;    /* for the report */
    const char *arch;
    unsigned layers, heads, kv_heads, experts;
    unsigned width, ff;  /* of rows */
    unsigned what;       /* enum recipe_model_what */
};

enum recipe_model_what {
    HAS_OUTPUT = 1,      /* not tied to the embeddings */
    HAS_QKV = 2,         /* fused */
    HAS_NO_GATE = 4,
    HAS_KVB = 8,         /* attn_kv_b instead of attn_v */
    HAS_SHARED = 16,     /* shared experts beside the others */
    HAS_ODD_NAMES = 32,  /* every name that is never quantized, and some that nearly are */
    HAS_CROSS = 64       /* names that are not blk.N */
};

extern const struct recipe_model recipe_models[];
extern const size_t n_recipe_models;

/* Writes the model's file. */
enum mzg_code recipe_model_write(const struct recipe_model *r, const char *path, struct mzg_err *e);

#endif
