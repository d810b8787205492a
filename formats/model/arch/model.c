#include "model.h"
#include "../../base/sha256.h"
#include "../lora/adapter.h"
#include "../meta/card.h"
#include "../meta/general.h"
#include "../meta/settings.h"
#include "../packed/packed.h"
#include "arch.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PREFACE_BYTES ((size_t)32 << 20)
#define MODEL_BYTES ((size_t)96 << 20) /* the tensor table of the largest source takes 50 MiB */

/* ---- digests of the small files ---- */

static enum mzg_code digest_file(const char *path, struct mzg_model_text *t, struct mzg_err *e)
{
    struct mzg_file f;
    enum mzg_code code = mzg_file_open(&f, path, e);

    if (code != MZG_OK)
        return code;
    t->size = f.size;
    code = mzg_sha256_file(&f, NULL, "", t->sha256, e);
    mzg_file_close(&f);
    return code;
}

/* names: sorted here, and copied. */
static enum mzg_code digest_texts(struct mzg_model *m, const char *folder, const char **names,
                                  size_t n, struct mzg_err *e)
{
    struct mzg_name *sorted = mzg_arena_alloc(&m->arena, n, sizeof *sorted);
    enum mzg_code code = MZG_OK;

    m->texts = mzg_arena_alloc(&m->arena, n, sizeof *m->texts);
    if (!m->texts || !sorted)
        return mzg_fail_memory(e, "digests");
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct mzg_name){names[i], i};
    mzg_names_sort(sorted, n);
    for (size_t i = 0; i < n && code == MZG_OK; i++) {
        const char *name = sorted[i].name;
        size_t room = strlen(folder) + strlen(name) + 2;
        char *path = mzg_arena_alloc(&m->arena, room, 1);
        m->texts[i].name = mzg_arena_text(&m->arena, name, strlen(name));
        if (!path || !m->texts[i].name)
            return mzg_fail_memory(e, "digests");
        snprintf(path, room, "%s/%s", folder, name);
        code = digest_file(path, &m->texts[i], e);
    }
    m->n_texts = n;
    return code;
}

/* What metadata was made from: the config, the card, the index, and what the tokenizer and the family (both may be
 * NULL) read. */
static enum mzg_code digest_sources(struct mzg_model *m, const char *folder, const struct mzg_vocab *v,
                                    const struct mzg_arch_files *files, struct mzg_err *e)
{
    size_t n = v ? v->n_files : 0;
    const char **names = calloc(n + MZG_ARCH_FILES + 3, sizeof *names);

    if (!names)
        return mzg_fail_memory(e, "digests");
    for (size_t i = 0; i < n; i++)
        names[i] = v->files[i];
    for (size_t i = 0; files && i < files->n; i++)
        names[n++] = files->names[i];
    if (v)
        names[n++] = "config.json";
    if (m->has_card)
        names[n++] = MZG_CARD_NAME;
    if (m->weights.index)
        names[n++] = m->weights.index;
    enum mzg_code code = digest_texts(m, folder, names, n, e);
    free(names);
    return code;
}

/* ---- a folder of a known family ---- */

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

/* An unknown class is taken by its model_type when its tensors say the same. */
static enum mzg_code map_tensors(struct mzg_model *m, const struct mzg_arch_work *work,
                                 bool by_type, struct mzg_err *e)
{
    char q[MZG_QUOTE], why[MZG_ERR_TEXT];
    struct mzg_source source;

    enum mzg_code code = mzg_source_init(&source, &m->weights, &m->arena, e);
    if (code == MZG_OK)
        code = mzg_packed_apply(&source, work->config->root, e);
    if (code == MZG_OK && m->n_adapters > 0) {
        code = merge_adapters(m, work, &source, e);
        if (code != MZG_OK)
            return code;
    }
    if (code == MZG_OK)
        code = mzg_arch_map(work, &source, m, e);
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

/* Where a file cannot be read at all, the message has its path already. */
static enum mzg_code say_path(enum mzg_code code, const char *path, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    return code == MZG_OK || code == MZG_IO ? code : mzg_prefix(e, "%s", mzg_quote(q, path));
}

static enum mzg_code make_preface(struct mzg_model *m, const struct mzg_arch_work *work,
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
            code = say_path(make_preface(m, work, &v, e), path, e);
        else
            mzg_vocab_put(&v, &m->kvs);
        if (code == MZG_OK)
            code = digest_sources(m, path, &v, work->files, e);
    }
    mzg_vocab_clear(&v);
    return code;
}

