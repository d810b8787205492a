/* known.c: a folder of a known family: its config, weights, adapters and tokenizer. */
#include "sources.h"
#include "../configs/genai.h"
#include "../configs/params.h"
#include "../lora/adapter.h"
#include "../meta/general.h"
#include "../packed/packed.h"
#include <stdio.h>
#include <string.h>

#define PREFACE_BYTES ((size_t)32 << 20)

static enum mzg_code fail_family(const struct mzg_config *c, const char *why, struct mzg_err *e)
{
    char q[MZG_QUOTE], r[MZG_QUOTE];

    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                    "config.json: architectures: %s, model_type: %s: not a supported family, which needs "
                    "a table of its tensors and keys (raw mode takes the weights alone)%s%s",
                    c->class[0] ? mzg_quote(q, c->class) : "(none)",
                    c->model_type[0] ? mzg_quote(r, c->model_type) : "(none)", why[0] ? "; " : "",
                    why);
}

/* Their messages are not the family's: nothing of them says which it is. */
static enum mzg_code merge_adapters(struct mzg_model *m, const struct mzg_arch_work *work,
                                    struct mzg_source *source, struct mzg_err *e)
{
    uint64_t tied = work->hparams->tied ? work->hparams->vocab : 0;
    enum mzg_code code = MZG_OK;

    for (size_t i = 0; i < m->n_adapters && code == MZG_OK; i++)
        code = mzg_adapter_merge(source, &m->adapters[i], work->arch->prefixes, tied, e);
    return code;
}

static bool is_onnx(const struct mzg_model *m)
{
    return strcmp(m->weights.container, "ONNX") == 0;
}

/* ONNX under the names that families know, where that can be told. */
static enum mzg_code name_onnx(struct mzg_model *m, const struct mzg_arch_work *work, struct mzg_source *source,
                               struct mzg_err *e)
{
    const struct mzg_hparams *h = work->hparams;
    const struct mzg_genai_shape shape = {h->heads * h->head_dim, h->heads_kv * h->head_dim,
                                          strcmp(work->arch->name, "phi3") == 0};
    struct mzg_genai graph;
    char q[MZG_QUOTE];

    if (!mzg_genai_knows(work->config->class))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: what ONNX makes of the weights of '%s' is not known: "
                        "start from the original ones", m->weights.files[0].name, mzg_quote(q, work->config->class));
    if (!mzg_genai_is(&m->weights))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: ONNX models but those of onnxruntime-genai do not "
                        "say which weights are which: start from the original ones (raw mode takes them as they "
                        "are)", m->weights.files[0].name);
    enum mzg_code code = mzg_genai_read(&graph, &m->weights, e);
    if (code == MZG_OK)
        code = mzg_genai_apply(source, &graph, &shape, e);
    mzg_genai_clear(&graph);
    return code;
}

/* Beside a config.json, names that are not the family's say that this form of it is not known, not that it is
 * spoilt. */
static enum mzg_code map_named(struct mzg_model *m, const struct mzg_arch_work *work,
                               const struct mzg_source *source, struct mzg_err *e)
{
    enum mzg_code code = mzg_arch_map(work, source, m, e);

    if (code != MZG_MALFORMED || !is_onnx(m) || strcmp(work->config->file, MZG_CONFIG_FILE) != 0)
        return code;
    e->code = MZG_UNSUPPORTED;
    return mzg_prefix(e, "%s is not in a form that is known for %s", m->weights.files[0].name, work->arch->name);
}

/* An unknown class is taken by its model_type when its tensors say the same. */
static enum mzg_code map_tensors(struct mzg_model *m, const struct mzg_arch_work *work,
                                 bool by_type, struct mzg_err *e)
{
    char q[MZG_QUOTE], why[MZG_ERR_TEXT];
    struct mzg_source source;

    enum mzg_code code = mzg_source_init(&source, &m->weights, &m->arena, e);
    if (code == MZG_OK && is_onnx(m))
        code = name_onnx(m, work, &source, e);
    if (code == MZG_OK)
        code = mzg_packed_apply(&source, work->config->root, e);
    if (code == MZG_OK && m->n_adapters > 0) {
        code = merge_adapters(m, work, &source, e);
        if (code != MZG_OK)
            return code;
    }
    if (code == MZG_OK)
        code = map_named(m, work, &source, e);
    if (code == MZG_MALFORMED && by_type) {
        memcpy(why, e->msg, sizeof why);
        return fail_family(work->config, why, e);
    }
    if (code == MZG_OK && by_type)
        mzg_notice(work->notify, "config.json: architecture '%s' is not known; model_type and all "
                   "tensors are %s's, so it is taken for that", mzg_quote(q, work->config->class),
                   work->arch->name);
    return code;
}

