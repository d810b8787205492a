/* special_tokens.h: which ids are special, and which of them are put around a text.
 *
 * The texts come from tokenizer_config.json (then special_tokens_map.json), then ids from
 * config.json; the first that names a token of the vocabulary wins. add_bos_token and add_eos_token
 * follow the tokenizer's post-processor unless tokenizer_config.json says it in plain words. */
#ifndef MZG_MODEL_SPECIAL_TOKENS_H
#define MZG_MODEL_SPECIAL_TOKENS_H

#include "tokenizer_config.h"

/* Sets v->special and v->add_* of a finished table. post: tokenizer.json's post_processor, or NULL.
 * model: config.json's object, or NULL. */
enum mzg_code mzg_special_tokens_find(struct mzg_vocab *v, const struct mzg_tokenizer_config *tc,
                                      const json_t *post, const json_t *model,
                                      struct mzg_err *e) MZG_MUST;

#endif