/* The family, what its shapes follow from, and its own keys. */
static enum mzg_code read_family(struct mzg_arch_work *work, struct mzg_config *config,
                                 struct mzg_hparams *h, bool *by_type, struct mzg_kvs *own,
                                 struct mzg_err *e)
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
    for (size_t i = 0; i < opt->n_adapters && code == MZG_OK; i++)
        code = mzg_adapter_open(&m->adapters[m->n_adapters++], &opt->adapters[i], e);
    return code;
}

static enum mzg_code open_known(struct mzg_model *m, const char *path,
                                const struct mzg_model_options *opt,
                                struct mzg_config *config, struct mzg_err *e)
{
    struct mzg_hparams h;
    struct mzg_arch_files files = {.n = 0};
    struct mzg_arch_work work = {.config = config, .notify = opt->notify, .folder = path, .files = &files};
    struct mzg_kvs own;
    bool by_type;

    mzg_kvs_init(&own);
    enum mzg_code code = say_path(read_family(&work, config, &h, &by_type, &own, e), path, e);
    if (code == MZG_OK) {
        m->arch = work.arch->name;
        code = mzg_weights_open(&m->weights, path, e);
    }
    if (code == MZG_OK)
        code = open_adapters(m, opt, e);
    if (code == MZG_OK)
        code = say_path(build(m, &work, path, opt, &own, by_type, e), path, e);
    if (code == MZG_OK)
        code = put_vocab(m, &work, path, opt, e);
    mzg_kvs_clear(&own);
    return code;
}

static enum mzg_code open_folder(struct mzg_model *m, const char *path,
                                 const struct mzg_model_options *opt, struct mzg_err *e)
{
    struct mzg_config config;
    char q[MZG_QUOTE];

    if (mzg_adapter_is(path))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: an adapter, no model: merge it into its base "
                        "(convert BASE --lora ADAPTER)", mzg_quote(q, path));
    enum mzg_code code = say_path(mzg_config_load(&config, path, e), path, e);
    if (code == MZG_OK)
        code = open_known(m, path, opt, &config, e);
    mzg_config_clear(&config);
    return code;
}

/* ---- bare weights, and GGUF ---- */

/* Keys that speak of the file they were in, not of the model. */
static bool of_the_file(const char *key)
{
    static const char *const starts[] = {"general.file_type", "general.quantization_version",
                                         "mzigo.", "split.", "quantize.imatrix."};

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t n = strlen(starts[i]);
        if (strncmp(key, starts[i], n) == 0 && (starts[i][n - 1] == '.' || key[n] == '\0'))
            return true;
    }
    return false;
}

static enum mzg_code copy_metadata(struct mzg_model *m, struct mzg_err *e)
{
    const struct mzg_kvs *from = &m->weights.gguf->kvs;
    const char *arch;
    size_t len;

    if (!mzg_kvs_get_text(from, "general.architecture", &arch, &len))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                        "metadata key 'general.architecture' is missing or no text");
    if (!mzg_item_name_valid(arch, len))
        return mzg_fail(e, MZG_MALFORMED, mzg_kvs_find(from, "general.architecture")->offset,
                        "metadata key 'general.architecture' is empty or no text");
    m->arch = mzg_arena_text(&m->arena, arch, len);
    if (!m->arch)
        return mzg_fail_memory(e, "metadata");
    for (size_t i = 0; i < from->count; i++) {
        if (!of_the_file(from->items[i].key))
            mzg_kvs_copy(&m->kvs, &from->items[i]);
    }
    return MZG_OK;
}

void mzg_model_from(struct mzg_model_tensor *t, const struct mzg_values *v,
                    const struct mzg_tensor *stored)
{
    bool plain = stored && !stored->strides && stored->type != MZG_TYPE_END &&
                 v->stored == stored->type &&
                 stored->type != MZG_TYPE_F64;

    t->src = plain ? stored : v->last;
    t->made = plain ? NULL : v;
    t->n_dims = v->n_dims;
    memcpy(t->ne, v->ne, sizeof t->ne);
}

enum mzg_type mzg_model_type(const struct mzg_model_tensor *t)
{
    if (!t->src)
        return MZG_TYPE_F32;
    if (!t->made)
        return t->src->type;
    if (t->made->native != MZG_TYPE_END)
        return t->made->native;
    bool half = t->made->stored == MZG_TYPE_F16 || t->made->stored == MZG_TYPE_BF16;
    return half ? t->made->stored : MZG_TYPE_F32;
}

bool mzg_model_keeps(const struct mzg_model_tensor *t, enum mzg_type type)
{
    if (t->made)
        return t->made->native != MZG_TYPE_END && t->made->native == type;
    return t->src && t->src->type == type;
}

uint64_t mzg_model_bytes(const struct mzg_model_tensor *t)
{
    return t->made ? t->made->bytes : t->src ? t->src->bytes : 0;
}

