#include "factors.h"

#include "../../base/text.h"
#include "traced.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define INSTEAD ": merge it into its base (convert BASE --lora ADAPTER)"

static enum mzg_code fail_part(const struct mzg_tensor *t, const char *what, struct mzg_err *e)
{
    char q[MZG_QUOTE];
    return mzg_fail(e, MZG_UNSUPPORTED, t->offset, "tensor '%s' %s" INSTEAD, mzg_quote(q, t->name), what);
}

/* ---- stand-ins ---- */

/* PEFT saves an embedding whole beside its change, in case that it was given more rows; with those it does not fit. */
static bool is_copy_of_base(const struct mzg_adapter *ad, const struct mzg_adapter_part *whole)
{
    bool changed = false;
    for (size_t i = 0; i < ad->n_parts && !changed; i++)
        changed = ad->parts[i].whole == NULL && strcmp(ad->parts[i].target, whole->target) == 0;
    return changed && strstr(whole->whole->name, ".base_layer.") != NULL;
}

enum mzg_code mzg_factors_init(struct mzg_factors *f, struct mzg_arena *a, const struct mzg_adapter *ad,
                               const struct mzg_weights *weights, const struct mzg_notify *notify, struct mzg_err *e)
{
    float alpha = (float)ad->config.alpha;
    char q[MZG_QUOTE];
    *f = (struct mzg_factors){.arena = a, .ad = ad, .weights = weights, .alpha = alpha != 0 ? alpha : 1};
    f->stands = mzg_arena_alloc(a, ad->n_parts + 1, sizeof *f->stands);
    f->used = mzg_arena_alloc(a, ad->n_parts + 1, sizeof *f->used);
    if (f->stands == NULL || f->used == NULL)
        return mzg_fail_memory(e, "adapter");
    if (!isfinite(alpha))
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "adapter_config.json: key 'lora_alpha' is beyond what GGUF "
                        "has a place for, an F32");
    for (size_t i = 0; i < ad->n_parts && ad->parts[i].whole != NULL; i++) {
        const struct mzg_tensor *t = ad->parts[i].whole;
        if (!is_copy_of_base(ad, &ad->parts[i]))
            return fail_part(t, "was trained whole, for which an adapter in GGUF has no place", e);
        mzg_notice(notify, "tensor '%s' is the base's own, and left out", mzg_quote(q, t->name));
    }
    return MZG_OK;
}

static bool is_turned(const struct mzg_factors *f, const struct mzg_adapter_part *p)
{
    return p->embedding || f->turned;
}

enum mzg_code mzg_factors_source(struct mzg_factors *f, bool turned, struct mzg_source *s, struct mzg_err *e)
{
    *s = (struct mzg_source){.arena = f->arena};
    s->items = mzg_arena_alloc(f->arena, f->ad->n_parts + 1, sizeof *s->items);
    if (s->items == NULL)
        return mzg_fail_memory(e, "adapter");
    f->turned = turned;
    for (size_t i = 0; i < f->ad->n_parts; i++) {
        const struct mzg_adapter_part *p = &f->ad->parts[i];
        struct mzg_tensor *t = &f->stands[i];
        if (p->whole != NULL)
            continue;
        uint64_t in = p->a->ne[0], out = p->b->ne[1], width = is_turned(f, p) ? out : in,
                 height = is_turned(f, p) ? in : out;
        if (height > UINT64_MAX / sizeof(float) / width)
            return fail_part(p->a, "and its lora_B are beyond what can be counted", e);
        /* By their offsets they keep their order. */
        *t = (struct mzg_tensor){.name = p->target, .type_name = "F32", .type = MZG_TYPE_F32, .n_dims = 2,
                                 .ne = {width, height, 1, 1, 1, 1, 1, 1}, .elems = width * height,
                                 .bytes = width * height * sizeof(float), .offset = i};
        const struct mzg_values *v = mzg_values_stored(f->arena, NULL, t);
        if (v == NULL)
            return mzg_fail_memory(e, "adapter");
        s->items[s->n++] = (struct mzg_source_tensor){p->target, v, t};
    }
    return MZG_OK;
}

