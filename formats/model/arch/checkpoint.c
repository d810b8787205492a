/* checkpoint.c: a checkpoint that is a whole model: the numbers beside its tensors are its config, and its tokens lie
 * apart from it. Also the file that was made of one, which has both. */
#include "sources.h"
#include "../vocab/vocab_apart.h"
#include "../whisper/ggml.h"
#include <stdlib.h>
#include <string.h>

static enum mzg_code make_config(const struct mzg_weights *w, const struct mzg_arch *arch, struct mzg_config *c,
                                 struct mzg_err *e)
{
    *c = (struct mzg_config){.file = "dims", .root = json_object(), .class = "", .model_type = arch->name};
    if (!c->root || json_object_set_new(c->root, "model_type", json_string(arch->name)) != 0)
        return mzg_fail_memory(e, "dims");
    for (size_t i = 0; i < arch->n_numbers; i++) {
        const struct mzg_arch_number *n = &arch->numbers[i];
        int64_t value;
        if (!mzg_weights_number(w, n->name, &value))
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "%s is missing, which %s's checkpoints have", n->name,
                            arch->name);
        if (value < 1 || value > n->max)
            return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "%s is %lld, outside 1 to %lld", n->name,
                            (long long)value, (long long)n->max);
        if (json_object_set_new(c->root, n->key, json_integer(value)) != 0)
            return mzg_fail_memory(e, "dims");
    }
    return MZG_OK;
}

static enum mzg_code read_sizes(const struct mzg_arch_work *work, struct mzg_config *c, struct mzg_hparams *h,
                                struct mzg_kvs *own, struct mzg_err *e)
{
    enum mzg_code code = work->arch->settle(c, e);

    if (code == MZG_OK)
        code = mzg_config_hparams(c, work->arch->lacks, h, e);
    if (code == MZG_OK)
        code = work->arch->measure(c, h, e);
    if (code == MZG_OK)
        code = mzg_config_put(c, work->arch->name, own, e);
    return code == MZG_OK ? work->arch->put(work, own, e) : code;
}

/* "FOLDER" of "FOLDER/NAME", in the arena. */
static const char *folder_of(struct mzg_arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');

    return !slash ? "." : mzg_arena_text(a, path, slash > path ? (size_t)(slash - path) : 1);
}

static enum mzg_code read_tokens(struct mzg_model *m, const struct mzg_arch_work *work, const char *path,
                                 const struct mzg_model_options *opt, struct mzg_err *e)
{
    struct mzg_vocab_apart where = {.given = opt->tokenizer, .beside = folder_of(&m->arena, path),
                                    .rows = work->hparams->vocab};
    const struct mzg_vocab_options vo = {.config = work->config->root, .rows = where.rows, .pre = opt->pre,
                                         .notify = opt->notify};
    struct mzg_vocab v;

    m->apart = true;
    if (!where.beside)
        return mzg_fail_memory(e, "path");
    where.file = work->arch->token_file(work->hparams, &where.tokens);
    enum mzg_code code = mzg_vocab_load_apart(&v, &where, &vo, e);
    if (code == MZG_OK)
        code = mzg_model_preface(m, work, &v, e);
    mzg_vocab_clear(&v);
    return code;
}

static void keep_preface(struct mzg_model *m, const struct mzg_arch *arch)
{
    m->form = arch->form;
    m->preface = m->weights.ggml->preface;
    m->preface_len = m->weights.ggml->preface_len;
}

static enum mzg_code map_tensors(struct mzg_model *m, const struct mzg_arch_work *work, struct mzg_err *e)
{
    struct mzg_source source;
    enum mzg_code code = mzg_source_init(&source, &m->weights, &m->arena, e);

    return code == MZG_OK ? mzg_arch_map(work, &source, m, e) : code;
}

enum mzg_code mzg_model_open_checkpoint(struct mzg_model *m, const char *path, const struct mzg_arch *arch,
                                        const struct mzg_model_options *opt, struct mzg_err *e)
{
    struct mzg_config config;
    struct mzg_hparams h;
    struct mzg_kvs own;
    bool done = m->weights.ggml != NULL; /* the file that such a checkpoint becomes: its head says all */
    struct mzg_arch_work work = {.arch = arch, .config = &config, .hparams = &h, .folder = path,
                                 .notify = opt->notify};

    mzg_kvs_init(&own);
    enum mzg_code code = make_config(&m->weights, arch, &config, e);
    m->arch = arch->name;
    mzg_kvs_text(&m->kvs, "general.architecture", arch->name);
    if (code == MZG_OK)
        code = read_sizes(&work, &config, &h, &own, e);
    if (code == MZG_OK)
        code = map_tensors(m, &work, e);
    for (size_t i = 0; i < own.count && !done; i++)
        mzg_kvs_copy(&m->kvs, &own.items[i]);
    if (code == MZG_OK && done)
        keep_preface(m, arch);
    else if (code == MZG_OK)
        code = read_tokens(m, &work, path, opt, e);
    mzg_kvs_clear(&own);
    mzg_config_clear(&config);
    return code;
}
