#include "model.h"
#include "../lora/adapter.h"
#include "../meta/settings.h"
#include "sources.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MODEL_BYTES ((size_t)96 << 20) /* the tensor table of the largest source takes 50 MiB */

/* ---- what becomes of a tensor ---- */

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

bool mzg_model_whole(const struct mzg_model_tensor *t)
{
    enum mzg_type type = mzg_model_type(t);

    return type >= MZG_TYPE_I8 && type <= MZG_TYPE_I64;
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

/* ---- opening ---- */

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
    else if (opt->base)
        code = mzg_model_open_adapter(m, path, opt, e);
    else if (S_ISDIR(st.st_mode) && !opt->raw && !mzg_weights_in_gguf(path))
        code = mzg_model_open_folder(m, path, opt, e);
    else if (opt->n_adapters > 0)
        code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: adapters are merged into a model's folder "
                        "as its makers published it, not into GGUF or bare weights", mzg_quote(q, path));
    else
        code = mzg_model_open_bare(m, path, opt, e);
    if (code == MZG_OK && opt->tokenizer && !m->apart)
        code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: its tokens are its own: --tokenizer is for checkpoints "
                        "that are published without", mzg_quote(q, path));
    if (code == MZG_OK)
        code = mzg_settings_apply(&m->kvs, opt->set, opt->n_set, e);
    if (code == MZG_OK)
        code = mzg_model_say(mzg_kvs_ok(&m->kvs, e), path, e);
    if (code == MZG_OK)
        code = mzg_model_say(check_names(m, e), path, e);
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
