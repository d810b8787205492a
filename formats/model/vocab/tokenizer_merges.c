#include "tokenizer_merges.h"

#include "../../base/buf.h"
#include "vocab_table.h"

#include <inttypes.h>
#include <string.h>

#define SPACE_BYTE "\xc4\xa0" /* U+0120, a space in GPT-2's alphabet of bytes */
#define MERGE_MAX ((size_t)1 << 20)
#define WAYS_MAX 256       /* bytes of the longest token whose ways are counted */
#define VERSION "#version" /* what the first line of merges.txt begins with */

struct merging {
    struct mzg_vocab *v;
    struct mzg_buf left, joined, line; /* scratch, NUL-terminated */
    uint32_t rank;                     /* tokens scored so far */
    uint32_t *ways;                    /* of a token: merges that make it */
};

struct merge {
    const char *left, *right; /* as long as the item and the scratch */
    int64_t result;           /* an id */
    bool none;                /* a "#version" line, which is no merge */
};

/* "a b", split at its only space; *found is false when it has none or more. */
static enum mzg_code split_text(struct merging *m, const char *text, struct merge *parts,
                                bool *found, struct mzg_err *e)
{
    const char *space = strchr(text, ' ');

    *found = space && !strchr(space + 1, ' ');
    if (!*found)
        return MZG_OK;
    m->left.len = 0;
    mzg_buf_put(&m->left, text, (size_t)(space - text));
    mzg_buf_u8(&m->left, 0);
    parts->left = (const char *)m->left.data;
    parts->right = space + 1;
    return mzg_buf_ok(&m->left, "merge", e);
}

static enum mzg_code split_merge(struct merging *m, const json_t *value, uint64_t at,
                                 struct merge *parts, struct mzg_err *e)
{
    const char *text = json_string_value(value);
    bool found = false;

    *parts = (struct merge){
        .left = json_string_value(json_array_get(value, 0)),
        .right = json_string_value(json_array_get(value, 1)),
    };
    if (text && strncmp(text, VERSION, strlen(VERSION)) == 0) {
        parts->none = true;
        return MZG_OK;
    }
    if (text) {
        enum mzg_code code = split_text(m, text, parts, &found, e);
        if (code != MZG_OK || found)
            return code;
    }
    if (json_array_size(value) == 2 && parts->left && parts->right)
        return MZG_OK;
    return mzg_fail(e, MZG_MALFORMED, at, "merge at byte %" PRIu64 " is neither \"a b\" nor "
                    "[\"a\", \"b\"]", at);
}

static enum mzg_code find_merge(struct merging *m, struct merge *parts, uint64_t at,
                                struct mzg_err *e)
{
    char left[MZG_QUOTE], right[MZG_QUOTE];
    const char *what;

    m->joined.len = 0;
    mzg_buf_text(&m->joined, parts->left);
    mzg_buf_text(&m->joined, parts->right);
    mzg_buf_u8(&m->joined, 0);
    if (m->joined.bad)
        return mzg_buf_ok(&m->joined, "merge", e);
    parts->result = mzg_vocab_table_find(m->v, (const char *)m->joined.data);
    if (mzg_vocab_table_find(m->v, parts->left) < 0)
        what = "its first part";
    else if (mzg_vocab_table_find(m->v, parts->right) < 0)
        what = "its second part";
    else if (parts->result < 0)
        what = "what it makes";
    else
        return MZG_OK;
    return mzg_fail(e, MZG_MALFORMED, at, "merge of '%s' and '%s' at byte %" PRIu64 ": %s is not "
                    "in the vocabulary", mzg_quote(left, parts->left),
                    mzg_quote(right, parts->right), at, what);
}

static enum mzg_code read_merge(struct merging *m, const json_t *value, uint64_t at,
                                struct merge *parts, struct mzg_err *e)
{
    enum mzg_code code = split_merge(m, value, at, parts, e);

    return code == MZG_OK && !parts->none ? find_merge(m, parts, at, e) : code;
}

static void put_part(struct mzg_buf *b, const char *part)
{
    for (const char *space; (space = strchr(part, ' ')); part = space + 1) {
        mzg_buf_put(b, part, (size_t)(space - part));
        mzg_buf_text(b, SPACE_BYTE);
    }
    mzg_buf_text(b, part);
}

