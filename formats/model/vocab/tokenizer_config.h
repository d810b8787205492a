/* tokenizer_config.h: the small files beside a tokenizer: which tokens were added, which are
 * special, what is put around a text. Each may be missing; one that is there and broken is an error
 * that names it. special_tokens.h and chat_template.h say what is made of them. */
#ifndef MZG_MODEL_TOKENIZER_CONFIG_H
#define MZG_MODEL_TOKENIZER_CONFIG_H

#include "../../base/file.h"
#include "vocab.h"

struct mzg_tokenizer_config {
    const struct mzg_dir *dir;        /* the caller's, outlives this */
    const struct mzg_notify *notify;
    json_t *config;                   /* tokenizer_config.json, or NULL */
    json_t *map;                      /* special_tokens_map.json, or NULL */
    json_t *generation;               /* generation_config.json, or NULL */
    json_t *added;                    /* added_tokens.json, or NULL */
};

/* Reads the JSON files and notes their names in v->files. */
enum mzg_code mzg_tokenizer_config_open(struct mzg_tokenizer_config *tc, const struct mzg_dir *dir,
                                        struct mzg_vocab *v, const struct mzg_notify *notify,
                                        struct mzg_err *e) MZG_MUST;
void mzg_tokenizer_config_close(struct mzg_tokenizer_config *tc); /* fine on a zeroed one */

/* Reads one JSON object, if the file is there, and notes its name; *out is NULL when it is not. */
enum mzg_code mzg_tokenizer_config_object(const struct mzg_dir *dir, const char *name,
                                          struct mzg_vocab *v, json_t **out,
                                          struct mzg_err *e) MZG_MUST;

/* Puts the tokens of added_tokens.json, then of added_tokens_decoder, into the open table; ids
 * beyond it are left out with a notice. */
enum mzg_code mzg_tokenizer_config_added(const struct mzg_tokenizer_config *tc, struct mzg_vocab *v,
                                         struct mzg_err *e) MZG_MUST;

/* Loads a whole file of the folder (as mzg_file_load) and notes its name in v->files. Links are
 * followed: in a download cache every file is one. */
enum mzg_code mzg_tokenizer_config_file(const struct mzg_dir *dir, const char *name, size_t max,
                                        struct mzg_vocab *v, char **data, size_t *len,
                                        struct mzg_err *e) MZG_MUST;

#endif
