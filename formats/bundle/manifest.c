/* manifest.c: reading. Checks run in the manifest's order, so the first fault is the one named. */
#include "manifest.h"

#include "../base/json.h"
#include "item.h"
#include <stdlib.h>
#include <string.h>

#define ARENA_CAP ((size_t)32 << 20)
#define TREE_CAP ((size_t)104 << 20) /* as base/json.c counts: 1444 bytes for each chunk */

struct parser {
    struct mzg_manifest *m;
    struct mzg_items in;
};

#define bad(p, ...) mzg_item_bad(&(p)->in, __VA_ARGS__)

/* ---- members ---- */

static enum mzg_code keep_text(struct parser *p, const char *text, const char **out)
{
    *out = mzg_arena_text(&p->m->arena, text, strlen(text));
    return *out ? MZG_OK : mzg_fail_memory(p->in.e, "manifest");
}

/* Text that people are shown: no control bytes, bounded. */
static bool is_plain(const char *text)
{
    if (strnlen(text, MZG_MANIFEST_TEXT + 1) > MZG_MANIFEST_TEXT)
        return false;
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    }
    return true;
}

static enum mzg_code read_text(struct parser *p, const json_t *o, const char *key,
                               bool (*valid)(const char *), const char *rule, const char **out)
{
    const char *text = NULL;
    enum mzg_code code = mzg_item_text(&p->in, o, key, &text);
    if (!code && !valid(text))
        code = bad(p, MZG_MALFORMED, key, "%s", rule);
    return code ? code : keep_text(p, text, out);
}

static enum mzg_code read_text_opt(struct parser *p, const json_t *o, const char *key,
                                   bool (*valid)(const char *), const char *rule, const char **out)
{
    *out = NULL;
    return json_object_get(o, key) ? read_text(p, o, key, valid, rule, out) : MZG_OK;
}

/* ---- chunks and files ---- */

static enum mzg_code read_codec(struct parser *p, const json_t *o, struct mzg_chunk *c)
{
    const char *text = NULL;
    char q[MZG_QUOTE];
    enum mzg_code code = mzg_item_text(&p->in, o, "codec", &text);
    if (!code && !mzg_codec_find(text, &c->codec))
        code = bad(p, MZG_UNSUPPORTED, "codec", "'%s' is not one this program has",
                   mzg_quote(q, text));
    return code;
}

static enum mzg_code read_chunk(struct parser *p, const json_t *o, struct mzg_chunk *c)
{
    int64_t length = 0, stored = 0;
    if (!json_is_object(o))
        return bad(p, MZG_MALFORMED, "", "not an object");
    enum mzg_code code = mzg_item_int(&p->in, o, "length", 1, MZG_CHUNK_MAX, &length);
    if (!code)
        code = mzg_item_digest(&p->in, o, "sha256", c->sha256);
    if (!code)
        code = read_codec(p, o, c);
    if (!code)
        code = mzg_item_digest(&p->in, o, "object", c->object);
    if (!code)
        code = mzg_item_int(&p->in, o, "stored", 1, length, &stored);
    if (!code && c->codec == MZG_CODEC_NONE && stored != length)
        code = bad(p, MZG_MALFORMED, "stored", "differs from length under codec none");
    c->length = (uint32_t)length;
    c->stored = (uint32_t)stored;
    return code;
}

static void weigh(struct mzg_manifest *m, const struct mzg_member *f)
{
    for (size_t i = 0; i < f->n_chunks; i++) {
        const struct mzg_chunk *c = &f->chunks[i];
        m->most_length = c->length > m->most_length ? c->length : m->most_length;
        m->most_stored = c->stored > m->most_stored ? c->stored : m->most_stored;
    }
    m->n_chunks += f->n_chunks;
    m->content_bytes += f->size;
}

