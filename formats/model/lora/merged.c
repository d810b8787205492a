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

/* Floats of each of what a thread holds: the halves of an adapter are read in blocks, whatever their rank, so that all
 * threads together stay far below what a conversion may take. */
#define HELD ((size_t)1 << 18)

/* Rows [row, row + rows) of columns [col, col + cols); one row, where these are not all columns. */
struct piece {
    uint64_t row, col;
    size_t rows, cols;
};

/* The piece that begins at element `at`, of at most n. */
static struct piece piece_at(const struct merged *m, uint64_t at, size_t n)
{
    uint64_t width = m->v.ne[0], rank = m->left->ne[0], most = HELD / (width > rank ? width : rank);
    struct piece p = {.row = at / width, .col = at % width, .rows = 1};
    uint64_t cols = width - p.col < n ? width - p.col : n;
    p.cols = cols < HELD ? (size_t)cols : HELD;
    if (p.cols == width && n / width > 1 && most > 1)
        p.rows = (size_t)(n / width < most ? n / width : most);
    return p;
}

/* sum += left's rows times n rows of right, k being the number of the first. */
static void add_products(const struct merged *m, const struct piece *p, uint64_t k, size_t n, const float *left,
                         const float *right, float *sum)
{
    uint64_t rank = m->left->ne[0];
    for (size_t r = 0; r < p->rows; r++) {
        for (size_t i = 0; i < n; i++) {
            float by = left[r * rank + k + i], *to = sum + r * p->cols;
            const float *row = right + i * p->cols;
            for (size_t c = 0; c < p->cols; c++)
                to[c] += by * row[c];
        }
    }
}

/* x += scale * (left's rows times right's columns), each sum in the order of the rank. */
static enum mzg_code change(const struct merged *m, struct mzg_scratch *s, const struct piece *p, float *x,
                            struct mzg_err *e)
{
    uint64_t rank = m->left->ne[0], width = m->v.ne[0], together = p->cols == width && HELD / width > 1 ? HELD / width : 1;
    size_t elems = p->rows * p->cols;
    float *left = mzg_scratch_get(s, p->rows * (size_t)rank, sizeof *left);
    float *right = mzg_scratch_get(s, (size_t)together * p->cols, sizeof *right);
    float *sum = mzg_scratch_get(s, elems, sizeof *sum);
    if (left == NULL || right == NULL || sum == NULL)
        return mzg_values_no_room(&m->v, e);
    memset(sum, 0, elems * sizeof *sum);
    enum mzg_code rc = mzg_values_get(m->left, s, p->row * rank, p->rows * (size_t)rank, left, e);
    for (uint64_t k = 0; k < rank && rc == MZG_OK; k += together) {
        size_t n = (size_t)(rank - k < together ? rank - k : together);
        rc = mzg_values_get(m->right, s, k * width + p->col, n * p->cols, right, e);
        if (rc == MZG_OK)
            add_products(m, p, k, n, left, right, sum);
    }
    for (size_t i = 0; i < elems && rc == MZG_OK; i++)
        x[i] += m->scale * sum[i];
    return rc;
}

static enum mzg_code get_merged(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                                float *x, struct mzg_err *e)
{
    const struct merged *m = (const struct merged *)v;
    enum mzg_code rc = mzg_values_get(m->base, s, first, n, x, e);
    for (size_t done = 0, mark = s->used; done < n && rc == MZG_OK; s->used = mark) {
        struct piece p = piece_at(m, first + done, n - done);
        rc = change(m, s, &p, x + done, e);
        done += p.rows * p.cols;
    }
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
