#include "rows.h"

#include <stdlib.h>
#include <string.h>

bool mzg_importance_has(const struct mzg_importance *imp, size_t i)
{
    return imp->of != NULL && imp->of[i] != NULL;
}

uint64_t mzg_importance_widest(const struct mzg_importance *imp)
{
    uint64_t widest = 0;
    for (size_t i = 0; imp->of != NULL && i < imp->model->n_tensors; i++) {
        uint64_t width = imp->model->tensors[i].ne[0];
        if (imp->of[i] != NULL && width > widest)
            widest = width;
    }
    return widest;
}

enum mzg_code mzg_importance_rows_init(struct mzg_importance_rows *r, uint64_t widest,
                                       struct mzg_err *e)
{
    *r = (struct mzg_importance_rows){.tensor = SIZE_MAX};
    if (widest == 0)
        return MZG_OK;
    r->columns = calloc((size_t)widest, sizeof *r->columns);
    return r->columns != NULL ? MZG_OK : mzg_fail_memory(e, "importance");
}

void mzg_importance_rows_clear(struct mzg_importance_rows *r)
{
    free(r->columns);
    *r = (struct mzg_importance_rows){.tensor = SIZE_MAX};
}

/* Makes columns those of this matrix. */
static enum mzg_code load(struct mzg_importance_rows *r, const struct mzg_importance *imp, size_t i,
                          uint64_t matrix, struct mzg_err *e)
{
    if (r->tensor == i && r->matrix == matrix)
        return MZG_OK;
    r->tensor = SIZE_MAX;
    enum mzg_code rc = mzg_importance_read(imp, i, matrix, r->columns, e);
    if (rc != MZG_OK)
        return rc;
    r->tensor = i;
    r->matrix = matrix;
    return MZG_OK;
}

enum mzg_code mzg_importance_rows_get(struct mzg_importance_rows *r, const struct mzg_importance *imp,
                                      size_t i, uint64_t first, size_t n, float *room,
                                      const float **w, struct mzg_err *e)
{
    *w = NULL;
    if (!mzg_importance_has(imp, i))
        return MZG_OK;
    const struct mzg_model_tensor *t = &imp->model->tensors[i];
    uint64_t width = t->ne[0], rows = t->n_dims >= 2 ? t->ne[1] : 1;
    for (size_t done = 0; done < n;) {
        uint64_t row = (first + done) / width, column = (first + done) % width;
        enum mzg_code rc = load(r, imp, i, row / rows, e);
        if (rc != MZG_OK)
            return rc;
        size_t run = width - column < n - done ? (size_t)(width - column) : n - done;
        if (run == n) { /* all in one row, as it is where rows are long */
            *w = r->columns + column;
            return MZG_OK;
        }
        memcpy(room + done, r->columns + column, run * sizeof *room);
        done += run;
    }
    *w = room;
    return MZG_OK;
}