static enum mzg_code put_merge(struct merging *m, const struct merge *parts, struct mzg_err *e)
{
    m->joined.len = 0;
    put_part(&m->joined, parts->left);
    mzg_buf_u8(&m->joined, ' ');
    put_part(&m->joined, parts->right);
    enum mzg_code code = mzg_buf_ok(&m->joined, "merge", e);
    if (code != MZG_OK)
        return code;
    const char *text = mzg_arena_text(&m->v->arena, m->joined.data, m->joined.len);
    if (!text)
        return mzg_fail_memory(e, "merges");
    m->v->merges[m->v->n_merges++] = text;
    return MZG_OK;
}

static enum mzg_code list_merge(void *ctx, const char *key, const json_t *value, uint64_t at,
                                struct mzg_err *e)
{
    struct merging *m = ctx;
    struct merge parts;
    enum mzg_code code = read_merge(m, value, at, &parts, e);

    (void)key;
    return code == MZG_OK && !parts.none ? put_merge(m, &parts, e) : code;
}

/* Not 0.0f - rank: gcc makes that -0.0 for rank 0, clang does not. */
static float next_score(struct merging *m)
{
    uint32_t rank = m->rank++;

    return rank > 0 ? -(float)rank : 0.0f;
}

static enum mzg_code score_merge(void *ctx, const char *key, const json_t *value, uint64_t at,
                                 struct mzg_err *e)
{
    struct merging *m = ctx;
    struct merge parts;
    enum mzg_code code = read_merge(m, value, at, &parts, e);

    (void)key;
    if (code != MZG_OK || parts.none)
        return code;
    m->ways[parts.result]++;
    if (m->v->scores[parts.result] == MZG_SCORE_UNSET)
        m->v->scores[parts.result] = next_score(m);
    return MZG_OK;
}

static bool is_part(const struct mzg_vocab *v, const char *text)
{
    int64_t id = mzg_vocab_table_find(v, text);

    return id >= 0 && v->types[id] == MZG_TOKEN_NORMAL;
}

/* Ways to put a token together from two others; llama.cpp takes any. */
static enum mzg_code count_ways(struct merging *m, uint32_t id, uint32_t *ways, struct mzg_err *e)
{
    const char *text = m->v->tokens[id];

    *ways = 0;
    m->left.len = 0;
    for (size_t i = 0; text[i]; i++) {
        if (i > 0 && ((unsigned char)text[i] & 0xc0) != 0x80) { /* a character begins */
            mzg_buf_u8(&m->left, 0);
            if (m->left.bad)
                break;
            *ways += is_part(m->v, (const char *)m->left.data) && is_part(m->v, text + i);
            m->left.len--;
        }
        mzg_buf_u8(&m->left, (uint8_t)text[i]);
    }
    return mzg_buf_ok(&m->left, "token", e);
}

/* SentencePiece's own merges list every way; a list that does not is another tokenizer's. */
static enum mzg_code tell_unlisted(struct merging *m, const struct mzg_notify *notify,
                                   struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;
    uint32_t unlisted = 0, ways;

    mzg_buf_init(&m->left, MERGE_MAX);
    for (uint32_t id = 0; id < m->v->count && code == MZG_OK; id++) {
        if (m->v->types[id] != MZG_TOKEN_NORMAL || strlen(m->v->tokens[id]) > WAYS_MAX)
            continue;
        code = count_ways(m, id, &ways, e);
        unlisted += ways > m->ways[id];
    }
    mzg_buf_clear(&m->left);
    if (code == MZG_OK && unlisted > 0)
        mzg_notice(notify, "%" PRIu32 " tokens can be made in ways that the merges do not list: "
                   "llama.cpp, which merges whatever makes a token, may cut rare words otherwise",
                   unlisted);
    return code;
}

static enum mzg_code each_merge(char *text, struct mzg_json_span merges, struct merging *m,
                                mzg_json_use *use, struct mzg_err *e)
{
    mzg_buf_init(&m->left, MERGE_MAX);
    mzg_buf_init(&m->joined, MERGE_MAX);
    enum mzg_code code = mzg_json_walk_each(text, merges, false, "merges", use, m, e);
    mzg_buf_clear(&m->left);
    mzg_buf_clear(&m->joined);
    return code;
}