static enum mzg_code read_chunks(struct parser *p, const json_t *o, struct mzg_member *f)
{
    const json_t *list;
    struct mzg_manifest *m = p->m;
    uint64_t sum = 0;
    size_t most = MZG_MANIFEST_CHUNKS - (size_t)m->n_chunks;
    enum mzg_code code = mzg_item_list(&p->in, o, "chunks", most, &list);
    if (code)
        return code;
    f->n_chunks = json_array_size(list);
    f->chunks = mzg_arena_alloc(&m->arena, f->n_chunks, sizeof *f->chunks);
    if (!f->chunks)
        return mzg_fail_memory(p->in.e, "chunks");
    for (p->in.chunk = 0; p->in.chunk < f->n_chunks; p->in.chunk++) {
        struct mzg_chunk *c = &f->chunks[p->in.chunk];
        code = read_chunk(p, json_array_get(list, p->in.chunk), c);
        if (code)
            return code;
        sum += c->length; /* at most 2^16 * 2^23 */
    }
    p->in.chunk = MZG_ITEM_NONE;
    if (sum != f->size)
        return bad(p, MZG_MALFORMED, "size", "%llu, but the chunks' lengths sum to %llu",
                   (unsigned long long)f->size, (unsigned long long)sum);
    weigh(m, f);
    return MZG_OK;
}

static enum mzg_code read_member(struct parser *p, const json_t *o)
{
    struct mzg_member *f = &p->m->files[p->in.file];
    int64_t size = 0;
    char q[MZG_QUOTE];
    if (!json_is_object(o))
        return bad(p, MZG_MALFORMED, "", "not an object");
    enum mzg_code code = read_text(p, o, "path", mzg_member_path_valid,
                                   "not a portable path that stays inside its folder", &f->path);
    for (size_t i = 0; !code && i < p->in.file; i++) {
        if (mzg_member_paths_clash(f->path, p->m->files[i].path))
            code = bad(p, MZG_MALFORMED, "path", "'%s' clashes with files[%zu]",
                       mzg_quote(q, f->path), i);
    }
    if (!code)
        code = mzg_item_int(&p->in, o, "size", 0, INT64_MAX, &size);
    f->size = (uint64_t)size;
    if (!code)
        code = mzg_item_digest(&p->in, o, "sha256", f->sha256);
    return code ? code : read_chunks(p, o, f);
}

static enum mzg_code read_files(struct parser *p, const json_t *root)
{
    const json_t *list;
    struct mzg_manifest *m = p->m;
    enum mzg_code code = mzg_item_list(&p->in, root, "files", MZG_MANIFEST_FILES, &list);
    if (code)
        return code;
    m->n_files = json_array_size(list);
    if (m->n_files == 0)
        return bad(p, MZG_MALFORMED, "files", "empty");
    m->files = mzg_arena_alloc(&m->arena, m->n_files, sizeof *m->files);
    if (!m->files)
        return mzg_fail_memory(p->in.e, "files");
    for (p->in.file = 0; p->in.file < m->n_files && !code; p->in.file++)
        code = read_member(p, json_array_get(list, p->in.file));
    p->in.file = MZG_ITEM_NONE;
    return code;
}

/* ---- objects ---- */

struct mention {
    struct mzg_chunk *chunk;
    uint32_t file;
    uint32_t index; /* where it stands: mentions of one object sort by it */
};

static int compare_mentions(const void *a, const void *b)
{
    const struct mention *x = a, *y = b;
    int order = memcmp(x->chunk->object, y->chunk->object, MZG_SHA256_BYTES);
    if (order)
        return order;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Two chunks that name one object must agree on everything, or the order of reading would decide
 * what the object means. */
static bool agree(const struct mzg_chunk *a, const struct mzg_chunk *b)
{
    return a->length == b->length && a->stored == b->stored && a->codec == b->codec &&
           memcmp(a->sha256, b->sha256, MZG_SHA256_BYTES) == 0;
}

/* Mentions are sorted by object: marks the first of each, and refuses those that differ from it. */
static enum mzg_code mark_firsts(struct parser *p, struct mention *all, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct mzg_chunk *c = all[i].chunk, *before = i ? all[i - 1].chunk : NULL;
        c->first = !before || memcmp(before->object, c->object, MZG_SHA256_BYTES) != 0;
        if (!c->first && !agree(before, c)) {
            p->in.file = all[i].file;
            p->in.chunk = all[i].index;
            return bad(p, MZG_MALFORMED, "object", "described differently in files[%u].chunks[%u]",
                       all[i - 1].file, all[i - 1].index);
        }
    }
    return MZG_OK;
}

