#include "normalizer.h"

#include "../../base/base64.h"

#include <string.h>

#define SPACE_MARK "\xe2\x96\x81" /* U+2581, SentencePiece's space */

static const char *text_of(const json_t *op, const char *key)
{
    const char *text = json_string_value(json_object_get(op, key));

    return text ? text : "";
}

/* Replace: of a text or a regular expression by a text. */
static unsigned replace_bits(const json_t *op)
{
    const json_t *pattern = json_object_get(op, "pattern");
    const char *content = text_of(op, "content");
    bool mark = strcmp(content, SPACE_MARK) == 0;

    if (strcmp(text_of(pattern, "String"), " ") == 0 && mark)
        return MZG_NORM_MARKS;
    if (strcmp(text_of(pattern, "Regex"), " {2,}") == 0 && (mark || strcmp(content, " ") == 0))
        return MZG_NORM_RUNS;
    return MZG_NORM_OTHER;
}

static unsigned op_bits(const char *type, const json_t *op)
{
    static const struct { const char *type; unsigned bits; } known[] = {
        {"Precompiled", MZG_NORM_CHARSMAP}, {"BertNormalizer", MZG_NORM_BERT},
        {"Lowercase", MZG_NORM_LOWERCASE},  {"StripAccents", MZG_NORM_ACCENTS},
        {"NFC", MZG_NORM_NFC},              {"NFD", MZG_NORM_FORM},
        {"NFKC", MZG_NORM_FORM},            {"NFKD", MZG_NORM_FORM},
        {"Nmt", MZG_NORM_FORM},             {"Strip", MZG_NORM_STRIP},
    };

    if (strcmp(type, "Replace") == 0)
        return replace_bits(op);
    if (strcmp(type, "Prepend") == 0 && json_object_get(op, "prepend"))
        return strcmp(text_of(op, "prepend"), SPACE_MARK) == 0 ? MZG_NORM_PREPEND : MZG_NORM_OTHER;
    if (strcmp(type, "Prepend") == 0)
        return MZG_NORM_PREPEND;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(type, known[i].type) == 0)
            return known[i].bits;
    return MZG_NORM_OTHER;
}

/* "Replace", with what it replaces. */
static void note_other(struct mzg_normalizer *n, const char *type, const json_t *op)
{
    const json_t *pattern = json_object_get(op, "pattern");
    char text[128];

    if (n->ops & MZG_NORM_OTHER)
        return;
    snprintf(text, sizeof text, "%s%s%s%s", type, pattern ? " " : "", text_of(pattern, "String"),
             text_of(pattern, "Regex"));
    mzg_quote(n->other, text);
}

static void read_bert(struct mzg_normalizer *n, const json_t *op)
{
    const json_t *accents = json_object_get(op, "strip_accents");

    n->lowercase = !json_is_false(json_object_get(op, "lowercase"));
    n->keeps_chinese = json_is_false(json_object_get(op, "handle_chinese_chars"));
    if (json_is_boolean(accents))
        n->strip_accents = json_is_true(accents);
}

/* A Sequence stands for its parts. The parser's limit on depth bounds the recursion. */
static void read_op(struct mzg_normalizer *n, const json_t *op)
{
    const char *type = text_of(op, "type");
    const json_t *part;
    unsigned bits;
    size_t i;

    if (strcmp(type, "Sequence") == 0) {
        json_array_foreach(json_object_get(op, "normalizers"), i, part)
            read_op(n, part);
        return;
    }
    bits = op_bits(type, op);
    if (bits == MZG_NORM_OTHER)
        note_other(n, type, op);
    if (bits == MZG_NORM_CHARSMAP)
        n->charsmap = text_of(op, "precompiled_charsmap");
    if (bits == MZG_NORM_BERT)
        read_bert(n, op);
    if (bits == MZG_NORM_LOWERCASE)
        n->lowercase = true;
    if (bits == MZG_NORM_ACCENTS)
        n->strip_accents = 1;
    n->ops |= bits;
}

void mzg_normalizer_read(struct mzg_normalizer *n, const json_t *normalizer)
{
    memset(n, 0, sizeof *n);
    n->strip_accents = -1;
    if (!normalizer)
        return;
    read_op(n, normalizer);
    /* Without BERT's own, only what is asked for is done. */
    if (!(n->ops & MZG_NORM_BERT) && n->strip_accents < 0)
        n->strip_accents = 0;
}

enum mzg_code mzg_normalizer_check(const struct mzg_normalizer *n, unsigned done, bool forced,
                                   const struct mzg_notify *notify, struct mzg_err *e)
{
    static const char *const names[MZG_NORMS] = {
        "Precompiled", "BertNormalizer", "Lowercase", "StripAccents", "NFC", "another form (NFKC)",
        "spaces as U+2581", "runs of spaces as one", "Prepend", "Strip", NULL,
    };
    unsigned left = n->ops & ~(done | MZG_NORM_NFC);

    if (left & MZG_NORM_FORM)
        mzg_notice(notify, "the tokenizer brings text into another Unicode form first (NFKC or the "
                   "like); llama.cpp does not, which shows in text that is not in that form yet");
    left &= ~(unsigned)MZG_NORM_FORM;
    for (int i = 0; i < MZG_NORMS; i++) {
        const char *name = names[i] ? names[i] : n->other;
        if (!(left & 1u << i))
            continue;
        if (!forced)
            return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "a normalizer with '%s', which "
                            "llama.cpp does not do for this kind of tokenizer; --pre NAME takes it "
                            "nevertheless", name);
        mzg_notice(notify, "the tokenizer's normalizer '%s' is not done by llama.cpp", name);
    }
    return MZG_OK;
}

/* ---- the table of replacements ---- */

enum mzg_code mzg_charsmap_set(struct mzg_vocab *v, const void *data, size_t len,
                               struct mzg_err *e)
{
    const uint8_t *bytes = data;
    uint64_t nodes;
    uint8_t *copy;

    if (len == 0)
        return MZG_OK;
    nodes = len < 4 ? 0 : (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 |
                          (uint64_t)bytes[3] << 24;
    if (nodes == 0 || nodes % 4 != 0 || len < 5 || nodes > len - 5 || bytes[len - 1] != 0)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "precompiled_charsmap: %zu bytes are no "
                        "table with its replacements behind it", len);
    copy = mzg_arena_alloc(&v->arena, len, 1);
    if (!copy)
        return mzg_fail_memory(e, "precompiled_charsmap");
    memcpy(copy, bytes, len);
    v->charsmap = copy;
    v->charsmap_len = len;
    return MZG_OK;
}

enum mzg_code mzg_charsmap_decode(struct mzg_vocab *v, const char *base64, struct mzg_err *e)
{
    size_t chars = strlen(base64), len;
    uint8_t *bytes = mzg_arena_alloc(&v->arena, MZG_BASE64_ROOM(chars), 1);

    if (!bytes)
        return mzg_fail_memory(e, "precompiled_charsmap");
    if (!mzg_base64_decode(base64, chars, bytes, &len))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "precompiled_charsmap is not base64");
    return mzg_charsmap_set(v, bytes, len, e);
}
