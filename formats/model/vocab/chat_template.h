/* chat_template.h: a model's chat templates, wherever its makers put them.
 *
 * The first of these places that has any is used: tokenizer_config.json's chat_template (a string,
 * or a list of {name, template}), chat_template.jinja with additional_chat_templates/NAME.jinja,
 * chat_template.json. */
#ifndef MZG_MODEL_CHAT_TEMPLATE_H
#define MZG_MODEL_CHAT_TEMPLATE_H

#include "tokenizer_config.h"

/* Sets v->templates. Names keep letters and digits; anything else becomes '_', as they end in keys.
 * MZG_MALFORMED for two templates of one name. */
enum mzg_code mzg_chat_template_find(struct mzg_vocab *v, const struct mzg_tokenizer_config *tc,
                                     struct mzg_err *e) MZG_MUST;

#endif
