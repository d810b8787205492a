#include "vocab_table.h"

#include "../../base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SPACE_MARK "\xe2\x96\x81" /* U+2581, SentencePiece's space */

enum mzg_code mzg_vocab_table_init(struct mzg_vocab *v, uint64_t count, struct mzg_err *e)
{
    if (count > MZG_VOCAB_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "a vocabulary of %" PRIu64
                        " tokens; at most %u are read", count, MZG_VOCAB_MAX);
    v->count = (uint32_t)count;
    v->tokens = mzg_arena_alloc(&v->arena, v->count, sizeof *v->tokens);
    v->scores = mzg_arena_alloc(&v->arena, v->count, sizeof *v->scores);
    v->types = mzg_arena_alloc(&v->arena, v->count, sizeof *v->types);
    if (!v->tokens || !v->scores || !v->types)
        return mzg_fail_memory(e, "vocabulary");
    return MZG_OK;
}

bool mzg_vocab_text_clean(const char *text, size_t len)
{
    return mzg_utf8_valid(text, len) && !memchr(text, '\0', len);
}

enum mzg_code mzg_vocab_table_set(struct mzg_vocab *v, uint32_t id,
                                  const struct mzg_vocab_entry *entry, struct mzg_err *e)
{
    char quoted[MZG_QUOTE];

    if (!mzg_vocab_text_clean(entry->text, entry->len))
        return mzg_fail(e, MZG_MALFORMED, entry->at, "token %" PRIu32 " '%s' is not UTF-8 text "
                        "without NUL bytes", id, mzg_quote_n(quoted, entry->text, entry->len));
    v->tokens[id] = mzg_arena_text(&v->arena, entry->text, entry->len);
    if (!v->tokens[id])
        return mzg_fail_memory(e, "vocabulary");
    v->types[id] = (int32_t)entry->type;
    v->scores[id] = entry->score;
    return MZG_OK;
}

bool mzg_vocab_table_has(const struct mzg_vocab *v, uint32_t id)
{
    return v->tokens[id] != NULL;
}

static bool framed(const char *text, const char *head, const char *tail)
{
    size_t len = strlen(text), h = strlen(head), t = strlen(tail);

    return len >= h + t && memcmp(text, head, h) == 0 && memcmp(text + len - t, tail, t) == 0;
}

static bool looks_special(const char *text)
{
    static const char *const known[] = {"<pad>", "<mask>", "<2mass>", "[@BOS@]"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(text, known[i]) == 0)
            return true;
    /* The second pair is written with U+FF5C, as DeepSeek does. */
    return framed(text, "<|", "|>") || framed(text, "<\xef\xbd\x9c", "\xef\xbd\x9c>") ||
           framed(text, "<unused", ">");
}

/* A USER_DEFINED token whose marks are still to become spaces: merges and special tokens name it by
 * the text with marks, so that finish indexes it first. */
#define TYPE_MARKED 7

enum mzg_code mzg_vocab_table_add(struct mzg_vocab *v, uint32_t id, const char *text, bool special,
                                  uint64_t at, struct mzg_err *e)
{
    bool control = special || looks_special(text);
    struct mzg_vocab_entry entry = {text, strlen(text), MZG_TOKEN_CONTROL, MZG_SCORE_ADDED, at};
    enum mzg_code code = mzg_vocab_table_set(v, id, &entry, e);

    if (code == MZG_OK && !control)
        v->types[id] = strstr(text, SPACE_MARK) ? TYPE_MARKED : MZG_TOKEN_USER_DEFINED;
    return code;
}

bool mzg_vocab_table_added(const struct mzg_vocab *v, uint32_t id)
{
    return v->types[id] == MZG_TOKEN_CONTROL || v->types[id] == MZG_TOKEN_USER_DEFINED ||
           v->types[id] == TYPE_MARKED;
}

/* The mark is three bytes, the space one. */
static void copy_unmarked(char *to, const char *from)
{
    while (*from) {
        bool mark = strncmp(from, SPACE_MARK, 3) == 0;
        *to++ = mark ? ' ' : *from;
        from += mark ? 3 : 1;
    }
    *to = '\0';
}

static enum mzg_code fail_twice(size_t a, size_t b, const char *text, struct mzg_err *e)
{
    char quoted[MZG_QUOTE];

    return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "tokens %zu and %zu have the same text '%s'",
                    a, b, mzg_quote(quoted, text));
}

static enum mzg_code unmark(struct mzg_vocab *v, uint32_t id, struct mzg_err *e)
{
    char *text = mzg_arena_text(&v->arena, v->tokens[id], strlen(v->tokens[id]));

    if (!text)
        return mzg_fail_memory(e, "vocabulary");
    copy_unmarked(text, v->tokens[id]);
    int64_t other = mzg_vocab_table_find(v, text);
    if (other >= 0)
        return fail_twice((size_t)other, id, text, e);
    v->tokens[id] = text; /* the index keeps the other */
    v->types[id] = MZG_TOKEN_USER_DEFINED;
    return MZG_OK;
}

static enum mzg_code fill_hole(struct mzg_vocab *v, uint32_t id, struct mzg_err *e)
{
    char text[24];
    struct mzg_vocab_entry entry = {text, 0, MZG_TOKEN_UNUSED, MZG_SCORE_HOLE, MZG_NO_OFFSET};

    entry.len = (size_t)snprintf(text, sizeof text, "[PAD%" PRIu32 "]", id);
    return mzg_vocab_table_set(v, id, &entry, e);
}

enum mzg_code mzg_vocab_table_index(struct mzg_vocab *v, struct mzg_err *e)
{
    const struct mzg_name *twice;

    for (uint32_t id = 0; id < v->count; id++)
        v->index[id] = (struct mzg_name){v->tokens[id], id};
    mzg_names_sort(v->index, v->count);
    twice = mzg_names_twice(v->index, v->count);
    return twice ? fail_twice(twice[-1].index, twice->index, twice->name, e) : MZG_OK;
}

enum mzg_code mzg_vocab_table_finish(struct mzg_vocab *v, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;

    v->index = mzg_arena_alloc(&v->arena, v->count, sizeof *v->index);
    if (!v->index)
        return mzg_fail_memory(e, "vocabulary index");
    for (uint32_t id = 0; id < v->count && code == MZG_OK; id++)
        if (!mzg_vocab_table_has(v, id))
            code = fill_hole(v, id, e);
    if (code == MZG_OK)
        code = mzg_vocab_table_index(v, e);
    for (uint32_t id = 0; id < v->count && code == MZG_OK; id++)
        if (v->types[id] == TYPE_MARKED)
            code = unmark(v, id, e);
    return code;
}

int64_t mzg_vocab_table_find(const struct mzg_vocab *v, const char *text)
{
    const struct mzg_name *name = mzg_names_find(v->index, v->count, text);

    return name ? (int64_t)name->index : -1;
}
