/* general.h: general.*: what a model is called, whose it is, under which licence, what it was made from.
 *
 * Each key comes from the first of these that says it: the model card (README.md), the id in config.json's
 * _name_or_path, and, where that is none, the name of the folder; the size is counted where nobody says it.
 * Options come on top of all (settings.h). SPEC.md, "Names", has the rules, which are llama.cpp's. */
#ifndef MZG_MODEL_GENERAL_H
#define MZG_MODEL_GENERAL_H

#include "../arch/model.h"
#include <jansson.h>

/* Puts general.architecture (m->arch; NULL: left out), general.type and the others into m->kvs. m->tensors are there,
 * or none are. folder: for README.md; source_name: in place of the folder's own, as a record has it; NULL:
 * the folder's; "": none. Sets m->has_card and m->source_name where something came from there. config: config.json, or
 * of an adapter (m->adapter) its adapter_config.json; may be NULL. */
enum mzg_code mzg_general_put(struct mzg_model *m, const char *folder, const json_t *config,
                              const char *source_name, const struct mzg_notify *notify,
                              struct mzg_err *e) MZG_MUST;

#endif
