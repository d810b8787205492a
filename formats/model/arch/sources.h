/* sources.h: the kinds of sources that a model is opened from, and what all say of them; model.c alone asks for them. */
#ifndef MZG_MODEL_SOURCES_H
#define MZG_MODEL_SOURCES_H

#include "arch.h"

/* A folder with config.json, of a family that is known. Errors as mzg_model_open's. */
enum mzg_code mzg_model_open_folder(struct mzg_model *m, const char *path,
                                    const struct mzg_model_options *opt, struct mzg_err *e) MZG_MUST;
/* Weights as they are, of any container: in GGUF with their metadata, else in raw mode; or a checkpoint. */
enum mzg_code mzg_model_open_bare(struct mzg_model *m, const char *path, const struct mzg_model_options *opt,
                                  struct mzg_err *e) MZG_MUST;

/* A checkpoint that is a whole model by the numbers beside its tensors (mzg_arch_of_numbers), or a file that was made
 * of one: m->weights, which is open. */
enum mzg_code mzg_model_open_checkpoint(struct mzg_model *m, const char *path, const struct mzg_arch *arch,
                                        const struct mzg_model_options *opt, struct mzg_err *e) MZG_MUST;

/* m->form and m->preface, of a family that has them. */
enum mzg_code mzg_model_preface(struct mzg_model *m, const struct mzg_arch_work *work,
                                const struct mzg_vocab *v, struct mzg_err *e) MZG_MUST;

/* An adapter by itself, for a base of the family that FOLDER opt->base has the config.json of: its tensors are the pairs
 * that lora/factors.h makes. path: its folder, or the file of its weights. Errors as those of both. */
enum mzg_code mzg_model_open_adapter(struct mzg_model *m, const char *path, const struct mzg_model_options *opt,
                                     struct mzg_err *e) MZG_MUST;

/* The family of a config, what its shapes follow from (*h, to which work then points), and its own keys. by_type as
 * mzg_arch_find's. */
enum mzg_code mzg_model_read_family(struct mzg_arch_work *work, struct mzg_config *config, struct mzg_hparams *h,
                                    bool *by_type, struct mzg_kvs *own, struct mzg_err *e) MZG_MUST;

/* Fills m->texts: what metadata was made from, that is the card, the index, and what the tokenizer, the config
 * and the family (v and files may be NULL) read. */
enum mzg_code mzg_model_digest(struct mzg_model *m, const char *folder, const struct mzg_vocab *v,
                               const struct mzg_arch_files *files, struct mzg_err *e) MZG_MUST;
/* One file's: its name is copied. */
enum mzg_code mzg_model_digest_file(struct mzg_model *m, const char *folder, const char *name, struct mzg_model_text *t,
                                    struct mzg_err *e) MZG_MUST;
/* Puts the path before a message, but for MZG_IO: where a file cannot be read at all, it is there already. */
enum mzg_code mzg_model_say(enum mzg_code code, const char *path, struct mzg_err *e) MZG_MUST;

#endif
