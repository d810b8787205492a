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
    return t->src != NULL && !mzg_model_keeps(t, to->type) &&
           mzg_type_by_number(to->type)->block_elems > 1;
}

/* What there is for one tensor. */
struct found {
    enum { NOT_QUANTIZED, MISSING, UNFIT, EMPTY, USED } state;
    uint64_t empty, first; /* matrices that have none, and the first of them */
};

/* Reads all that is there, so that a value at fault is found before any work. */
static enum mzg_code read_all(const struct mzg_imatrix *im, const struct mzg_imatrix_entry *entry,
                              const struct mzg_model_tensor *t, struct found *found,
                              struct mzg_err *e)
{
    uint64_t n = matrices(t);
    float *w = malloc((size_t)t->ne[0] * sizeof *w);
    enum mzg_code code = w ? MZG_OK : mzg_fail_memory(e, "importance of one matrix");
    for (uint64_t mat = 0; mat < n && code == MZG_OK; mat++) {
        bool none;
        code = mzg_imatrix_read(im, entry, t->ne[0], mat, w, &none, e);
        if (code == MZG_OK && none && found->empty++ == 0)
            found->first = mat;
    }
    free(w);
    found->state = found->empty < n ? USED : EMPTY;
    return code;
}

static enum mzg_code match_one(struct mzg_importance *imp, size_t i, struct found *found,
                               struct mzg_err *e)
{
    const struct mzg_model_tensor *t = &imp->model->tensors[i];
    const struct mzg_imatrix_entry *entry = mzg_imatrix_find(imp->imatrix, t->name);
    enum mzg_code code = MZG_OK;
    if (entry == NULL)
        found->state = MISSING;
    else if (!mzg_imatrix_fits(entry, t->ne[0], matrices(t)))
        found->state = UNFIT;
    else
        code = read_all(imp->imatrix, entry, t, found, e);
    if (code == MZG_OK && found->state == USED) {
        imp->of[i] = entry;
        imp->used++;
    }
    return code;
}

static void announce(const struct mzg_importance *imp, size_t i, const struct found *found,
                     const struct mzg_notify *notify)
{
    char q[MZG_QUOTE];
    const struct mzg_model_tensor *t = &imp->model->tensors[i];
    const char *name = mzg_quote(q, t->name);
    uint64_t n = matrices(t);
    if (found->state == MISSING)
        mzg_notice(notify, "%s: not in the importance data, quantized without", name);
    else if (found->state == UNFIT)
        mzg_notice(notify, "%s: its importance data has %llu values for %llu columns in %llu "
                   "matrices, quantized without", name,
                   (unsigned long long)mzg_imatrix_find(imp->imatrix, t->name)->n_values,
                   (unsigned long long)t->ne[0], (unsigned long long)n);
    else if (found->state == EMPTY)
        mzg_notice(notify, "%s: its importance data is empty, quantized without", name);
    else if (found->empty > 0)
        mzg_notice(notify, "%s: no importance for %llu of its %llu matrices, matrix %llu the first: "
                   "quantized without", name, (unsigned long long)found->empty,
                   (unsigned long long)n, (unsigned long long)found->first);
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
                               const struct mzg_recipe_why *why, struct found *found,
                               struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    size_t wanted = 0;
    for (size_t i = 0; i < imp->model->n_tensors && code == MZG_OK; i++) {
        if (!is_quantized(&imp->model->tensors[i], &table[i]))
            continue;
        wanted++;
        if (imp->imatrix != NULL)
            code = match_one(imp, i, &found[i], e);
        if (code == MZG_OK && why[i].needs_importance && imp->of[i] == NULL)
            code = fail_needs(imp, i, table[i].type, e);
    }
    if (code == MZG_OK && imp->imatrix != NULL && wanted > 0 && imp->used == 0)
        code = mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "none of the %zu entries of the importance "
                        "data can be used for a tensor of this model: it was made for another",
                        mzg_imatrix_count(imp->imatrix));
    return code;
}

/* Notices come when it is known that the work goes on: an error is one line. */
static enum mzg_code announce_all(const struct mzg_importance *imp, const struct found *found,
                                  const struct mzg_notify *notify, struct mzg_err *e)
{
    for (size_t i = 0; i < imp->model->n_tensors; i++) {
        if (found[i].state != NOT_QUANTIZED)
            announce(imp, i, &found[i], notify);
    }
    return imp->imatrix != NULL ? find_unknown(imp, notify, e) : MZG_OK;
}

enum mzg_code mzg_importance_match(struct mzg_importance *imp, const struct mzg_imatrix *imatrix,
                                   const struct mzg_model *m, const struct mzg_gguf_tensor *table,
                                   const struct mzg_recipe_why *why, const struct mzg_notify *notify,
                                   struct mzg_err *e)
{
    *imp = (struct mzg_importance){.imatrix = imatrix, .model = m};
    struct found *found = calloc(m->n_tensors + 1, sizeof *found);
    imp->of = calloc(m->n_tensors + 1, sizeof *imp->of);
    enum mzg_code code = MZG_OK;
    if (imp->of == NULL || found == NULL)
        code = mzg_fail_memory(e, "importance of tensors");
    if (code == MZG_OK)
        code = match_all(imp, table, why, found, e);
    if (code == MZG_OK)
        code = announce_all(imp, found, notify, e);
    free(found);
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
