#include "how.h"

#include <string.h>

const struct mzg_values *mzg_how_rotary(const struct mzg_making *m)
{
    uint64_t rows = m->values->ne[m->values->n_dims - 1];

    return rows % m->h->head_dim == 0
               ? mzg_values_rotary(m->arena, m->values, rows / m->h->head_dim) : NULL;
}

const struct mzg_values *mzg_how_transposed(const struct mzg_making *m)
{
    return mzg_values_transposed(m->arena, m->values);
}

const struct mzg_values *mzg_how_plus_one(const struct mzg_making *m)
{
    return mzg_values_plus(m->arena, m->values, 1);
}

const struct mzg_values *mzg_how_shaped(const struct mzg_making *m)
{
    return mzg_values_shaped(m->arena, m->values, m->n_dims, m->ne);
}

/* Some rows of each plane: every step-th from `first` on, as many as are due. */
static const struct mzg_values *some_rows(const struct mzg_making *m, uint64_t step, uint64_t first)
{
    const struct mzg_values *v = m->values;
    unsigned n_dims = v->n_dims, d = n_dims >= 2 ? 1 : 0; /* the dimension of rows */
    uint64_t rows = v->ne[d] / 2, planes = mzg_values_elems(v) / mzg_values_width(v) / v->ne[d];
    const struct mzg_row_map map = {2, {planes, rows}, {2 * rows, step}, first};
    uint64_t ne[MZG_VALUE_DIMS];

    if (v->ne[d] % 2 != 0)
        return NULL;
    memcpy(ne, v->ne, sizeof ne);
    ne[d] = rows;
    return mzg_values_rows(m->arena, v, &map, n_dims, ne);
}

const struct mzg_values *mzg_how_first_half(const struct mzg_making *m)
{
    return some_rows(m, 1, 0);
}

const struct mzg_values *mzg_how_second_half(const struct mzg_making *m)
{
    return some_rows(m, 1, m->values->ne[m->values->n_dims >= 2 ? 1 : 0] / 2);
}

const struct mzg_values *mzg_how_even_rows(const struct mzg_making *m)
{
    return some_rows(m, 2, 0);
}

const struct mzg_values *mzg_how_odd_rows(const struct mzg_making *m)
{
    return some_rows(m, 2, 1);
}
