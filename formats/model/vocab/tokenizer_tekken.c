#include "tokenizer_tekken.h"

#include "../../base/base64.h"
#include "../../base/buf.h"
#include "../../base/json.h"
#include "byte_level.h"
#include "json_walk.h"
#include "pretokenizer.h"
#include "vocab_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_MAX 4096 /* bytes of the longest token */
#define SPLITS_MAX 256 /* of the longest token that merges are listed for */

const char *const mzg_tekken_specials[MZG_SPECIAL_COUNT] = {
    [MZG_SPECIAL_BOS] = "<s>", [MZG_SPECIAL_EOS] = "</s>", [MZG_SPECIAL_UNK] = "<unk>",
    [MZG_SPECIAL_PAD] = "<pad>",
};

/* The first files did not list them; all of those agree on these. */
static const char *const first_specials[] = {
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]",
};

struct tekken {
    struct mzg_vocab *v;
    char *text;
    json_t *config;
    struct mzg_json_span vocab, specials;
    uint32_t n_special; /* ids before the first byte string */
    uint32_t n_tokens;  /* byte strings that are used; the file may have more */
    uint32_t next;      /* rank of the next */
};

/* ---- parts ---- */

static enum mzg_code take_part(struct tekken *t, const char *key, struct mzg_json_span value,
                               struct mzg_err *e)
{
    json_t *parsed;

    if (strcmp(key, "vocab") == 0) {
        t->vocab = value;
        return MZG_OK;
    }
    enum mzg_code code = mzg_json_walk_value(t->text, value, &parsed, e);
    if (code != MZG_OK)
        return code;
    if (strcmp(key, "special_tokens") == 0 && json_is_array(parsed))
        t->specials = value;
    if (strcmp(key, "config") == 0 && json_is_object(parsed) && !t->config)
        t->config = parsed;
    else
        json_decref(parsed);
    return MZG_OK;
}

static enum mzg_code find_parts(struct tekken *t, size_t len, struct mzg_err *e)
{
    struct mzg_json_span key, value;
    struct mzg_json_walk w;
    json_t *name;
    bool more;
    enum mzg_code code = mzg_json_walk_open(&w, t->text, (struct mzg_json_span){0, len}, e);

    if (code == MZG_OK && !w.object)
        return mzg_fail(e, MZG_MALFORMED, 0, "not a JSON object");
    while (code == MZG_OK && (code = mzg_json_walk_next(&w, &key, &value, &more, e)) == MZG_OK &&
           more) {
        code = mzg_json_walk_value(t->text, key, &name, e);
        if (code != MZG_OK)
            return code;
        code = take_part(t, json_string_value(name), value, e);
        json_decref(name);
    }
    if (code == MZG_OK && (!t->config || t->vocab.len == 0))
        code = mzg_fail(e, MZG_MALFORMED, 0, "no '%s' in it", t->config ? "vocab" : "config");
    return code;
}

/* A token's readable form, which is not used, is a NUL for the first byte of all, which no JSON here may have:
 * another character is as good. */
static void replace_nuls(char *text, struct mzg_json_span span)
{
    for (size_t i = span.at; i + 6 <= span.at + span.len; i++) {
        if (text[i] != '\\')
            continue;
        if (memcmp(text + i, "\\u0000", 6) == 0)
            text[i + 5] = '1';
        i++; /* what is escaped begins no escape */
    }
}

static enum mzg_code read_sizes(struct tekken *t, uint64_t rows, struct mzg_err *e)
{
    int64_t all, special;
    enum mzg_code code = mzg_json_int(t->config, "default_vocab_size", 1, MZG_VOCAB_MAX, &all, e);

    if (code == MZG_OK)
        code = mzg_json_int(t->config, "default_num_special_tokens", 0, all, &special, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "config");
    if (rows > 0 && rows < (uint64_t)all)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "config: default_vocab_size %" PRId64
                        " is beyond the model's %" PRIu64 " tokens", all, rows);
    t->n_special = (uint32_t)special;
    t->n_tokens = (uint32_t)(all - special);
    t->v->own = (uint32_t)all;
    return mzg_vocab_table_init(t->v, rows > 0 ? rows : (uint64_t)all, e);
}

