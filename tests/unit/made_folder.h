/* made_folder.h: a model's folder that a test makes of three small files, the tiny model's tokenizer among them: its files,
 * how it is written, what opening it gives. */
#ifndef MZG_TESTS_MADE_FOLDER_H
#define MZG_TESTS_MADE_FOLDER_H

#include "model/arch/model.h"
#include "tiny.h"

#define MADE_FILES 3

struct made_file {
    char name[96];
    const void *data;
    size_t len;
};

/* path: "KIND/NAME/". config and weights stay the caller's. */
static inline void made_files(struct made_file files[MADE_FILES], const char *path, const char *config_name,
                              const char *config, const char *weights_name, const void *weights, size_t len)
{
    const struct { const char *name; const void *data; size_t len; } all[MADE_FILES] = {
        {config_name, config, strlen(config)},
        {weights_name, weights, len},
        {"tokenizer.model", tiny_tokenizer, sizeof tiny_tokenizer},
    };

    for (size_t i = 0; i < MADE_FILES; i++) {
        snprintf(files[i].name, sizeof files[i].name, "%s%s", path, all[i].name);
        files[i].data = all[i].data;
        files[i].len = all[i].len;
    }
}

static inline void put_files(const char *folder, const struct made_file files[MADE_FILES])
{
    for (size_t i = 0; i < MADE_FILES; i++)
        put_file(folder, files[i].name, files[i].data, files[i].len);
}

struct notices {
    char last[512];
    int count;
};

static inline void keep_notice(void *ctx, const char *text)
{
    struct notices *n = ctx;

    snprintf(n->last, sizeof n->last, "%s", text);
    n->count++;
}

/* The folder at path, in a scratch folder that is gone afterwards: tests read no values of it that are stored. */
static inline enum mzg_code open_files(struct mzg_model *model, const char *path,
                                       const struct made_file files[MADE_FILES], struct notices *notices,
                                       struct mzg_err *e)
{
    struct mzg_notify notify = {keep_notice, notices};
    const struct mzg_model_options opt = {.notify = &notify};
    char scratch[SCRATCH_PATH], full[SCRATCH_PATH + 64];

    memset(notices, 0, sizeof *notices);
    make_scratch(scratch);
    put_files(scratch, files);
    snprintf(full, sizeof full, "%s/%.*s", scratch, (int)strlen(path) - 1, path);
    enum mzg_code code = mzg_model_open(model, full, &opt, e);
    remove_scratch(scratch);
    return code;
}

#endif
