#include "values.h"

#include <stdlib.h>
#include <string.h>

/* ---- scratch memory ---- */

#define SCRATCH_BLOCKS 32                /* of the deepest chain of steps, and more */
#define SCRATCH_MAX ((size_t)64 << 20)   /* of one of them */

struct mzg_scratch_block {
    void *data;
    size_t room;
};

/* A block is only ever enlarged by the one call that holds it, so that nobody's memory moves. */
void *mzg_scratch_get(struct mzg_scratch *s, size_t n, size_t size)
{
    if (s->blocks == NULL)
        s->blocks = calloc(SCRATCH_BLOCKS, sizeof *s->blocks);
    if (s->blocks == NULL || s->used == SCRATCH_BLOCKS || n > SCRATCH_MAX / size)
        return NULL;
    struct mzg_scratch_block *b = &s->blocks[s->used];
    if (b->data == NULL || b->room < n * size) {
        free(b->data);
        b->room = n * size > 256 ? n * size : 256;
        b->data = malloc(b->room);
    }
    if (b->data != NULL)
        s->used++;
    return b->data;
}

void mzg_scratch_clear(struct mzg_scratch *s)
{
    for (size_t i = 0; s->blocks != NULL && i < SCRATCH_BLOCKS; i++)
        free(s->blocks[i].data);
    free(s->blocks);
    s->blocks = NULL;
    s->used = 0;
}

enum mzg_code mzg_values_no_room(const struct mzg_values *v, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "tensor '%s': its rows need more memory than is given "
                    "to one", v->last ? mzg_quote(q, v->last->name) : "");
}

/* ---- asking ---- */

uint64_t mzg_values_elems(const struct mzg_values *v)
{
    return v->ne[0] * v->ne[1] * v->ne[2] * v->ne[3];
}

uint64_t mzg_values_width(const struct mzg_values *v)
{
    return v->n_dims >= 2 ? v->ne[0] : 1;
}

enum mzg_code mzg_values_get(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first, size_t n,
                             float *x, struct mzg_err *e)
{
    size_t mark = s->used;
    enum mzg_code rc = v->kind->get(v, s, first, n, x, e);
    s->used = mark;
    return rc;
}

enum mzg_code mzg_values_blocks(const struct mzg_values *v, struct mzg_scratch *s, uint64_t first,
                                size_t n, uint8_t *q, struct mzg_err *e)
{
    size_t mark = s->used;
    enum mzg_code rc = v->kind->blocks(v, s, first, n, q, e);
    s->used = mark;
    return rc;
}

const struct mzg_tensor *mzg_values_place(const struct mzg_values *v, uint64_t i, uint64_t *elem)
{
    return v->kind->place != NULL ? v->kind->place(v, i, elem) : NULL;
}

/* ---- for those who write kinds ---- */

void *mzg_values_new(struct mzg_arena *a, size_t size, const struct mzg_values_kind *kind,
                     const struct mzg_values *base)
{
    struct mzg_values *v = mzg_arena_alloc(a, 1, size);
    if (v == NULL)
        return NULL;
    *v = base != NULL ? *base : (struct mzg_values){.ne = {1, 1, 1, 1}};
    if (base == NULL)
        v->stored = MZG_TYPE_END;
    v->native = MZG_TYPE_END;
    v->kind = kind;
    return v;
}

void mzg_values_uses(struct mzg_values *v, const struct mzg_values *part)
{
    const struct mzg_tensor *a = v->last, *b = part->last;
    if (b != NULL && (a == NULL || b->file > a->file || (b->file == a->file && b->offset > a->offset)))
        v->last = b;
    v->bytes += part->bytes;
}