/* Its pattern stands for a Split and a ByteLevel. */
static enum mzg_code find_pre(const struct tekken *t, const char *given, struct mzg_err *e)
{
    const char *pattern = NULL, *name = given;
    enum mzg_code code = mzg_json_text(t->config, "pattern", &pattern, e);

    t->v->model = "gpt2";
    if (code == MZG_OK && !given) {
        json_t *pre = json_pack("{s:s, s:[{s:s, s:{s:s}, s:s}, {s:s, s:b}]}", "type", "Sequence",
                                "pretokenizers", "type", "Split", "pattern", "Regex", pattern,
                                "behavior", "Isolated", "type", "ByteLevel", "use_regex", 0);
        const struct mzg_pretokenizer p = {"gpt2", pre, NULL, true, NULL};
        if (!pre)
            return mzg_fail_memory(e, "pre-tokenizer");
        code = mzg_pretokenizer_name(&p, &name, e);
        json_decref(pre);
    }
    if (code != MZG_OK)
        return code;
    t->v->pre = mzg_arena_text(&t->v->arena, name, strlen(name));
    return t->v->pre ? MZG_OK : mzg_fail_memory(e, "vocabulary");
}

/* ---- tokens ---- */

static enum mzg_code take_special(void *ctx, const char *key, const json_t *value, uint64_t at,
                                  struct mzg_err *e)
{
    struct tekken *t = ctx;
    const char *text = NULL;
    int64_t rank = 0;
    enum mzg_code code = mzg_json_text(value, "token_str", &text, e);

    (void)key;
    if (code == MZG_OK)
        code = mzg_json_int(value, "rank", 0, (int64_t)t->n_special - 1, &rank, e);
    if (code == MZG_OK && mzg_vocab_table_has(t->v, (uint32_t)rank))
        code = mzg_fail(e, MZG_MALFORMED, at, "its rank %" PRId64 " is taken", rank);
    if (code == MZG_OK)
        code = mzg_vocab_table_add(t->v, (uint32_t)rank, text, true, at, e);
    if (code == MZG_OK)
        return code;
    e->offset = at;
    return mzg_prefix(e, "special token at byte %" PRIu64, at);
}

static enum mzg_code fill_specials(struct tekken *t, struct mzg_err *e)
{
    const size_t n = t->specials.len > 0 ? 0 : sizeof first_specials / sizeof *first_specials;
    enum mzg_code code = MZG_OK;
    char text[32];

    if (t->specials.len > 0)
        code = mzg_json_walk_each(t->text, t->specials, false, "special_tokens", take_special, t, e);
    for (uint32_t id = 0; id < t->n_special && code == MZG_OK; id++) {
        if (mzg_vocab_table_has(t->v, id))
            continue;
        snprintf(text, sizeof text, "<SPECIAL_%" PRIu32 ">", id);
        code = mzg_vocab_table_add(t->v, id, id < n ? first_specials[id] : text, true, MZG_NO_OFFSET,
                                   e);
    }
    return code;
}

static enum mzg_code take_token(void *ctx, const char *key, const json_t *value, uint64_t at,
                                struct mzg_err *e)
{
    uint8_t bytes[MZG_BASE64_ROOM(TOKEN_MAX / 3 * 4)];
    char text[2 * TOKEN_MAX + 8];
    struct tekken *t = ctx;
    const json_t *rank = json_object_get(value, "rank");
    const char *base64 = json_string_value(json_object_get(value, "token_bytes"));
    size_t len = 0, n = 0;

    (void)key;
    if (t->next == t->n_tokens)
        return MZG_OK;
    if (!json_is_integer(rank) || json_integer_value(rank) != t->next)
        return mzg_fail(e, MZG_MALFORMED, at, "token at byte %" PRIu64 ": its rank is not %" PRIu32
                        ", its place", at, t->next);
    if (!base64 || strlen(base64) > TOKEN_MAX / 3 * 4 ||
        !mzg_base64_decode(base64, strlen(base64), bytes, &n) || n == 0)
        return mzg_fail(e, MZG_MALFORMED, at, "token at byte %" PRIu64 ": its token_bytes are not 1 to "
                        "%d bytes in base64", at, TOKEN_MAX);
    for (size_t i = 0; i < n; i++)
        len += mzg_byte_level_put(text + len, bytes[i]);
    struct mzg_vocab_entry entry = {text, len, MZG_TOKEN_NORMAL, 0.0f, at};
    return mzg_vocab_table_set(t->v, t->n_special + t->next++, &entry, e);
}

