#include "vocab_fill.h"

#include "../../base/json.h"
#include "vocab_table.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

struct filling {
    const struct mzg_vocab_fill *f;
    struct mzg_vocab *v;
    uint64_t count;  /* one more than the largest id seen */
    uint32_t next;   /* id of the next piece */
    unsigned beyond; /* added tokens that there is no row for */
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

static void see(struct filling *f, uint32_t id)
{
    if (id >= f->count)
        f->count = id + 1u;
}

/* "<0x0A>" */
static bool is_byte_text(const char *text)
{
    return strlen(text) == 6 && memcmp(text, "<0x", 3) == 0 && text[5] == '>' &&
           strspn(text + 3, "0123456789ABCDEFabcdef") == 2;
}

static enum mzg_code set_token(struct filling *f, uint32_t id, const char *text, float score,
                               uint64_t at, struct mzg_err *e)
{
    struct mzg_vocab_entry entry = {text, strlen(text), MZG_TOKEN_NORMAL, score, at};

    see(f, id);
    if (id >= f->v->count || mzg_vocab_table_has(f->v, id))
        return fail_id(f->v, text, id, at, e);
    if (f->f->bytes && is_byte_text(text)) {
        entry.type = MZG_TOKEN_BYTE;
        entry.score = 0.0f;
    }
    return mzg_vocab_table_set(f->v, id, &entry, e);
}

/* ---- the two forms of a vocabulary ---- */

static enum mzg_code see_token(void *ctx, const char *key, const json_t *value, uint64_t at,
                               struct mzg_err *e)
{
    uint32_t id;
    enum mzg_code code = read_id(value, key, at, &id, e);

    if (code == MZG_OK)
        see(ctx, id);
    return code;
}

static enum mzg_code take_token(void *ctx, const char *key, const json_t *value, uint64_t at,
                                struct mzg_err *e)
{
    struct filling *f = ctx;
    uint32_t id;
    enum mzg_code code = read_id(value, key, at, &id, e);

    return code == MZG_OK ? set_token(f, id, key, f->f->score, at, e) : code;
}

/* ["text", score] */
static enum mzg_code take_piece(void *ctx, const char *key, const json_t *value, uint64_t at,
                                struct mzg_err *e)
{
    struct filling *f = ctx;
    const char *text = json_string_value(json_array_get(value, 0));
    const json_t *score = json_array_get(value, 1);
    double number = json_number_value(score);

    (void)key;
    if (!text || !json_is_number(score) || json_array_size(value) != 2 ||
        !(fabs(number) <= (double)FLT_MAX))
        return mzg_fail(e, MZG_MALFORMED, at, "piece %" PRIu32 " at byte %" PRIu64 " is not a text "
                        "with a finite score", f->next, at);
    return set_token(f, f->next++, text, (float)number, at, e);
}

/* ---- added tokens ---- */

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
    const char *text;
    bool special = false;
    uint32_t id;
    enum mzg_code code = added_parts(value, at, &text, &id, &special, e);

    (void)key;
    if (code == MZG_OK)
        see(ctx, id);
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
    see(f, id);
    if (id >= f->v->count) {
        f->beyond++;
        return MZG_OK;
    }
    if (mzg_vocab_table_added(f->v, id))
        return fail_id(f->v, text, id, at, e);
    return mzg_vocab_table_add(f->v, id, text, special, at, e);
}

/* ---- the whole ---- */

static enum mzg_code count_ids(struct filling *f, char *text, struct mzg_err *e)
{
    const struct mzg_vocab_fill *from = f->f;
    enum mzg_code code;

    if (from->pieces) {
        struct mzg_json_walk w;
        size_t n = 0;
        code = mzg_json_walk_open(&w, text, from->vocab, e);
        if (code == MZG_OK)
            code = mzg_json_walk_count(&w, &n, e);
        f->count = n;
    } else {
        code = mzg_json_walk_each(text, from->vocab, true, "vocab", see_token, f, e);
    }
    if (code == MZG_OK && from->added.len > 0)
        code = mzg_json_walk_each(text, from->added, false, "added_tokens", see_added, f, e);
    return code;
}

enum mzg_code mzg_vocab_fill(const struct mzg_vocab_fill *from, char *text, struct mzg_vocab *v,
                             struct mzg_err *e)
{
    struct filling f = {.f = from, .v = v};
    enum mzg_code code = from->rows ? MZG_OK : count_ids(&f, text, e);

    if (code == MZG_OK)
        code = mzg_vocab_table_init(v, from->rows ? from->rows : f.count, e);
    if (code == MZG_OK)
        code = mzg_json_walk_each(text, from->vocab, !from->pieces, "vocab",
                                  from->pieces ? take_piece : take_token, &f, e);
    if (code == MZG_OK && from->added.len > 0)
        code = mzg_json_walk_each(text, from->added, false, "added_tokens", take_added, &f, e);
    v->own = (uint32_t)f.count;
    if (f.beyond > 0)
        mzg_notice(from->notify, "%u added tokens have ids beyond the model's %" PRIu32
                   " and are left out", f.beyond, v->count);
    return code;
}
