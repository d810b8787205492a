#include "item.h"

#include "../base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- where an item lies ---- */

/* Every step stops at the end of the text, whatever it says. */
struct cursor {
    const char *p;
    const char *end;
};

static void skip_blanks(struct cursor *c)
{
    while (c->p < c->end && strchr(" \t\r\n,:", *c->p) && *c->p)
        c->p++;
}

static void skip_string(struct cursor *c)
{
    for (c->p++; c->p < c->end && *c->p != '"'; c->p++)
        c->p += *c->p == '\\' && c->end - c->p > 1;
    c->p += c->p < c->end;
}

/* Past one value: a string, a number, or all that a bracket opens. */
static void skip_value(struct cursor *c)
{
    size_t depth = 0;
    do {
        skip_blanks(c);
        if (c->p == c->end)
            return;
        if (*c->p == '"') {
            skip_string(c);
        } else if (*c->p == '{' || *c->p == '[') {
            depth++;
            c->p++;
        } else if (*c->p == '}' || *c->p == ']') {
            depth -= depth > 0;
            c->p++;
        } else {
            do /* always on: a text may hold anything */
                c->p++;
            while (c->p < c->end && !strchr(" \t\r\n,:]}", *c->p));
        }
    } while (depth > 0);
}

static int at_end(struct cursor *c)
{
    skip_blanks(c);
    return c->p == c->end || *c->p == ']' || *c->p == '}';
}

/* From '{' to the value of the member of this name. */
static int enter_member(struct cursor *c, const char *key, size_t len)
{
    for (c->p++; !at_end(c); skip_value(c)) {
        const char *name = c->p;
        skip_value(c);
        skip_blanks(c);
        if ((size_t)(c->end - name) > len + 2 && memcmp(name + 1, key, len) == 0 &&
            name[len + 1] == '"')
            return 1;
    }
    return 0;
}

/* From '[' to the entry of this number. */
static int enter_entry(struct cursor *c, unsigned long index)
{
    for (c->p++; !at_end(c); skip_value(c)) {
        if (index-- == 0)
            return 1;
    }
    return 0;
}

/* Offset of the value at path ("files[0].chunks[3].length"; "" is the whole). A member that is
 * missing, or spelled otherwise in the text: the object or list that it is missing from. */
static uint64_t locate(const char *text, size_t len, const char *path)
{
    struct cursor c = {text, text + len};
    skip_blanks(&c);
    while (*path && c.p < c.end) {
        struct cursor inner = c;
        int found;
        size_t n = strcspn(path, ".[");
        if (*path == '[') {
            found = *c.p == '[' && enter_entry(&inner, strtoul(path + 1, NULL, 10));
            path += strcspn(path, "]");
            path += *path == ']';
        } else {
            found = *c.p == '{' && enter_member(&inner, path, n);
            path += n;
        }
        path += *path == '.';
        if (!found)
            break;
        c = inner;
    }
    return (uint64_t)(c.p - text);
}

/* ---- members ---- */

enum mzg_code mzg_item_parse(const struct mzg_items *in, size_t max_tree, json_t **root)
{
    const char *nul = memchr(in->text, '\0', in->len); /* which jansson lets pass behind a number */
    if (nul)
        return mzg_fail(in->e, MZG_MALFORMED, (uint64_t)(nul - in->text), "JSON: a NUL byte");
    return mzg_json_parse(in->text, in->len, 0, max_tree, root, in->e);
}

enum mzg_code mzg_item_bad(const struct mzg_items *in, enum mzg_code code, const char *key,
                           const char *fmt, ...)
{
    char item[128], file[32] = "", chunk[32] = "", why[MZG_ERR_TEXT];
    va_list ap;
    va_start(ap, fmt);
    if (vsnprintf(why, sizeof why, fmt, ap) < 0)
        why[0] = '\0';
    va_end(ap);
    if (in->file != MZG_ITEM_NONE)
        snprintf(file, sizeof file, "%s[%zu]%s", in->list ? in->list : "files", in->file,
                 *key || in->chunk != MZG_ITEM_NONE ? "." : "");
    if (in->chunk != MZG_ITEM_NONE)
        snprintf(chunk, sizeof chunk, "chunks[%zu]%s", in->chunk, *key ? "." : "");
    snprintf(item, sizeof item, "%s%s%s", file, chunk, key);
    return mzg_fail(in->e, code, locate(in->text, in->len, item), "%s: %s", item, why);
}

