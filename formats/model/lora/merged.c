/* merged.c: a matrix of the base changed by an adapter. Its order in the source and the bytes that it counts stay the base's:
 * an adapter is small, and is read from wherever it lies.
 *
 * The halves are read in blocks and as they are stored, whatever their rank and whichever way round they change the
 * base: a thread holds four blocks at most, so that all threads together stay far below what a conversion may take. */
#include "adapter.h"

#include <string.h>

#define BLOCK ((size_t)1 << 17) /* floats */

struct merged {
    struct mzg_values v;
    const struct mzg_values *base, *a, *b; /* [rank, in], [out, rank] */
    bool turned;                           /* the base is [in, out] */
    uint64_t rank;
    float scale;
};

static const struct mzg_tensor *place(const struct mzg_values *v, uint64_t i, uint64_t *elem)
{
    return mzg_values_place(((const struct merged *)v)->base, i, elem);
}

/* Rows [row, row + rows) of columns [col, col + cols); one row, where these are not all columns. */
struct piece {
    uint64_t row, col;
    size_t rows, cols;
    float *left;  /* rows of rank */
    float *right; /* a block: rows of some columns, for some of the rank */
    float *room;  /* for a block as it is stored, where it is to be turned */
    float *sum;   /* rows of cols */
};

/* The piece that begins at element `at`, of at most n. */
static struct piece piece_at(const struct merged *m, uint64_t at, size_t n)
{
    uint64_t width = m->v.ne[0], most = BLOCK / (width > m->rank ? width : m->rank);
    struct piece p = {.row = at / width, .col = at % width, .rows = 1};
    uint64_t cols = width - p.col < n ? width - p.col : n;
    p.cols = cols < BLOCK ? (size_t)cols : BLOCK;
    if (p.cols == width && n / width > 1 && most > 1)
        p.rows = (size_t)(n / width < most ? n / width : most);
    return p;
}

static void turn(const float *from, size_t rows, size_t cols, float *to)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++)
            to[c * rows + r] = from[r * cols + c];
}

/* Rows of B, or columns of A. */
static enum mzg_code load_left(const struct merged *m, struct mzg_scratch *s, struct piece *p, struct mzg_err *e)
{
    enum mzg_code rc = MZG_OK;
    if (!m->turned)
        return mzg_values_get(m->b, s, p->row * m->rank, p->rows * (size_t)m->rank, p->left, e);
    for (uint64_t k = 0; k < m->rank && rc == MZG_OK; k++)
        rc = mzg_values_get(m->a, s, k * m->v.ne[1] + p->row, p->rows, p->room + k * p->rows, e);
    if (rc == MZG_OK)
        turn(p->room, (size_t)m->rank, p->rows, p->left);
    return rc;
}

/* sum, from column c on, += columns [k, k + n) of left times the block right, which is n rows of cols. */
static void add_products(const struct merged *m, const struct piece *p, uint64_t k, size_t n, size_t c, size_t cols)
{
    for (size_t r = 0; r < p->rows; r++) {
        float *to = p->sum + r * p->cols + c;
        for (size_t i = 0; i < n; i++) {
            float by = p->left[r * m->rank + k + i];
            const float *row = p->right + i * cols;
            for (size_t j = 0; j < cols; j++)
                to[j] += by * row[j];
        }
    }
}

/* Some rows of A at a time. */
static enum mzg_code add_plain(const struct merged *m, struct mzg_scratch *s, const struct piece *p, struct mzg_err *e)
{
    uint64_t width = m->v.ne[0], together = p->cols == width ? BLOCK / width : 1;
    enum mzg_code rc = MZG_OK;
    for (uint64_t k = 0; k < m->rank && rc == MZG_OK; k += together) {
        size_t n = (size_t)(m->rank - k < together ? m->rank - k : together);
        rc = mzg_values_get(m->a, s, k * width + p->col, n * p->cols, p->right, e);
        if (rc == MZG_OK)
            add_products(m, p, k, n, 0, p->cols);
    }
    return rc;
}

