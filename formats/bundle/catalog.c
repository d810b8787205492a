#include "catalog.h"

#include "../base/json.h"
#include "item.h"
#include "repo.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CAP ((size_t)48 << 20)
#define TREE_CAP ((size_t)136 << 20) /* as base/json.c counts: 2103 bytes for each bundle */

/* ---- reading ---- */

static enum mzg_code read_name(const struct mzg_items *in, const json_t *o, const char *key,
                               bool (*valid)(const char *), struct mzg_arena *arena, const char **out)
{
    const char *text = NULL;
    enum mzg_code code = mzg_item_text(in, o, key, &text);
    if (!code && !valid(text))
        return mzg_item_bad(in, MZG_MALFORMED, key, "not of the form that is laid down for it");
    if (!code && !(*out = mzg_arena_text(arena, text, strlen(text))))
        return mzg_fail_memory(in->e, "catalog");
    return code;
}

static enum mzg_code read_bytes(const struct mzg_items *in, const json_t *o, const char *key,
                                uint64_t *out)
{
    int64_t n = 0;
    enum mzg_code code = mzg_item_int(in, o, key, 0, INT64_MAX, &n);
    *out = (uint64_t)n;
    return code;
}

static enum mzg_code read_entry(const struct mzg_items *in, const json_t *o, struct mzg_arena *arena,
                                struct mzg_catalog_entry *t)
{
    int64_t bytes = 0;
    if (!json_is_object(o))
        return mzg_item_bad(in, MZG_MALFORMED, "", "not an object");
    enum mzg_code code = read_name(in, o, "name", mzg_bundle_name_valid, arena, &t->name);
    if (!code)
        code = read_name(in, o, "version", mzg_bundle_name_valid, arena, &t->version);
    if (!code)
        code = mzg_item_int(in, o, "sequence", 1, INT64_MAX, &t->sequence);
    if (!code)
        code = read_name(in, o, "created", mzg_date_valid, arena, &t->created);
    if (!code)
        code = mzg_item_int(in, o, "manifest", 1, (int64_t)MZG_MANIFEST_MAX, &bytes);
    t->manifest_bytes = (uint32_t)bytes;
    if (!code)
        code = mzg_item_digest(in, o, "sha256", t->manifest_sha256);
    if (!code)
        code = read_bytes(in, o, "content", &t->content_bytes);
    return code ? code : read_bytes(in, o, "stored", &t->stored_bytes);
}

static enum mzg_code read_all(struct mzg_catalog *c, struct mzg_items *in, json_t *root)
{
    const char *format = NULL;
    const json_t *list = NULL;
    char q[MZG_QUOTE];
    if (!json_is_object(root))
        return mzg_item_bad(in, MZG_MALFORMED, "", "not an object");
    enum mzg_code code = mzg_item_text(in, root, "format", &format);
    if (!code && strcmp(format, MZG_CATALOG_FORMAT) != 0)
        return mzg_item_bad(in, MZG_UNSUPPORTED, "format", "'%s' is not one this program has",
                            mzg_quote(q, format));
    if (!code)
        code = mzg_item_types(in, root);
    if (!code)
        code = mzg_item_list(in, root, "bundles", MZG_CATALOG_BUNDLES, &list);
    if (code)
        return code;
    c->entries = mzg_arena_alloc(&c->arena, json_array_size(list), sizeof *c->entries);
    if (!c->entries)
        return mzg_fail_memory(in->e, "catalog");
    for (in->file = 0; in->file < json_array_size(list) && !code; in->file++, c->n++)
        code = read_entry(in, json_array_get(list, in->file), &c->arena, &c->entries[in->file]);
    return code;
}

enum mzg_code mzg_catalog_parse(struct mzg_catalog *c, const char *text, size_t len, struct mzg_err *e)
{
    struct mzg_items in = {.text = text, .len = len, .e = e, .file = MZG_ITEM_NONE,
                           .chunk = MZG_ITEM_NONE, .list = "bundles"};
    json_t *root = NULL;
    memset(c, 0, sizeof *c);
    mzg_arena_init(&c->arena, ARENA_CAP);
    if (len > MZG_CATALOG_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "%zu bytes, %zu are the limit", len,
                        MZG_CATALOG_MAX);
    enum mzg_code code = mzg_item_parse(&in, TREE_CAP, &root);
    if (!code)
        code = read_all(c, &in, root);
    json_decref(root);
    if (code)
        mzg_catalog_clear(c);
    return code;
}

void mzg_catalog_clear(struct mzg_catalog *c)
{
    mzg_arena_clear(&c->arena);
    memset(c, 0, sizeof *c);
}

/* ---- choosing ---- */

