#include "tokenizer_json.h"

#include "../../base/json.h"
#include "pretokenizer.h"
#include "tokenizer_merges.h"
#include "vocab_table.h"

#include <inttypes.h>
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

/* ---- tokens ---- */

struct filling {
    struct mzg_vocab *v;
    bool llama;
    uint64_t count; /* one more than the largest id seen */
};

static enum mzg_code read_id(const json_t *value, const char *text, uint64_t at, uint32_t *id,
                             struct mzg_err *e)
{
    char quoted[MZG_QUOTE];

    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return mzg_fail(e, MZG_MALFORMED, at, "token '%s' at byte %" PRIu64 ": its id is not a "
                        "whole number from 0 on", mzg_quote(quoted, text), at);
    if (json_integer_value(value) >= MZG_VOCAB_MAX)
        return mzg_fail(e, MZG_LIMIT, at, "token '%s' at byte %" PRIu64 ": id %" PRId64 "; ids up "
                        "to %u are read", mzg_quote(quoted, text), at,
                        (int64_t)json_integer_value(value), MZG_VOCAB_MAX - 1);
    *id = (uint32_t)json_integer_value(value);
    return MZG_OK;
}

static enum mzg_code fail_id(const struct mzg_vocab *v, const char *text, uint32_t id, uint64_t at,
                             struct mzg_err *e)
{
    char quoted[MZG_QUOTE], other[MZG_QUOTE];

    mzg_quote(quoted, text);
    if (id >= v->count)
        return mzg_fail(e, MZG_MALFORMED, at, "token '%s' at byte %" PRIu64 ": id %" PRIu32
                        " is beyond the model's %" PRIu32 " tokens", quoted, at, id, v->count);
    return mzg_fail(e, MZG_MALFORMED, at, "token '%s' at byte %" PRIu64 ": id %" PRIu32 " is taken "
                    "by '%s'", quoted, at, id, mzg_quote(other, v->tokens[id]));
}

static enum mzg_code see_token(void *ctx, const char *key, const json_t *value, uint64_t at,
                               struct mzg_err *e)
{
    struct filling *f = ctx;
    uint32_t id;
    enum mzg_code code = read_id(value, key, at, &id, e);

    if (code == MZG_OK && id >= f->count)
        f->count = id + 1u;
    return code;
}

/* "<0x0A>" */
static bool is_byte_text(const char *text)
{
    return strlen(text) == 6 && memcmp(text, "<0x", 3) == 0 && text[5] == '>' &&
           strspn(text + 3, "0123456789ABCDEFabcdef") == 2;
}

static enum mzg_code take_token(void *ctx, const char *key, const json_t *value, uint64_t at,
                                struct mzg_err *e)
{
    struct filling *f = ctx;
    struct mzg_vocab_entry entry = {key, strlen(key), MZG_TOKEN_NORMAL, MZG_SCORE_UNSET, at};
    uint32_t id;
    enum mzg_code code = read_id(value, key, at, &id, e);

    if (code != MZG_OK)
        return code;
    if (id >= f->v->count || mzg_vocab_table_has(f->v, id))
        return fail_id(f->v, key, id, at, e);
    if (f->llama && is_byte_text(key)) {
        entry.type = MZG_TOKEN_BYTE;
        entry.score = 0.0f;
    }
    return mzg_vocab_table_set(f->v, id, &entry, e);
}

static enum mzg_code added_parts(const json_t *value, uint64_t at, const char **text, uint32_t *id,
                                 bool *special, struct mzg_err *e)
{
    enum mzg_code code = mzg_json_text(value, "content", text, e);

    if (code == MZG_OK)
        code = mzg_json_bool_opt(value, "special", special, e);
    if (code != MZG_OK) {
        e->offset = at;
        return mzg_prefix(e, "added token at byte %" PRIu64, at);
    }
    return read_id(json_object_get(value, "id"), *text, at, id, e);
}

static enum mzg_code see_added(void *ctx, const char *key, const json_t *value, uint64_t at,
                               struct mzg_err *e)
{
    struct filling *f = ctx;
    const char *text;
    bool special = false;
    uint32_t id;
    enum mzg_code code = added_parts(value, at, &text, &id, &special, e);

    (void)key;
    if (code == MZG_OK && id >= f->count)
        f->count = id + 1u;
    return code;
}

/* An added token may name an id of the vocabulary, but not another added token's. */
static enum mzg_code take_added(void *ctx, const char *key, const json_t *value, uint64_t at,
                                struct mzg_err *e)
{
    struct filling *f = ctx;
    const char *text;
    bool special = false;
    uint32_t id;
    enum mzg_code code = added_parts(value, at, &text, &id, &special, e);