enum mzg_code mzg_item_text(const struct mzg_items *in, const json_t *o, const char *key,
                            const char **out)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_string(v))
        return mzg_item_bad(in, MZG_MALFORMED, key, v ? "not a text" : "missing");
    *out = json_string_value(v);
    return MZG_OK;
}

enum mzg_code mzg_item_int(const struct mzg_items *in, const json_t *o, const char *key,
                           int64_t min, int64_t max, int64_t *out)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_integer(v))
        return mzg_item_bad(in, MZG_MALFORMED, key, v ? "not an integer" : "missing");
    *out = json_integer_value(v);
    if (*out < min || *out > max)
        return mzg_item_bad(in, MZG_MALFORMED, key, "%lld is not between %lld and %lld",
                            (long long)*out, (long long)min, (long long)max);
    return MZG_OK;
}

enum mzg_code mzg_item_digest(const struct mzg_items *in, const json_t *o, const char *key,
                              uint8_t digest[MZG_SHA256_BYTES])
{
    const char *text = NULL;
    enum mzg_code code = mzg_item_text(in, o, key, &text);
    if (!code && !mzg_sha256_parse(text, digest))
        code = mzg_item_bad(in, MZG_MALFORMED, key, "not 64 lower-case hex digits");
    return code;
}

enum mzg_code mzg_item_list(const struct mzg_items *in, const json_t *o, const char *key,
                            size_t max, const json_t **list)
{
    *list = json_object_get(o, key);
    if (!json_is_array(*list))
        return mzg_item_bad(in, MZG_MALFORMED, key, *list ? "not a list" : "missing");
    if (json_array_size(*list) > max)
        return mzg_item_bad(in, MZG_LIMIT, key, "%zu entries, at most %zu are read",
                            json_array_size(*list), max);
    return MZG_OK;
}

/* ---- types ---- */

/* Puts a step of the path, ".key" or "[3]", before a message that begins with a path. */
static enum mzg_code under(struct mzg_err *e, const char *fmt, ...) MZG_PRINTF(2, 3);
static enum mzg_code under(struct mzg_err *e, const char *fmt, ...)
{
    char step[MZG_QUOTE + 8], rest[MZG_ERR_TEXT];
    va_list ap;
    va_start(ap, fmt);
    if (vsnprintf(step, sizeof step, fmt, ap) < 0)
        step[0] = '\0';
    va_end(ap);
    memcpy(rest, e->msg, sizeof rest);
    return mzg_fail(e, e->code, MZG_NO_OFFSET, "%s%s", step, rest);
}

static enum mzg_code check_types(json_t *v, struct mzg_err *e)
{
    const char *key;
    json_t *item;
    size_t i;
    char q[MZG_QUOTE];
    if (json_is_string(v) || json_is_integer(v))
        return MZG_OK;
    if (!json_is_array(v) && !json_is_object(v))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, ": only strings and integers are allowed");
    json_array_foreach(v, i, item) {
        if (check_types(item, e))
            return under(e, "[%zu]", i);
    }
    json_object_foreach(v, key, item) {
        if (check_types(item, e))
            return under(e, ".%s", mzg_quote(q, key));
    }
    return MZG_OK;
}

enum mzg_code mzg_item_types(const struct mzg_items *in, json_t *root)
{
    char path[MZG_ERR_TEXT];
    enum mzg_code code = check_types(root, in->e);
    if (code) {
        char *msg = in->e->msg;
        memmove(msg, msg + (*msg == '.'), strlen(msg) + (*msg != '.'));
        memcpy(path, msg, sizeof path);
        path[strcspn(path, ":")] = '\0';
        in->e->offset = locate(in->text, in->len, path);
    }
    return code;
}
