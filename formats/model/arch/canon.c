#include "canon.h"
#include "../../base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CANON_BYTES ((size_t)64 << 20)

/* Left over by old checkpoints, and computed by every runtime. */
static const char *const ignored[] = {
    "*.attention.masked_bias", "*.attention.bias", "*.rotary_emb.inv_freq", NULL,
};

static bool dropped(const char *const *list, const char *name)
{
    for (size_t i = 0; list && list[i]; i++) {
        if (list[i][0] == '*' ? mzg_text_ends(name, list[i] + 1) : mzg_text_begins(name, list[i]))
            return true;
    }
    return false;
}

/* Behind the first prefix that fits. */
static const char *strip(struct mzg_canon *c, const char *name)
{
    for (size_t i = 0; c->arch->prefixes && c->arch->prefixes[i]; i++) {
        if (mzg_text_begins(name, c->arch->prefixes[i])) {
            if (!c->prefix)
                c->prefix = c->arch->prefixes[i];
            return name + strlen(c->arch->prefixes[i]);
        }
    }
    return name;
}

/* The name with its end spelt as the table has it; NULL without memory. */
static const char *renew(struct mzg_canon *c, const char *name)
{
    const char *const(*renames)[2] = c->arch->renames;

    for (size_t i = 0; renames && renames[i][0]; i++) {
        if (!mzg_text_ends(name, renames[i][0]))
            continue;
        size_t keep = strlen(name) - strlen(renames[i][0]), room = keep + strlen(renames[i][1]) + 1;
        char *text = mzg_arena_alloc(&c->arena, room, 1);
        if (text)
            snprintf(text, room, "%.*s%s", (int)keep, name, renames[i][1]);
        return text;
    }
    return name;
}

static enum mzg_code name_all(struct mzg_canon *c, const struct mzg_source *source, struct mzg_err *e)
{
    for (size_t i = 0; i < source->n; i++) {
        const char *name = renew(c, strip(c, source->items[i].name));
        if (!name)
            return mzg_fail_memory(e, "tensor names");
        bool left = dropped(c->arch->leaves, name);
        if (left && c->left++ == 0)
            c->left_first = source->items[i].name;
        c->taken[i] = left || dropped(ignored, source->items[i].name) || dropped(c->arch->drops, name);
        if (!c->taken[i])
            c->names[c->n++] = (struct mzg_name){name, i};
    }
    c->bare = c->arch->prefixes && !c->prefix;
    return MZG_OK;
}

enum mzg_code mzg_canon_init(struct mzg_canon *c, const struct mzg_arch *arch,
                             const struct mzg_source *source, struct mzg_err *e)
{
    char q[MZG_QUOTE];

    *c = (struct mzg_canon){.arch = arch, .items = source->items};
    mzg_arena_init(&c->arena, CANON_BYTES);
    c->names = calloc(source->n + 1, sizeof *c->names);
    c->taken = calloc(source->n + 1, sizeof *c->taken);
    if (!c->names || !c->taken)
        return mzg_fail_memory(e, "tensor names");
    enum mzg_code code = name_all(c, source, e);
    if (code != MZG_OK)
        return code;
    mzg_names_sort(c->names, c->n);
    const struct mzg_name *twice = mzg_names_twice(c->names, c->n);
    return !twice ? MZG_OK
                  : mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "tensor '%s' is there under two names",
                             mzg_quote(q, source->items[twice->index].name));
}

void mzg_canon_clear(struct mzg_canon *c)
{
    mzg_arena_clear(&c->arena);
    free(c->names);
    free(c->taken);
}

bool mzg_canon_leaves(const struct mzg_arch *arch, const char *name)
{
    struct mzg_canon c = {.arch = arch};

    return dropped(arch->leaves, strip(&c, name));
}

bool mzg_canon_find(const struct mzg_canon *c, const char *name)
{
    return mzg_names_find(c->names, c->n, name) != NULL;
}

struct mzg_source_tensor *mzg_canon_take(const struct mzg_canon *c, const char *name)
{
    const struct mzg_name *found = mzg_names_find(c->names, c->n, name);

    if (!found)
        return NULL;
    c->taken[found->index] = true;
    return &c->items[found->index];
}

const struct mzg_source_tensor *mzg_canon_left(const struct mzg_canon *c)
{
    const struct mzg_source_tensor *first = NULL;

    for (size_t i = 0; i < c->n; i++) {
        const struct mzg_source_tensor *t = &c->items[c->names[i].index];
        if (!c->taken[c->names[i].index] && (!first || t < first))
            first = t;
    }
    return first;
}

void mzg_canon_full(const struct mzg_canon *c, const char *name, char *out, size_t room)
{
    bool plain = !c->prefix || !strchr(name, '.') || mzg_text_begins(name, "lm_head");

    snprintf(out, room, "%s%s", plain ? "" : c->prefix, name);
}
