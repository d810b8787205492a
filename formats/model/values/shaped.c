/* shaped.c: the same values in another order: reshaped, transposed, rows moved, tensors put together. */
#include "values.h"

#include <string.h>

struct shaped {
    struct mzg_values v;
    const struct mzg_values *base;
};

static uint64_t rows_of(const struct mzg_values *v)
{
    return mzg_values_elems(v) / mzg_values_width(v);
}

/* ---- another shape ---- */

static enum mzg_code get_shaped(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first,
                                size_t n, float *x, struct mzg_err *e)
{
    return mzg_values_get(((const struct shaped *)v)->base, s, first, n, x, e);
}

static enum mzg_code blocks_shaped(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first,
                                   size_t n, uint8_t *q, struct mzg_err *e)
{
    return mzg_values_blocks(((const struct shaped *)v)->base, s, first, n, q, e);
}

static const struct mzg_tensor *place_shaped(const struct mzg_values *v, uint64_t i, uint64_t *elem)
{
    return mzg_values_place(((const struct shaped *)v)->base, i, elem);
}

static const struct mzg_values_kind shaped_kind = {get_shaped, blocks_shaped, place_shaped};

const struct mzg_values *mzg_values_shaped(struct mzg_arena *a, const struct mzg_values *v,
                                           unsigned n_dims, const uint64_t ne[MZG_VALUE_DIMS])
{
    struct shaped *sh = v != NULL ? mzg_values_new(a, sizeof *sh, &shaped_kind, v) : NULL;
    if (sh == NULL)
        return NULL;
    sh->base = v;
    sh->v.native = ne[0] == v->ne[0] ? v->native : MZG_TYPE_END; /* blocks do not go over rows' ends */
    sh->v.n_dims = n_dims;
    for (unsigned d = 0; d < MZG_VALUE_DIMS; d++)
        sh->v.ne[d] = d < n_dims ? ne[d] : 1;
    return mzg_values_elems(&sh->v) == mzg_values_elems(v) ? &sh->v : NULL;
}

/* ---- transposed ---- */

/* Rows [row, row + rows) of a plane: the same columns of the base, one of its rows after the other.
 * Where those are short runs of a stored tensor this is a read each, which the page cache makes cheap. */
static enum mzg_code get_plane(const struct shaped *sh, struct mzg_scratch *s, uint64_t row, size_t rows,
                               uint64_t col, size_t cols, float *x, struct mzg_err *e)
{
    uint64_t width = sh->v.ne[0], height = sh->v.ne[1];
    float *run = mzg_scratch_get(s, rows, sizeof *run);
    enum mzg_code rc = MZG_OK;
    if (run == NULL)
        return mzg_values_no_room(&sh->v, e);
    uint64_t base = row / height * width * height + row % height;
    for (size_t c = 0; c < cols && rc == MZG_OK; c++) {
        rc = mzg_values_get(sh->base, s, base + (col + c) * height, rows, run, e);
        for (size_t r = 0; r < rows; r++)
            x[r * cols + c] = run[r];
    }
    return rc;
}

static enum mzg_code get_transposed(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first,
                                    size_t n, float *x, struct mzg_err *e)
{
    const struct shaped *sh = (const struct shaped *)v;
    uint64_t width = v->ne[0], height = v->ne[1];
    enum mzg_code rc = MZG_OK;
    for (size_t done = 0, mark = s->used; done < n && rc == MZG_OK; s->used = mark) {
        uint64_t at = first + done, row = at / width, col = at % width, left = n - done;
        uint64_t rows = left / width, plane = height - row % height;
        size_t cols = (size_t)(left < width - col ? left : width - col);
        rows = col != 0 || rows < 1 ? 1 : rows < plane ? rows : plane;
        cols = rows > 1 ? (size_t)width : cols;
        rc = get_plane(sh, s, row, (size_t)rows, col, cols, x + done, e);
        done += (size_t)rows * cols;
    }
    return rc;
}

static const struct mzg_tensor *place_transposed(const struct mzg_values *v, uint64_t i, uint64_t *elem)
{
    uint64_t width = v->ne[0], height = v->ne[1], plane = i / (width * height), in = i % (width * height);
    return mzg_values_place(((const struct shaped *)v)->base,
                            plane * width * height + in % width * height + in / width, elem);
}

static const struct mzg_values_kind transposed_kind = {get_transposed, NULL, place_transposed};

const struct mzg_values *mzg_values_transposed(struct mzg_arena *a, const struct mzg_values *v)
{
    struct shaped *sh = NULL;
    if (v != NULL && v->n_dims >= 2)
        sh = mzg_values_new(a, sizeof *sh, &transposed_kind, v);
    if (sh == NULL)
        return NULL;
    sh->base = v;
    sh->v.ne[0] = v->ne[1];
    sh->v.ne[1] = v->ne[0];
    return &sh->v;
}