static enum mzg_code take_as_is(struct mzg_model *m, const struct mzg_tensor *src,
                                struct mzg_model_tensor *t, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    const char *fault = NULL;

    if (strlen(src->name) >= MZG_GGUF_NAME)
        fault = "a name of more than 63 bytes";
    else if (src->n_dims > MZG_DIMS)
        fault = "more than 4 dimensions";
    else if (src->elems == 0)
        fault = "no elements";
    if (fault)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "tensor '%s': GGUF has no place for %s",
                        mzg_quote(q, src->name), fault);
    snprintf(t->name, sizeof t->name, "%s", src->name);
    t->src = src;
    t->n_dims = src->n_dims ? src->n_dims : 1;
    memcpy(t->ne, src->ne, sizeof t->ne);
    if (!src->strides && src->type != MZG_TYPE_END)
        return MZG_OK;
    t->made = mzg_values_stored(&m->arena, &m->weights, src);
    return t->made || !mzg_stored_readable(src) ? MZG_OK : mzg_fail_memory(e, "tensor table");
}

static enum mzg_code take_all(struct mzg_model *m, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;

    if (!m->weights.gguf && !m->raw)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                        "bare weights: give the folder with their config.json and tokenizer, or "
                        "convert in raw mode");
    if (m->weights.gguf)
        code = copy_metadata(m, e);
    else
        mzg_kvs_text(&m->kvs, "general.architecture", m->arch = "raw");
    m->tensors = mzg_arena_alloc(&m->arena, m->weights.n_tensors, sizeof *m->tensors);
    if (code == MZG_OK && !m->tensors)
        code = mzg_fail_memory(e, "tensor table");
    for (size_t i = 0; i < m->weights.n_tensors && code == MZG_OK; i++)
        code = take_as_is(m, &m->weights.tensors[i], &m->tensors[m->n_tensors++], e);
    return code;
}

static enum mzg_code open_bare(struct mzg_model *m, const char *path, struct mzg_err *e)
{
    enum mzg_code code = mzg_weights_open(&m->weights, path, e);

    if (code == MZG_OK)
        code = say_path(take_all(m, e), path, e);
    return code == MZG_OK && m->weights.index ? digest_sources(m, path, NULL, NULL, e) : code;
}

/* ---- */

static enum mzg_code check_names(const struct mzg_model *m, struct mzg_err *e)
{
    struct mzg_name *names = calloc(m->n_tensors + 1, sizeof *names);
    enum mzg_code code = MZG_OK;
    char q[MZG_QUOTE];

    if (!names)
        return mzg_fail_memory(e, "tensor names");
    for (size_t i = 0; i < m->n_tensors; i++)
        names[i] = (struct mzg_name){m->tensors[i].name, i};
    mzg_names_sort(names, m->n_tensors);
    const struct mzg_name *twice = mzg_names_twice(names, m->n_tensors);
    if (twice)
        code = mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "two tensors would be called '%s'",
                        mzg_quote(q, twice->name));
    free(names);
    return code;
}

enum mzg_code mzg_model_open(struct mzg_model *m, const char *path,
                             const struct mzg_model_options *opt, struct mzg_err *e)
{
    struct stat st;
    char q[MZG_QUOTE];
    enum mzg_code code;

    *m = (struct mzg_model){.raw = opt->raw};
    mzg_arena_init(&m->arena, MODEL_BYTES);
    mzg_kvs_init(&m->kvs);
    if (stat(path, &st) != 0)
        code = mzg_fail_errno(e, "cannot examine '%s'", mzg_quote(q, path));
    else if (S_ISDIR(st.st_mode) && !opt->raw && !mzg_weights_in_gguf(path))
        code = open_folder(m, path, opt, e);
    else if (opt->n_adapters > 0)
        code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: adapters are merged into a model's folder "
                        "as its makers published it, not into GGUF or bare weights", mzg_quote(q, path));
    else
        code = open_bare(m, path, e);
    if (code == MZG_OK)
        code = mzg_settings_apply(&m->kvs, opt->set, opt->n_set, e);
    if (code == MZG_OK)
        code = say_path(mzg_kvs_ok(&m->kvs, e), path, e);
    if (code == MZG_OK)
        code = say_path(check_names(m, e), path, e);
    if (code != MZG_OK)
        mzg_model_close(m);
    return code;
}

void mzg_model_close(struct mzg_model *m)
{
    for (size_t i = 0; i < m->n_adapters; i++)
        mzg_adapter_close(&m->adapters[i]);
    mzg_weights_close(&m->weights);
    mzg_kvs_clear(&m->kvs);
    mzg_arena_clear(&m->arena);
    *m = (struct mzg_model){0};
}