enum mzg_code mzg_model_preface(struct mzg_model *m, const struct mzg_arch_work *work,
                                const struct mzg_vocab *v, struct mzg_err *e)
{
    struct mzg_buf out;

    mzg_buf_init(&out, PREFACE_BYTES);
    enum mzg_code code = work->arch->preface(work, v, &out, e);
    if (code == MZG_OK)
        m->preface = mzg_arena_alloc(&m->arena, out.len, 1);
    if (code == MZG_OK && !m->preface)
        code = mzg_fail_memory(e, "vocabulary");
    if (code == MZG_OK) {
        memcpy(m->preface, out.data, out.len);
        m->preface_len = out.len;
        m->form = work->arch->form;
    }
    mzg_buf_clear(&out);
    return code;
}

static enum mzg_code put_vocab(struct mzg_model *m, const struct mzg_arch_work *work,
                               const char *path, const struct mzg_model_options *opt,
                               struct mzg_err *e)
{
    const struct mzg_vocab_options vo = {.config = work->config->root, .pre = opt->pre,
                                         .notify = opt->notify};
    struct mzg_vocab v;
    char q[MZG_QUOTE];

    enum mzg_code code = mzg_vocab_load(&v, path, &vo, e);
    if (code != MZG_OK)
        return code;
    if (v.count != work->hparams->vocab) {
        code = mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                        "%s: config.json: key 'vocab_size' is %llu, the tokenizer has %u "
                        "tokens", mzg_quote(q, path),
                        (unsigned long long)work->hparams->vocab, v.count);
    } else {
        if (work->arch->tune)
            work->arch->tune(&v, &m->kvs);
        if (work->arch->form)
            code = mzg_model_say(mzg_model_preface(m, work, &v, e), path, e);
        else
            mzg_vocab_put(&v, &m->kvs);
        if (code == MZG_OK)
            code = mzg_model_digest(m, path, &v, work->files, e);
    }
    mzg_vocab_clear(&v);
    return code;
}

enum mzg_code mzg_model_read_family(struct mzg_arch_work *work, struct mzg_config *config, struct mzg_hparams *h,
                                    bool *by_type, struct mzg_kvs *own, struct mzg_err *e)
{
    work->arch = mzg_arch_find(config, by_type);
    if (!work->arch)
        return fail_family(config, "", e);
    enum mzg_code code = mzg_packed_check(config->root, e);
    if (code == MZG_OK && work->arch->settle)
        code = work->arch->settle(config, e);
    if (code == MZG_OK)
        code = mzg_config_hparams(config, work->arch->lacks, h, e);
    if (code == MZG_OK && work->arch->measure)
        code = work->arch->measure(config, h, e);
    work->hparams = h;
    if (code == MZG_OK && h->experts > 0 && !mzg_arch_takes_experts(work->arch))
        code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "config.json: key '%s': %s models of experts "
                        "are not supported", mzg_config_find(config->root, "num_local_experts")
                        ? "num_local_experts" : "num_experts", work->arch->name);
    if (code == MZG_OK)
        code = mzg_config_put(config, work->arch->name, own, e);
    return code == MZG_OK ? work->arch->put(work, own, e) : code;
}

static enum mzg_code build(struct mzg_model *m, const struct mzg_arch_work *work, const char *path,
                           const struct mzg_model_options *opt, const struct mzg_kvs *own, bool by_type,
                           struct mzg_err *e)
{
    enum mzg_code code = map_tensors(m, work, by_type, e);

