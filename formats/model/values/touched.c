/* touched.c: values with a little arithmetic on each. */
#include "values.h"

#include "../../base/exact.h"

struct touched {
    struct mzg_values v;
    const struct mzg_values *base;
    float by; /* added, or a factor */
};

static const struct mzg_tensor *place(const struct mzg_values *v, uint64_t i, uint64_t *elem)
{
    return mzg_values_place(((const struct touched *)v)->base, i, elem);
}

static enum mzg_code get_plus(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                              float *x, struct mzg_err *e)
{
    const struct touched *t = (const struct touched *)v;
    enum mzg_code rc = mzg_values_get(t->base, s, first, n, x, e);
    for (size_t i = 0; i < n && rc == MZG_OK; i++)
        x[i] += t->by;
    return rc;
}

static enum mzg_code get_times(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                               float *x, struct mzg_err *e)
{
    const struct touched *t = (const struct touched *)v;
    enum mzg_code rc = mzg_values_get(t->base, s, first, n, x, e);
    for (size_t i = 0; i < n && rc == MZG_OK; i++)
        x[i] *= t->by;
    return rc;
}

static enum mzg_code get_neg_exp(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first,
                                 size_t n, float *x, struct mzg_err *e)
{
    const struct touched *t = (const struct touched *)v;
    enum mzg_code rc = mzg_values_get(t->base, s, first, n, x, e);
    for (size_t i = 0; i < n && rc == MZG_OK; i++)
        x[i] = -(float)mzg_exact_exp((double)x[i]);
    return rc;
}

static const struct mzg_values_kind plus_kind = {get_plus, NULL, place};
static const struct mzg_values_kind times_kind = {get_times, NULL, place};
static const struct mzg_values_kind neg_exp_kind = {get_neg_exp, NULL, place};

static const struct mzg_values *touch(struct mzg_arena *a, const struct mzg_values *v,
                                      const struct mzg_values_kind *kind, float by)
{
    struct touched *t = v != NULL ? mzg_values_new(a, sizeof *t, kind, v) : NULL;
    if (t == NULL)
        return NULL;
    t->base = v;
    t->by = by;
    t->v.stored = MZG_TYPE_END;
    return &t->v;
}

const struct mzg_values *mzg_values_plus(struct mzg_arena *a, const struct mzg_values *v, float add)
{
    return touch(a, v, &plus_kind, add);
}

const struct mzg_values *mzg_values_times(struct mzg_arena *a, const struct mzg_values *v, float factor)
{
    return touch(a, v, &times_kind, factor);
}

const struct mzg_values *mzg_values_neg_exp(struct mzg_arena *a, const struct mzg_values *v)
{
    return touch(a, v, &neg_exp_kind, 0);
}
