#include "tokenizer_json.h"

#include "../../base/json.h"
#include "normalizer.h"
#include "pretokenizer.h"
#include "tokenizer_bpe.h"
#include "tokenizer_unigram.h"
#include "tokenizer_wordpiece.h"

#include <string.h>

/* ---- the parts of the file ---- */

/* Parses key and finds it in names; -1 when it is none of them. */
static enum mzg_code which(char *text, struct mzg_json_span key, const char *const *names, size_t n,
                           int *found, char quoted[MZG_QUOTE], struct mzg_err *e)
{
    json_t *name;
    enum mzg_code code = mzg_json_walk_value(text, key, &name, e);

    *found = -1;
    if (code != MZG_OK)
        return code;
    for (size_t i = 0; i < n; i++)
        if (strcmp(json_string_value(name), names[i]) == 0)
            *found = (int)i;
    mzg_quote(quoted, json_string_value(name));
    json_decref(name);
    return MZG_OK;
}

static enum mzg_code twice(const char *quoted, struct mzg_json_span key, struct mzg_err *e)
{
    return mzg_fail(e, MZG_MALFORMED, key.at, "key '%s' at byte %zu comes twice", quoted, key.at);
}

/* Keeps an object; other values (null, for none) only have to be JSON. */
static enum mzg_code keep_object(char *text, struct mzg_json_span value, json_t **slot,
                                 struct mzg_err *e)
{
    json_t *parsed;
    enum mzg_code code = mzg_json_walk_value(text, value, &parsed, e);

    if (code != MZG_OK)
        return code;
    if (slot && json_is_object(parsed))
        *slot = parsed;
    else
        json_decref(parsed);
    return MZG_OK;
}

/* Into t->model. */
static enum mzg_code keep_member(struct mzg_tokenizer_json *t, struct mzg_json_span key,
                                 struct mzg_json_span value, struct mzg_err *e)
{
    json_t *name = NULL, *parsed = NULL;
    char quoted[MZG_QUOTE];
    enum mzg_code code = mzg_json_walk_value(t->text, key, &name, e);

    if (code == MZG_OK)
        code = mzg_json_walk_value(t->text, value, &parsed, e);
    if (code == MZG_OK && json_object_get(t->model, json_string_value(name)))
        code = twice(mzg_quote(quoted, json_string_value(name)), key, e);
    if (code == MZG_OK && json_object_set(t->model, json_string_value(name), parsed) != 0)
        code = mzg_fail_memory(e, "tokenizer");
    json_decref(name);
    json_decref(parsed);
    return code;
}

static enum mzg_code survey_model(struct mzg_tokenizer_json *t, struct mzg_json_span span,
                                  struct mzg_err *e)
{
    static const char *const names[] = {"vocab", "merges"};
    struct mzg_json_span *const spans[] = {&t->vocab, &t->merges};
    struct mzg_json_walk w;
    struct mzg_json_span key, value;
    bool more;
    enum mzg_code code = mzg_json_walk_open(&w, t->text, span, e);

    if (code == MZG_OK && !w.object)
        return mzg_fail(e, MZG_MALFORMED, span.at, "'model' at byte %zu is not an object", span.at);
    t->model = json_object();
    if (!t->model)
        return mzg_fail_memory(e, "tokenizer");
    while (code == MZG_OK && (code = mzg_json_walk_next(&w, &key, &value, &more, e)) == MZG_OK &&
           more) {
        char quoted[MZG_QUOTE];
        int found;
        code = which(t->text, key, names, 2, &found, quoted, e);
        if (code != MZG_OK)
            return code;
        if (found < 0)
            code = keep_member(t, key, value, e);
        else if (spans[found]->len > 0)
            code = twice(quoted, key, e);
        else
            *spans[found] = value;
    }
    return code;
}

enum { PART_ADDED, PART_MODEL, PART_NORMALIZER, PART_PRE, PART_POST, PARTS };

static enum mzg_code take_part(struct mzg_tokenizer_json *t, int part, struct mzg_json_span value,
                               struct mzg_err *e)
{
    switch (part) {
    case PART_ADDED:
        t->added = value;
        return MZG_OK;
    case PART_MODEL:
        return survey_model(t, value, e);
    case PART_NORMALIZER:
        return keep_object(t->text, value, &t->normalizer, e);
    case PART_PRE:
        return keep_object(t->text, value, &t->pre, e);
    case PART_POST:
        return keep_object(t->text, value, &t->post, e);
    }
    return keep_object(t->text, value, NULL, e);
}

