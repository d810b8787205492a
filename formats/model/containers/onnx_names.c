#include "onnx_names.h"
#include "../../base/text.h"

#include "opening.h"
#include <stdlib.h>
#include <string.h>

/* What a name ends with, and with what instead. */
static const struct ending {
    const char *end, *instead; /* instead NULL: the tensor is left out */
    bool transposed;
} endings[] = {
    {".attn.q_proj.MatMul.weight", ".self_attn.q_proj.weight", true},
    {".attn.k_proj.MatMul.weight", ".self_attn.k_proj.weight", true},
    {".attn.v_proj.MatMul.weight", ".self_attn.v_proj.weight", true},
    {".attn.o_proj.MatMul.weight", ".self_attn.o_proj.weight", true},
    {".attn.q_proj.Add.bias", ".self_attn.q_proj.bias", false},
    {".attn.k_proj.Add.bias", ".self_attn.k_proj.bias", false},
    {".attn.v_proj.Add.bias", ".self_attn.v_proj.bias", false},
    {".attn.o_proj.Add.bias", ".self_attn.o_proj.bias", false},
    {".attn.q_norm.layernorm.weight", ".self_attn.q_norm.weight", false},
    {".attn.k_norm.layernorm.weight", ".self_attn.k_norm.weight", false},
    {".MatMul.weight", ".weight", true},
    {".Add.bias", ".bias", false},
    {"cos_cache", NULL, false},
    {"sin_cache", NULL, false},
};

/* Behind the last layer the builder counts one more, which is the norm of the output. */
static const char final_norm[] = ".final_norm_layernorm.weight";

/* q, k and v in one, by columns. */
static const struct fused {
    const char *end;
    const char *parts[3];
    bool transposed;
} fused[] = {
    {".attn.qkv_proj.MatMul.weight",
     {".self_attn.q_proj.weight", ".self_attn.k_proj.weight", ".self_attn.v_proj.weight"}, true},
    {".attn.qkv_proj.Add.bias",
     {".self_attn.q_proj.bias", ".self_attn.k_proj.bias", ".self_attn.v_proj.bias"}, false},
};

bool mzg_onnx_is_genai(const struct mzg_weights *w)
{
    for (size_t i = 0; i < w->n_facts; i++) {
        if (strcmp(w->facts[i].name, "producer_name") == 0)
            return strcmp(w->facts[i].value, "onnxruntime-genai") == 0;
    }
    return false;
}

/* name without the last n bytes, and `instead` behind it. */
static enum mzg_code rename_end(struct mzg_weights *w, struct mzg_tensor *t, size_t n,
                                const char *instead, struct mzg_err *e)
{
    size_t keep = strlen(t->name) - n, more = strlen(instead);
    char *name = mzg_arena_alloc(&w->arena, keep + more + 1, 1);

    if (!name)
        return mzg_fail_memory(e, "tensor names");
    memcpy(name, t->name, keep);
    memcpy(name + keep, instead, more + 1);
    t->name = name;
    return MZG_OK;
}

/* The view of rows [first, first + n) of the transposed matrix. Rows are columns of what is stored. */
static enum mzg_code transpose(struct mzg_weights *w, struct mzg_tensor *t, uint64_t first, uint64_t n,
                               struct mzg_err *e)
{
    uint64_t width = t->ne[0], bytes = t->bytes / t->elems;
    uint64_t *strides = mzg_arena_alloc(&w->arena, MZG_SRC_DIMS, sizeof *strides);

    if (!strides)
        return mzg_fail_memory(e, "views");
    strides[0] = width;
    for (unsigned d = 1; d < MZG_SRC_DIMS; d++)
        strides[d] = 1;
    t->strides = strides;
    t->ne[0] = t->ne[1];
    t->ne[1] = n;
    t->elems = t->ne[0] * n;
    t->bytes = t->elems * bytes;
    t->offset += first * bytes;
    return MZG_OK;
}

static enum mzg_code check_dims(const struct mzg_tensor *t, unsigned dims, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    if (t->n_dims == dims && t->elems > 0 && t->type != MZG_TYPE_END && !t->coded && !t->strides)
        return MZG_OK;
    return mzg_fail(e, MZG_MALFORMED, t->offset, "tensor '%s': %s of %u dimensions is no weight of this place",
                    mzg_quote(q, t->name), t->type_name, t->n_dims);
}

static enum mzg_code add_parts(struct mzg_weights *w, const struct mzg_tensor *t, const struct fused *f,
                               const struct mzg_onnx_rows *rows, struct mzg_err *e)
{
    uint64_t n[3] = {rows->q, rows->kv, rows->kv}, first = 0;
    enum mzg_code code = check_dims(t, f->transposed ? 2 : 1, e);
    char q[MZG_QUOTE];

    if (code == MZG_OK && (rows->q > t->ne[0] || (t->ne[0] - rows->q) % 2 != 0 ||
                           (t->ne[0] - rows->q) / 2 != rows->kv))
        code = mzg_fail(e, MZG_MALFORMED, t->offset, "tensor '%s': %llu columns are not %llu of q and %llu of "
                        "k and v each", mzg_quote(q, t->name), (unsigned long long)t->ne[0],
                        (unsigned long long)rows->q, (unsigned long long)rows->kv);
    for (size_t i = 0; i < 3 && code == MZG_OK; i++) {
        struct mzg_tensor part = *t;
        code = rename_end(w, &part, strlen(f->end), f->parts[i], e);
        if (code == MZG_OK && f->transposed) {
            code = transpose(w, &part, first, n[i], e);
        } else if (code == MZG_OK) {
            part.bytes = part.bytes / part.elems * n[i];
            part.offset += t->bytes / t->elems * first;
            part.elems = part.ne[0] = n[i];
        }
        if (code == MZG_OK)
            code = mzg_weights_add(w, &part, e);
        first += n[i];
    }
    return code;
}

static enum mzg_code add_one(struct mzg_weights *w, const struct mzg_tensor *old,
                             const struct mzg_onnx_rows *rows, struct mzg_err *e)
{
    struct mzg_tensor t = *old;

    if (mzg_text_ends(t.name, final_norm)) {
        t.name = "model.norm.weight";
        return mzg_weights_add(w, &t, e);
    }
    for (size_t i = 0; i < sizeof fused / sizeof *fused; i++) {
        if (mzg_text_ends(t.name, fused[i].end))
            return add_parts(w, &t, &fused[i], rows, e);
    }
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const struct ending *end = &endings[i];
        if (!mzg_text_ends(t.name, end->end))
            continue;
        if (!end->instead)
            return MZG_OK;
        enum mzg_code code = end->transposed ? check_dims(&t, 2, e) : MZG_OK;
        if (code == MZG_OK)
            code = rename_end(w, &t, strlen(end->end), end->instead, e);
        if (code == MZG_OK && end->transposed)
            code = transpose(w, &t, 0, t.ne[0], e);
        return code == MZG_OK ? mzg_weights_add(w, &t, e) : code;
    }
    return mzg_weights_add(w, &t, e);
}

enum mzg_code mzg_onnx_names(struct mzg_weights *w, const struct mzg_onnx_rows *rows,
                             struct mzg_err *e)
{
    struct mzg_tensor *old = w->tensors;
    size_t n = w->n_tensors;
    enum mzg_code code = MZG_OK;

    w->tensors = NULL;
    w->n_tensors = w->room = 0;
    for (size_t i = 0; i < n && code == MZG_OK; i++)
        code = add_one(w, &old[i], rows, e);
    free(old);
    return code == MZG_OK ? mzg_weights_sort_names(w, e) : code;
}
