/* genai_tensors.c: the tensors of a model by onnxruntime-genai's builder under Hugging Face's names, and in their
 * layout: by views of what is stored (struct mzg_tensor's strides), so that no byte is touched before it is read. */
#include "genai.h"
#include "../../base/text.h"
#include "../packed/codes.h"
#include "../packed/scaled.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Behind the last layer the builder counts one more, which is the norm of the output. */
static const char final_norm[] = ".final_norm_layernorm.weight";
static const char embedding[] = "model.embed_tokens.weight", head[] = "lm_head.weight";

static const struct { const char *end, *instead; } renamed[] = {
    {".attn.q_norm.layernorm.weight", ".self_attn.q_norm.weight"},
    {".attn.k_norm.layernorm.weight", ".self_attn.k_norm.weight"},
};

static const char *const qkv[] = {".self_attn.q_proj", ".self_attn.k_proj", ".self_attn.v_proj"};

struct work {
    struct mzg_source *s;
    const struct mzg_genai *g;
    const struct mzg_genai_shape *shape;
    struct mzg_source_tensor *out; /* n, of room for three of each item */
    size_t n;
    struct mzg_name *beside;       /* scales and zero points, n_beside, sorted */
    size_t n_beside;
};

static enum mzg_code fail_shape(const struct mzg_source_tensor *t, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    return mzg_fail(e, MZG_MALFORMED, t->stored->offset, "tensor '%s': %s of %u dimensions is no weight of this place, or "
                    "does not fit what is beside it", mzg_quote(q, t->name), t->stored->type_name, t->stored->n_dims);
}

/* The first `keep` bytes of name, and `end` behind them, with attention as Hugging Face calls it; NULL without
 * memory. */
static const char *rename_to(struct work *w, const char *name, size_t keep, const char *end)
{
    static const char from[] = ".attn", to[] = ".self_attn";
    const char *at = strstr(name, ".attn.");
    size_t before = at && (size_t)(at - name) < keep ? (size_t)(at - name) : keep;
    size_t behind = before < keep ? before + strlen(from) : keep, room = keep + strlen(end) + sizeof to;
    char *text = mzg_arena_alloc(w->s->arena, room, 1);

    if (text)
        snprintf(text, room, "%.*s%s%.*s%s", (int)before, name, before < keep ? to : "", (int)(keep - behind),
                 name + behind, end);
    return text;
}

static enum mzg_code put(struct work *w, const char *name, const struct mzg_tensor *stored,
                         const struct mzg_values *v, struct mzg_err *e)
{
    if (!name || !stored || !v)
        return mzg_fail_memory(e, "tensor names");
    w->out[w->n++] = (struct mzg_source_tensor){.name = name, .values = v, .stored = stored};
    return MZG_OK;
}

/* ---- what is stored as it is ---- */

/* Rows [first, first + n) of a matrix that is stored transposed, or elements of a vector. */
static const struct mzg_tensor *view(struct work *w, const struct mzg_tensor *t, uint64_t first, uint64_t n)
{
    struct mzg_tensor *v = mzg_arena_alloc(w->s->arena, 1, sizeof *v);
    uint64_t *strides = mzg_arena_alloc(w->s->arena, MZG_SRC_DIMS, sizeof *strides), bytes = t->bytes / t->elems;

    if (!v || !strides)
        return NULL;
    *v = *t;
    if (t->n_dims == 2) {
        for (unsigned d = 1; d < MZG_SRC_DIMS; d++)
            strides[d] = 1;
        strides[0] = t->ne[0];
        v->strides = strides;
        v->ne[0] = t->ne[1];
    }
    v->ne[t->n_dims - 1] = n;
    v->elems = v->ne[0] * v->ne[1];
    v->bytes = v->elems * bytes;
    v->offset += first * bytes;
    return v;
}

static enum mzg_code put_view(struct work *w, const struct mzg_source_tensor *t, const char *name, uint64_t first,
                              uint64_t n, struct mzg_err *e)
{
    const struct mzg_tensor *v = view(w, t->stored, first, n);

    return put(w, name, v, v ? mzg_values_stored(w->s->arena, w->s->weights, v) : NULL, e);
}

/* ---- what is packed ---- */

static const struct mzg_source_tensor *find(const struct work *w, const char *name)
{
    const struct mzg_name *found = mzg_names_find(w->beside, w->n_beside, name);

    return found ? &w->s->items[found->index] : NULL;
}

