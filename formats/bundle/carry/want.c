#include "want.h"

#include "../../base/buf.h"
#include "../item.h"
#include <stdlib.h>
#include <string.h>

#define TREE_CAP ((size_t)136 << 20) /* as base/json.c counts: 1200 bytes for each bundle */
#define DIGITS 16                    /* of an object's beginning */
#define IN_A_TEXT 64                 /* beginnings that one text of the list holds */

void mzg_want_clear(struct mzg_want *w)
{
    free(w->wants);
    free(w->bundles);
    free(w->objects);
    memset(w, 0, sizeof *w);
}

static uint64_t beginning(const uint8_t object[MZG_SHA256_BYTES])
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | object[i];
    return v;
}

/* ---- adding ---- */

static enum mzg_code grow(void **list, size_t n, size_t *room, size_t max, size_t size, struct mzg_err *e)
{
    size_t wanted = *room ? 2 * *room : 64;
    if (n < *room)
        return MZG_OK;
    if (n == max)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "a list holds at most %zu of a kind", max);
    void *larger = realloc(*list, wanted * size);
    if (!larger)
        return mzg_fail_memory(e, "list");
    *list = larger;
    *room = wanted;
    return MZG_OK;
}

enum mzg_code mzg_want_add(struct mzg_want *w, const struct mzg_select *wanted, struct mzg_err *e)
{
    void *list = w->wants;
    for (size_t i = 0; i < w->n_wants; i++) {
        if (strcmp(w->wants[i].name, wanted->name) == 0 && strcmp(w->wants[i].version, wanted->version) == 0)
            return MZG_OK;
    }
    enum mzg_code code = grow(&list, w->n_wants, &w->want_room, MZG_WANT_WANTS, sizeof *w->wants, e);
    w->wants = list;
    if (!code)
        w->wants[w->n_wants++] = *wanted;
    return code;
}

enum mzg_code mzg_want_add_bundle(struct mzg_want *w, const struct mzg_want_bundle *b, struct mzg_err *e)
{
    void *list = w->bundles;
    enum mzg_code code = grow(&list, w->n_bundles, &w->bundle_room, MZG_WANT_BUNDLES, sizeof *w->bundles, e);
    w->bundles = list;
    if (!code)
        w->bundles[w->n_bundles++] = *b;
    return code;
}

static enum mzg_code add_beginning(struct mzg_want *w, uint64_t v, struct mzg_err *e)
{
    void *list = w->objects;
    enum mzg_code code = grow(&list, w->n_objects, &w->object_room, MZG_WANT_OBJECTS, sizeof *w->objects, e);
    w->objects = list;
    if (!code)
        w->objects[w->n_objects++] = v;
    return code;
}

enum mzg_code mzg_want_add_object(struct mzg_want *w, const uint8_t object[MZG_SHA256_BYTES], struct mzg_err *e)
{
    return add_beginning(w, beginning(object), e);
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

void mzg_want_sort(struct mzg_want *w)
{
    size_t n = 0;
    if (w->n_objects)
        qsort(w->objects, w->n_objects, sizeof *w->objects, compare);
    for (size_t i = 0; i < w->n_objects; i++) {
        if (n == 0 || w->objects[n - 1] != w->objects[i])
            w->objects[n++] = w->objects[i];
    }
    w->n_objects = n;
}

static bool has(const struct mzg_want *w, uint64_t v)
{
    return w->n_objects && bsearch(&v, w->objects, w->n_objects, sizeof v, compare) != NULL;
}

bool mzg_want_has(const struct mzg_want *w, const uint8_t object[MZG_SHA256_BYTES])
{
    return has(w, beginning(object));
}

void mzg_want_forget(struct mzg_want *w, const struct mzg_want *other)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n_objects; i++) {
        if (!has(other, w->objects[i]))
            w->objects[n++] = w->objects[i];
    }
    w->n_objects = n;
}

bool mzg_want_has_bundle(const struct mzg_want *w, const struct mzg_want_bundle *b)
{
    for (size_t i = 0; i < w->n_bundles; i++) {
        const struct mzg_want_bundle *x = &w->bundles[i];
        if (strcmp(x->is.name, b->is.name) == 0 && strcmp(x->is.version, b->is.version) == 0)
            return memcmp(x->manifest, b->manifest, sizeof x->manifest) == 0;
    }
    return false;
}

/* ---- reading ---- */

