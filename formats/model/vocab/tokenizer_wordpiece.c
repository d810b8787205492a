#include "tokenizer_wordpiece.h"

#include "../../base/json.h"
#include "normalizer.h"
#include "pretokenizer.h"
#include "vocab_fill.h"
#include "vocab_table.h"

#include <inttypes.h>
#include <string.h>

#define SPACE_MARK "\xe2\x96\x81" /* U+2581 */
#define PRE "jina-v2-en"          /* see pretokenizer.c */

const char *const mzg_wordpiece_specials[MZG_SPECIAL_COUNT] = {
    [MZG_SPECIAL_UNK] = "[UNK]", [MZG_SPECIAL_SEP] = "[SEP]", [MZG_SPECIAL_PAD] = "[PAD]",
    [MZG_SPECIAL_CLS] = "[CLS]", [MZG_SPECIAL_MASK] = "[MASK]",
};

/* llama.cpp's own default is to drop both. */
static void set_case(struct mzg_vocab *v, bool lowercase, int strip_accents)
{
    v->lowercase = lowercase;
    if (strip_accents >= 0 && strip_accents != lowercase)
        v->strip_accents = strip_accents;
}

/* ---- tokenizer.json ---- */

static enum mzg_code read_case(const struct mzg_tokenizer_json *t, struct mzg_vocab *v,
                               const struct mzg_tokenizer_json_options *opt, struct mzg_err *e)
{
    const unsigned done = MZG_NORM_BERT | MZG_NORM_LOWERCASE | MZG_NORM_ACCENTS | MZG_NORM_STRIP;
    const struct mzg_pretokenizer p = {"bert", t->pre, t->post, false, opt->family};
    struct mzg_normalizer n;
    enum mzg_code code = MZG_OK;

    mzg_normalizer_read(&n, t->normalizer);
    v->pre = PRE;
    if (!opt->pre)
        code = mzg_pretokenizer_name(&p, &v->pre, e);
    if (code == MZG_OK)
        code = mzg_normalizer_check(&n, done, opt->pre != NULL, opt->notify, e);
    if (code == MZG_OK && n.keeps_chinese)
        mzg_notice(opt->notify, "the tokenizer does not take Chinese characters for words; llama.cpp "
                   "does");
    set_case(v, n.lowercase, n.strip_accents);
    return code;
}

enum mzg_code mzg_tokenizer_wordpiece_read(const struct mzg_tokenizer_json *t, struct mzg_vocab *v,
                                           const struct mzg_tokenizer_json_options *opt,
                                           struct mzg_err *e)
{
    const struct mzg_vocab_fill fill = {
        .vocab = t->vocab, .added = t->added, .rows = opt->vocab_size, .notify = opt->notify,
    };
    const char *prefix = json_string_value(json_object_get(t->model, "continuing_subword_prefix"));
    enum mzg_code code;

    v->model = "bert";
    if (prefix && !*prefix)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "a WordPiece tokenizer without a "
                        "continuing_subword_prefix");
    code = read_case(t, v, opt, e);
    if (code == MZG_OK)
        code = mzg_vocab_fill(&fill, t->text, v, e);
    if (code == MZG_OK)
        code = mzg_vocab_table_finish(v, e);
    return code;
}

/* ---- vocab.txt ---- */

/* vocab.txt is also what tokenizers of other kinds call their files. */
static enum mzg_code check_class(const struct mzg_tokenizer_config *tc, struct mzg_err *e)
{
    static const char *const known[] = {
        "BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer",
        "ConvBertTokenizer", "LayoutLMTokenizer", "RetriBertTokenizer", "SqueezeBertTokenizer",
        "FunnelTokenizer", "LxmertTokenizer", "RealmTokenizer", "PreTrainedTokenizer", "BasicTokenizer",
    };
    const char *class = json_string_value(json_object_get(tc->config, "tokenizer_class"));
    size_t len = class ? strlen(class) : 0;
    char quoted[MZG_QUOTE];

    if (!class)
        return MZG_OK;
    if (len > 4 && strcmp(class + len - 4, "Fast") == 0)
        len -= 4;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i]) == len && memcmp(known[i], class, len) == 0)
            return MZG_OK;
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "tokenizer_class '%s' with a vocab.txt; BERT's "
                    "is read", mzg_quote(quoted, class));
}