/* ---- rows in another order ---- */

struct moved {
    struct mzg_values v;
    const struct mzg_values *base;
    struct mzg_row_map map;
};

static uint64_t moved_row(const struct mzg_row_map *m, uint64_t row)
{
    uint64_t at = m->offset;
    for (unsigned d = m->digits; d-- > 0;) {
        at += row % m->radix[d] * m->step[d];
        row /= m->radix[d];
    }
    return at;
}

/* Elements from `at` on that lie together in the base, at most n: to the end of the row, or of the rows
 * that the last digit counts one by one. */
static size_t run_length(const struct moved *mv, uint64_t at, size_t n)
{
    const struct mzg_row_map *m = &mv->map;
    uint64_t width = mzg_values_width(&mv->v), last = m->digits - 1;
    uint64_t rows = m->step[last] == 1 ? m->radix[last] : 1;
    uint64_t until = (at / width / rows + 1) * rows * width;
    return until - at < n ? (size_t)(until - at) : n;
}

static uint64_t base_element(const struct moved *mv, uint64_t i)
{
    uint64_t width = mzg_values_width(&mv->v);
    return moved_row(&mv->map, i / width) * width + i % width;
}

static enum mzg_code get_moved(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                               float *x, struct mzg_err *e)
{
    const struct moved *mv = (const struct moved *)v;
    enum mzg_code rc = MZG_OK;
    for (size_t done = 0; done < n && rc == MZG_OK;) {
        size_t run = run_length(mv, first + done, n - done);
        rc = mzg_values_get(mv->base, s, base_element(mv, first + done), run, x + done, e);
        done += run;
    }
    return rc;
}

static enum mzg_code blocks_moved(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first,
                                  size_t n, uint8_t *q, struct mzg_err *e)
{
    const struct moved *mv = (const struct moved *)v;
    const struct mzg_type_info *info = mzg_type_by_number((uint32_t)v->native);
    enum mzg_code rc = MZG_OK;
    for (size_t done = 0; done < n && rc == MZG_OK;) {
        size_t run = run_length(mv, first + done, n - done);
        rc = mzg_values_blocks(mv->base, s, base_element(mv, first + done), run,
                               q + done / info->block_elems * info->block_bytes, e);
        done += run;
    }
    return rc;
}

static const struct mzg_tensor *place_moved(const struct mzg_values *v, uint64_t i, uint64_t *elem)
{
    const struct moved *mv = (const struct moved *)v;
    return mzg_values_place(mv->base, base_element(mv, i), elem);
}

static const struct mzg_values_kind moved_kind = {get_moved, blocks_moved, place_moved};

/* The map says exactly as many rows as the shape has, and none beyond the base's. */
static bool map_fits(const struct mzg_row_map *m, uint64_t rows, uint64_t base_rows)
{
    uint64_t n = 1, most = m->offset;
    for (unsigned d = 0; d < m->digits; d++) {
        if (m->radix[d] == 0)
            return false;
        n *= m->radix[d];
        most += (m->radix[d] - 1) * m->step[d];
    }
    return m->digits > 0 && n == rows && most < base_rows;
}

const struct mzg_values *mzg_values_rows(struct mzg_arena *a, const struct mzg_values *v,
                                         const struct mzg_row_map *map, unsigned n_dims,
                                         const uint64_t ne[MZG_VALUE_DIMS])
{
    struct moved *mv = v != NULL ? mzg_values_new(a, sizeof *mv, &moved_kind, v) : NULL;
    if (mv == NULL)
        return NULL;
    mv->base = v;
    mv->map = *map;
    mv->v.n_dims = n_dims;
    for (unsigned d = 0; d < MZG_VALUE_DIMS; d++)
        mv->v.ne[d] = d < n_dims ? ne[d] : 1;
    bool same_width = mzg_values_width(&mv->v) == mzg_values_width(v);
    mv->v.native = n_dims >= 2 && same_width ? v->native : MZG_TYPE_END;
    return same_width && map_fits(map, rows_of(&mv->v), rows_of(v)) ? &mv->v : NULL;
}

const struct mzg_values *mzg_values_rotary(struct mzg_arena *a, const struct mzg_values *v, uint64_t heads)
{
    uint64_t rows = v != NULL ? rows_of(v) : 0;
    if (heads == 0 || rows == 0 || rows % heads != 0 || rows / heads % 2 != 0)
        return NULL;
    uint64_t hd = rows / heads;
    const struct mzg_row_map map = {3, {heads, hd / 2, 2}, {hd, 1, hd / 2}, 0};
    return mzg_values_rows(a, v, &map, v->n_dims, v->ne);
}

/* ---- several ---- */

struct several {
    struct mzg_values v;
    const struct mzg_values **parts;
    uint64_t *ends; /* the first element behind each */
    size_t n;
};

