/* json.c: see json.h. */
#include "json.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the scan before the parser ----
 *
 * What jansson 2.14 allocates for each piece of a text, counted with malloc's own bookkeeping on a
 * 64-bit machine (a piece of n bytes takes n + 8, rounded up to 16, at least 32):
 *
 *   string of n bytes   json_string_t 32 -> 48; its value, with room for the text as written and
 *                       its quotes, n + 3 -> at most n + 32
 *   key of n bytes      hashtable_pair 56 + n + 1 -> at most n + 80, as a string; and buckets of 16
 *                       bytes, twice as many as keys after a doubling, and the old ones still there
 *                       while they move: 48
 *   array               json_array_t 40 -> 48; its first table of 8 pointers -> 80
 *   array element       8 bytes, twice that after a doubling, and the old table during it: 24
 *   object              json_object_t 72 -> 80; its first 8 buckets -> 144
 *   number              json_integer_t or json_real_t 24 -> 32
 *   true, false, null   nothing
 *   the longest token   a buffer that doubles, old and new at once, and a copy of a key while its
 *                       value is put in: 4 times its length
 *
 * Commas stand for elements and colons for keys, so that the scan needs no grammar. Text that
 * jansson would stop at is counted to its end: the sum only gets larger. tests/unit/test_json.c
 * measures the real use of hostile shapes against this. */
enum {
    COST_STRING = 48 + 32,
    COST_COLON = 48,
    COST_ARRAY = 48 + 80 + 24, /* with its first element, which has no comma */
    COST_ELEMENT = 24,
    COST_OBJECT = 80 + 144,
    COST_NUMBER = 32,
    COST_TOKEN = 4,
    COST_FIXED = 256
};

#define SAFE_DIGITS 18 /* always fit 64 bits */

struct scan {
    const char *text;
    size_t len;
    size_t pos;
    uint64_t tree;    /* estimate so far: at most COST_OBJECT times len, no overflow */
    size_t longest;   /* token */
    size_t depth;
    size_t wide;      /* whole numbers longer than SAFE_DIGITS */
};

/* At a quote: moves to the closing one, or the end. */
static void scan_string(struct scan *s)
{
    size_t start = s->pos++;

    while (s->pos < s->len && s->text[s->pos] != '"')
        s->pos += s->text[s->pos] == '\\' ? 2 : 1;
    if (s->pos > s->len)
        s->pos = s->len;
    size_t n = s->pos - start;
    s->tree += COST_STRING + n;
    if (n > s->longest)
        s->longest = n;
}

static bool in_number(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* Length of the number at pos, and whether it is whole: digits and a sign only. */
static size_t number_length(const char *text, size_t len, size_t pos, bool *whole)
{
    size_t n = 0;

    *whole = true;
    for (; pos + n < len && in_number(text[pos + n]); n++)
        if ((text[pos + n] < '0' || text[pos + n] > '9') && !(n == 0 && text[pos] == '-'))
            *whole = false;
    return n;
}

/* At a digit or a sign: moves to the last byte of the number. */
static void scan_number(struct scan *s)
{
    bool whole;
    size_t n = number_length(s->text, s->len, s->pos, &whole);

    s->tree += COST_NUMBER;
    s->wide += whole && n > SAFE_DIGITS;
    if (n > s->longest)
        s->longest = n;
    s->pos += n - 1;
}

/* At any byte outside a string. */
static void scan_byte(struct scan *s)
{
    char c = s->text[s->pos];

    switch (c) {
    case '"':
        scan_string(s);
        break;
    case '[':
        s->tree += COST_ARRAY;
        s->depth++;
        break;
    case '{':
        s->tree += COST_OBJECT;
        s->depth++;
        break;
    case ']':
    case '}':
        s->depth -= s->depth > 0;
        break;
    case ',':
        s->tree += COST_ELEMENT;
        break;
    case ':':
        s->tree += COST_COLON;
        break;
    default:
        if (c == '-' || (c >= '0' && c <= '9'))
            scan_number(s);
    }
}

static enum mzg_code scan(struct scan *s, uint64_t base, size_t max_tree, struct mzg_err *e)
{
    s->tree = COST_FIXED;
    for (; s->pos < s->len; s->pos++) {
        scan_byte(s);
        if (s->depth > MZG_JSON_DEPTH)
            return mzg_fail(e, MZG_LIMIT, base + s->pos, "JSON nested deeper than %d",
                            MZG_JSON_DEPTH);
        if (s->tree + COST_TOKEN * (uint64_t)s->longest > max_tree)
            return mzg_fail(e, MZG_LIMIT, base + s->pos,
                            "JSON would take more than %zu bytes of memory", max_tree);
    }
    return MZG_OK;
}

/* ---- numbers wider than 64 bits ----
 *
 * Tokenizers in the field say "model_max_length": 1000000000000000019884624838656, where jansson
 * refuses the whole text. In a copy, such a number's last three digits become "e3 ": a real number
 * of the same size, in as many bytes, so that error positions stay true. */

static bool fits_int64(const char *number, size_t n)
{
    static const char least[] = "9223372036854775808"; /* 2^63; one below it without a sign */
    bool minus = number[0] == '-';

    number += minus;
    n -= minus;
    if (n != sizeof least - 1)
        return n < sizeof least - 1;
    int order = memcmp(number, least, n);
    return order < 0 || (minus && order == 0);
}

static void narrow(char *text, size_t len)
{
    for (size_t pos = 0; pos < len; pos++) {
        bool whole;
        if (text[pos] == '"') {
            struct scan s = {.text = text, .len = len, .pos = pos};
            scan_string(&s);
            pos = s.pos;
        } else if (text[pos] == '-' || (text[pos] >= '0' && text[pos] <= '9')) {
            size_t n = number_length(text, len, pos, &whole);
            if (whole && n > SAFE_DIGITS && !fits_int64(text + pos, n))
                memcpy(text + pos + n - 3, "e3 ", 3);
            pos += n - 1;
        }
    }
}

/* ---- parsing ---- */

/* jansson's text is its own phrase, or "PHRASE near 'INPUT'", where the input is untrusted. */
static enum mzg_code fail_jansson(const json_error_t *error, uint64_t base, struct mzg_err *e)
{
    static const char mark[] = " near '";
    char q[MZG_QUOTE];
    uint64_t offset = base + (error->position > 0 ? (unsigned)error->position : 0);
    enum json_error_code why = json_error_code(error);

    if (why == json_error_out_of_memory || error->text[0] == '\0')
        return mzg_fail_memory(e, "JSON tree");
    if (why == json_error_null_character || why == json_error_null_byte_in_key)
        return mzg_fail(e, MZG_UNSUPPORTED, offset, "JSON: a NUL (\\u0000) in a string");
    const char *near = strstr(error->text, mark);
    if (near == NULL)
        return mzg_fail(e, MZG_MALFORMED, offset, "JSON: %s", error->text);
    size_t phrase = (size_t)(near - error->text);
    near += sizeof mark - 1;
    size_t n = strlen(near);
    if (n > 0 && near[n - 1] == '\'')
        n--;
    return mzg_fail(e, MZG_MALFORMED, offset, "JSON: %.*s near '%s'", (int)phrase, error->text,
                    mzg_quote_n(q, near, n));
}

enum mzg_code mzg_json_parse(const char *text, size_t len, uint64_t base, size_t max_tree,
                             json_t **root, struct mzg_err *e)
{
    struct scan s = {.text = text, .len = len};
    json_error_t error;
    char *copy = NULL;

    *root = NULL;
    if (len > INT_MAX) /* json_error_t's position is an int */
        return mzg_fail(e, MZG_LIMIT, base, "JSON of %zu bytes, %d are the limit", len, INT_MAX);
    enum mzg_code code = scan(&s, base, max_tree, e);
    if (code != MZG_OK)
        return code;
    if (s.wide > 0) {
        copy = malloc(len);
        if (copy == NULL)
            return mzg_fail_memory(e, "JSON text");
        memcpy(copy, text, len);
        narrow(copy, len);
    }
    memset(&error, 0, sizeof error);
    *root = json_loadb(copy != NULL ? copy : text, len, JSON_REJECT_DUPLICATES, &error);
    free(copy);
    return *root != NULL ? MZG_OK : fail_jansson(&error, base, e);
}

/* ---- members ---- */

static enum mzg_code fail_key(struct mzg_err *e, const char *key, const char *what)
{
    char q[MZG_QUOTE];

    return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "key '%s': %s", mzg_quote(q, key), what);
}

