#include "chunker.h"

#include <string.h>

/* Ranges of one group may share a piece; those that stand alone share with none. */
enum group { GROUP_ALONE, GROUP_HEADER, GROUP_TENSORS };

static enum group group_of(const struct mzg_range *r)
{
    switch (r->kind) {
    case MZG_RANGE_TENSOR:
        return r->length < MZG_CUT_LARGE ? GROUP_TENSORS : GROUP_ALONE;
    case MZG_RANGE_ARRAY:
        return r->length < MZG_CUT_ARRAY ? GROUP_HEADER : GROUP_ALONE;
    case MZG_RANGE_HEADER:
        return r->length < MZG_CUT_PIECE ? GROUP_HEADER : GROUP_ALONE;
    case MZG_RANGE_PLAIN:
        break;
    }
    return GROUP_ALONE;
}

enum mzg_code mzg_chunker_init(struct mzg_chunker *c, uint64_t file_size,
                               const struct mzg_range *ranges, size_t n, struct mzg_err *e)
{
    memset(c, 0, sizeof *c);
    uint64_t end = 0;
    for (size_t i = 0; i < n; i++) {
        if (ranges[i].offset != end || ranges[i].length > file_size - end)
            return mzg_fail(e, MZG_USAGE, ranges[i].offset,
                            "range %zu does not follow the one before it", i);
        end += ranges[i].length;
    }
    if (n && end != file_size)
        return mzg_fail(e, MZG_USAGE, end, "ranges end before the file does");
    c->whole = (struct mzg_range){.length = file_size, .kind = MZG_RANGE_PLAIN};
    c->ranges = ranges;
    c->n = n;
    return MZG_OK;
}

/* With no ranges the whole file is one; a pointer into *c would not survive a copy of it. */
static const struct mzg_range *range_at(const struct mzg_chunker *c, size_t i)
{
    if (c->n == 0)
        return i == 0 ? &c->whole : NULL;
    return i < c->n ? &c->ranges[i] : NULL;
}

static uint64_t whole_rows(const struct mzg_range *r)
{
    bool rows = r->kind == MZG_RANGE_TENSOR && r->row_bytes && r->row_bytes <= MZG_CUT_PIECE;
    return rows ? MZG_CUT_PIECE / r->row_bytes * r->row_bytes : MZG_CUT_PIECE;
}

static void take_alone(struct mzg_chunker *c, const struct mzg_range *r, struct mzg_piece *piece)
{
    uint64_t left = r->length - c->inside, most = whole_rows(r);
    piece->offset += c->inside;
    piece->length = left < most ? left : most;
    c->inside += piece->length;
    if (c->inside == r->length) {
        c->inside = 0;
        c->at++;
    }
}

static void take_group(struct mzg_chunker *c, enum group group, struct mzg_piece *piece)
{
    const struct mzg_range *r;
    size_t filled = 0;
    uint64_t most = group == GROUP_TENSORS ? MZG_CUT_LARGE : MZG_CUT_PIECE;
    while ((r = range_at(c, c->at)) && (r->length == 0 || group_of(r) == group) &&
           r->length <= most - piece->length) {
        piece->length += r->length;
        filled += r->length != 0;
        c->at++;
    }
    if (filled > 1)
        piece->layout = 0;
}

bool mzg_chunker_next(struct mzg_chunker *c, struct mzg_piece *piece)
{
    const struct mzg_range *r;
    while ((r = range_at(c, c->at)) && r->length == 0)
        c->at++;
    if (!r)
        return false;
    *piece = (struct mzg_piece){.offset = r->offset, .kind = r->kind, .layout = r->layout};
    enum group group = group_of(r);
    if (group == GROUP_ALONE)
        take_alone(c, r, piece);
    else
        take_group(c, group, piece);
    return true;
}