static enum mzg_code read_name(const struct mzg_items *in, const json_t *o, const char *key,
                               char name[MZG_NAME_MAX + 1])
{
    const char *text = NULL;
    enum mzg_code code = mzg_item_text(in, o, key, &text);
    if (code)
        return code;
    if (!mzg_bundle_name_valid(text))
        return mzg_item_bad(in, MZG_MALFORMED, key, "not of the form that is laid down for it");
    memcpy(name, text, strlen(text) + 1);
    return MZG_OK;
}

/* version_due: it must be there. */
static enum mzg_code read_select(const struct mzg_items *in, const json_t *o, bool version_due,
                                 struct mzg_select *s)
{
    memset(s, 0, sizeof *s);
    if (!json_is_object(o))
        return mzg_item_bad(in, MZG_MALFORMED, "", "not an object");
    enum mzg_code code = read_name(in, o, "name", s->name);
    if (!code && (version_due || json_object_get(o, "version")))
        code = read_name(in, o, "version", s->version);
    return code;
}

static enum mzg_code read_wants(struct mzg_want *w, struct mzg_items *in, const json_t *root)
{
    const json_t *list = NULL;
    struct mzg_select s;
    in->list = "want";
    in->file = MZG_ITEM_NONE;
    enum mzg_code code = mzg_item_list(in, root, "want", MZG_WANT_WANTS, &list);
    for (in->file = 0; !code && in->file < json_array_size(list); in->file++) {
        code = read_select(in, json_array_get(list, in->file), false, &s);
        if (!code)
            code = mzg_want_add(w, &s, in->e);
    }
    return code;
}

static enum mzg_code read_bundles(struct mzg_want *w, struct mzg_items *in, const json_t *root)
{
    const json_t *list = NULL, *o;
    struct mzg_want_bundle b;
    in->list = "bundles";
    in->file = MZG_ITEM_NONE;
    enum mzg_code code = mzg_item_list(in, root, "bundles", MZG_WANT_BUNDLES, &list);
    for (in->file = 0; !code && in->file < json_array_size(list); in->file++) {
        o = json_array_get(list, in->file);
        code = read_select(in, o, true, &b.is);
        if (!code)
            code = mzg_item_digest(in, o, "sha256", b.manifest);
        if (!code)
            code = mzg_want_add_bundle(w, &b, in->e);
    }
    return code;
}

static enum mzg_code read_text(struct mzg_want *w, struct mzg_items *in, const json_t *o)
{
    const char *text = json_string_value(o);
    size_t n = text ? strlen(text) : 0;
    enum mzg_code code = MZG_OK;
    if (n == 0 || n % DIGITS || n > (size_t)DIGITS * IN_A_TEXT || strspn(text, "0123456789abcdef") != n)
        return mzg_item_bad(in, MZG_MALFORMED, "", "not a text of 1 to %d times %d lower-case hex digits",
                            IN_A_TEXT, DIGITS);
    for (size_t i = 0; i < n && !code; i += DIGITS) {
        char one[DIGITS + 1];
        memcpy(one, text + i, DIGITS);
        one[DIGITS] = '\0';
        code = add_beginning(w, strtoull(one, NULL, 16), in->e);
    }
    return code;
}

static enum mzg_code read_objects(struct mzg_want *w, struct mzg_items *in, const json_t *root)
{
    const json_t *list = NULL;
    in->list = "objects";
    in->file = MZG_ITEM_NONE;
    enum mzg_code code = mzg_item_list(in, root, "objects", MZG_WANT_OBJECTS, &list);
    for (in->file = 0; !code && in->file < json_array_size(list); in->file++)
        code = read_text(w, in, json_array_get(list, in->file));
    return code;
}

static enum mzg_code read_all(struct mzg_want *w, struct mzg_items *in, const json_t *root)
{
    const char *format = NULL;
    char q[MZG_QUOTE];
    if (!json_is_object(root))
        return mzg_item_bad(in, MZG_MALFORMED, "", "not an object");
    enum mzg_code code = mzg_item_text(in, root, "format", &format);
    if (!code && strcmp(format, MZG_WANT_FORMAT) != 0)
        return mzg_item_bad(in, MZG_UNSUPPORTED, "format", "'%s' is not one this program has",
                            mzg_quote(q, format));
    if (!code)
        code = read_wants(w, in, root);
    if (!code)
        code = read_bundles(w, in, root);
    return code ? code : read_objects(w, in, root);
}