/* ---- what llama.cpp adds to ---- */

/* Between "blk.N." and ".weight". Others it multiplies, or looks up, without a thought of adapters. */
static const char *const layer_parts[] = {
    "attn_q", "attn_k", "attn_v", "attn_qkv", "attn_output", "attn_o", "attn_gate",
    "cross_attn_q", "cross_attn_k", "cross_attn_v", "cross_attn_o",
    "ffn_gate", "ffn_up", "ffn_down", "ffn_gate_inp", "ffn_gate_inp_shexp",
    "ffn_gate_exps", "ffn_up_exps", "ffn_down_exps", "ffn_gate_shexp", "ffn_up_shexp", "ffn_down_shexp",
    "ssm_in", "ssm_x", "ssm_dt", "ssm_out", "ssm_alpha", "ssm_beta", "shortconv.in_proj", "shortconv.out_proj",
    "inp_gate", "proj", "laurel_l", "laurel_r", NULL,
};

static bool is_added_to(const char *name)
{
    static const char end[] = ".weight";
    char part[MZG_GGUF_NAME];
    const char *at = strstr(name, "blk.");
    if (strcmp(name, "token_embd.weight") == 0 || strcmp(name, "output.weight") == 0)
        return true;
    if (at == NULL || (at != name && at != name + 4) || !mzg_text_ends(name, end))
        return false;
    at += 4 + strspn(at + 4, "0123456789");
    if (*at != '.' || strlen(at) <= sizeof end)
        return false;
    snprintf(part, sizeof part, "%.*s", (int)(strlen(at + 1) - (sizeof end - 1)), at + 1);
    return mzg_text_among(layer_parts, part);
}

/* ---- one pair ---- */

/* The two factors of a plane, as rows: b of the plane's rows, rank wide; a of rank rows, as wide as the plane. */
struct pair {
    const struct mzg_values *a, *b, *a_turned;
    const struct mzg_tensor *stored_a; /* where a is just that */
};

/* Columns of a in another order. */
static struct pair with_columns(struct mzg_factors *f, const struct pair *pair, const uint32_t *columns)
{
    const struct mzg_values *turned = NULL;
    if (pair->a_turned != NULL)
        turned = mzg_values_gathered(f->arena, pair->a_turned, columns, pair->a_turned->ne[1]);
    return (struct pair){mzg_values_transposed(f->arena, turned), pair->b, turned, NULL};
}

static enum mzg_code pair_of(struct mzg_factors *f, const struct mzg_traced *plane, uint64_t rows, struct pair *pair,
                             struct mzg_err *e)
{
    const struct mzg_adapter_part *p = &f->ad->parts[plane->part];
    const struct mzg_values *a = mzg_values_stored(f->arena, f->weights, p->a),
                            *b = mzg_values_stored(f->arena, f->weights, p->b),
                            *a_turned = mzg_values_transposed(f->arena, a), *b_turned = mzg_values_transposed(f->arena, b);
    bool swap = is_turned(f, p) != plane->across;
    double rank = (double)p->a->ne[1];
    float more = (float)(p->scale / ((double)f->alpha / rank));
    *pair = swap ? (struct pair){b_turned, a_turned, b, NULL} : (struct pair){a, b, a_turned, p->a};
    if (plane->rows != NULL)
        pair->b = mzg_values_gathered(f->arena, pair->b, plane->rows, rows);
    if (plane->columns != NULL)
        *pair = with_columns(f, pair, plane->columns);
    if (more != 1)
        pair->b = mzg_values_times(f->arena, pair->b, more);
    return pair->a != NULL && pair->b != NULL && pair->a_turned != NULL ? MZG_OK : mzg_fail_memory(e, "adapter");
}

