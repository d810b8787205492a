/* bare.c: weights as they are: a GGUF source keeps its metadata, names and order, others are raw. */
#include "sources.h"
#include <stdio.h>
#include <string.h>

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
    const char *arch, *type;
    size_t len;

    m->adapter = mzg_kvs_get_text(from, "general.type", &type, &len) && len == strlen(MZG_TYPE_ADAPTER) &&
                 memcmp(type, MZG_TYPE_ADAPTER, len) == 0;

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
    if (!src->strides && src->type != MZG_TYPE_END && src->type != MZG_TYPE_F64)
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

enum mzg_code mzg_model_open_bare(struct mzg_model *m, const char *path, const struct mzg_model_options *opt,
                                  struct mzg_err *e)
{
    enum mzg_code code = mzg_weights_open(&m->weights, path, e);
    const struct mzg_arch *arch = code == MZG_OK && !m->raw ? mzg_arch_of_numbers(&m->weights) : NULL;

    if (arch)
        return mzg_model_say(mzg_model_open_checkpoint(m, path, arch, opt, e), path, e);
    if (code == MZG_OK)
        code = mzg_model_say(take_all(m, e), path, e);
    return code == MZG_OK && m->weights.index ? mzg_model_digest(m, path, NULL, NULL, e) : code;
}
