#include "card.h"

#include "../../base/file.h"
#include "../../base/utf8.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#define MAX_NODES 16384
#define MAX_DEPTH 32
#define MAX_TEXT ((size_t)64 << 10)

struct reader {
    yaml_parser_t parser;
    const char *text;
    size_t nodes;      /* kept so far */
    const char *fault; /* sticky: why the card is left out */
    size_t line;       /* of the fault, from 0 */
};

static json_t *fail(struct reader *r, const char *fault, size_t line)
{
    if (!r->fault) {
        r->fault = fault;
        r->line = line;
    }
    return NULL;
}

/* Of a byte that is no character of YAML's, which is found before the lines are told apart. */
static size_t line_of(const char *text, size_t offset)
{
    size_t line = 0;

    for (size_t i = 0; i < offset; i++)
        line += text[i] == '\n';
    return line;
}

/* False at the first fault, and ever after: then there is no event to delete. */
static bool next(struct reader *r, yaml_event_t *event)
{
    if (r->fault)
        return false;
    if (yaml_parser_parse(&r->parser, event))
        return true;
    fail(r, r->parser.problem ? r->parser.problem : "out of memory",
         r->parser.error == YAML_READER_ERROR ? line_of(r->text, r->parser.problem_offset)
                                              : r->parser.problem_mark.line);
    return false;
}

static bool is_null(const yaml_event_t *event)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};

    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp((const char *)event->data.scalar.value, words[i]) == 0)
            return true;
    }
    return false;
}

/* A block of text ends with a newline that is none of what it says. */
static json_t *read_scalar(struct reader *r, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;

    if (is_null(event))
        return json_null();
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == ' '))
        len--;
    if (len > MAX_TEXT)
        return fail(r, "a text of more than 64 KiB", event->start_mark.line);
    if (memchr(text, '\0', len))
        return fail(r, "a NUL in a text", event->start_mark.line);
    json_t *value = json_stringn(text, len);
    return value ? value : fail(r, "out of memory", event->start_mark.line);
}

static json_t *read_value(struct reader *r, yaml_event_t *event, unsigned depth, bool keep);

/* Goes on in list until its end. */
static json_t *read_list(struct reader *r, json_t *list, unsigned depth, bool keep)
{
    yaml_event_t event;

    while (next(r, &event)) {
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return list;
        }
        size_t line = event.start_mark.line;
        json_t *value = read_value(r, &event, depth, keep);
        if (value && json_array_append_new(list, value) != 0)
            fail(r, "out of memory", line);
    }
    json_decref(list);
    return NULL;
}

/* Of the card itself, not of what is in it. */
static bool is_passed_over(const char *key)
{
    static const char *const keys[] = {"model-index", "widget", "co2_eq_emissions"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(key, keys[i]) == 0)
            return true;
    }
    return false;
}

/* Reads the value of the key that is in event, into object. */
static void read_member(struct reader *r, json_t *object, yaml_event_t *event, unsigned depth, bool keep)
{
    size_t line = event->start_mark.line;
    yaml_event_t at;

    if (event->type != YAML_SCALAR_EVENT || event->data.scalar.length > 255 ||
        strlen((const char *)event->data.scalar.value) != event->data.scalar.length) {
        fail(r, "a key that is no short text", line);
        yaml_event_delete(event);
        return;
    }
    const char *key = (const char *)event->data.scalar.value;
    bool kept = keep && !(depth == 1 && is_passed_over(key));
    if (kept && json_object_get(object, key))
        fail(r, "a key that was there before", line);
    json_t *value = next(r, &at) ? read_value(r, &at, depth, kept) : NULL;
    if (value && kept && json_object_set(object, key, value) != 0)
        fail(r, "out of memory", line);
    json_decref(value);
    yaml_event_delete(event);
}

static json_t *read_object(struct reader *r, json_t *object, unsigned depth, bool keep)
{
    yaml_event_t event;

    while (next(r, &event)) {
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            return object;
        }
        read_member(r, object, &event, depth, keep);
    }
    json_decref(object);
    return NULL;
}

/* The value that event (deleted here) begins; NULL with a fault. keep: false walks over it and gives null. */
static json_t *read_value(struct reader *r, yaml_event_t *event, unsigned depth, bool keep)
{
    yaml_event_type_t type = event->type;
    size_t line = event->start_mark.line;
    json_t *value = NULL;

    if (keep && ++r->nodes > MAX_NODES)
        fail(r, "more than 16384 values", line);
    else if (depth == MAX_DEPTH)
        fail(r, "more than 32 levels", line);
    else if (type == YAML_SCALAR_EVENT)
        value = keep ? read_scalar(r, event) : json_null();
    else if (type == YAML_ALIAS_EVENT)
        value = json_null();
    yaml_event_delete(event);
    if (r->fault || value)
        return value;
    value = type == YAML_SEQUENCE_START_EVENT ? json_array() : json_object();
    if (!value)
        return fail(r, "out of memory", line);
    return type == YAML_SEQUENCE_START_EVENT ? read_list(r, value, depth + 1, keep)
                                             : read_object(r, value, depth + 1, keep);
}

/* Whether there is one, and it is not empty: event is what its first value begins with. */
static bool begin(struct reader *r, yaml_event_t *event)
{
    while (next(r, event)) {
        bool more = event->type == YAML_STREAM_START_EVENT || event->type == YAML_DOCUMENT_START_EVENT;
        if (!more && event->type != YAML_STREAM_END_EVENT)
            return true;
        yaml_event_delete(event);
        if (!more)
            return false;
    }
    return false;
}

