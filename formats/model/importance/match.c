#include "match.h"

#include <stdlib.h>
#include <string.h>

#define LINES 64 /* notices about entries that belong to nothing; the rest is counted */

static uint64_t matrices(const struct mzg_model_tensor *t)
{
    return t->ne[2] * t->ne[3];
}

/* What is made into blocks here, and so may be searched for with importance. */
static bool is_quantized(const struct mzg_model_tensor *t, const struct mzg_gguf_tensor *to)
{
    return t->src != NULL && t->src->type != to->type &&
           mzg_type_by_number(to->type)->block_elems > 1;
}

/* Reads all that is there for a tensor, so that a value at fault is found before any work. *used:
 * whether there is anything in it. */
static enum mzg_code try_entry(const struct mzg_imatrix *im, const struct mzg_imatrix_entry *entry,
                               const struct mzg_model_tensor *t, const struct mzg_notify *notify,
                               bool *used, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    uint64_t n = matrices(t), empty = 0, first = 0;
    float *w = malloc((size_t)t->ne[0] * sizeof *w);
    enum mzg_code code = w ? MZG_OK : mzg_fail_memory(e, "importance of one matrix");
    for (uint64_t mat = 0; mat < n && code == MZG_OK; mat++) {
        bool none;
        code = mzg_imatrix_read(im, entry, t->ne[0], mat, w, &none, e);
        if (code == MZG_OK && none && empty++ == 0)
            first = mat;
    }
    free(w);
    if (code != MZG_OK)
        return code;
    *used = empty < n;
    if (!*used)
        mzg_notice(notify, "%s: its importance data is empty, quantized without",
                   mzg_quote(q, t->name));
    else if (empty > 0)
        mzg_notice(notify, "%s: no importance for %llu of its %llu matrices, matrix %llu the first: "
                   "quantized without", mzg_quote(q, t->name), (unsigned long long)empty,
                   (unsigned long long)n, (unsigned long long)first);
    return MZG_OK;
}

static enum mzg_code match_one(struct mzg_importance *imp, size_t i, const struct mzg_notify *notify,
                               struct mzg_err *e)
{
    char q[MZG_QUOTE];
    const struct mzg_model_tensor *t = &imp->model->tensors[i];
    const struct mzg_imatrix_entry *entry = mzg_imatrix_find(imp->imatrix, t->name);
    bool used = false;
    enum mzg_code code = MZG_OK;
    if (entry == NULL)
        mzg_notice(notify, "%s: not in the importance data, quantized without",
                   mzg_quote(q, t->name));
    else if (!mzg_imatrix_fits(entry, t->ne[0], matrices(t)))
        mzg_notice(notify, "%s: its importance data has %llu values for %llu columns in %llu "
                   "matrices, quantized without", mzg_quote(q, t->name),
                   (unsigned long long)entry->n_values, (unsigned long long)t->ne[0],
                   (unsigned long long)matrices(t));
    else
        code = try_entry(imp->imatrix, entry, t, notify, &used, e);
    if (used) {
        imp->of[i] = entry;
        imp->used++;
    }
    return code;
}

static enum mzg_code fail_needs(const struct mzg_importance *imp, size_t i, enum mzg_type type,
                                struct mzg_err *e)
{
    char q[MZG_QUOTE];
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                    "tensor '%s' would become %s, which needs importance data, and %s: %s "
                    "--imatrix FILE, or choose another recipe, or another type for it with "
                    "--tensor-type",
                    mzg_quote(q, imp->model->tensors[i].name), mzg_type_by_number(type)->name,
                    imp->imatrix ? "the file has none for it" : "none is given",
                    imp->imatrix ? "give another" : "give");
}

static void announce_unknown(const struct mzg_importance *imp, const struct mzg_name *names,
                             const struct mzg_notify *notify)
{
    char q[MZG_QUOTE];
    size_t unknown = 0;
    for (size_t i = 0; i < mzg_imatrix_count(imp->imatrix); i++) {
        const char *name = mzg_imatrix_entry(imp->imatrix, i)->name;
        if (mzg_names_find(names, imp->model->n_tensors, name) == NULL && unknown++ < LINES)
            mzg_notice(notify, "importance data for '%s': the model has no such tensor",
                       mzg_quote(q, name));
    }
    if (unknown > LINES)
        mzg_notice(notify, "importance data for %zu more tensors that the model does not have",
                   unknown - LINES);
}

static enum mzg_code find_unknown(const struct mzg_importance *imp, const struct mzg_notify *notify,
                                  struct mzg_err *e)
{
    size_t n = imp->model->n_tensors;
    struct mzg_name *names = calloc(n + 1, sizeof *names);
    if (names == NULL)
        return mzg_fail_memory(e, "tensor names");
    for (size_t i = 0; i < n; i++)
        names[i] = (struct mzg_name){imp->model->tensors[i].name, i};
    mzg_names_sort(names, n);
    announce_unknown(imp, names, notify);
    free(names);
    return MZG_OK;
}

static enum mzg_code match_all(struct mzg_importance *imp, const struct mzg_gguf_tensor *table,
                               const struct mzg_recipe_why *why, const struct mzg_notify *notify,
                               struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    size_t wanted = 0;
    for (size_t i = 0; i < imp->model->n_tensors && code == MZG_OK; i++) {
        if (!is_quantized(&imp->model->tensors[i], &table[i]))
            continue;
        wanted++;
        if (imp->imatrix != NULL)
            code = match_one(imp, i, notify, e);
        if (code == MZG_OK && why[i].needs_importance && imp->of[i] == NULL)
            code = fail_needs(imp, i, table[i].type, e);
    }
    if (code == MZG_OK && imp->imatrix != NULL)
        code = find_unknown(imp, notify, e);
    if (code == MZG_OK && imp->imatrix != NULL && wanted > 0 && imp->used == 0)
        code = mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "none of the %zu entries of the importance "
                        "data is for a tensor of this model: it was made for another",
                        mzg_imatrix_count(imp->imatrix));
    return code;
}

enum mzg_code mzg_importance_match(struct mzg_importance *imp, const struct mzg_imatrix *imatrix,
                                   const struct mzg_model *m, const struct mzg_gguf_tensor *table,
                                   const struct mzg_recipe_why *why, const struct mzg_notify *notify,
                                   struct mzg_err *e)
{
    *imp = (struct mzg_importance){.imatrix = imatrix, .model = m};
    imp->of = calloc(m->n_tensors + 1, sizeof *imp->of);
    if (imp->of == NULL)
        return mzg_fail_memory(e, "importance of tensors");
    enum mzg_code code = match_all(imp, table, why, notify, e);
    if (code != MZG_OK)
        mzg_importance_clear(imp);
    return code;
}

void mzg_importance_clear(struct mzg_importance *imp)
{
    free(imp->of);
    *imp = (struct mzg_importance){0};
}

enum mzg_code mzg_importance_read(const struct mzg_importance *imp, size_t i, uint64_t mat, float *w,
                                  struct mzg_err *e)
{
    return mzg_imatrix_read(imp->imatrix, imp->of[i], imp->model->tensors[i].ne[0], mat, w, NULL, e);
}
