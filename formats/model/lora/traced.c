#include "traced.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAX (1u << 22) /* twice the largest vocabulary; a shape may be of a view, and say anything */

struct trace {
    const struct mzg_factors *f;
    const struct mzg_model_tensor *t;
    uint64_t first, n_rows, n_columns; /* the plane's first element, and its shape */
    const struct mzg_tensor *stand;    /* where it comes from; NULL: not known yet */
    bool across;
    uint32_t *rows, *columns;          /* what was found: one allocation */
};

static enum mzg_code fail_mixed(const struct trace *r, struct mzg_err *e)
{
    const struct mzg_tensor *a = r->f->ad->parts[(r->stand != NULL ? r->stand : r->t->src) - r->f->stands].a;
    char q[MZG_QUOTE];
    return mzg_fail(e, MZG_UNSUPPORTED, a->offset, "tensor '%s': what becomes of the matrix that it changes cannot be "
                    "told by rows and columns, so that it has no factors in GGUF: merge it into its base (convert BASE "
                    "--lora ADAPTER)", mzg_quote(q, a->name));
}

static const struct mzg_tensor *place(const struct trace *r, uint64_t row, uint64_t col, uint64_t *elem)
{
    uint64_t at = r->first + row * r->n_columns + col;
    *elem = at;
    return r->t->made != NULL ? mzg_values_place(r->t->made, at, elem) : r->t->src;
}

/* Of an element of the matrix: which of the lines that rows are made of, and where in it. */
static uint64_t line_of(const struct trace *r, uint64_t elem)
{
    return r->across ? elem % r->stand->ne[0] : elem / r->stand->ne[0];
}

static uint64_t along(const struct trace *r, uint64_t elem)
{
    return r->across ? elem / r->stand->ne[0] : elem % r->stand->ne[0];
}

/* The first row that is no padding says which matrix it is, which way round, and the order of columns, which every
 * row then has. */
static bool trace_columns(struct trace *r)
{
    uint64_t e0 = 0, e1, row = 0;
    while (row < r->n_rows && (r->stand = place(r, row, 0, &e0)) == NULL)
        row++;
    if (r->stand == NULL)
        return false;
    if (r->n_columns > 1 && place(r, row, 1, &e1) == r->stand)
        r->across = e0 / r->stand->ne[0] != e1 / r->stand->ne[0];
    if (r->n_columns != r->stand->ne[r->across ? 1 : 0])
        return false;
    for (uint64_t col = 0; col < r->n_columns; col++) {
        if (place(r, row, col, &e1) != r->stand || line_of(r, e1) != line_of(r, e0))
            return false;
        r->columns[col] = (uint32_t)along(r, e1);
    }
    return true;
}

/* Both ends of it are looked at: nothing that a table does treats the columns of one row otherwise than another's. */
static bool trace_row(const struct trace *r, uint64_t row)
{
    uint64_t e0, e1, last = r->n_columns - 1;
    const struct mzg_tensor *begin = place(r, row, 0, &e0), *end = place(r, row, last, &e1);
    r->rows[row] = MZG_NO_ROW;
    if (begin == NULL || end == NULL)
        return begin == end;
    r->rows[row] = (uint32_t)line_of(r, e0);
    return begin == r->stand && end == r->stand && line_of(r, e0) == line_of(r, e1) &&
           along(r, e0) == r->columns[0] && along(r, e1) == r->columns[last];
}

/* Kept where it says anything: of most tensors all stays where it is. whole: of how many they are. */
static enum mzg_code keep_order(struct mzg_factors *f, const uint32_t *found, uint64_t n, uint64_t whole,
                                const uint32_t **kept, struct mzg_err *e)
{
    bool as_it_is = n == whole;
    for (uint64_t i = 0; i < n && as_it_is; i++)
        as_it_is = found[i] == i;
    if (as_it_is)
        return MZG_OK;
    uint32_t *own = mzg_arena_alloc(f->arena, (size_t)n, sizeof *own);
    if (own == NULL)
        return mzg_fail_memory(e, "adapter");
    memcpy(own, found, (size_t)n * sizeof *own);
    *kept = own;
    return MZG_OK;
}

static enum mzg_code trace(struct trace *r, struct mzg_factors *f, struct mzg_traced *traced, struct mzg_err *e)
{
    bool computed = r->t->made != NULL && r->t->made->stored != MZG_TYPE_F32;
    if (computed || !trace_columns(r))
        return fail_mixed(r, e);
    for (uint64_t i = 0; i < r->n_rows; i++)
        if (!trace_row(r, i))
            return fail_mixed(r, e);
    *traced = (struct mzg_traced){.part = (size_t)(r->stand - f->stands), .across = r->across};
    f->used[traced->part] = true;
    enum mzg_code rc = keep_order(f, r->rows, r->n_rows, r->stand->ne[r->across ? 0 : 1], &traced->rows, e);
    return rc == MZG_OK ? keep_order(f, r->columns, r->n_columns, r->n_columns, &traced->columns, e) : rc;
}

enum mzg_code mzg_traced_plane(struct mzg_factors *f, const struct mzg_model_tensor *t, uint64_t plane,
                               struct mzg_traced *traced, struct mzg_err *e)
{
    uint64_t width = t->ne[0], rows = t->ne[1];
    struct trace r = {.f = f, .t = t, .first = plane * rows * width, .n_rows = rows, .n_columns = width};
    if (rows > LINES_MAX || width > LINES_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "tensor '%s' has more than %u rows or columns", t->name, LINES_MAX);
    r.rows = calloc((size_t)(rows + width), sizeof *r.rows);
    r.columns = r.rows + rows;
    enum mzg_code rc = r.rows != NULL ? trace(&r, f, traced, e) : mzg_fail_memory(e, "adapter");
    free(r.rows);
    return rc;
}
