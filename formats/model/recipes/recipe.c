#include "recipe.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* file_type: llama.cpp's LLAMA_FTYPE numbers. */
static const struct mzg_recipe recipes[] = {
    {.name = "F32", .base = MZG_TYPE_F32, .file_type = 0},
    {.name = "F16", .base = MZG_TYPE_F16, .file_type = 1},
    {.name = "BF16", .base = MZG_TYPE_BF16, .file_type = 32},
    {.name = "Q8_0", .base = MZG_TYPE_Q8_0, .file_type = 7},
    {.name = "Q5_1", .base = MZG_TYPE_Q5_1, .file_type = 9},
    {.name = "Q5_0", .base = MZG_TYPE_Q5_0, .file_type = 8},
    {.name = "Q4_1", .base = MZG_TYPE_Q4_1, .file_type = 3},
    {.name = "Q4_0", .base = MZG_TYPE_Q4_0, .file_type = 2},
};
#define N_RECIPES (sizeof recipes / sizeof recipes[0])

const struct mzg_recipe *mzg_recipes(size_t *n)
{
    *n = N_RECIPES;
    return recipes;
}

enum mzg_code mzg_recipe_find(const char *name, const struct mzg_recipe **r, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    for (size_t i = 0; i < N_RECIPES; i++) {
        if (strcasecmp(name, recipes[i].name) == 0) {
            *r = &recipes[i];
            return MZG_OK;
        }
    }
    return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET,
                    "unknown type '%s': use F32, F16, BF16, Q8_0, Q5_1, Q5_0, Q4_1 or Q4_0",
                    mzg_quote(q, name));
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* Also a GGUF file that was made raw: its names say nothing either. */
static bool is_raw(const struct mzg_model *m)
{
    return m->raw || strcmp(m->arch, "raw") == 0;
}

static bool eligible(const struct mzg_model *m, const struct mzg_model_tensor *t)
{
    if (t->n_dims != 2 || t->src == NULL)
        return false;
    return is_raw(m) || (ends_with(t->name, ".weight") && !ends_with(t->name, "_norm.weight"));
}

static bool is_float(enum mzg_type type)
{
    return type == MZG_TYPE_F32 || type == MZG_TYPE_F16 || type == MZG_TYPE_BF16;
}

static bool is_whole(enum mzg_type type)
{
    return type >= MZG_TYPE_I8 && type <= MZG_TYPE_I64;
}

/* What becomes of a tensor that is no matrix of weights. */
static enum mzg_type kept_type(const struct mzg_model *m, const struct mzg_model_tensor *t)
{
    if (t->src != NULL && (is_raw(m) || t->n_dims > 2 || !is_float(t->src->type)))
        return t->src->type;
    return MZG_TYPE_F32;
}

/* Types that this model's tensors may not have. */
static bool unreadable(const struct mzg_model *m, const struct mzg_tensor *src)
{
    if (src->type == MZG_TYPE_END)
        return true;
    bool listed_only = is_whole(src->type) || src->type == MZG_TYPE_F64;
    return listed_only && !is_raw(m) && m->weights.gguf == NULL;
}

static enum mzg_code choose(const struct mzg_recipe *r, const struct mzg_model *m,
                            const struct mzg_model_tensor *t, const struct mzg_notify *notify,
                            enum mzg_type *type, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    const struct mzg_type_info *base = mzg_type_by_number(r->base);
    if (t->src != NULL && unreadable(m, t->src))
        return mzg_fail(e, MZG_UNSUPPORTED, t->src->offset,
                        "tensor '%s': elements of type %s cannot be converted",
                        mzg_quote(q, t->src->name), t->src->type_name);
    *type = kept_type(m, t);
    if (!eligible(m, t) || is_whole(t->src->type))
        return MZG_OK;
    *type = r->base;
    if (!is_float(t->src->type) && t->src->type != r->base)
        return mzg_fail(e, MZG_UNSUPPORTED, t->src->offset,
                        "tensor '%s' is %s already: convert from the original weights, quantizing "
                        "twice adds both errors",
                        mzg_quote(q, t->src->name), t->src->type_name);
    if (t->ne[0] % base->block_elems != 0) {
        *type = MZG_TYPE_F16;
        mzg_notice(notify, "%s: rows of %llu do not divide into %s blocks of %u, kept as F16",
                   mzg_quote(q, t->name), (unsigned long long)t->ne[0], base->name,
                   base->block_elems);
    }
    return MZG_OK;
}

enum mzg_code mzg_recipe_apply(const struct mzg_recipe *r, const struct mzg_model *m,
                               const struct mzg_recipe_options *o, const struct mzg_notify *notify,
                               struct mzg_gguf_tensor **out, struct mzg_recipe_why **why,
                               struct mzg_err *e)
{
    struct mzg_gguf_tensor *rows = calloc(m->n_tensors ? m->n_tensors : 1, sizeof *rows);
    struct mzg_recipe_why *reasons = calloc(m->n_tensors ? m->n_tensors : 1, sizeof *reasons);
    (void)o;
    if (rows == NULL || reasons == NULL) {
        free(rows);
        free(reasons);
        return mzg_fail_memory(e, "tensor table");
    }
    for (size_t i = 0; i < m->n_tensors; i++) {
        const struct mzg_model_tensor *t = &m->tensors[i];
        memcpy(rows[i].name, t->name, sizeof rows[i].name);
        rows[i].n_dims = t->n_dims;
        memcpy(rows[i].ne, t->ne, sizeof rows[i].ne);
        enum mzg_code rc = choose(r, m, t, notify, &rows[i].type, e);
        reasons[i].wanted = rows[i].type;
        if (rc != MZG_OK) {
            free(rows);
            free(reasons);
            return rc;
        }
    }
    *out = rows;
    if (why != NULL)
        *why = reasons;
    else
        free(reasons);
    return MZG_OK;
}
