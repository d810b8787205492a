/* genai_join.c: what a family has in one and the builder took apart, put together: rows behind one another. */
#include "genai.h"
#include "../../base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTS 3

static const struct joint {
    const char *whole;
    const char *parts[PARTS]; /* n */
    size_t n;
} joints[] = {
    {".self_attn.qkv_proj.weight",
     {".self_attn.q_proj.weight", ".self_attn.k_proj.weight", ".self_attn.v_proj.weight"}, 3},
    {".mlp.gate_up_proj.weight", {".mlp.gate_proj.weight", ".mlp.up_proj.weight"}, 2},
};

struct names {
    struct mzg_source *s;
    struct mzg_name *by_name; /* n, of its items before any was joined */
    size_t n;
};

/* The part of this name, with what is before it; NULL: there is none that can be read. */
static struct mzg_source_tensor *part_of(const struct names *names, const char *name, size_t keep, const char *part)
{
    char full[512];
    int len = snprintf(full, sizeof full, "%.*s%s", (int)keep, name, part);
    const struct mzg_name *found =
        len > 0 && (size_t)len < sizeof full ? mzg_names_find(names->by_name, names->n, full) : NULL;
    struct mzg_source_tensor *t = found ? &names->s->items[found->index] : NULL;

    return t && t->name && t->values ? t : NULL;
}

/* t is the first part of a joint: it becomes the whole, and the others are gone (without a name). Where one is
 * missing, the family's table says so. */
static enum mzg_code join(const struct names *names, struct mzg_source_tensor *t, const struct joint *j,
                          struct mzg_err *e)
{
    size_t keep = strlen(t->name) - strlen(j->parts[0]), room = keep + strlen(j->whole) + 1;
    struct mzg_source_tensor *parts[PARTS];
    const struct mzg_values *v[PARTS];
    char *name = mzg_arena_alloc(names->s->arena, room, 1), q[MZG_QUOTE];

    if (!name)
        return mzg_fail_memory(e, "tensor names");
    for (size_t k = 0; k < j->n; k++) {
        parts[k] = part_of(names, t->name, keep, j->parts[k]);
        if (!parts[k])
            return MZG_OK;
        v[k] = parts[k]->values;
    }
    const struct mzg_values *whole = mzg_values_joined(names->s->arena, v, j->n);
    if (!whole)
        return mzg_fail(e, MZG_MALFORMED, t->stored->offset, "tensor '%s': its rows and those behind it are not of one "
                        "width", mzg_quote(q, t->name));
    for (size_t k = 1; k < j->n; k++)
        parts[k]->name = NULL;
    snprintf(name, room, "%.*s%s", (int)keep, t->name, j->whole);
    t->values = whole;
    t->name = name;
    return MZG_OK;
}

static enum mzg_code join_all(const struct names *names, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;

    for (size_t i = 0; i < names->n && code == MZG_OK; i++) {
        struct mzg_source_tensor *t = &names->s->items[i];
        for (size_t k = 0; k < sizeof joints / sizeof *joints && code == MZG_OK; k++) {
            if (t->name && t->values && mzg_text_ends(t->name, joints[k].parts[0]))
                code = join(names, t, &joints[k], e);
        }
    }
    return code;
}

enum mzg_code mzg_genai_join(struct mzg_source *s, struct mzg_err *e)
{
    struct names names = {s, calloc(s->n + 1, sizeof *names.by_name), s->n};
    size_t left = 0;

    if (!names.by_name)
        return mzg_fail_memory(e, "tensor names");
    for (size_t i = 0; i < s->n; i++)
        names.by_name[i] = (struct mzg_name){s->items[i].name, i};
    mzg_names_sort(names.by_name, s->n);
    enum mzg_code code = join_all(&names, e);
    for (size_t i = 0; i < s->n; i++) {
        if (s->items[i].name)
            s->items[left++] = s->items[i];
    }
    s->n = left;
    free(names.by_name);
    return code;
}
