#include "form.h"
#include "base/json.h"
#include "tools/net/serve/place.h"
#include <microhttpd.h>
#include <string.h>
#include <strings.h>

#define TREE ((size_t)1 << 20) /* memory of a body as JSON */

/* ---- decoding ---- */

bool mzg_hub_decode(char *text, bool plus)
{
    char *out = text;
    for (const char *p = text; *p; p++) {
        int c = plus && *p == '+' ? ' ' : (unsigned char)*p;
        if (*p == '%')
            c = mzg_place_encoded(&p);
        if (c <= 0)
            return false;
        *out++ = (char)c;
    }
    *out = '\0';
    return true;
}

bool mzg_hub_says_yes(const char *text)
{
    return strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
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
            q->expand = mzg_hub_says_yes(value);
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