static json_t *read_yaml(struct reader *r)
{
    yaml_event_t event;

    if (!begin(r, &event))
        return NULL;
    json_t *card = read_value(r, &event, 0, true);
    if (card && !json_is_object(card) && !json_is_null(card))
        fail(r, "no keys and values", 0);
    if (!r->fault && next(r, &event)) { /* the end of the document, up to which all has been read */
        bool ends = event.type == YAML_DOCUMENT_END_EVENT;
        yaml_event_delete(&event);
        if (ends && !json_is_null(card))
            return card;
    }
    json_decref(card);
    return NULL;
}

/* ---- its values ---- */

const char *mzg_card_text(const json_t *value)
{
    const char *text = json_string_value(value);

    if (!text || !*text)
        return NULL;
    for (const char *p = text; *p; p++) {
        if (((unsigned char)*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f)
            return NULL;
    }
    return text;
}

static void add_text(const json_t *value, const char *texts[MZG_CARD_LIST], size_t *n)
{
    const char *text = mzg_card_text(value);

    if (!text || *n == MZG_CARD_LIST)
        return;
    for (size_t i = 0; i < *n; i++) {
        if (strcmp(texts[i], text) == 0)
            return;
    }
    texts[(*n)++] = text;
}

void mzg_card_texts(const json_t *value, const char *texts[MZG_CARD_LIST], size_t *n)
{
    const json_t *item;
    size_t i;

    if (!json_is_array(value)) {
        add_text(value, texts, n);
        return;
    }
    json_array_foreach(value, i, item)
        add_text(item, texts, n);
}

/* ---- where it stands in the file ---- */

/* Length of the line at text, with its end; *bar: whether it is "---". */
static size_t line_at(const char *text, size_t len, bool *bar)
{
    const char *end = memchr(text, '\n', len);
    size_t n = end ? (size_t)(end - text) + 1 : len, k = n;

    while (k > 0 && (text[k - 1] == '\n' || text[k - 1] == '\r' || text[k - 1] == ' '))
        k--;
    *bar = k == 3 && memcmp(text, "---", 3) == 0;
    return n;
}

/* People indent by tabs, which YAML forbids; offsets stay what they are. */
static void indent_by_spaces(char *line, size_t len)
{
    for (size_t i = 0; i < len && (line[i] == ' ' || line[i] == '\t' || line[i] == '-'); i++)
        line[i] = line[i] == '\t' ? ' ' : line[i];
}

/* Between the two bars; false where text begins with none. *closed: the second one is there. */
static bool find_front(char *text, size_t len, char **front, size_t *size, bool *closed)
{
    size_t at = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    bool bar;

    at += line_at(text + at, len - at, &bar);
    if (!bar)
        return false;
    *front = text + at;
    *closed = false;
    while (at < len) {
        size_t n = line_at(text + at, len - at, closed);
        if (*closed)
            break;
        indent_by_spaces(text + at, n);
        at += n;
    }
    *size = (size_t)(text + at - *front);
    return true;
}

static const char left_out[] = "the card's metadata (licence, languages ...) is left out";

json_t *mzg_card_read(char *text, size_t len, const struct mzg_notify *notify)
{
    struct reader r = {.nodes = 0};
    char *front;
    size_t size;
    bool closed;

    if (!find_front(text, len, &front, &size, &closed))
        return NULL;
    if (!closed || !mzg_utf8_valid(front, size)) {
        mzg_notice(notify, MZG_CARD_NAME ": what line 1 begins %s: %s",
                   closed ? "is not UTF-8" : "never ends, or is more than 1 MiB", left_out);
        return NULL;
    }
    if (!yaml_parser_initialize(&r.parser))
        return fail(&r, "out of memory", 0);
    r.text = front;
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)front, size);
    json_t *card = read_yaml(&r);
    if (r.fault) /* lines are counted from 1, and the bar is one */
        mzg_notice(notify, MZG_CARD_NAME ": line %zu: %s: %s", r.line + 2, r.fault, left_out);
    yaml_parser_delete(&r.parser);
    return card;
}

enum mzg_code mzg_card_load(const char *folder, const struct mzg_notify *notify, json_t **card,
                            struct mzg_err *e)
{
    size_t room = strlen(folder) + sizeof "/" MZG_CARD_NAME, len;
    char *path = malloc(room), *text = NULL;
    struct mzg_file f = {.fd = -1};
    enum mzg_code code = MZG_OK;

    *card = NULL;
    if (!path)
        return mzg_fail_memory(e, "path");
    snprintf(path, room, "%s/" MZG_CARD_NAME, folder);
    if (access(path, F_OK) != 0 && errno == ENOENT)
        goto out;
    code = mzg_file_open(&f, path, e);
    if (code != MZG_OK)
        goto out;
    len = f.size < MZG_CARD_BYTES ? (size_t)f.size : MZG_CARD_BYTES;
    text = malloc(len + 1);
    code = text ? mzg_file_read(&f, 0, text, len, e) : mzg_fail_memory(e, "model card");
    if (code == MZG_OK && f.size > MZG_CARD_FILE)
        mzg_notice(notify, MZG_CARD_NAME ": more than 16 MiB: %s", left_out);
    else if (code == MZG_OK)
        *card = mzg_card_read(text, len, notify);
    mzg_file_close(&f);
out:
    free(text);
    free(path);
    return code;
}
