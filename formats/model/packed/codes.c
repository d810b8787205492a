#include "codes.h"

#include <string.h>

const float mzg_fp4[16] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0.0f, -0.5f, -1, -1.5f, -2, -3, -4, -6};

struct packed {
    struct mzg_values v;
    const struct mzg_weights *weights;
    const struct mzg_tensor *tensor;
    struct mzg_codes codes;
    uint64_t row_bytes; /* in rows; in columns: bytes of a row of words */
};

/* Bits [at, at + bits) of data, in which they all are. */
static unsigned code_at(const uint8_t *data, uint64_t at, unsigned bits)
{
    unsigned shift = (unsigned)(at % 8), word = data[at / 8];
    if (shift + bits > 8)
        word |= (unsigned)data[at / 8 + 1] << 8;
    return word >> shift & ((1u << bits) - 1);
}

static float meaning(const struct mzg_codes *c, unsigned code)
{
    return c->table != NULL ? c->table[code] : (float)((int32_t)code + c->offset);
}

/* ---- along rows ---- */

/* Where element i of a row begins, in bits. */
static uint64_t bit_of(const struct mzg_codes *c, uint64_t i)
{
    return (c->order != NULL ? i / 8 * 8 + c->order[i % 8] : i) * c->bits;
}

/* cols elements of one row from col on. */
static enum mzg_code get_row(const struct packed *p, struct mzg_scratch *s, uint64_t row, uint64_t col,
                             size_t cols, float *x, struct mzg_err *e)
{
    /* With an order whole words are needed. */
    uint64_t first = p->codes.order != NULL ? col / 8 * 8 : col;
    uint64_t until = p->codes.order != NULL ? (col + cols + 7) / 8 * 8 : col + cols;
    uint64_t from = first * p->codes.bits / 8, to = (until * p->codes.bits + 7) / 8;
    to = to < p->row_bytes ? to : p->row_bytes;
    uint8_t *data;
    enum mzg_code rc = mzg_values_read(p->weights, p->tensor, row * p->row_bytes + from,
                                       (size_t)(to - from), s, &data, e);
    for (size_t i = 0; i < cols && rc == MZG_OK; i++)
        x[i] = meaning(&p->codes, code_at(data, bit_of(&p->codes, col + i) - from * 8, p->codes.bits));
    return rc;
}

static enum mzg_code get_rows(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                              float *x, struct mzg_err *e)
{
    const struct packed *p = (const struct packed *)v;
    uint64_t width = v->ne[0];
    enum mzg_code rc = MZG_OK;
    for (size_t done = 0, mark = s->used; done < n && rc == MZG_OK; s->used = mark) {
        uint64_t at = first + done, col = at % width;
        size_t cols = width - col < n - done ? (size_t)(width - col) : n - done;
        rc = get_row(p, s, at / width, col, cols, x + done, e);
        done += cols;
    }
    return rc;
}

static const struct mzg_values_kind rows_kind = {.get = get_rows};

static struct packed *new_packed(struct mzg_arena *a, const struct mzg_weights *w,
                                 const struct mzg_tensor *t, const struct mzg_codes *codes,
                                 const struct mzg_values_kind *kind)
{
    struct packed *p = t->strides == NULL ? mzg_values_new(a, sizeof *p, kind, NULL) : NULL;
    if (p == NULL)
        return NULL;
    p->weights = w;
    p->tensor = t;
    p->codes = *codes;
    p->v.last = t;
    p->v.bytes = t->bytes;
    return p;
}

const struct mzg_values *mzg_codes_rows(struct mzg_arena *a, const struct mzg_weights *w,
                                        const struct mzg_tensor *t, const struct mzg_codes *codes,
                                        unsigned n_dims, const uint64_t ne[MZG_VALUE_DIMS])
{
    struct packed *p = t->elems > 0 ? new_packed(a, w, t, codes, &rows_kind) : NULL;
    if (p == NULL)
        return NULL;
    uint64_t unit = t->bytes / t->elems, bits = 8 * unit; /* of an element of t */
    p->v.n_dims = n_dims;
    for (unsigned d = 0; d < MZG_VALUE_DIMS; d++)
        p->v.ne[d] = d < n_dims ? ne[d] : 1;
    p->row_bytes = (ne[0] * codes->bits + bits - 1) / bits * unit;
    uint64_t rows = p->v.ne[1] * p->v.ne[2] * p->v.ne[3];
    return p->row_bytes > 0 && rows * p->row_bytes == t->bytes ? &p->v : NULL;
}

/* ---- down columns ---- */

/* Elements [col, col + cols) of each of `rows` rows from `row` on: one run of words for each row of
 * words. x: rows of cols. */
static enum mzg_code get_block(const struct packed *p, struct mzg_scratch *s, uint64_t row, size_t rows,
                               uint64_t col, size_t cols, float *x, struct mzg_err *e)
{
    unsigned bits = p->codes.bits;
    uint64_t from = col * bits / 32, until = ((col + cols) * bits + 31) / 32;
    size_t words = (size_t)(until - from);
    uint8_t *all = mzg_scratch_get(s, words * rows, 4);
    size_t mark = s->used;
    if (all == NULL)
        return mzg_values_no_room(&p->v, e);
    for (size_t k = 0; k < words; k++, s->used = mark) {
        uint8_t *data;
        enum mzg_code rc = mzg_values_read(p->weights, p->tensor, (from + k) * p->row_bytes + row * 4,
                                           rows * 4, s, &data, e);
        if (rc != MZG_OK)
            return rc;
        for (size_t r = 0; r < rows; r++) /* each row's words together */
            memcpy(all + (r * words + k) * 4, data + r * 4, 4);
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < cols; i++)
            x[r * cols + i] = meaning(&p->codes, code_at(all + r * words * 4,
                                                         (col + i) * bits - from * 32, bits));
    return MZG_OK;
}

static enum mzg_code get_columns(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first,
                                 size_t n, float *x, struct mzg_err *e)
{
    const struct packed *p = (const struct packed *)v;
    uint64_t width = v->ne[0];
    enum mzg_code rc = MZG_OK;
    for (size_t done = 0, mark = s->used; done < n && rc == MZG_OK; s->used = mark) {
        uint64_t at = first + done, col = at % width, left = n - done;
        uint64_t rows = col == 0 && left >= width ? left / width : 1;
        size_t cols = (size_t)(left < width - col ? left : width - col);
        rc = get_block(p, s, at / width, (size_t)rows, col, cols, x + done, e);
        done += (size_t)rows * cols;
    }
    return rc;
}

static const struct mzg_values_kind columns_kind = {.get = get_columns};

const struct mzg_values *mzg_codes_columns(struct mzg_arena *a, const struct mzg_weights *w,
                                           const struct mzg_tensor *t, const struct mzg_codes *codes,
                                           uint64_t width)
{
    if (t->n_dims != 2 || t->elems == 0 || t->bytes / t->elems != 4 ||
        (width * codes->bits + 31) / 32 != t->ne[1])
        return NULL;
    struct packed *p = new_packed(a, w, t, codes, &columns_kind);
    if (p == NULL)
        return NULL;
    p->v.n_dims = 2;
    p->v.ne[0] = width;
    p->v.ne[1] = t->ne[0];
    p->row_bytes = t->ne[0] * 4;
    return &p->v;
}
