/* vocab_folder.h: a scratch folder of tokenizer files, and what becomes of it. */
#ifndef MZG_TESTS_VOCAB_FOLDER_H
#define MZG_TESTS_VOCAB_FOLDER_H

#include "base/json.h"
#include "model/vocab/vocab.h"
#include "refused.h"

struct folder {
    char path[SCRATCH_PATH];
    struct mzg_vocab v;
    struct mzg_err e;
    char notices[2000];
};

static inline void put(struct folder *f, const char *name, const char *text)
{
    put_file(f->path, name, text, strlen(text));
}

static inline void keep(void *ctx, const char *text)
{
    struct folder *f = ctx;

    strncat(f->notices, text, sizeof f->notices - strlen(f->notices) - 1);
}

static inline enum mzg_code load(struct folder *f, const char *config)
{
    const struct mzg_notify notify = {keep, f};
    struct mzg_vocab_options opt = {.notify = &notify};
    json_t *json = config ? json_loads(config, 0, NULL) : NULL;

    f->notices[0] = '\0';
    mzg_vocab_clear(&f->v);
    opt.config = json;
    enum mzg_code code = mzg_vocab_load(&f->v, f->path, &opt, &f->e);
    json_decref(json);
    return code;
}

static inline void load_well(struct folder *f, const char *config)
{
    if (load(f, config) != MZG_OK)
        fail_msg("%s", f->e.msg);
}

static inline void close_folder(struct folder *f)
{
    mzg_vocab_clear(&f->v);
    remove_scratch(f->path);
}

/* What the message says, or the test fails with it. */
static inline void expect_said(const struct folder *f, enum mzg_code got, enum mzg_code want,
                               const char *what)
{
    if (got != want || !strstr(f->e.msg, what))
        fail_msg("code %d, not %d with '%s': %s", (int)got, (int)want, what,
                 got == MZG_OK ? "" : f->e.msg);
}

#endif