static size_t part_at(const struct several *sv, uint64_t elem)
{
    size_t low = 0, high = sv->n - 1;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (elem < sv->ends[mid])
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static uint64_t start_of(const struct several *sv, size_t i)
{
    return i > 0 ? sv->ends[i - 1] : 0;
}

static enum mzg_code get_several(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first,
                                 size_t n, float *x, struct mzg_err *e)
{
    const struct several *sv = (const struct several *)v;
    enum mzg_code rc = MZG_OK;
    for (size_t done = 0, i = part_at(sv, first); done < n && rc == MZG_OK; i++) {
        uint64_t at = first + done, left = sv->ends[i] - at;
        size_t run = left < n - done ? (size_t)left : n - done;
        rc = mzg_values_get(sv->parts[i], s, at - start_of(sv, i), run, x + done, e);
        done += run;
    }
    return rc;
}

static enum mzg_code blocks_several(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first,
                                    size_t n, uint8_t *q, struct mzg_err *e)
{
    const struct several *sv = (const struct several *)v;
    const struct mzg_type_info *info = mzg_type_by_number((uint32_t)v->native);
    enum mzg_code rc = MZG_OK;
    for (size_t done = 0, i = part_at(sv, first); done < n && rc == MZG_OK; i++) {
        uint64_t at = first + done, left = sv->ends[i] - at;
        size_t run = left < n - done ? (size_t)left : n - done;
        rc = mzg_values_blocks(sv->parts[i], s, at - start_of(sv, i), run,
                               q + done / info->block_elems * info->block_bytes, e);
        done += run;
    }
    return rc;
}

static const struct mzg_tensor *place_several(const struct mzg_values *v, uint64_t i, uint64_t *elem)
{
    const struct several *sv = (const struct several *)v;
    size_t part = part_at(sv, i);
    return mzg_values_place(sv->parts[part], i - start_of(sv, part), elem);
}

static const struct mzg_values_kind several_kind = {get_several, blocks_several, place_several};

static struct several *new_several(struct mzg_arena *a, const struct mzg_values *const *parts, size_t n)
{
    struct several *sv = NULL;
    if (n > 0 && parts[0] != NULL)
        sv = mzg_values_new(a, sizeof *sv, &several_kind, parts[0]);
    if (sv == NULL)
        return NULL;
    sv->parts = mzg_arena_alloc(a, n, sizeof *sv->parts);
    sv->ends = mzg_arena_alloc(a, n, sizeof *sv->ends);
    sv->n = n;
    sv->v.native = parts[0]->native;
    for (size_t i = 0; sv->parts != NULL && sv->ends != NULL && i < n; i++) {
        if (parts[i] == NULL || parts[i]->n_dims != sv->v.n_dims || parts[i]->ne[0] == 0)
            return NULL;
        if (parts[i]->native != sv->v.native)
            sv->v.native = MZG_TYPE_END;
        if (parts[i]->stored != sv->v.stored)
            sv->v.stored = MZG_TYPE_END;
        if (i > 0)
            mzg_values_uses(&sv->v, parts[i]);
        sv->parts[i] = parts[i];
        sv->ends[i] = start_of(sv, i) + mzg_values_elems(parts[i]);
    }
    return sv->parts != NULL && sv->ends != NULL ? sv : NULL;
}

/* All dimensions below d are those of the first part. */
static bool alike(const struct several *sv, unsigned d)
{
    for (size_t i = 1; i < sv->n; i++) {
        if (memcmp(sv->parts[i]->ne, sv->parts[0]->ne, d * sizeof(uint64_t)) != 0)
            return false;
    }
    return true;
}

const struct mzg_values *mzg_values_stacked(struct mzg_arena *a, const struct mzg_values *const *parts,
                                            size_t n)
{
    struct several *sv = new_several(a, parts, n);
    if (sv == NULL || sv->v.n_dims == MZG_VALUE_DIMS || !alike(sv, sv->v.n_dims))
        return NULL;
    if (sv->v.n_dims == 1) /* rows of single parts: a block may not go over their ends */
        sv->v.native = MZG_TYPE_END;
    sv->v.ne[sv->v.n_dims++] = n;
    return &sv->v;
}

const struct mzg_values *mzg_values_joined(struct mzg_arena *a, const struct mzg_values *const *parts,
                                           size_t n)
{
    struct several *sv = new_several(a, parts, n);
    if (sv == NULL || !alike(sv, sv->v.n_dims - 1))
        return NULL;
    unsigned d = sv->v.n_dims - 1;
    for (size_t i = 1; i < n; i++)
        sv->v.ne[d] += parts[i]->ne[d];
    if (sv->v.n_dims == 1)
        sv->v.native = MZG_TYPE_END;
    return &sv->v;
}