/* ---- merges ---- */

struct split {
    int64_t left, right; /* ids */
    size_t at;           /* where the right part begins */
};

static int by_parts(const void *a, const void *b)
{
    const struct split *x = a, *y = b;

    if (x->left != y->left)
        return x->left < y->left ? -1 : 1;
    return x->right < y->right ? -1 : x->right > y->right;
}

/* The ways to put it together, the lowest ranks first. */
static size_t find_splits(const struct tekken *t, const char *text, struct split *splits)
{
    char left[2 * SPLITS_MAX + 1];
    size_t len = strlen(text), n = 0;

    for (size_t i = 1; i < len && len <= SPLITS_MAX; i++) {
        if (((unsigned char)text[i] & 0xc0) == 0x80)
            continue;
        memcpy(left, text, i);
        left[i] = '\0';
        struct split s = {mzg_vocab_table_find(t->v, left), -1, i};
        if (s.left >= t->n_special)
            s.right = mzg_vocab_table_find(t->v, text + i);
        if (s.right >= t->n_special)
            splits[n++] = s;
    }
    qsort(splits, n, sizeof *splits, by_parts);
    return n;
}

static enum mzg_code list_merges(const struct tekken *t, struct mzg_buf *merges, struct mzg_err *e)
{
    struct split splits[SPLITS_MAX];

    for (uint32_t id = t->n_special; id < t->v->own; id++) {
        const char *text = t->v->tokens[id];
        size_t len = strlen(text), n = find_splits(t, text, splits);
        for (size_t i = 0; i < n; i++) {
            char *merge = mzg_arena_alloc(&t->v->arena, len + 2, 1);
            if (!merge)
                return mzg_fail_memory(e, "merges");
            memcpy(merge, text, splits[i].at);
            merge[splits[i].at] = ' ';
            memcpy(merge + splits[i].at + 1, text + splits[i].at, len - splits[i].at);
            mzg_buf_put(merges, &merge, sizeof merge);
        }
    }
    return mzg_buf_ok(merges, "merges", e);
}

static enum mzg_code make_merges(struct tekken *t, struct mzg_err *e)
{
    struct mzg_vocab *v = t->v;
    struct mzg_buf merges;

    mzg_buf_init(&merges, (size_t)64 << 20);
    enum mzg_code code = list_merges(t, &merges, e);
    if (code == MZG_OK) {
        v->merges = mzg_arena_alloc(&v->arena, merges.len + 1, 1);
        v->n_merges = (uint32_t)(merges.len / sizeof *v->merges);
        if (!v->merges)
            code = mzg_fail_memory(e, "merges");
        else if (merges.len > 0)
            memcpy(v->merges, merges.data, merges.len);
    }
    mzg_buf_clear(&merges);
    return code;
}

static enum mzg_code read_all(struct tekken *t, size_t len,
                              const struct mzg_tokenizer_tekken_options *opt, struct mzg_err *e)
{
    enum mzg_code code = find_parts(t, len, e);

    if (code == MZG_OK)
        code = find_pre(t, opt->pre, e);
    if (code == MZG_OK)
        code = read_sizes(t, opt->vocab_size, e);
    if (code == MZG_OK)
        code = fill_specials(t, e);
    if (code == MZG_OK)
        replace_nuls(t->text, t->vocab);
    if (code == MZG_OK)
        code = mzg_json_walk_each(t->text, t->vocab, false, "vocab", take_token, t, e);
    if (code == MZG_OK && t->next < t->n_tokens)
        code = mzg_fail(e, MZG_MALFORMED, t->vocab.at, "%" PRIu32 " tokens at byte %zu; "
                        "default_vocab_size needs %" PRIu32, t->next, t->vocab.at, t->n_tokens);
    if (code == MZG_OK)
        code = mzg_vocab_table_finish(t->v, e);
    t->v->scores = NULL;
    return code == MZG_OK ? make_merges(t, e) : code;
}

enum mzg_code mzg_tokenizer_tekken_read(char *text, size_t len, struct mzg_vocab *v,
                                        const struct mzg_tokenizer_tekken_options *opt,
                                        struct mzg_err *e)
{
    struct tekken t = {.v = v, .text = text};
    enum mzg_code code = read_all(&t, len, opt, e);

    json_decref(t.config);
    return code;
}