static enum mzg_code config_case(struct mzg_vocab *v, const struct mzg_tokenizer_config *tc,
                                 struct mzg_err *e)
{
    bool lowercase = true, accents = false;
    const json_t *said = json_object_get(tc->config, "strip_accents");
    enum mzg_code code = mzg_json_bool_opt(tc->config, "do_lower_case", &lowercase, e);

    if (code == MZG_OK)
        code = mzg_json_bool_opt(tc->config, "strip_accents", &accents, e);
    if (code != MZG_OK)
        return mzg_prefix(e, "%s/tokenizer_config.json", tc->dir->path);
    set_case(v, lowercase, json_is_boolean(said) ? accents : -1);
    return MZG_OK;
}

static size_t line_length(const char *text, size_t len, size_t at)
{
    const char *end = memchr(text + at, '\n', len - at);

    return end ? (size_t)(end - text) - at : len - at;
}

static uint64_t count_lines(const char *text, size_t len)
{
    uint64_t n = 0;

    for (size_t at = 0; at < len; at += line_length(text, len, at) + 1)
        n++;
    return n;
}

static enum mzg_code take_line(struct mzg_vocab *v, uint64_t id, const char *line, size_t len,
                               uint64_t at, struct mzg_err *e)
{
    struct mzg_vocab_entry entry = {line, len, MZG_TOKEN_NORMAL, 0.0f, at};
    char quoted[MZG_QUOTE];

    if (len > 0 && line[len - 1] == '\r')
        entry.len--;
    if (entry.len == 0)
        return MZG_OK;
    if (id >= v->count)
        return mzg_fail(e, MZG_MALFORMED, at, "token '%s' at byte %" PRIu64 ": id %" PRIu64
                        " is beyond the model's %" PRIu32 " tokens",
                        mzg_quote_n(quoted, line, entry.len), at, id, v->count);
    return mzg_vocab_table_set(v, (uint32_t)id, &entry, e);
}

enum mzg_code mzg_tokenizer_wordpiece_lines(const char *text, size_t len, struct mzg_vocab *v,
                                            uint64_t rows, const struct mzg_tokenizer_config *tc,
                                            struct mzg_err *e)
{
    uint64_t lines = count_lines(text, len), id = 0;
    enum mzg_code code = check_class(tc, e);

    v->model = "bert";
    v->pre = PRE;
    if (code == MZG_OK)
        code = config_case(v, tc, e);
    if (code == MZG_OK)
        code = mzg_vocab_table_init(v, rows ? rows : lines, e);
    for (size_t at = 0; code == MZG_OK && at < len; id++) {
        size_t line = line_length(text, len, at);
        code = take_line(v, id, text + at, line, at, e);
        at += line + 1;
    }
    v->own = (uint32_t)lines;
    return code;
}

/* ---- llama.cpp's texts ---- */

static enum mzg_code mark_token(struct mzg_vocab *v, uint32_t id, const char *prefix,
                                struct mzg_err *e)
{
    const char *text = v->tokens[id];
    size_t len = strlen(text), skip = strlen(prefix);
    char *marked;

    if (v->types[id] != MZG_TOKEN_NORMAL)
        return MZG_OK;
    if (strncmp(text, prefix, skip) == 0) {
        v->tokens[id] = text + skip;
        return MZG_OK;
    }
    marked = mzg_arena_alloc(&v->arena, len + sizeof SPACE_MARK, 1);
    if (!marked)
        return mzg_fail_memory(e, "vocabulary");
    memcpy(marked, SPACE_MARK, sizeof SPACE_MARK - 1);
    memcpy(marked + sizeof SPACE_MARK - 1, text, len);
    v->tokens[id] = marked;
    return MZG_OK;
}

enum mzg_code mzg_tokenizer_wordpiece_mark(struct mzg_vocab *v, const char *prefix,
                                           struct mzg_err *e)
{
    enum mzg_code code = MZG_OK;

    v->scores = NULL;
    for (uint32_t id = 0; id < v->count && code == MZG_OK; id++)
        code = mark_token(v, id, prefix, e);
    return code == MZG_OK ? mzg_vocab_table_index(v, e) : code;
}
