#include "scaled.h"

struct scaled {
    struct mzg_values v;
    struct mzg_scaled s;
};

static uint64_t ceil_div(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

/* The row of scales for a row of codes, both counted over all planes. */
static uint64_t scale_row(const struct mzg_scaled *s, uint64_t row)
{
    uint64_t rows = s->codes->ne[1];
    return row / rows * s->scale->ne[1] + row % rows / s->block_rows;
}

/* n scales (zeros, biases) from `first` on; NULL stays NULL. */
static enum mzg_code get_side(const struct mzg_values *side, struct mzg_scratch *sc, uint64_t first,
                              size_t n, float **out, struct mzg_err *e)
{
    *out = NULL;
    if (side == NULL)
        return MZG_OK;
    *out = mzg_scratch_get(sc, n, sizeof **out);
    return *out == NULL ? mzg_values_no_room(side, e) : mzg_values_get(side, sc, first, n, *out, e);
}

/* What belongs to one row's share of a run. */
struct sides {
    const float *scale, *zero, *bias, *groups;
    uint64_t col;  /* of the first code */
    uint64_t at;   /* the row's first scale, counted over all */
    uint64_t from; /* the first scale that is held */
};

static void apply(const struct mzg_scaled *s, float *x, size_t n, const struct sides *d)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t k = d->col + i, g = d->groups != NULL ? (uint64_t)d->groups[k] : k / s->block_width;
        size_t at = (size_t)(d->at + g - d->from);
        float y = x[i];
        if (d->zero != NULL)
            y -= d->zero[at];
        y *= d->scale[at];
        if (s->times != 1)
            y *= s->times;
        if (s->by != 1)
            y /= s->by;
        x[i] = d->bias != NULL ? y + d->bias[at] : y;
    }
}

/* Columns of scales that a file names; a number beyond them is its fault. */
static enum mzg_code get_groups(const struct mzg_scaled *s, struct mzg_scratch *sc, float **groups,
                                struct mzg_err *e)
{
    char q[MZG_QUOTE];
    *groups = NULL;
    if (s->groups == NULL)
        return MZG_OK;
    size_t n = (size_t)s->groups->ne[0];
    *groups = mzg_scratch_get(sc, n, sizeof **groups);
    if (*groups == NULL)
        return mzg_values_no_room(s->groups, e);
    enum mzg_code rc = mzg_values_get(s->groups, sc, 0, n, *groups, e);
    for (size_t i = 0; i < n && rc == MZG_OK; i++) {
        if (!((*groups)[i] >= 0 && (*groups)[i] < (float)s->scale->ne[0]))
            rc = mzg_fail(e, MZG_MALFORMED, s->groups->last->offset,
                          "tensor '%s': element %zu is no group: there are %llu",
                          mzg_quote(q, s->groups->last->name), i, (unsigned long long)s->scale->ne[0]);
    }
    return rc;
}

/* Which scales a run of codes needs: within one row only those of its columns, else whole rows. */
static void needed(const struct mzg_scaled *s, uint64_t first, size_t n, uint64_t *from, size_t *count)
{
    uint64_t width = s->codes->ne[0], row = first / width, last = (first + n - 1) / width;
    *from = scale_row(s, row) * s->scale->ne[0];
    *count = (size_t)((scale_row(s, last) + 1) * s->scale->ne[0] - *from);
    if (row != last || s->groups != NULL)
        return;
    uint64_t left = first % width / s->block_width, right = (first + n - 1) % width / s->block_width;
    *from += left;
    *count = (size_t)(right - left + 1);
}

static enum mzg_code get(const struct mzg_values *v, struct mzg_scratch *sc, uint64_t first, size_t n,
                         float *x, struct mzg_err *e)
{
    const struct mzg_scaled *s = &((const struct scaled *)v)->s;
    uint64_t width = v->ne[0], from;
    size_t count;
    float *scale, *zero, *bias, *groups;
    needed(s, first, n, &from, &count);
    enum mzg_code rc = mzg_values_get(s->codes, sc, first, n, x, e);
    if (rc == MZG_OK)
        rc = get_side(s->scale, sc, from, count, &scale, e);
    if (rc == MZG_OK)
        rc = get_side(s->zero, sc, from, count, &zero, e);
    if (rc == MZG_OK)
        rc = get_side(s->bias, sc, from, count, &bias, e);
    if (rc == MZG_OK)
        rc = get_groups(s, sc, &groups, e);
    for (size_t done = 0; done < n && rc == MZG_OK;) {
        uint64_t row = (first + done) / width, col = (first + done) % width;
        size_t run = width - col < n - done ? (size_t)(width - col) : n - done;
        uint64_t at = scale_row(s, row) * s->scale->ne[0]; /* of the row's first scale */
        apply(s, x + done, run, &(struct sides){scale, zero, bias, groups, col, at, from});
        done += run;
    }
    return rc;
}

static const struct mzg_values_kind scaled_kind = {.get = get};

static bool fits(const struct mzg_scaled *s, const struct mzg_values *side)
{
    const struct mzg_values *c = s->codes;
    if (side == NULL)
        return true;
    bool columns = s->groups != NULL || side->ne[0] == ceil_div(c->ne[0], s->block_width);
    return columns && side->ne[0] == s->scale->ne[0] && side->ne[1] == ceil_div(c->ne[1], s->block_rows) &&
           side->ne[2] == c->ne[2] && side->ne[3] == c->ne[3];
}

const struct mzg_values *mzg_values_scaled(struct mzg_arena *a, const struct mzg_scaled *s)
{
    if (s->codes == NULL || s->scale == NULL || s->codes->n_dims < 2 || s->block_width == 0 ||
        s->block_rows == 0 || !fits(s, s->scale) || !fits(s, s->zero) || !fits(s, s->bias))
        return NULL;
    if (s->groups != NULL && (s->groups->n_dims != 1 || s->groups->ne[0] != s->codes->ne[0]))
        return NULL;
    struct scaled *sv = mzg_values_new(a, sizeof *sv, &scaled_kind, s->codes);
    if (sv == NULL)
        return NULL;
    const struct mzg_values *sides[] = {s->scale, s->zero, s->bias, s->groups};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        if (sides[i] != NULL)
            mzg_values_uses(&sv->v, sides[i]);
    }
    sv->v.stored = MZG_TYPE_END;
    sv->s = *s;
    return &sv->v;
}

const struct mzg_values *mzg_scaled_shape(struct mzg_arena *a, const struct mzg_values *v,
                                          const struct mzg_values *codes, uint64_t *block_width,
                                          uint64_t *block_rows)
{
    uint64_t width = codes->ne[0], rows = codes->ne[1], planes = codes->ne[2] * codes->ne[3];
    if (v == NULL)
        return NULL;
    uint64_t n = mzg_values_elems(v);
    uint64_t ne[MZG_VALUE_DIMS] = {1, n == planes ? 1 : rows, codes->ne[2], codes->ne[3]};
    /* One a row, unless blocks of a known size make as many by chance. */
    if (n == planes || (n == rows * planes && *block_width == 0)) {
        *block_width = width;
        *block_rows = n == planes ? rows : 1;
        return mzg_values_shaped(a, v, codes->n_dims, ne);
    }
    if (v->n_dims != codes->n_dims || v->ne[0] == 0 || v->ne[1] == 0)
        return NULL;
    if (*block_width == 0)
        *block_width = ceil_div(width, v->ne[0]);
    if (*block_rows == 0)
        *block_rows = ceil_div(rows, v->ne[1]);
    return v;
}