/* NULL when absent or null. */
static const json_t *member(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);

    return json_is_null(v) ? NULL : v;
}

enum mzg_code mzg_json_text_opt(const json_t *o, const char *key, const char **out,
                                struct mzg_err *e)
{
    const json_t *v = member(o, key);

    if (v == NULL)
        return MZG_OK;
    if (!json_is_string(v))
        return fail_key(e, key, "not a text");
    if (strlen(json_string_value(v)) != json_string_length(v))
        return fail_key(e, key, "holds a NUL byte");
    *out = json_string_value(v);
    return MZG_OK;
}

enum mzg_code mzg_json_text(const json_t *o, const char *key, const char **out, struct mzg_err *e)
{
    if (member(o, key) == NULL)
        return fail_key(e, key, "missing");
    return mzg_json_text_opt(o, key, out, e);
}

enum mzg_code mzg_json_int_opt(const json_t *o, const char *key, int64_t min, int64_t max,
                               int64_t *out, struct mzg_err *e)
{
    const json_t *v = member(o, key);
    char q[MZG_QUOTE];

    if (v == NULL)
        return MZG_OK;
    if (!json_is_integer(v))
        return fail_key(e, key, "not a whole number that fits 64 bits");
    json_int_t n = json_integer_value(v);
    if (n < min || n > max)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                        "key '%s': %lld is not between %lld and %lld", mzg_quote(q, key),
                        (long long)n, (long long)min, (long long)max);
    *out = n;
    return MZG_OK;
}

enum mzg_code mzg_json_int(const json_t *o, const char *key, int64_t min, int64_t max, int64_t *out,
                           struct mzg_err *e)
{
    if (member(o, key) == NULL)
        return fail_key(e, key, "missing");
    return mzg_json_int_opt(o, key, min, max, out, e);
}

enum mzg_code mzg_json_real_opt(const json_t *o, const char *key, double *out, struct mzg_err *e)
{
    const json_t *v = member(o, key);

    if (v == NULL)
        return MZG_OK;
    if (!json_is_number(v) || !isfinite(json_number_value(v)))
        return fail_key(e, key, "not a finite number");
    *out = json_number_value(v);
    return MZG_OK;
}

enum mzg_code mzg_json_bool_opt(const json_t *o, const char *key, bool *out, struct mzg_err *e)
{
    const json_t *v = member(o, key);

    if (v == NULL)
        return MZG_OK;
    if (!json_is_boolean(v))
        return fail_key(e, key, "neither true nor false");
    *out = json_is_true(v);
    return MZG_OK;
}