enum mzg_code mzg_want_parse(struct mzg_want *w, const char *text, size_t len, struct mzg_err *e)
{
    struct mzg_items in = {.text = text, .len = len, .e = e, .file = MZG_ITEM_NONE, .chunk = MZG_ITEM_NONE};
    json_t *root = NULL;
    memset(w, 0, sizeof *w);
    if (len > MZG_WANT_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "%zu bytes, %zu are the limit", len, MZG_WANT_MAX);
    enum mzg_code code = mzg_item_parse(&in, TREE_CAP, &root);
    if (!code)
        code = read_all(w, &in, root);
    json_decref(root);
    mzg_want_sort(w);
    return code;
}

/* Takes over text. */
static enum mzg_code parse_loaded(struct mzg_want *w, char *text, size_t len, const char *name,
                                  struct mzg_err *e)
{
    char q[MZG_QUOTE];
    enum mzg_code code = mzg_want_parse(w, text, len, e);
    free(text);
    return code ? mzg_prefix(e, "%s", mzg_quote(q, name)) : MZG_OK;
}

enum mzg_code mzg_want_load(struct mzg_want *w, const char *path, struct mzg_err *e)
{
    char *text = NULL;
    size_t len = 0;
    memset(w, 0, sizeof *w);
    enum mzg_code code = mzg_file_load(path, MZG_WANT_MAX, &text, &len, e);
    return code ? code : parse_loaded(w, text, len, path, e);
}

enum mzg_code mzg_want_load_at(struct mzg_want *w, const struct mzg_dir *d, const char *rel, struct mzg_err *e)
{
    char *text = NULL;
    size_t len = 0;
    memset(w, 0, sizeof *w);
    enum mzg_code code = mzg_file_load_at(d, rel, MZG_WANT_MAX, &text, &len, e);
    return code ? code : parse_loaded(w, text, len, rel, e);
}

/* ---- writing ---- */

static void put_select(struct mzg_buf *b, const char *before, const struct mzg_select *s)
{
    mzg_buf_printf(b, "%s\n    {\"name\": \"%s\"", before, s->name);
    if (*s->version)
        mzg_buf_printf(b, ", \"version\": \"%s\"", s->version);
}

static enum mzg_code write_list(const struct mzg_want *w, struct mzg_buf *b, struct mzg_err *e)
{
    char hex[MZG_SHA256_HEX];
    mzg_buf_init(b, MZG_WANT_MAX);
    mzg_buf_text(b, "{\n  \"format\": \"" MZG_WANT_FORMAT "\",\n  \"want\": [");
    for (size_t i = 0; i < w->n_wants; i++) {
        put_select(b, i ? "," : "", &w->wants[i]);
        mzg_buf_text(b, "}");
    }
    mzg_buf_text(b, "\n  ],\n  \"bundles\": [");
    for (size_t i = 0; i < w->n_bundles; i++) {
        put_select(b, i ? "," : "", &w->bundles[i].is);
        mzg_sha256_hex(w->bundles[i].manifest, hex);
        mzg_buf_printf(b, ", \"sha256\": \"%s\"}", hex);
    }
    mzg_buf_text(b, "\n  ],\n  \"objects\": [");
    for (size_t i = 0; i < w->n_objects; i++) {
        bool starts = i % IN_A_TEXT == 0, ends = i + 1 == w->n_objects || (i + 1) % IN_A_TEXT == 0;
        mzg_buf_printf(b, "%s%016llx%s", starts ? (i ? ",\n    \"" : "\n    \"") : "",
                       (unsigned long long)w->objects[i], ends ? "\"" : "");
    }
    mzg_buf_text(b, "\n  ]\n}\n");
    return mzg_buf_ok(b, "list", e);
}

enum mzg_code mzg_want_save_at(const struct mzg_want *w, const struct mzg_dir *d, const char *rel,
                               struct mzg_err *e)
{
    struct mzg_buf b;
    enum mzg_code code = write_list(w, &b, e);
    if (!code)
        code = mzg_file_save_at(d, rel, b.data, b.len, e);
    mzg_buf_clear(&b);
    return code;
}

enum mzg_code mzg_want_save(const struct mzg_want *w, const char *path, struct mzg_err *e)
{
    struct mzg_buf b;
    struct mzg_output o = {.fd = -1, .dirfd = -1};
    enum mzg_code code = write_list(w, &b, e);
    if (!code)
        code = mzg_output_open(&o, path, 0666, e);
    if (!code)
        code = mzg_output_write(&o, b.data, b.len, e);
    if (!code)
        code = mzg_output_commit(&o, e);
    mzg_output_abandon(&o);
    mzg_buf_clear(&b);
    return code;
}
