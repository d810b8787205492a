/* adapter.c: an adapter by itself. Of its base only config.json is needed: it says the family, whose table of tensors says
 * what becomes of each matrix that the adapter changes (lora/factors.h). */
#include "sources.h"
#include "../lora/factors.h"
#include "../meta/card.h"
#include "../meta/general.h"
#include "canon.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is read to make one. */
struct alone {
    struct mzg_adapter ad;
    struct mzg_config config; /* the base's */
    struct mzg_hparams h;
    struct mzg_kvs own;       /* the family's keys, which the base's file has */
    struct mzg_arch_files files;
    struct mzg_arch_work work;
    const char *folder;       /* the adapter's */
};

/* ---- tensors ---- */

/* The base's matrices lie either way round, and where it is not said right, one that is no square tells. */
static enum mzg_code map_tensors(struct mzg_model *m, struct alone *a, struct mzg_factors *f, struct mzg_err *e)
{
    bool turned = a->ad.config.fan_in_fan_out;
    struct mzg_source source;
    struct mzg_err first;

    enum mzg_code code = mzg_factors_source(f, turned, &source, e);
    if (code == MZG_OK)
        code = mzg_arch_map(&a->work, &source, m, e);
    if (code != MZG_MALFORMED)
        return code;
    first = *e;
    code = mzg_factors_source(f, !turned, &source, e);
    if (code == MZG_OK && mzg_arch_map(&a->work, &source, m, e) == MZG_OK)
        return MZG_OK;
    *e = first;
    return first.code;
}

/* What is a part of the model that its family leaves out has been told of. */
static enum mzg_code check_used(const struct alone *a, const struct mzg_factors *f, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    for (size_t i = 0; i < a->ad.n_parts; i++) {
        const struct mzg_adapter_part *p = &a->ad.parts[i];
        if (!p->whole && !f->used[i] && !mzg_canon_leaves(a->work.arch, p->target))
            return mzg_fail(e, MZG_UNSUPPORTED, p->a->offset, "tensor '%s' changes what a %s file has no place for",
                            mzg_quote(q, p->a->name), a->work.arch->name);
    }
    return MZG_OK;
}

/* As one reading of the adapter meets them. */
static int by_place(const void *a, const void *b)
{
    const struct mzg_model_tensor *x = a, *y = b;

    if (x->src->offset != y->src->offset)
        return x->src->offset < y->src->offset ? -1 : 1;
    return strcmp(x->name, y->name);
}

static enum mzg_code make_tensors(struct mzg_model *m, struct alone *a, struct mzg_err *e)
{
    uint64_t tied = a->h.tied ? a->h.vocab : 0;
    struct mzg_factors f;

    enum mzg_code code = mzg_factors_init(&f, &m->arena, &a->ad, &m->weights, a->work.notify, e);
    if (code == MZG_OK)
        code = map_tensors(m, a, &f, e);
    if (code != MZG_OK)
        return code;
    struct mzg_model_tensor *pairs = mzg_arena_alloc(&m->arena, 2 * m->n_tensors + 1, sizeof *pairs);
    if (!pairs)
        return mzg_fail_memory(e, "tensor table");
    for (size_t i = 0; i < m->n_tensors && code == MZG_OK; i++)
        code = mzg_factors_make(&f, &m->tensors[i], tied, &pairs[2 * i], e);
    if (code == MZG_OK)
        code = check_used(a, &f, e);
    if (code == MZG_OK && m->n_tensors == 0)
        code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "it changes nothing that a %s file has",
                        a->work.arch->name);
    if (code != MZG_OK)
        return code;
    m->n_tensors *= 2;
    m->tensors = pairs;
    qsort(pairs, m->n_tensors, sizeof *pairs, by_place);
    mzg_adapter_put(&m->kvs, f.alpha);
    return MZG_OK;
}

/* ---- all of it ---- */

/* The adapter's two small files and, by its name alone, the base's config: sorted. */
static enum mzg_code digest(struct mzg_model *m, const struct alone *a, const char *base, struct mzg_err *e)
{
    size_t at = 0;

    m->texts = mzg_arena_alloc(&m->arena, 3, sizeof *m->texts);
    if (!m->texts)
        return mzg_fail_memory(e, "digests");
    enum mzg_code code = m->has_card ? mzg_model_digest_file(m, a->folder, MZG_CARD_NAME, &m->texts[at++], e) : MZG_OK;
    if (code == MZG_OK)
        code = mzg_model_digest_file(m, a->folder, MZG_ADAPTER_CONFIG, &m->texts[at++], e);
    if (code == MZG_OK)
        code = mzg_model_digest_file(m, base, "config.json", &m->texts[at++], e);
    m->n_texts = at;
    return code;
}

static enum mzg_code read_base(struct alone *a, const char *base, const struct mzg_notify *notify, struct mzg_err *e)
{
    bool by_type;

    if (access(base, F_OK) == 0 && !mzg_path_is_folder(base))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "of a base its folder is needed, with config.json in it: other "
                        "files do not say what its makers called its tensors, as the adapter does");

    a->work = (struct mzg_arch_work){.config = &a->config, .notify = notify, .folder = base, .files = &a->files,
                                     .partial = true};
    enum mzg_code code = mzg_config_load(&a->config, base, e);
    if (code == MZG_OK)
        code = mzg_model_read_family(&a->work, &a->config, &a->h, &by_type, &a->own, e);
    if (code == MZG_OK && a->work.arch->form)
        code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s models are run by another program, which takes no "
                        "adapters: merge it (convert BASE --lora ADAPTER)", a->work.arch->name);
    return code;
}

static enum mzg_code build(struct mzg_model *m, struct alone *a, const struct mzg_model_options *opt, struct mzg_err *e)
{
    m->arch = a->work.arch->name;
    m->adapter = true;
    enum mzg_code code = mzg_general_put(m, a->folder, a->ad.config.root, opt->source_name, opt->notify, e);

    if (code == MZG_OK)
        code = make_tensors(m, a, e);
    if (code == MZG_OK)
        code = digest(m, a, opt->base, e);
    return code == MZG_OK ? mzg_kvs_ok(&m->kvs, e) : code;
}

enum mzg_code mzg_model_open_adapter(struct mzg_model *m, const char *path, const struct mzg_model_options *opt,
                                     struct mzg_err *e)
{
    const struct mzg_adapter_wanted wanted = {.path = path, .scale = 1};
    struct alone a = {.files = {.n = 0}};

    mzg_kvs_init(&a.own);
    a.folder = mzg_adapter_folder(&m->arena, path);
    enum mzg_code code = a.folder ? MZG_OK : mzg_fail_memory(e, "paths");
    if (code == MZG_OK && opt->n_adapters > 0)
        code = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "an adapter is merged into a model, or is a file of "
                        "its own: not both");
    if (code == MZG_OK)
        code = mzg_model_say(read_base(&a, opt->base, opt->notify, e), opt->base, e);
    if (code == MZG_OK)
        code = mzg_adapter_open(&a.ad, &wanted, e);
    if (code == MZG_OK) {
        m->weights = a.ad.weights; /* its tensors stay where they are */
        a.ad.weights = (struct mzg_weights){.n_files = 0};
        code = mzg_model_say(build(m, &a, opt, e), path, e);
    }
    mzg_adapter_close(&a.ad);
    mzg_config_clear(&a.config);
    mzg_kvs_clear(&a.own);
    return code;
}
