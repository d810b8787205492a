/* pytorch_tensor.c: a tensor as PyTorch describes it, in the terms of weights.h.
 *
 * Sizes and strides come from outside and are bounded by nothing: each product and sum is checked, and the
 * last element that they reach must be in the storage. */
#include "pytorch.h"
#include <string.h>

#define ULL(x) ((unsigned long long)(x))

enum mzg_code mzg_pytorch_bytes(const struct mzg_pickle_storage *s, uint64_t *bytes, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    if (__builtin_mul_overflow(s->numel, s->dtype ? s->dtype->bytes : 1u, bytes))
        return mzg_fail(e, MZG_MALFORMED, s->at, "storage '%s' has more bytes than can be counted",
                        mzg_quote(q, s->key));
    return MZG_OK;
}

static uint64_t number(const struct mzg_pickle_value *tuple, size_t i)
{
    return (uint64_t)tuple->as.items.item[i]->as.number;
}

/* PyTorch has the row's width last. */
static enum mzg_code read_shape(const struct mzg_pickle_tensor *from, uint64_t at, struct mzg_tensor *t,
                                struct mzg_err *e)
{
    size_t n = from->size->as.items.n;

    if (n > MZG_SRC_DIMS)
        return mzg_fail(e, MZG_UNSUPPORTED, at, "%zu dimensions, at most %d are read", n,
                        MZG_SRC_DIMS);
    t->n_dims = (unsigned)n;
    t->elems = 1;
    for (size_t d = 0; d < MZG_SRC_DIMS; d++) {
        t->ne[d] = d < n ? number(from->size, n - 1 - d) : 1;
        if (__builtin_mul_overflow(t->elems, t->ne[d], &t->elems))
            return mzg_fail(e, MZG_MALFORMED, at, "more elements than can be counted");
    }
    if (__builtin_mul_overflow(t->elems, from->dtype->bytes, &t->bytes))
        return mzg_fail(e, MZG_MALFORMED, at, "more bytes than can be counted");
    return MZG_OK;
}

/* How many elements the last one lies behind the first; *together: no stride is other than it has to be. */
static enum mzg_code read_strides(const struct mzg_pickle_tensor *from, uint64_t at,
                                  const struct mzg_tensor *t, uint64_t strides[MZG_SRC_DIMS],
                                  uint64_t *span, bool *together, struct mzg_err *e)
{
    uint64_t next = 1;

    *span = 0;
    *together = true;
    for (size_t d = 0; d < t->n_dims && t->elems > 0; d++) {
        uint64_t far;
        if (t->ne[d] == 1)
            continue; /* an element without neighbours: its stride says nothing */
        strides[d] = number(from->stride, t->n_dims - 1 - d);
        if (__builtin_mul_overflow(strides[d], t->ne[d] - 1, &far) ||
            __builtin_add_overflow(*span, far, span))
            return mzg_fail(e, MZG_MALFORMED, at, "strides that reach further than can be counted");
        *together = *together && strides[d] == next;
        next *= t->ne[d];
    }
    return MZG_OK;
}

/* In the storage, and in the file. */
static enum mzg_code place(const struct mzg_pytorch *p, const struct mzg_pickle_tensor *from,
                           uint64_t at, uint64_t span, struct mzg_tensor *t, struct mzg_err *e)
{
    const struct mzg_pickle_storage *s = from->storage;
    uint64_t unit = s->dtype ? s->dtype->bytes : 1, bytes = from->dtype->bytes, all, start, last;
    char q[MZG_QUOTE];
    enum mzg_code code = mzg_pytorch_bytes(s, &all, e);

    if (code == MZG_OK)
        code = p->place(p->ctx, s, &start, e);
    if (code != MZG_OK)
        return code;
    start += s->view * unit; /* the view is in the storage, so neither of the two overflows */
    t->offset = start;
    if (t->elems == 0)
        return MZG_OK;
    uint64_t room = s->view_numel * unit / bytes;
    if (__builtin_add_overflow(from->offset, span, &last) || last >= room)
        return mzg_fail(e, MZG_MALFORMED, at, "it reaches beyond its storage '%s', which has %llu "
                        "elements", mzg_quote(q, s->key), ULL(room));
    t->offset = start + from->offset * bytes;
    return MZG_OK;
}

static enum mzg_code count(struct mzg_pytorch *p, uint64_t at, uint64_t bytes, struct mzg_err *e)
{
    uint64_t most = p->w->files[p->file].file.size;

    if (most > UINT64_MAX / MZG_PYTORCH_SHARING)
        most = UINT64_MAX / MZG_PYTORCH_SHARING;
    most *= MZG_PYTORCH_SHARING;
    if (bytes > most || p->listed > most - bytes)
        return mzg_fail(e, MZG_LIMIT, at, "with it the tensors have more than %u times the bytes of "
                        "their file", MZG_PYTORCH_SHARING);
    p->listed += bytes;
    return MZG_OK;
}

static enum mzg_code read_tensor(struct mzg_pytorch *p, const struct mzg_pickle_value *v,
                                 struct mzg_tensor *t, struct mzg_err *e)
{
    const struct mzg_pickle_tensor *from = v->as.tensor;
    const struct mzg_type_info *info = mzg_type_by_name(from->dtype->name);
    uint64_t strides[MZG_SRC_DIMS] = {0}, span, *kept;
    bool together;

    t->type_name = from->dtype->name;
    t->type = info ? info->type : MZG_TYPE_END;
    enum mzg_code code = read_shape(from, v->at, t, e);
    if (code == MZG_OK)
        code = read_strides(from, v->at, t, strides, &span, &together, e);
    if (code == MZG_OK)
        code = place(p, from, v->at, span, t, e);
    if (code == MZG_OK)
        code = count(p, v->at, t->bytes, e);
    if (code != MZG_OK || together)
        return code;
    kept = mzg_arena_alloc(&p->w->arena, MZG_SRC_DIMS, sizeof *kept);
    if (!kept)
        return mzg_fail_memory(e, "strides");
    memcpy(kept, strides, sizeof strides);
    t->strides = kept;
    return MZG_OK;
}

enum mzg_code mzg_pytorch_add(struct mzg_pytorch *p, const char *name, size_t len,
                              const struct mzg_pickle_value *tensor, struct mzg_err *e)
{
    struct mzg_tensor t = {.file = p->file};
    char q[MZG_QUOTE];
    enum mzg_code code = MZG_OK;

    if (!mzg_item_name_valid(name, len))
        code = mzg_fail(e, MZG_MALFORMED, tensor->at, "the name is empty or no text");
    if (code == MZG_OK)
        code = read_tensor(p, tensor, &t, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "tensor '%s'", mzg_quote_n(q, name, len));
    t.name = mzg_arena_text(&p->w->arena, name, len);
    return t.name ? mzg_weights_add(p->w, &t, e) : mzg_fail_memory(e, "tensor names");
}
