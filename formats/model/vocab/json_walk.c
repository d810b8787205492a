#include "json_walk.h"

#include "../../base/json.h"

static void skip_space(struct mzg_json_walk *w)
{
    while (w->pos < w->end && (w->text[w->pos] == ' ' || w->text[w->pos] == '\n' ||
                               w->text[w->pos] == '\r' || w->text[w->pos] == '\t'))
        w->pos++;
}

/* The next byte that is no space, or 0 at the end. */
static char peek(struct mzg_json_walk *w)
{
    skip_space(w);
    return w->pos < w->end ? w->text[w->pos] : '\0';
}

static enum mzg_code expected(const struct mzg_json_walk *w, const char *what, struct mzg_err *e)
{
    return mzg_fail(e, MZG_MALFORMED, w->pos, "JSON: %s expected at byte %zu", what, w->pos);
}

/* Behind the string that begins at pos. */
static enum mzg_code skip_string(struct mzg_json_walk *w, struct mzg_err *e)
{
    size_t start = w->pos++;

    while (w->pos < w->end && w->text[w->pos] != '"')
        w->pos += w->text[w->pos] == '\\' ? 2 : 1;
    if (w->pos >= w->end)
        return mzg_fail(e, MZG_MALFORMED, start, "JSON: the string at byte %zu does not end",
                        start);
    w->pos++;
    return MZG_OK;
}

/* Behind the object or array that begins at pos. Which bracket closes which is for the parser. */
static enum mzg_code skip_nested(struct mzg_json_walk *w, struct mzg_err *e)
{
    size_t start = w->pos, depth = 0;

    while (w->pos < w->end) {
        char c = w->text[w->pos];
        if (c == '"') {
            enum mzg_code code = skip_string(w, e);
            if (code != MZG_OK)
                return code;
            continue;
        }
        w->pos++;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return MZG_OK;
    }
    return mzg_fail(e, MZG_MALFORMED, start, "JSON: what begins at byte %zu does not end", start);
}

static enum mzg_code skip_value(struct mzg_json_walk *w, struct mzg_json_span *value,
                                struct mzg_err *e)
{
    char c = peek(w);
    enum mzg_code code = MZG_OK;

