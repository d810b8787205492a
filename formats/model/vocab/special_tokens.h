/* special_tokens.h: which ids are special, and which of them are put around a text.
 *
 * The texts come from tokenizer_config.json (then special_tokens_map.json), then ids from
 * config.json; the first that names a token of the vocabulary wins. add_bos_token and add_eos_token
 * follow the tokenizer's post-processor unless tokenizer_config.json says it in plain words. */
#ifndef MZG_MODEL_SPECIAL_TOKENS_H
#define MZG_MODEL_SPECIAL_TOKENS_H

#include "tokenizer_config.h"

/* What a tokenizer's own files say of them. */
struct mzg_special_source {
    const json_t *post;            /* tokenizer.json's post_processor, or NULL */
    const json_t *model;           /* config.json's object, or NULL */
    const char *const *defaults;   /* texts by enum mzg_special that count where no file names one
                                    * and the vocabulary has them (NULL: none); or NULL */
};

/* Sets v->special and v->add_* of a finished table. Ids that are set already stay. */
enum mzg_code mzg_special_tokens_find(struct mzg_vocab *v, const struct mzg_tokenizer_config *tc,
                                      const struct mzg_special_source *from,
                                      struct mzg_err *e) MZG_MUST;

/* Last: what llama.cpp would put around a text without an id for it is not put there, with a notice;
 * flags that it would take for granted, although the tokenizer does otherwise, are said. */
void mzg_special_tokens_settle(struct mzg_vocab *v, const struct mzg_notify *notify);

#endif