static const struct mzg_values *shaped(struct work *w, const struct mzg_source_tensor *t, uint64_t blocks, uint64_t n)
{
    const uint64_t ne[MZG_VALUE_DIMS] = {blocks, n, 1, 1};

    return t ? mzg_values_shaped(w->s->arena, t->values, 2, ne) : NULL;
}

/* A matrix of rows, whose codes come lowest bits first. Zero points are packed as the codes are, or numbers. */
static const struct mzg_values *unpack(struct work *w, const struct mzg_source_tensor *t,
                                       const struct mzg_genai_packed *p)
{
    const struct mzg_codes zeros = {.bits = (unsigned)p->bits},
                           codes = {.bits = (unsigned)p->bits, .offset = p->zeros ? 0 : -(1 << (p->bits - 1))};
    const struct mzg_source_tensor *zero = p->zeros ? find(w, p->zeros) : NULL;
    const uint64_t ne[MZG_VALUE_DIMS] = {p->k, p->n, 1, 1}, blocks = p->k / p->block,
                   zero_ne[MZG_VALUE_DIMS] = {blocks, p->n, 1, 1};
    struct mzg_scaled s = {
        .codes = t->stored->elems == t->stored->bytes
                     ? mzg_codes_rows(w->s->arena, w->s->weights, t->stored, &codes, 2, ne) : NULL,
        .scale = shaped(w, find(w, p->scales), blocks, p->n),
        .block_width = p->block, .block_rows = 1, .times = 1, .by = 1};

    if (zero && zero->stored->elems == zero->stored->bytes)
        s.zero = mzg_codes_rows(w->s->arena, w->s->weights, zero->stored, &zeros, 2, zero_ne);
    else if (zero)
        s.zero = shaped(w, zero, blocks, p->n);
    return p->zeros && !s.zero ? NULL : mzg_values_scaled(w->s->arena, &s);
}

static const struct mzg_values *some_rows(struct work *w, const struct mzg_values *v, uint64_t first, uint64_t n)
{
    const struct mzg_row_map map = {1, {n}, {1}, first};
    const uint64_t ne[MZG_VALUE_DIMS] = {v->ne[0], n, 1, 1};

    return mzg_values_rows(w->s->arena, v, &map, 2, ne);
}

/* ---- placing ---- */

/* One of a projection's tensors: its name's first `keep` bytes are the projection's. v: unpacked; NULL: as it is
 * stored. q, k and v in one become three. */
static enum mzg_code place(struct work *w, const struct mzg_source_tensor *t, size_t keep, const char *end,
                           const struct mzg_values *v, struct mzg_err *e)
{
    static const char fused[] = ".attn.qkv_proj";
    const struct mzg_genai_shape *sh = w->shape;
    const uint64_t rows = v ? v->ne[1] : t->stored->ne[0], n[3] = {sh->q, sh->kv, sh->kv};
    bool is_fused = keep >= sizeof fused - 1 && strncmp(t->name + keep - (sizeof fused - 1), fused, sizeof fused - 1) == 0;
    enum mzg_code code = MZG_OK;
    char q[MZG_QUOTE], part[64];
    uint64_t first = 0;

    if (!is_fused || sh->fused) {
        const char *name = rename_to(w, t->name, keep, end);
        return v ? put(w, name, t->stored, v, e) : put_view(w, t, name, 0, rows, e);
    }
    if (sh->q > rows || (rows - sh->q) % 2 != 0 || (rows - sh->q) / 2 != sh->kv)
        return mzg_fail(e, MZG_MALFORMED, t->stored->offset, "tensor '%s': %llu rows are not %llu of q and %llu of k and "
                        "v each", mzg_quote(q, t->name), (unsigned long long)rows, (unsigned long long)sh->q,
                        (unsigned long long)sh->kv);
    for (size_t i = 0; i < 3 && code == MZG_OK; i++) {
        snprintf(part, sizeof part, "%s%s", qkv[i], end);
        const char *name = rename_to(w, t->name, keep - (sizeof fused - 1), part);
        code = v ? put(w, name, t->stored, some_rows(w, v, first, n[i]), e) : put_view(w, t, name, first, n[i], e);
        first += n[i];
    }
    return code;
}

static int by_codes(const void *key, const void *p)
{
    return strcmp(key, ((const struct mzg_genai_packed *)p)->codes);
}