enum mzg_code mzg_catalog_select(const struct mzg_catalog *c, const struct mzg_select *s,
                                 const struct mzg_catalog_entry **entry, struct mzg_err *e)
{
    const struct mzg_catalog_entry *best = NULL;
    for (size_t i = 0; i < c->n; i++) {
        const struct mzg_catalog_entry *t = &c->entries[i];
        if ((*s->name && strcmp(s->name, t->name) != 0) ||
            (*s->version && strcmp(s->version, t->version) != 0))
            continue;
        if (best && strcmp(best->name, t->name) != 0)
            return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "holds several bundles: name one (%s, %s ...)",
                            best->name, t->name);
        if (!best || t->sequence >= best->sequence)
            best = t;
    }
    if (!best)
        return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "holds no bundle%s%s%s%s", *s->name ? " " : "",
                        s->name, *s->version ? "@" : "", s->version);
    *entry = best;
    return MZG_OK;
}

/* ---- writing ---- */

struct listing {
    const struct mzg_dir *repo;
    const struct mzg_notify *notify;
    const struct mzg_catalog_filter *filter; /* or NULL */
    struct mzg_buf *out;
    size_t n;
};

static void write_entry(struct listing *l, const struct mzg_manifest *m, const char *text, size_t len)
{
    uint8_t digest[MZG_SHA256_BYTES];
    char hex[MZG_SHA256_HEX];
    mzg_sha256_of(text, len, digest);
    mzg_sha256_hex(digest, hex);
    mzg_buf_printf(l->out, "%s\n    {\"name\": \"%s\", \"version\": \"%s\", \"sequence\": %" PRId64
                   ", \"created\": \"%s\", \"manifest\": %zu, \"sha256\": \"%s\", \"content\": %" PRIu64
                   ", \"stored\": %" PRIu64 "}", l->n++ ? "," : "", m->name, m->version, m->sequence,
                   m->created, len, hex, m->content_bytes, m->stored_bytes);
}

static enum mzg_code list_bundle(void *ctx, const char *name, const char *version, struct mzg_err *e)
{
    struct listing *l = ctx;
    struct mzg_manifest m = {0};
    char path[MZG_REPO_PATH], *text = NULL;
    size_t len = 0;
    if (l->filter && l->filter->gone(l->filter->ctx, name, version))
        return MZG_OK;
    mzg_repo_path(path, name, version, MZG_REPO_MANIFEST);
    enum mzg_code code = mzg_file_load_at(l->repo, path, MZG_MANIFEST_MAX, &text, &len, e);
    if (!code) {
        code = mzg_manifest_parse(&m, text, len, e);
        if (!code && strcmp(m.name, name) == 0 && strcmp(m.version, version) == 0)
            write_entry(l, &m, text, len);
        else if (!code)
            code = mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "is the manifest of %s %s", m.name,
                            m.version);
        if (code)
            mzg_prefix(e, "%s", path);
        mzg_manifest_clear(&m);
    }
    free(text);
    if (code)
        mzg_notice(l->notify, "%s (left out of " MZG_CATALOG_FILE ")", e->msg);
    return MZG_OK;
}

/* A file that stays as it was keeps its date, and what caches know of it stays good. */
static enum mzg_code replace(const struct mzg_dir *repo, const struct mzg_buf *b, struct mzg_err *e)
{
    struct mzg_err ignored;
    char *old = NULL;
    size_t len = 0;
    bool same = mzg_dir_has(repo, MZG_CATALOG_FILE) &&
                mzg_file_load_at(repo, MZG_CATALOG_FILE, MZG_CATALOG_MAX, &old, &len, &ignored) ==
                    MZG_OK && len == b->len && memcmp(old, b->data, len) == 0;
    free(old);
    return same ? MZG_OK : mzg_file_save_at(repo, MZG_CATALOG_FILE, b->data, b->len, e);
}

enum mzg_code mzg_catalog_update(const struct mzg_dir *repo, const struct mzg_notify *notify,
                                 struct mzg_err *e)
{
    return mzg_catalog_update_without(repo, NULL, notify, e);
}

enum mzg_code mzg_catalog_update_without(const struct mzg_dir *repo, const struct mzg_catalog_filter *filter,
                                         const struct mzg_notify *notify, struct mzg_err *e)
{
    struct mzg_buf b;
    struct listing l = {.repo = repo, .notify = notify, .filter = filter, .out = &b};
    mzg_buf_init(&b, MZG_CATALOG_MAX);
    mzg_buf_text(&b, "{\n  \"format\": \"" MZG_CATALOG_FORMAT "\",\n  \"bundles\": [");
    enum mzg_code code = mzg_repo_each(repo, NULL, &(struct mzg_repo_visitor){list_bundle, &l}, e);
    mzg_buf_text(&b, "\n  ]\n}\n");
    if (!code)
        code = mzg_buf_ok(&b, MZG_CATALOG_FILE, e);
    if (!code)
        code = replace(repo, &b, e);
    mzg_buf_clear(&b);
    return code;
}
