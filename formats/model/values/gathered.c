/* gathered.c: rows of a matrix by a list of their numbers, where no rule gives their order. */
#include "values.h"

#include <string.h>

struct gathered {
    struct mzg_values v;
    const struct mzg_values *base;
    const uint32_t *from;
};

/* Elements from `at` on that lie together in the base, or are zeros, at most n; *base: where, or UINT64_MAX. */
static size_t run_at(const struct gathered *g, uint64_t at, size_t n, uint64_t *base)
{
    uint64_t width = g->v.ne[0], row = at / width, until = (row + 1) * width;
    uint32_t first = g->from[row];
    *base = first == MZG_NO_ROW ? UINT64_MAX : first * width + at % width;
    for (uint32_t k = 1; until - at < n && row + k < g->v.ne[1]; k++, until += width) {
        if (g->from[row + k] != (first == MZG_NO_ROW ? MZG_NO_ROW : first + k))
            break;
    }
    return until - at < n ? (size_t)(until - at) : n;
}

static enum mzg_code get_gathered(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                                  float *x, struct mzg_err *e)
{
    const struct gathered *g = (const struct gathered *)v;
    enum mzg_code rc = MZG_OK;
    uint64_t base;
    for (size_t done = 0; done < n && rc == MZG_OK;) {
        size_t run = run_at(g, first + done, n - done, &base);
        if (base == UINT64_MAX)
            memset(x + done, 0, run * sizeof *x);
        else
            rc = mzg_values_get(g->base, s, base, run, x + done, e);
        done += run;
    }
    return rc;
}

static const struct mzg_tensor *place_gathered(const struct mzg_values *v, uint64_t i, uint64_t *elem)
{
    const struct gathered *g = (const struct gathered *)v;
    uint64_t base;
    run_at(g, i, 1, &base);
    return base != UINT64_MAX ? mzg_values_place(g->base, base, elem) : NULL;
}

static const struct mzg_values_kind gathered_kind = {get_gathered, NULL, place_gathered};

const struct mzg_values *mzg_values_gathered(struct mzg_arena *a, const struct mzg_values *v,
                                             const uint32_t *from, uint64_t rows)
{
    struct gathered *g = v != NULL && v->n_dims == 2 ? mzg_values_new(a, sizeof *g, &gathered_kind, v) : NULL;
    if (g == NULL)
        return NULL;
    for (uint64_t i = 0; i < rows; i++)
        if (from[i] != MZG_NO_ROW && from[i] >= v->ne[1])
            return NULL;
    g->base = v;
    g->from = from;
    g->v.ne[1] = rows;
    return &g->v;
}