static void number_objects(struct mzg_manifest *m, const struct mention *sorted, size_t n)
{
    for (size_t f = 0; f < m->n_files; f++) {
        for (size_t i = 0; i < m->files[f].n_chunks; i++) {
            struct mzg_chunk *c = &m->files[f].chunks[i];
            if (c->first) {
                c->ordinal = (uint32_t)m->n_objects++;
                m->stored_bytes += c->stored;
            }
        }
    }
    for (size_t i = 1; i < n; i++) {
        if (!sorted[i].chunk->first)
            sorted[i].chunk->ordinal = sorted[i - 1].chunk->ordinal;
    }
}

static enum mzg_code find_objects(struct parser *p)
{
    struct mzg_manifest *m = p->m;
    struct mention *all = calloc(m->n_chunks ? m->n_chunks : 1, sizeof *all);
    size_t n = 0;
    if (!all)
        return mzg_fail_memory(p->in.e, "objects");
    for (uint32_t f = 0; f < m->n_files; f++) {
        for (uint32_t i = 0; i < m->files[f].n_chunks; i++)
            all[n++] = (struct mention){&m->files[f].chunks[i], f, i};
    }
    qsort(all, n, sizeof *all, compare_mentions);
    enum mzg_code code = mark_firsts(p, all, n);
    if (!code)
        number_objects(m, all, n);
    free(all);
    return code;
}

/* ---- notes ---- */

static enum mzg_code read_note(struct parser *p, const char *group, const char *key,
                               const json_t *v, bool texts, struct mzg_note *note)
{
    char q[MZG_QUOTE];
    mzg_quote(q, key);
    if (!is_plain(key) || !*key)
        return bad(p, MZG_MALFORMED, group, "'%s': not a plain short key", q);
    if (texts != json_is_string(v))
        return bad(p, MZG_MALFORMED, group, "'%s': not %s", q, texts ? "a text" : "an integer");
    if (texts && json_string_length(v) > MZG_MANIFEST_TEXT)
        return bad(p, MZG_MALFORMED, group, "'%s': longer than %d bytes", q, MZG_MANIFEST_TEXT);
    note->number = texts ? 0 : json_integer_value(v);
    enum mzg_code code = keep_text(p, key, &note->key);
    return !code && texts ? keep_text(p, json_string_value(v), &note->text) : code;
}

/* texts: provenance; otherwise numbers: accuracy. */
static enum mzg_code read_notes(struct parser *p, json_t *root, const char *key, bool texts,
                                const struct mzg_note **notes, size_t *n)
{
    json_t *o = json_object_get(root, key), *v;
    const char *k;
    size_t i = 0;
    if (!o)
        return MZG_OK;
    if (!json_is_object(o))
        return bad(p, MZG_MALFORMED, key, "not an object");
    if (json_object_size(o) > MZG_MANIFEST_NOTES)
        return bad(p, MZG_LIMIT, key, "too many entries");
    struct mzg_note *list = mzg_arena_alloc(&p->m->arena, json_object_size(o), sizeof *list);
    if (!list)
        return mzg_fail_memory(p->in.e, key);
    json_object_foreach(o, k, v) {
        enum mzg_code code = read_note(p, key, k, v, texts, &list[i++]);
        if (code)
            return code;
    }
    *notes = list;
    *n = i;
    return MZG_OK;
}

