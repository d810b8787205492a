#include "stock.h"

#include "../excerpt.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_CAP ((size_t)64 << 20)

/* ---- facts ---- */

static const char *copy(struct mzg_stock *s, const char *text)
{
    return text ? mzg_arena_text(&s->arena, text, strlen(text)) : NULL;
}

static enum mzg_code grow(struct mzg_stock *s, struct mzg_err *e)
{
    size_t room = s->room ? 2 * s->room : 64;
    struct mzg_held *held = realloc(s->held, room * sizeof *held);
    if (!held)
        return mzg_fail_memory(e, "bundles");
    s->held = held;
    s->room = room;
    return MZG_OK;
}

static enum mzg_code append(struct mzg_stock *s, const struct mzg_manifest *m, struct mzg_err *e)
{
    if (s->n == s->room && grow(s, e))
        return e->code;
    struct mzg_held h = {.name = copy(s, m->name), .version = copy(s, m->version),
                         .created = copy(s, m->created), .expires = copy(s, m->expires),
                         .sequence = m->sequence, .stored_bytes = m->stored_bytes,
                         .content_bytes = m->content_bytes};
    if (!h.name || !h.version || !h.created || (m->expires && !h.expires))
        return mzg_fail_memory(e, "bundles");
    s->held[s->n++] = h;
    return MZG_OK;
}

enum mzg_code mzg_stock_add(struct mzg_stock *s, const struct mzg_manifest *m, struct mzg_err *e)
{
    struct mzg_held *h = mzg_stock_find(s, m->name, m->version);
    if (!h)
        return append(s, m, e);
    h->stored_bytes = m->stored_bytes; /* of a copy that was partial, or becomes it */
    h->content_bytes = m->content_bytes;
    return MZG_OK;
}

struct reading {
    struct mzg_stock *stock;
    const struct mzg_dir *repo;
};

static enum mzg_code read_one(void *ctx, const char *name, const char *version, struct mzg_err *e)
{
    struct reading *r = ctx;
    struct mzg_manifest m;
    enum mzg_code code = mzg_repo_manifest(r->repo, name, version, &m, e);
    if (!code)
        code = mzg_excerpt_apply(r->repo, &m, e);
    if (code) {
        mzg_manifest_clear(&m);
        if (r->stock->unreadable++ == 0)
            r->stock->why = *e;
        return MZG_OK;
    }
    code = append(r->stock, &m, e);
    mzg_manifest_clear(&m);
    return code;
}

enum mzg_code mzg_stock_read(struct mzg_stock *s, const struct mzg_dir *repo, struct mzg_err *e)
{
    struct reading r = {s, repo};
    memset(s, 0, sizeof *s);
    mzg_arena_init(&s->arena, ARENA_CAP);
    enum mzg_code code = mzg_repo_each(repo, NULL, &(struct mzg_repo_visitor){read_one, &r}, e);
    mzg_stock_sort(s);
    return code;
}

void mzg_stock_clear(struct mzg_stock *s)
{
    free(s->held);
    mzg_arena_clear(&s->arena);
    memset(s, 0, sizeof *s);
}

static int by_age(const void *x, const void *y)
{
    const struct mzg_held *a = x, *b = y;
    int names = strcmp(a->name, b->name);
    if (names)
        return names;
    if (a->sequence != b->sequence)
        return a->sequence > b->sequence ? -1 : 1;
    return strcmp(b->version, a->version);
}

void mzg_stock_sort(struct mzg_stock *s)
{
    if (s->n)
        qsort(s->held, s->n, sizeof *s->held, by_age);
}

struct mzg_held *mzg_stock_find(const struct mzg_stock *s, const char *name, const char *version)
{
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->held[i].version, version) == 0 && strcmp(s->held[i].name, name) == 0)
            return &s->held[i];
    }
    return NULL;
}

/* ---- what is to go ---- */

static bool begins_name(const struct mzg_stock *s, size_t i)
{
    return i == 0 || strcmp(s->held[i].name, s->held[i - 1].name) != 0;
}

void mzg_retain_newest(struct mzg_stock *s, unsigned keep)
{
    unsigned kept = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct mzg_held *h = &s->held[i];
        kept = begins_name(s, i) ? 0 : kept;
        if (kept >= keep && !h->pinned)
            h->drop = true;
        kept += !h->drop;
    }
}

void mzg_retain_unexpired(struct mzg_stock *s, const char *now)
{
    for (size_t i = 0; i < s->n; i++) {
        struct mzg_held *h = &s->held[i];
        h->drop |= !h->pinned && h->expires && strcmp(h->expires, now) <= 0;
    }
}

struct mzg_held *mzg_retain_oldest(const struct mzg_stock *s)
{
    struct mzg_held *oldest = NULL;
    bool newest = true;
    for (size_t i = 0; i < s->n; i++) {
        struct mzg_held *h = &s->held[i];
        newest |= begins_name(s, i);
        bool may = !h->drop && !h->pinned && !newest;
        newest &= h->drop;
        if (may && (!oldest || strcmp(h->created, oldest->created) < 0))
            oldest = h;
    }
    return oldest;
}
