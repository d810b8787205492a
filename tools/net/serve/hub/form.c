#include "form.h"
#include "base/json.h"
#include <string.h>
#include <strings.h>

#define TREE ((size_t)1 << 20) /* memory of a body as JSON */

/* ---- decoding ---- */

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool mzg_hub_decode(char *text, bool plus)
{
    char *out = text;
    for (const char *p = text; *p; p++) {
        int c = plus && *p == '+' ? ' ' : (unsigned char)*p;
        if (*p == '%') {
            int high = digit(p[1]), low = high < 0 ? -1 : digit(p[2]);
            if (low < 0 || high + low == 0)
                return false;
            c = high * 16 + low;
            p += 2;
        }
        *out++ = (char)c;
    }
    *out = '\0';
    return true;
}

/* ---- queries ---- */

struct lookup {
    const char *name, *value;
    size_t skip;
};

static enum MHD_Result look(void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct lookup *l = ctx;
    (void)kind;
    if (strcmp(key, l->name) != 0 || l->skip-- > 0)
        return MHD_YES;
    l->value = value ? value : "";
    return MHD_NO; /* enough */
}

/* The library has made spaces of '+' already. */
bool mzg_hub_query(const struct mzg_exchange *x, const char *name, size_t n, char out[MZG_HUB_VALUE])
{
    struct lookup l = {name, NULL, n};
    char value[MZG_HUB_VALUE];
    MHD_get_connection_values(x->connection, MHD_GET_ARGUMENT_KIND, look, &l);
    size_t len = l.value ? strlen(l.value) : MZG_HUB_VALUE;
    if (len >= sizeof value)
        return false;
    memcpy(value, l.value, len + 1);
    if (!mzg_hub_decode(value, false))
        return false;
    memcpy(out, value, sizeof value);
    return true;
}

static bool says_yes(const char *text)
{
    return strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
}

bool mzg_hub_query_yes(const struct mzg_exchange *x, const char *name)
{
    char value[MZG_HUB_VALUE];
    return mzg_hub_query(x, name, 0, value) && says_yes(value);
}

/* ---- bodies ---- */

static unsigned ask(struct mzg_hub_question *q, const char *path)
{
    if (q->n == MZG_HUB_ASKED)
        return MHD_HTTP_CONTENT_TOO_LARGE;
    q->paths[q->n++] = path;
    return 0;
}

/* "paths=a&paths=b&expand=true" */
static unsigned read_form(struct mzg_hub_question *q, char *text)
{
    unsigned wrong = 0;
    for (char *save = NULL, *pair = strtok_r(text, "&", &save); pair && !wrong; pair = strtok_r(NULL, "&", &save)) {
        char *value = strchr(pair, '=');
        if (!value)
            return MHD_HTTP_BAD_REQUEST;
        *value++ = '\0';
        if (!mzg_hub_decode(pair, true) || !mzg_hub_decode(value, true))
            return MHD_HTTP_BAD_REQUEST;
        if (strcmp(pair, "paths") == 0)
            wrong = ask(q, value);
        else if (strcmp(pair, "expand") == 0)
            q->expand = says_yes(value);
    }
    return wrong;
}

/* {"paths": ["a", "b"], "expand": true} */
static unsigned read_json(struct mzg_hub_question *q, const char *text)
{
    struct mzg_err e;
    size_t i;
    json_t *path;
    unsigned wrong = 0;
    if (mzg_json_parse(text, strlen(text), 0, TREE, &q->root, &e) || !json_is_object(q->root) ||
        mzg_json_bool_opt(q->root, "expand", &q->expand, &e))
        return MHD_HTTP_BAD_REQUEST;
    json_t *paths = json_object_get(q->root, "paths");
    if (!json_is_array(paths))
        return MHD_HTTP_BAD_REQUEST;
    json_array_foreach(paths, i, path) {
        if (!wrong)
            wrong = json_is_string(path) ? ask(q, json_string_value(path)) : MHD_HTTP_BAD_REQUEST;
    }
    return wrong;
}

/* "application/json; charset=utf-8" is application/json. */
static bool is_type(const char *type, const char *expected)
{
    size_t n = strlen(expected);
    return type && strncasecmp(type, expected, n) == 0 && (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

unsigned mzg_hub_question_read(struct mzg_hub_question *q, const char *type, char *text)
{
    q->n = 0;
    q->expand = false;
    q->root = NULL;
    if (is_type(type, "application/json"))
        return read_json(q, text);
    if (is_type(type, "application/x-www-form-urlencoded"))
        return read_form(q, text);
    return MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
}

void mzg_hub_question_clear(struct mzg_hub_question *q)
{
    json_decref(q->root);
    q->root = NULL;
}
