/* pretokenizer.h: llama.cpp's name (tokenizer.ggml.pre) for how a tokenizer cuts text.
 *
 * tokenizer.json describes the cutting as a list of operations; llama.cpp knows a set of names,
 * each for one such list. The name is found by comparing the lists: a fine-tune with a vocabulary
 * of its own keeps its family's cutting, and so its name. */
#ifndef MZG_MODEL_PRETOKENIZER_H
#define MZG_MODEL_PRETOKENIZER_H

#include "../../base/error.h"
#include <jansson.h>
#include <stdbool.h>

struct mzg_pretokenizer {
    const char *model;    /* tokenizer.ggml.model: "gpt2"; "t5" and "bert" have shapes too */
    const json_t *pre;    /* tokenizer.json's pre_tokenizer, or NULL */
    const json_t *post;   /* its post_processor, or NULL */
    bool ignore_merges;   /* its model.ignore_merges */
    const char *family;   /* config.json's model_type, or NULL: some names differ by it alone */
};

/* *name is static. MZG_UNSUPPORTED prints the shape found when it is none of the known. */
enum mzg_code mzg_pretokenizer_name(const struct mzg_pretokenizer *p, const char **name,
                                    struct mzg_err *e) MZG_MUST;

/* The first operation of this type in a pre-tokenizer or a normalizer, Sequences included, or
 * NULL. */
const json_t *mzg_pretokenizer_find(const json_t *op, const char *type);

/* True when a Metaspace in it puts a space before the first word. */
bool mzg_pretokenizer_prepends(const json_t *op);

#endif