enum mzg_code mzg_tokenizer_merges_list(char *text, struct mzg_json_span merges,
                                        struct mzg_vocab *v, struct mzg_err *e)
{
    struct merging m = {.v = v};
    struct mzg_json_walk w;
    size_t count = 0;
    enum mzg_code code = mzg_json_walk_open(&w, text, merges, e);

    if (code == MZG_OK)
        code = mzg_json_walk_count(&w, &count, e);
    if (code != MZG_OK)
        return code;
    v->merges = mzg_arena_alloc(&v->arena, count, sizeof *v->merges);
    if (!v->merges || count > UINT32_MAX)
        return mzg_fail_memory(e, "merges");
    return each_merge(text, merges, &m, list_merge, e);
}

enum mzg_code mzg_tokenizer_merges_score(char *text, struct mzg_json_span merges,
                                         struct mzg_vocab *v, const struct mzg_notify *notify,
                                         struct mzg_err *e)
{
    struct merging m = {.v = v, .ways = mzg_arena_alloc(&v->arena, v->count, sizeof *m.ways)};

    if (!m.ways)
        return mzg_fail_memory(e, "merges");
    enum mzg_code code = each_merge(text, merges, &m, score_merge, e);
    for (uint32_t id = 0; code == MZG_OK && id < v->count; id++)
        if (v->scores[id] == MZG_SCORE_UNSET)
            v->scores[id] = next_score(&m);
    return code == MZG_OK ? tell_unlisted(&m, notify, e) : code;
}

/* ---- merges.txt ---- */

static enum mzg_code take_line(struct merging *m, const char *line, size_t len, uint64_t at,
                               struct mzg_err *e)
{
    struct merge parts = {.none = false};
    char quoted[MZG_QUOTE];
    bool found = false;
    enum mzg_code code;

    if (len > 0 && line[len - 1] == '\r')
        len--;
    if (len == 0)
        return MZG_OK;
    m->line.len = 0;
    mzg_buf_put(&m->line, line, len);
    mzg_buf_u8(&m->line, 0);
    code = mzg_buf_ok(&m->line, "merge", e);
    if (code == MZG_OK && strlen((const char *)m->line.data) == len)
        code = split_text(m, (const char *)m->line.data, &parts, &found, e);
    if (code == MZG_OK && !found)
        return mzg_fail(e, MZG_MALFORMED, at, "merge '%s' at byte %" PRIu64 " is not \"a b\"",
                        mzg_quote_n(quoted, line, len), at);
    if (code == MZG_OK)
        code = find_merge(m, &parts, at, e);
    return code == MZG_OK ? put_merge(m, &parts, e) : code;
}

static enum mzg_code each_line(struct merging *m, const char *text, size_t len, struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;

    for (size_t at = 0, line; code == MZG_OK && at < len; at += line + 1) {
        const char *end = memchr(text + at, '\n', len - at);
        line = end ? (size_t)(end - text) - at : len - at;
        if (at == 0 && line >= strlen(VERSION) && memcmp(text, VERSION, strlen(VERSION)) == 0)
            continue;
        code = take_line(m, text + at, line, at, e);
    }
    return code;
}

enum mzg_code mzg_tokenizer_merges_lines(const char *text, size_t len, struct mzg_vocab *v,
                                         struct mzg_err *e)
{
    struct merging m = {.v = v};
    size_t lines = 1;

    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    v->merges = mzg_arena_alloc(&v->arena, lines, sizeof *v->merges);
    if (!v->merges || lines > UINT32_MAX)
        return mzg_fail_memory(e, "merges");
    mzg_buf_init(&m.left, MERGE_MAX);
    mzg_buf_init(&m.joined, MERGE_MAX);
    mzg_buf_init(&m.line, MERGE_MAX);
    enum mzg_code code = each_line(&m, text, len, e);
    mzg_buf_clear(&m.left);
    mzg_buf_clear(&m.joined);
    mzg_buf_clear(&m.line);
    return code;
}