static enum mzg_code name_pair(const struct mzg_model_tensor *t, struct mzg_model_tensor out[2], struct mzg_err *e)
{
    static const char *const ends[] = {".lora_a", ".lora_b"};
    for (size_t i = 0; i < 2; i++) {
        out[i] = (struct mzg_model_tensor){.n_dims = 0};
        int n = snprintf(out[i].name, sizeof out[i].name, "%s%s", t->name, ends[i]);
        if (n < 0 || (size_t)n >= sizeof out[i].name)
            return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "tensor '%s': GGUF has no place for a name of more "
                            "than %d bytes", t->name, MZG_GGUF_NAME - 1);
    }
    return MZG_OK;
}

/* llama.cpp looks tokens up in an embedding: its A has a row for each of them, and B is the other factor. */
static enum mzg_code make_embedding(struct mzg_factors *f, const struct mzg_model_tensor *t, struct mzg_model_tensor out[2],
                                    struct mzg_err *e)
{
    struct mzg_traced plane;
    struct pair pair;
    enum mzg_code rc = mzg_traced_plane(f, t, 0, &plane, e);
    if (rc == MZG_OK)
        rc = pair_of(f, &plane, t->ne[1], &pair, e);
    if (rc != MZG_OK)
        return rc;
    mzg_model_from(&out[0], pair.b, NULL);
    mzg_model_from(&out[1], pair.a_turned, NULL);
    return MZG_OK;
}

static enum mzg_code make_planes(struct mzg_factors *f, const struct mzg_model_tensor *t, struct mzg_model_tensor out[2],
                                 struct mzg_err *e)
{
    uint64_t planes = t->n_dims > 2 ? t->ne[2] : 1;
    const struct mzg_values **a = mzg_arena_alloc(f->arena, planes, sizeof *a),
                            **b = mzg_arena_alloc(f->arena, planes, sizeof *b);
    const struct mzg_tensor *stored = NULL;
    enum mzg_code rc = a != NULL && b != NULL ? MZG_OK : mzg_fail_memory(e, "adapter");
    for (uint64_t i = 0; i < planes && rc == MZG_OK; i++) {
        struct mzg_traced plane;
        struct pair pair;
        rc = mzg_traced_plane(f, t, i, &plane, e);
        if (rc == MZG_OK)
            rc = pair_of(f, &plane, t->ne[1], &pair, e);
        if (rc == MZG_OK && i > 0 && pair.a->ne[1] != a[0]->ne[1])
            rc = fail_part(f->ad->parts[plane.part].a, "has another rank than others with which it is one tensor", e);
        if (rc != MZG_OK)
            break;
        a[i] = pair.a;
        b[i] = pair.b;
        stored = pair.stored_a;
    }
    if (rc != MZG_OK)
        return rc;
    const struct mzg_values *all_a = t->n_dims > 2 ? mzg_values_stacked(f->arena, a, planes) : a[0],
                            *all_b = t->n_dims > 2 ? mzg_values_stacked(f->arena, b, planes) : b[0];
    if (all_a == NULL || all_b == NULL)
        return mzg_fail_memory(e, "adapter");
    mzg_model_from(&out[0], all_a, t->n_dims > 2 ? NULL : stored);
    mzg_model_from(&out[1], all_b, NULL);
    return MZG_OK;
}

enum mzg_code mzg_factors_make(struct mzg_factors *f, const struct mzg_model_tensor *t, uint64_t tied,
                               struct mzg_model_tensor out[2], struct mzg_err *e)
{
    const struct mzg_tensor *stand = t->src;
    bool embedding = strcmp(t->name, "token_embd.weight") == 0;
    if (!is_added_to(t->name) || t->n_dims < 2 || t->n_dims > 3)
        return fail_part(f->ad->parts[stand - f->stands].a, "changes what llama.cpp adds no adapter to", e);
    if (tied > 0 && t->ne[1] == tied && (embedding || strcmp(t->name, "output.weight") == 0))
        return fail_part(f->ad->parts[stand - f->stands].a, "changes an embedding that is the output matrix too, and only "
                         "one of the two is meant", e);
    enum mzg_code rc = name_pair(t, out, e);
    if (rc != MZG_OK)
        return rc;
    return embedding ? make_embedding(f, t, out, e) : make_planes(f, t, out, e);
}