/* ---- the whole ---- */

static enum mzg_code read_head(struct parser *p, const json_t *root)
{
    static const char name[] = "not " MZG_NAME_RULE;
    static const char date[] = "not a date such as 2026-11-23T08:00:00Z";
    static const char plain[] = "longer than 4096 bytes, or has control bytes";
    struct mzg_manifest *m = p->m;
    const char *format = NULL;
    char q[MZG_QUOTE];
    enum mzg_code code = mzg_item_text(&p->in, root, "format", &format);
    if (code)
        return code;
    if (strcmp(format, MZG_MANIFEST_FORMAT) != 0)
        return bad(p, MZG_UNSUPPORTED, "format", "'%s', not %s", mzg_quote(q, format),
                   MZG_MANIFEST_FORMAT);
    code = read_text(p, root, "name", mzg_bundle_name_valid, name, &m->name);
    if (!code)
        code = read_text(p, root, "version", mzg_bundle_name_valid, name, &m->version);
    if (!code)
        code = mzg_item_int(&p->in, root, "sequence", 1, INT64_MAX, &m->sequence);
    if (!code)
        code = read_text(p, root, "created", mzg_date_valid, date, &m->created);
    if (!code)
        code = read_text_opt(p, root, "expires", mzg_date_valid, date, &m->expires);
    if (!code)
        code = read_text_opt(p, root, "licence", is_plain, plain, &m->licence);
    return code ? code : read_text_opt(p, root, "program", is_plain, plain, &m->program);
}

static enum mzg_code read_root(struct parser *p, json_t *root)
{
    struct mzg_manifest *m = p->m;
    if (!json_is_object(root))
        return mzg_fail(p->in.e, MZG_MALFORMED, 0, "not a JSON object");
    enum mzg_code code = mzg_item_types(&p->in, root);
    if (!code)
        code = read_head(p, root);
    if (!code)
        code = read_notes(p, root, "provenance", true, &m->provenance, &m->n_provenance);
    if (!code)
        code = read_notes(p, root, "accuracy", false, &m->accuracy, &m->n_accuracy);
    if (!code)
        code = read_files(p, root);
    return code ? code : find_objects(p);
}

enum mzg_code mzg_manifest_parse(struct mzg_manifest *m, const char *text, size_t len,
                                 struct mzg_err *e)
{
    struct parser p = {m, {text, len, e, MZG_ITEM_NONE, MZG_ITEM_NONE, NULL}};
    json_t *root = NULL;
    memset(m, 0, sizeof *m);
    mzg_arena_init(&m->arena, ARENA_CAP);
    if (len > MZG_MANIFEST_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "%zu bytes, at most %zu are read", len,
                        MZG_MANIFEST_MAX);
    enum mzg_code code = mzg_item_parse(&p.in, TREE_CAP, &root);
    if (!code)
        code = read_root(&p, root);
    json_decref(root);
    if (code)
        mzg_manifest_clear(m);
    return code;
}

enum mzg_code mzg_manifest_keep(struct mzg_manifest *m, const bool *keep, struct mzg_err *e)
{
    struct parser p = {m, {NULL, 0, e, MZG_ITEM_NONE, MZG_ITEM_NONE, NULL}}; /* finds nothing new to name */
    size_t n = 0;
    m->n_chunks = m->n_objects = m->content_bytes = m->stored_bytes = 0;
    m->most_length = m->most_stored = 0;
    for (size_t i = 0; i < m->n_files; i++) {
        if (!keep[i])
            continue;
        m->files[n] = m->files[i];
        weigh(m, &m->files[n++]);
    }
    m->n_left_out += m->n_files - n;
    m->n_files = n;
    return find_objects(&p);
}

void mzg_manifest_clear(struct mzg_manifest *m)
{
    mzg_arena_clear(&m->arena);
    memset(m, 0, sizeof *m);
}