/* Some rows of B at a time, which are columns here. */
static enum mzg_code add_turned(const struct merged *m, struct mzg_scratch *s, const struct piece *p, struct mzg_err *e)
{
    size_t rank = (size_t)m->rank, together = BLOCK / rank;
    enum mzg_code rc = MZG_OK;
    for (size_t c = 0; c < p->cols && rc == MZG_OK; c += together) {
        size_t n = p->cols - c < together ? p->cols - c : together;
        rc = mzg_values_get(m->b, s, (p->col + c) * rank, n * rank, p->room, e);
        if (rc != MZG_OK)
            break;
        turn(p->room, n, rank, p->right);
        add_products(m, p, 0, rank, c, n);
    }
    return rc;
}

/* x += scale * (left times right), each sum in the order of the rank. */
static enum mzg_code change(const struct merged *m, struct mzg_scratch *s, struct piece *p, float *x, struct mzg_err *e)
{
    size_t elems = p->rows * p->cols;
    p->left = mzg_scratch_get(s, p->rows * (size_t)m->rank, sizeof *p->left);
    p->right = mzg_scratch_get(s, BLOCK, sizeof *p->right);
    p->room = mzg_scratch_get(s, m->turned ? BLOCK : 1, sizeof *p->room);
    p->sum = mzg_scratch_get(s, elems, sizeof *p->sum);
    if (p->left == NULL || p->right == NULL || p->room == NULL || p->sum == NULL)
        return mzg_values_no_room(&m->v, e);
    memset(p->sum, 0, elems * sizeof *p->sum);
    enum mzg_code rc = load_left(m, s, p, e);
    if (rc == MZG_OK)
        rc = m->turned ? add_turned(m, s, p, e) : add_plain(m, s, p, e);
    for (size_t i = 0; i < elems && rc == MZG_OK; i++)
        x[i] += m->scale * p->sum[i];
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

const struct mzg_values *mzg_values_merged(struct mzg_arena *arena, const struct mzg_values *base,
                                           const struct mzg_values *a, const struct mzg_values *b, bool turned,
                                           float scale)
{
    if (base == NULL || a == NULL || b == NULL || base->n_dims != 2 || a->n_dims != 2 || b->n_dims != 2 ||
        a->ne[1] != b->ne[0] || a->ne[1] > MZG_RANK_MAX || a->ne[0] != base->ne[turned ? 1 : 0] ||
        b->ne[1] != base->ne[turned ? 0 : 1])
        return NULL;
    struct merged *m = mzg_values_new(arena, sizeof *m, &merged_kind, base);
    if (m == NULL)
        return NULL;
    m->base = base;
    m->a = a;
    m->b = b;
    m->turned = turned;
    m->rank = a->ne[1];
    m->scale = scale;
    m->v.stored = MZG_TYPE_END;
    return &m->v;
}

/* ---- instead ---- */

struct instead {
    struct mzg_values v;
    const struct mzg_values *base, *own;
};

static enum mzg_code get_instead(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                                 float *x, struct mzg_err *e)
{
    return mzg_values_get(((const struct instead *)v)->own, s, first, n, x, e);
}

static const struct mzg_tensor *place_instead(const struct mzg_values *v, uint64_t i, uint64_t *elem)
{
    return mzg_values_place(((const struct instead *)v)->base, i, elem);
}

static const struct mzg_values_kind instead_kind = {get_instead, NULL, place_instead};

const struct mzg_values *mzg_values_instead(struct mzg_arena *a, const struct mzg_values *base,
                                            const struct mzg_values *v)
{
    if (base == NULL || v == NULL || base->n_dims != v->n_dims || memcmp(base->ne, v->ne, sizeof v->ne) != 0)
        return NULL;
    struct instead *in = mzg_values_new(a, sizeof *in, &instead_kind, base);
    if (in == NULL)
        return NULL;
    in->base = base;
    in->own = v;
    in->v.stored = MZG_TYPE_END;
    return &in->v;
}