    value->at = w->pos;
    if (c == '"') {
        code = skip_string(w, e);
    } else if (c == '{' || c == '[') {
        code = skip_nested(w, e);
    } else {
        while (w->pos < w->end && ((c = w->text[w->pos]) == '-' || c == '+' || c == '.' ||
                                   (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E'))
            w->pos++;
        if (w->pos == value->at)
            return expected(w, "a value", e);
    }
    value->len = w->pos - value->at;
    return code;
}

enum mzg_code mzg_json_walk_open(struct mzg_json_walk *w, char *text, struct mzg_json_span span,
                                 struct mzg_err *e)
{
    *w = (struct mzg_json_walk){.text = text, .pos = span.at, .end = span.at + span.len};
    char c = peek(w);
    if (c != '{' && c != '[')
        return expected(w, "an object or a list", e);
    w->object = c == '{';
    w->pos++;
    return MZG_OK;
}

static enum mzg_code close_walk(struct mzg_json_walk *w, struct mzg_err *e)
{
    w->pos++;
    w->closed = true;
    skip_space(w);
    return w->pos == w->end ? MZG_OK : expected(w, "the end", e);
}

enum mzg_code mzg_json_walk_next(struct mzg_json_walk *w, struct mzg_json_span *key,
                                 struct mzg_json_span *value, bool *more, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;

    *more = false;
    if (w->closed)
        return MZG_OK;
    if (peek(w) == (w->object ? '}' : ']'))
        return close_walk(w, e);
    if (w->begun) {
        if (peek(w) != ',')
            return expected(w, "a comma or a closing bracket", e);
        w->pos++;
    }
    w->begun = true;
    *key = (struct mzg_json_span){w->pos, 0};
    if (w->object) {
        if (peek(w) != '"')
            return expected(w, "a key", e);
        key->at = w->pos;
        code = skip_string(w, e);
        key->len = w->pos - key->at;
        if (code == MZG_OK && peek(w) != ':')
            return expected(w, "a colon", e);
        w->pos++;
    }
    if (code == MZG_OK)
        code = skip_value(w, value, e);
    if (code == MZG_OK && w->pos >= w->end) /* so that there is a byte behind each value */
        return expected(w, "a closing bracket", e);
    *more = code == MZG_OK;
    return code;
}

enum mzg_code mzg_json_walk_count(const struct mzg_json_walk *w, size_t *count, struct mzg_err *e)
{
    struct mzg_json_walk ahead = *w;
    struct mzg_json_span key, value;
    enum mzg_code code;
    bool more;

    *count = 0;
    while ((code = mzg_json_walk_next(&ahead, &key, &value, &more, e)) == MZG_OK && more)
        ++*count;
    return code;
}

/* Bytes [from, to) between a pair of brackets. There is a byte on either side: what is parsed lies
 * inside a container. */
static enum mzg_code parse_slice(char *text, size_t from, size_t to, bool object, json_t **out,
                                 struct mzg_err *e)
{
    char before = text[from - 1], behind = text[to];
    enum mzg_code code;

    text[from - 1] = object ? '{' : '[';
    text[to] = object ? '}' : ']';
    code = mzg_json_parse(text + from - 1, to - from + 2, from - 1, MZG_JSON_TREE, out, e);
    text[from - 1] = before;
    text[to] = behind;
    return code;
}

enum mzg_code mzg_json_walk_value(char *text, struct mzg_json_span span, json_t **value,
                                  struct mzg_err *e)
{
    json_t *list;
    enum mzg_code code = parse_slice(text, span.at, span.at + span.len, false, &list, e);

    *value = NULL;
    if (code != MZG_OK)
        return code;
    *value = json_incref(json_array_get(list, 0));
    json_decref(list);
    return MZG_OK;
}

#define BATCH 256

/* The next items as one tree, and where each begins. *items is NULL at the end. */
static enum mzg_code read_batch(struct mzg_json_walk *w, json_t **items, size_t at[BATCH],
                                struct mzg_err *e)
{
    struct mzg_json_span key, value;
    size_t n = 0, end = 0;

    *items = NULL;
    while (n < BATCH) {
        bool more;
        enum mzg_code code = mzg_json_walk_next(w, &key, &value, &more, e);
        if (code != MZG_OK)
            return code;
        if (!more)
            break;
        at[n++] = w->object ? key.at : value.at;
        end = value.at + value.len;
    }
    return n > 0 ? parse_slice(w->text, at[0], end, w->object, items, e) : MZG_OK;
}

static enum mzg_code use_batch(json_t *items, const size_t *at, mzg_json_use *use, void *ctx,
                               struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    const char *key;
    json_t *value;
    size_t i = 0;

    if (json_is_array(items)) {
        json_array_foreach(items, i, value)
            if ((code = use(ctx, NULL, value, at[i], e)) != MZG_OK)
                break;
        return code;
    }
    json_object_foreach(items, key, value)
        if ((code = use(ctx, key, value, at[i++], e)) != MZG_OK)
            break;
    return code;
}

enum mzg_code mzg_json_walk_each(char *text, struct mzg_json_span span, bool object,
                                 const char *what, mzg_json_use *use, void *ctx, struct mzg_err *e)
{
    size_t at[BATCH];
    struct mzg_json_walk w;
    json_t *items;
    enum mzg_code code = mzg_json_walk_open(&w, text, span, e);

    if (code == MZG_OK && w.object != object)
        return mzg_fail(e, MZG_MALFORMED, span.at, "'%s' at byte %zu is not %s", what, span.at,
                        object ? "an object" : "a list");
    while (code == MZG_OK && (code = read_batch(&w, &items, at, e)) == MZG_OK && items) {
        code = use_batch(items, at, use, ctx, e);
        json_decref(items);
    }
    return code;
}