enum mzg_code mzg_tokenizer_json_open(struct mzg_tokenizer_json *t, char *text, size_t len,
                                      struct mzg_err *e)
{
    static const char *const names[PARTS] = {
        "added_tokens", "model", "normalizer", "pre_tokenizer", "post_processor"
    };
    struct mzg_json_span key, value, all = {0, len};
    bool more, seen[PARTS] = {false};
    struct mzg_json_walk w;
    enum mzg_code code;

    memset(t, 0, sizeof *t);
    t->text = text;
    code = mzg_json_walk_open(&w, text, all, e);
    if (code == MZG_OK && !w.object)
        return mzg_fail(e, MZG_MALFORMED, 0, "not a JSON object");
    while (code == MZG_OK && (code = mzg_json_walk_next(&w, &key, &value, &more, e)) == MZG_OK &&
           more) {
        char quoted[MZG_QUOTE];
        int part;
        code = which(text, key, names, PARTS, &part, quoted, e);
        if (code == MZG_OK && part >= 0 && seen[part])
            code = twice(quoted, key, e);
        if (code == MZG_OK)
            code = take_part(t, part, value, e);
        if (part >= 0)
            seen[part] = true;
    }
    if (code == MZG_OK && !seen[PART_MODEL])
        code = mzg_fail(e, MZG_MALFORMED, 0, "no 'model' in it");
    return code;
}

void mzg_tokenizer_json_close(struct mzg_tokenizer_json *t)
{
    json_decref(t->normalizer);
    json_decref(t->pre);
    json_decref(t->post);
    json_decref(t->model);
    memset(t, 0, sizeof *t);
}

/* ---- its kind ---- */

static enum mzg_tokenizer_kind kind_by_members(const struct mzg_tokenizer_json *t)
{
    if (t->vocab.len > 0 && t->text[t->vocab.at] == '[')
        return MZG_TOKENIZER_UNIGRAM;
    if (json_object_get(t->model, "max_input_chars_per_word"))
        return MZG_TOKENIZER_WORDPIECE;
    return MZG_TOKENIZER_BYTES;
}

/* SentencePiece's BPE: of characters, with U+2581 for spaces. */
static bool marks_spaces(const struct mzg_tokenizer_json *t)
{
    struct mzg_normalizer n;

    mzg_normalizer_read(&n, t->normalizer);
    return json_is_true(json_object_get(t->model, "byte_fallback")) ||
           mzg_pretokenizer_find(t->pre, "Metaspace") || n.ops & MZG_NORM_MARKS;
}

enum mzg_tokenizer_kind mzg_tokenizer_json_kind(const struct mzg_tokenizer_json *t)
{
    const char *type = json_string_value(json_object_get(t->model, "type"));
    enum mzg_tokenizer_kind kind = MZG_TOKENIZER_OTHER;

    if (!type)
        kind = kind_by_members(t);
    else if (strcmp(type, "Unigram") == 0)
        kind = MZG_TOKENIZER_UNIGRAM;
    else if (strcmp(type, "WordPiece") == 0)
        kind = MZG_TOKENIZER_WORDPIECE;
    else if (strcmp(type, "BPE") == 0)
        kind = MZG_TOKENIZER_BYTES;
    if (kind == MZG_TOKENIZER_BYTES && !mzg_pretokenizer_find(t->pre, "ByteLevel") &&
        marks_spaces(t))
        kind = MZG_TOKENIZER_SPM;
    return kind;
}

enum mzg_code mzg_tokenizer_json_read(const struct mzg_tokenizer_json *t, struct mzg_vocab *v,
                                      const struct mzg_tokenizer_json_options *opt,
                                      struct mzg_err *e)
{
    char quoted[MZG_QUOTE];

    if (t->vocab.len == 0)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "model has no vocab");
    switch (mzg_tokenizer_json_kind(t)) {
    case MZG_TOKENIZER_BYTES:
    case MZG_TOKENIZER_SPM:
        return mzg_tokenizer_bpe_read(t, v, opt, e);
    case MZG_TOKENIZER_UNIGRAM:
        return mzg_tokenizer_unigram_read(t, v, opt, e);
    case MZG_TOKENIZER_WORDPIECE:
        return mzg_tokenizer_wordpiece_read(t, v, opt, e);
    case MZG_TOKENIZER_OTHER:
        break;
    }
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "a tokenizer of type '%s'; BPE, Unigram and "
                    "WordPiece are read",
                    mzg_quote(quoted, json_string_value(json_object_get(t->model, "type"))));
}