    (void)key;
    if (code != MZG_OK)
        return code;
    if (id >= f->v->count || mzg_vocab_table_added(f->v, id))
        return fail_id(f->v, text, id, at, e);
    return mzg_vocab_table_add(f->v, id, text, special, at, e);
}

static enum mzg_code each_token(const struct mzg_tokenizer_json *t, struct filling *f, bool take,
                                struct mzg_err *e)
{
    enum mzg_code code = mzg_json_walk_each(t->text, t->vocab, true, "vocab",
                                            take ? take_token : see_token, f, e);

    if (code == MZG_OK && t->added.len > 0)
        code = mzg_json_walk_each(t->text, t->added, false, "added_tokens",
                                  take ? take_added : see_added, f, e);
    return code;
}

/* ---- the whole ---- */

static enum mzg_code check_model(const struct mzg_tokenizer_json *t, struct mzg_err *e)
{
    static const char *const affixes[] = {"continuing_subword_prefix", "end_of_word_suffix"};
    const char *type = json_string_value(json_object_get(t->model, "type"));
    char quoted[MZG_QUOTE];

    if (type && strcmp(type, "BPE") != 0)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "a tokenizer of type '%s'; BPE is read",
                        mzg_quote(quoted, type));
    if (t->vocab.len == 0 || t->merges.len == 0)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "model has no %s",
                        t->vocab.len == 0 ? "vocab" : "merges");
    for (size_t i = 0; i < sizeof affixes / sizeof *affixes; i++) {
        const char *affix = json_string_value(json_object_get(t->model, affixes[i]));
        if (affix && *affix)
            return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "a BPE tokenizer with %s '%s'",
                            affixes[i], mzg_quote(quoted, affix));
    }
    return MZG_OK;
}

/* Which of llama.cpp's two kinds of BPE it is, and its pre-tokenizer's name. */
static enum mzg_code classify(const struct mzg_tokenizer_json *t,
                              const struct mzg_tokenizer_json_options *opt, struct mzg_vocab *v,
                              struct mzg_err *e)
{
    struct mzg_pretokenizer p = {
        t->pre, t->post, json_is_true(json_object_get(t->model, "ignore_merges")), opt->family
    };
    const char *name = "default";
    bool bytes = mzg_pretokenizer_find(t->pre, "ByteLevel") != NULL;
    enum mzg_code code = MZG_OK;

    v->model = "gpt2";
    if (!bytes && json_is_true(json_object_get(t->model, "byte_fallback")))
        v->model = "llama";
    else if (!opt->pre)
        code = mzg_pretokenizer_name(&p, &name, e);
    if (opt->pre)
        name = opt->pre;
    if (code != MZG_OK)
        return code;
    v->pre = mzg_arena_text(&v->arena, name, strlen(name));
    return v->pre ? MZG_OK : mzg_fail_memory(e, "vocabulary");
}

/* Llama 2's tokenizer puts a space before the first word; Gemma's, of the same kind, does not. */
static bool prepends_space(const struct mzg_tokenizer_json *t)
{
    const json_t *metaspace = mzg_pretokenizer_find(t->pre, "Metaspace");
    const char *scheme = json_string_value(json_object_get(metaspace, "prepend_scheme"));

    if (mzg_pretokenizer_find(t->normalizer, "Prepend"))
        return true;
    if (scheme)
        return strcmp(scheme, "never") != 0;
    return metaspace && !json_is_false(json_object_get(metaspace, "add_prefix_space"));
}

enum mzg_code mzg_tokenizer_json_read(const struct mzg_tokenizer_json *t, struct mzg_vocab *v,
                                      const struct mzg_tokenizer_json_options *opt,
                                      struct mzg_err *e)
{
    struct filling f = {.v = v, .count = opt->vocab_size};
    enum mzg_code code = check_model(t, e);

    if (code == MZG_OK)
        code = classify(t, opt, v, e);
    if (code != MZG_OK)
        return code;
    f.llama = strcmp(v->model, "llama") == 0;
    if (opt->vocab_size == 0)
        code = each_token(t, &f, false, e);
    if (code == MZG_OK)
        code = mzg_vocab_table_init(v, f.count, e);
    if (code == MZG_OK)
        code = each_token(t, &f, true, e);
    if (code == MZG_OK)
        code = mzg_vocab_table_finish(v, e);
    if (code != MZG_OK)
        return code;
    if (!f.llama) {
        v->scores = NULL;
        return mzg_tokenizer_merges_list(t->text, t->merges, v, e);
    }
    if (!prepends_space(t))
        v->add_space_prefix = 0;
    return mzg_tokenizer_merges_score(t->text, t->merges, v, e);
}
