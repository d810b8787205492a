/* padded.c: values with zeros behind them. */
#include "values.h"

#include <string.h>

struct padded {
    struct mzg_values v;
    const struct mzg_values *base;
};

static enum mzg_code get_padded(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                                float *x, struct mzg_err *e)
{
    const struct mzg_values *base = ((const struct padded *)v)->base;
    uint64_t elems = mzg_values_elems(base), left = first < elems ? elems - first : 0;
    size_t own = left < n ? (size_t)left : n;

    memset(x + own, 0, (n - own) * sizeof *x);
    return own > 0 ? mzg_values_get(base, s, first, own, x, e) : MZG_OK;
}

static const struct mzg_tensor *place_padded(const struct mzg_values *v, uint64_t i, uint64_t *elem)
{
    const struct mzg_values *base = ((const struct padded *)v)->base;

    return i < mzg_values_elems(base) ? mzg_values_place(base, i, elem) : NULL;
}

static const struct mzg_values_kind padded_kind = {get_padded, NULL, place_padded};

const struct mzg_values *mzg_values_padded(struct mzg_arena *a, const struct mzg_values *v, uint64_t n)
{
    struct padded *p = v != NULL ? mzg_values_new(a, sizeof *p, &padded_kind, v) : NULL;

    if (p == NULL || n < v->ne[v->n_dims - 1])
        return NULL;
    p->base = v;
    p->v.ne[v->n_dims - 1] = n;
    p->v.native = MZG_TYPE_END;
    return &p->v;
}