static enum mzg_code take_packed(struct work *w, const struct mzg_source_tensor *t, const struct mzg_genai_packed *p,
                                 struct mzg_err *e)
{
    const char *end = strstr(t->name, ".MatMul");
    const struct mzg_values *v = end ? unpack(w, t, p) : NULL;

    return v ? place(w, t, (size_t)(end - t->name), ".weight", v, e) : fail_shape(t, e);
}

static bool plain(const struct mzg_tensor *t, unsigned dims)
{
    return t->n_dims == dims && t->elems > 0 && t->type != MZG_TYPE_END && !t->coded && !t->strides;
}

static enum mzg_code take(struct work *w, const struct mzg_source_tensor *t, struct mzg_err *e)
{
    static const struct { const char *end, *instead; unsigned dims; } projections[] = {
        {".MatMul.weight", ".weight", 2}, {".Add.bias", ".bias", 1},
    };
    size_t n = w->g->n_packed;
    const struct mzg_genai_packed *p = n > 0 ? bsearch(t->name, w->g->packed, n, sizeof *p, by_codes) : NULL;
    size_t len = strlen(t->name);

    if (p)
        return take_packed(w, t, p, e);
    if (find(w, t->name) || mzg_text_ends(t->name, "cos_cache") || mzg_text_ends(t->name, "sin_cache"))
        return MZG_OK;
    for (size_t i = 0; i < 2; i++) {
        if (!mzg_text_ends(t->name, projections[i].end))
            continue;
        return plain(t->stored, projections[i].dims)
                   ? place(w, t, len - strlen(projections[i].end), projections[i].instead, NULL, e) : fail_shape(t, e);
    }
    struct mzg_source_tensor *out = &w->out[w->n++];
    *out = *t;
    if (mzg_text_ends(t->name, final_norm))
        out->name = "model.norm.weight";
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++) {
        if (mzg_text_ends(t->name, renamed[i].end))
            out->name = rename_to(w, t->name, len - strlen(renamed[i].end), renamed[i].instead);
    }
    return out->name ? MZG_OK : mzg_fail_memory(e, "tensor names");
}

/* ---- all of them ---- */

/* Scales and zero points, which are looked up by name. */
static enum mzg_code list_beside(struct work *w, struct mzg_err *e)
{
    const struct mzg_source *s = w->s;
    struct mzg_name *all = calloc(s->n + 1, sizeof *all);

    w->beside = calloc(2 * w->g->n_packed + 1, sizeof *w->beside);
    if (!all || !w->beside) {
        free(all);
        return mzg_fail_memory(e, "tensor names");
    }
    for (size_t i = 0; i < s->n; i++)
        all[i] = (struct mzg_name){s->items[i].name, i};
    mzg_names_sort(all, s->n);
    for (size_t i = 0; i < w->g->n_packed; i++) {
        const char *names[] = {w->g->packed[i].scales, w->g->packed[i].zeros};
        for (size_t k = 0; k < 2; k++) {
            const struct mzg_name *found = names[k] ? mzg_names_find(all, s->n, names[k]) : NULL;
            if (found)
                w->beside[w->n_beside++] = *found;
        }
    }
    free(all);
    mzg_names_sort(w->beside, w->n_beside);
    return MZG_OK;
}

/* One matrix for both ends is there as the last one's; but a model that takes vectors has its first elsewhere. */
static void tie(struct work *w)
{
    struct mzg_source_tensor *last = NULL;

    for (size_t i = 0; i < w->n; i++) {
        if (strcmp(w->out[i].name, embedding) == 0)
            return;
        if (strcmp(w->out[i].name, head) == 0)
            last = &w->out[i];
    }
    if (last && w->g->looks_up)
        last->name = embedding;
}

enum mzg_code mzg_genai_apply(struct mzg_source *s, const struct mzg_genai *g, const struct mzg_genai_shape *shape,
                              struct mzg_err *e)
{
    struct work w = {.s = s, .g = g, .shape = shape};

    w.out = mzg_arena_alloc(s->arena, 3 * s->n + 1, sizeof *w.out);
    enum mzg_code code = w.out ? list_beside(&w, e) : mzg_fail_memory(e, "tensor table");
    for (size_t i = 0; i < s->n && code == MZG_OK; i++)
        code = take(&w, &s->items[i], e);
    free(w.beside);
    if (code != MZG_OK)
        return code;
    tie(&w);
    s->items = w.out;
    s->n = w.n;
    return shape->fused ? mzg_genai_join(s, e) : MZG_OK;
}
