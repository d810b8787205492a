/* merged.c: a matrix of the base changed by an adapter. Its order in the source and the bytes that it counts stay the base's:
 * an adapter is small, and is read from wherever it lies. */
#include "adapter.h"

#include <string.h>

struct merged {
    struct mzg_values v;
    const struct mzg_values *base, *left, *right;
    float scale;
};

static const struct mzg_tensor *place(const struct mzg_values *v, uint64_t i, uint64_t *elem)
{
    return mzg_values_place(((const struct merged *)v)->base, i, elem);
}

/* All of right: it is needed for each row. */
static enum mzg_code load_right(const struct merged *m, struct mzg_scratch *s, float **right,
                                struct mzg_err *e)
{
    uint64_t all = mzg_values_elems(m->right);
    enum mzg_code rc = MZG_OK;
    *right = all <= SIZE_MAX ? mzg_scratch_get(s, (size_t)all, sizeof **right) : NULL;
    if (*right == NULL)
        return mzg_values_no_room(&m->v, e);
    for (uint64_t at = 0; at < all && rc == MZG_OK; at += MZG_VALUES_RUN) {
        uint64_t n = all - at < MZG_VALUES_RUN ? all - at : MZG_VALUES_RUN;
        rc = mzg_values_get(m->right, s, at, (size_t)n, *right + at, e);
    }
    return rc;
}

/* x += scale * (left's row times columns [col, col + n) of right). sum: room for n. */
static void change(const struct merged *m, const float *left, const float *right, uint64_t col, size_t n,
                   float *sum, float *x)
{
    uint64_t rank = m->left->ne[0], width = m->v.ne[0];
    memset(sum, 0, n * sizeof *sum);
    for (uint64_t k = 0; k < rank; k++) {
        const float *row = right + k * width + col;
        for (size_t i = 0; i < n; i++)
            sum[i] += left[k] * row[i];
    }
    for (size_t i = 0; i < n; i++)
        x[i] += m->scale * sum[i];
}

/* Rows [row, ...) of as many as left's are asked for at once; *done: elements of x that are changed. */
static enum mzg_code change_rows(const struct merged *m, struct mzg_scratch *s, const float *right,
                                 uint64_t first, size_t n, size_t *done, float *x, struct mzg_err *e)
{
    uint64_t rank = m->left->ne[0], width = m->v.ne[0], row = (first + *done) / width;
    uint64_t rows = (first + n - 1) / width - row + 1, most = MZG_VALUES_RUN / rank;
    rows = rows < most ? rows : most;
    float *left = mzg_scratch_get(s, (size_t)(rows * rank), sizeof *left);
    float *sum = mzg_scratch_get(s, (size_t)width, sizeof *sum);
    if (left == NULL || sum == NULL)
        return mzg_values_no_room(&m->v, e);
    enum mzg_code rc = mzg_values_get(m->left, s, row * rank, (size_t)(rows * rank), left, e);
    for (uint64_t r = 0; r < rows && rc == MZG_OK; r++) {
        uint64_t col = (first + *done) % width, left_over = n - *done;
        size_t run = (size_t)(left_over < width - col ? left_over : width - col);
        change(m, left + r * rank, right, col, run, sum, x + *done);
        *done += run;
    }
    return rc;
}

static enum mzg_code get_merged(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                                float *x, struct mzg_err *e)
{
    const struct merged *m = (const struct merged *)v;
    float *right;
    enum mzg_code rc = mzg_values_get(m->base, s, first, n, x, e);
    if (rc == MZG_OK)
        rc = load_right(m, s, &right, e);
    size_t mark = s->used;
    for (size_t done = 0; done < n && rc == MZG_OK; s->used = mark)
        rc = change_rows(m, s, right, first, n, &done, x, e);
    return rc;
}

static const struct mzg_values_kind merged_kind = {get_merged, NULL, place};

const struct mzg_values *mzg_values_merged(struct mzg_arena *a, const struct mzg_values *base,
                                           const struct mzg_values *left, const struct mzg_values *right,
                                           float scale)
{
    if (base == NULL || left == NULL || right == NULL || base->n_dims != 2 || left->n_dims != 2 ||
        right->n_dims != 2 || left->ne[0] != right->ne[1] || left->ne[0] > MZG_RANK_MAX ||
        left->ne[1] != base->ne[1] || right->ne[0] != base->ne[0])
        return NULL;
    struct merged *m = mzg_values_new(a, sizeof *m, &merged_kind, base);
    if (m == NULL)
        return NULL;
    m->base = base;
    m->left = left;
    m->right = right;
    m->scale = scale;
    m->v.stored = MZG_TYPE_END;
    return &m->v;
}

/* ---- instead ---- */

static enum mzg_code get_instead(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                                 float *x, struct mzg_err *e)
{
    return mzg_values_get(((const struct merged *)v)->left, s, first, n, x, e);
}

static const struct mzg_values_kind instead_kind = {get_instead, NULL, place};

const struct mzg_values *mzg_values_instead(struct mzg_arena *a, const struct mzg_values *base,
                                            const struct mzg_values *v)
{
    if (base == NULL || v == NULL || base->n_dims != v->n_dims || memcmp(base->ne, v->ne, sizeof v->ne) != 0)
        return NULL;
    struct merged *m = mzg_values_new(a, sizeof *m, &instead_kind, base);
    if (m == NULL)
        return NULL;
    m->base = base;
    m->left = v;
    m->v.stored = MZG_TYPE_END;
    return &m->v;
}