    if (code == MZG_OK)
        code = mzg_general_put(m, path, work->config->root, opt->source_name, opt->notify, e);
    if (code != MZG_OK)
        return code;
    for (size_t i = 0; i < own->count; i++)
        mzg_kvs_copy(&m->kvs, &own->items[i]);
    return mzg_kvs_ok(&m->kvs, e);
}

static enum mzg_code open_adapters(struct mzg_model *m, const struct mzg_model_options *opt,
                                   struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;

    m->adapters = mzg_arena_alloc(&m->arena, opt->n_adapters + 1, sizeof *m->adapters);
    if (!m->adapters)
        return mzg_fail_memory(e, "adapters");
    for (size_t i = 0; i < opt->n_adapters && code == MZG_OK; i++) {
        struct mzg_adapter *ad = &m->adapters[m->n_adapters++];
        code = mzg_adapter_open(ad, &opt->adapters[i], e);
        if (code == MZG_OK)
            code = mzg_adapter_digest(ad, e);
    }
    return code;
}

/* The path before a message, and where that speaks of a config.json that was made from another file, which. */
static enum mzg_code say(enum mzg_code code, const struct mzg_config *c, const char *path, struct mzg_err *e)
{
    if (code != MZG_OK && strcmp(c->file, MZG_CONFIG_FILE) != 0 && strstr(e->msg, MZG_CONFIG_FILE))
        code = mzg_prefix(e, "made from %s", c->file);
    return mzg_model_say(code, path, e);
}

static enum mzg_code open_weights(struct mzg_model *m, const char *path, struct mzg_err *e)
{
    return m->weights.n_files > 0 ? MZG_OK : mzg_weights_open(&m->weights, path, e);
}

static enum mzg_code open_known(struct mzg_model *m, const char *path,
                                const struct mzg_model_options *opt,
                                struct mzg_config *config, struct mzg_err *e)
{
    struct mzg_hparams h;
    struct mzg_arch_files files = {.n = 1};
    struct mzg_arch_work work = {.config = config, .notify = opt->notify, .folder = path, .files = &files};
    struct mzg_kvs own;
    bool by_type;

    mzg_kvs_init(&own);
    snprintf(files.names[0], sizeof files.names[0], "%s", config->file);
    enum mzg_code code = say(mzg_model_read_family(&work, config, &h, &by_type, &own, e), config, path, e);
    if (code == MZG_OK) {
        m->arch = work.arch->name;
        code = open_weights(m, path, e);
    }
    if (code == MZG_OK)
        code = open_adapters(m, opt, e);
    if (code == MZG_OK)
        code = say(build(m, &work, path, opt, &own, by_type, e), config, path, e);
    if (code == MZG_OK)
        code = put_vocab(m, &work, path, opt, e);
    mzg_kvs_clear(&own);
    return code;
}

/* config.json, or what stands for it: that may need the weights, too, which are open then. */
static enum mzg_code load_config(struct mzg_model *m, const char *path, const struct mzg_model_options *opt,
                                 struct mzg_config *config, struct mzg_err *e)
{
    bool params = mzg_params_has(path), genai = !params && !mzg_path_has(path, MZG_CONFIG_FILE) &&
                mzg_path_has(path, MZG_GENAI_FILE);

    if (!params && !genai)
        return mzg_model_say(mzg_config_load(config, path, e), path, e);
    enum mzg_code code = open_weights(m, path, e);
    if (code != MZG_OK)
        return code;
    code = params ? mzg_params_load(config, path, &m->weights, opt->notify, e)
                  : mzg_genai_load(config, path, &m->weights, e);
    return mzg_model_say(code, path, e);
}

enum mzg_code mzg_model_open_folder(struct mzg_model *m, const char *path,
                                 const struct mzg_model_options *opt, struct mzg_err *e)
{
    struct mzg_config config = {.root = NULL};
    char q[MZG_QUOTE];

    if (mzg_adapter_is(path))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: an adapter, no model: merge it into its base "
                        "(convert BASE --lora ADAPTER), or name the base (--base BASE) for a file of the adapter "
                        "alone", mzg_quote(q, path));
    enum mzg_code code = load_config(m, path, opt, &config, e);
    if (code == MZG_OK)
        code = open_known(m, path, opt, &config, e);
    mzg_config_clear(&config);
    return code;
}
