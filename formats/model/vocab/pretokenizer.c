#include "pretokenizer.h"

#include "../../base/buf.h"

#include <string.h>

/* ---- the shapes that are known ----
 *
 * Operations in the spelling that put_op gives them. The names are llama.cpp's; where several stand
 * for the same rules, the oldest, since a runtime refuses names that are younger than itself. */

#define SPLIT(regex) "Split(Isolated, " regex ")"
#define BYTES "ByteLevel"            /* without a regex of its own */
#define BYTES_GPT2 "ByteLevel(GPT-2)" /* with GPT-2's */
#define DIGITS "Digits(each)"
#define DIGIT_RUNS "Digits(runs)"

#define CONTRACTIONS "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define SPACES "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define WORDS(numbers)                                                                             \
    CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" numbers "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" SPACES
#define LLAMA3 WORDS("\\p{N}{1,3}")
#define QWEN2 WORDS("\\p{N}")
#define QWEN35                                                                                     \
    CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+"       \
                 "[\\r\\n]*|" SPACES

/* Words in one case after another; tail: what may follow a word. */
#define UPPER "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define LOWER "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"
#define CASED(tail, numbers)                                                                       \
    "[^\\r\\n\\p{L}\\p{N}]?" UPPER "*" LOWER "+" tail "|[^\\r\\n\\p{L}\\p{N}]?" UPPER "+" LOWER    \
    "*" tail "|" numbers "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" SPACES
#define TEKKEN CASED("", "\\p{N}")
#define GPT4O CASED(CONTRACTIONS "?", "\\p{N}{1,3}")

/* DeepSeek's classes, in code points so that no editor can normalise them. */
#define CASED_LETTERS                                                                              \
    "A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293" \
    "\u0295-\u02AF\u0370-\u0373\u0376\u0377\u037B-\u037D\u037F\u0386\u0388-\u038A\u038C" \
    "\u038E-\u03A1\u03A3-\u03F5\u03F7-\u0481\u048A-\u052F\u0531-\u0556\u10A0-\u10C5" \
    "\u13A0-\u13F5\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF\u1D00-\u1D2B\u1D6B-\u1D77" \
    "\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D\u1F20-\u1F45\u1F48-\u1F4D\u1F50-\u1F57\u1F59" \
    "\u1F5B\u1F5D\u1F5F-\u1F7D\u1F80-\u1FB4\u1FB6-\u1FBC\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC" \
    "\u1FD0-\u1FD3\u1FD6-\u1FDB\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107" \
    "\u210A-\u2113\u2115\u2119-\u211D\u2124\u2126\u2128\u212A-\u212D\u212F-\u2134\u2139" \
    "\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B\u2C7E-\u2CE4\u2CEB-\u2CEE" \
    "\u2CF2\u2CF3\uA640-\uA66D\uA680-\uA69B\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E" \
    "\uAB70-\uABBF\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A\U00010400-\U0001044F" \
    "\U000104B0-\U000104D3\U000104D8-\U000104FB\U00010C80-\U00010CB2\U00010CC0-\U00010CF2" \
    "\U000118A0-\U000118DF\U0001E900-\U0001E943"
#define PUNCTUATION "!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002"
#define HAN_HANGUL "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+"
#define NEWLINE "[\r\n]"
#define DEEPSEEK_V3                                                                                \
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?"             \
    "[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"

/* The same as LLAMA3 but for one part each: MiniCPM5's, behind a Split of numbers; Ling's; Jais 2's. */
#define MINICPM5 WORDS("\\p{N}+")
#define BAILING                                                                                    \
    "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*"        \
    "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"
#define JAIS2                                                                                      \
    CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"          \
                 "\\s*[\\r\\n]+|\\s{512}(?!\\S)|\\s{256}(?!\\S)|\\s{128}(?!\\S)|\\s{64}(?!\\S)|"        \
                 "\\s{32}(?!\\S)|\\s{16}(?!\\S)|\\s{8}(?!\\S)|\\s{4}(?!\\S)|\\s{1,2}(?!\\S)|\\s{1}"

/* Oniguruma's class within a class. */
#define BLOOM " ?[^(\\s|[.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C])]+"

#define MAX_OPS 8 /* of any shape */

static const struct shape {
    const char *model;
    const char *pre;
    const char *family;     /* what config.json's model_type must begin with; NULL: anything */
    int ignore_merges;      /* 0, 1; -1: either */
    bool roberta;           /* needs RobertaProcessing behind it */
    const char *ops[MAX_OPS];
} shapes[] = {
    {"gpt2", "llama-bpe", NULL, 1, false, {SPLIT(LLAMA3), BYTES}},
    {"gpt2", "dbrx", NULL, 0, false, {SPLIT(LLAMA3), BYTES}},
    {"gpt2", "stablelm2", "stablelm", -1, false, {SPLIT(QWEN2), BYTES}},
    {"gpt2", "qwen2", NULL, -1, false, {SPLIT(QWEN2), BYTES}},
    {"gpt2", "qwen35", NULL, -1, false, {SPLIT(QWEN35), BYTES}},
    {"gpt2", "tekken", NULL, -1, false, {SPLIT(TEKKEN), BYTES}},
    {"gpt2", "gpt-4o", NULL, -1, false, {SPLIT(GPT4O), BYTES}},
    {"gpt2", "roberta-bpe", NULL, -1, true, {BYTES_GPT2}},
    {"gpt2", "gpt-2", NULL, -1, false, {BYTES_GPT2}},
    {"gpt2", "starcoder", "starcoder", -1, false, {DIGITS, BYTES_GPT2}},
    {"gpt2", "refact", "granite", -1, false, {DIGITS, BYTES_GPT2}},
    {"gpt2", "smollm", NULL, -1, false, {DIGITS, BYTES_GPT2}},
    {"gpt2", "falcon", NULL, -1, false,
     {"Punctuation(Contiguous)", BYTES_GPT2, DIGIT_RUNS, SPLIT("[0-9][0-9][0-9]")}},
    {"gpt2", "deepseek-llm", NULL, -1, false,
     {SPLIT(NEWLINE), SPLIT("\\s?[" CASED_LETTERS "]+"), SPLIT("\\s?[" PUNCTUATION "]+"),
      SPLIT("\\s+$"), SPLIT(HAN_HANGUL), DIGITS, BYTES}},
    {"gpt2", "deepseek-coder", NULL, -1, false,
     {SPLIT(NEWLINE), SPLIT("\\s?\\p{L}+"), SPLIT("\\s?\\p{P}+"), SPLIT(HAN_HANGUL), DIGITS,
      BYTES}},
    {"gpt2", "deepseek-v3", NULL, -1, false,
     {SPLIT("\\p{N}{1,3}"), SPLIT("[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+"), SPLIT(DEEPSEEK_V3),
      BYTES}},
    {"gpt2", "minicpm5", NULL, -1, false, {SPLIT("\\p{N}{1,3}"), SPLIT(MINICPM5), BYTES}},
    {"gpt2", "bailingmoe", NULL, -1, false, {SPLIT(BAILING), BYTES}},
    {"gpt2", "jais-2", NULL, -1, false, {SPLIT(JAIS2), BYTES}},
    {"gpt2", "bloom", NULL, -1, false, {SPLIT(BLOOM), BYTES}},
    {"gpt2", "viking", NULL, -1, false, {SPLIT(BLOOM), DIGITS, BYTES}},
    {"t5", "default", NULL, -1, false, {"Metaspace"}},
    {"t5", "default", NULL, -1, false, {"WhitespaceSplit", "Metaspace"}},
    {"t5", "default", NULL, -1, false, {NULL}},
    /* The name that llama.cpp's own converter gives to all of WordPiece; it is not looked at. */
    {"bert", "jina-v2-en", NULL, -1, false, {"BertPreTokenizer"}},
};

/* ---- the shape that was found ---- */

struct found {
    struct mzg_buf text;     /* operations, each with a NUL behind it */
    size_t at[MAX_OPS];
    size_t n;                /* may pass MAX_OPS: then no row can match */
};

static const char *text_or(const json_t *op, const char *key, const char *other)
{
    const char *text = json_string_value(json_object_get(op, key));

    return text ? text : other;
}

/* A regex that goes on to the last space leaves nothing between its matches: to keep the matches alone,
 * as some write it, is to cut at them. */
static bool matches_all(const char *regex)
{
    static const char end[] = "|\\s+(?!\\S)|\\s+";
    size_t len = strlen(regex), tail = sizeof end - 1;

    return len >= tail && strcmp(regex + len - tail, end) == 0;
}

static void put_split(struct mzg_buf *b, const json_t *op)
{
    const json_t *pattern = json_object_get(op, "pattern");
    const char *regex = json_string_value(json_object_get(pattern, "Regex"));

    const char *behavior = text_or(op, "behavior", "?");
    bool inverted = json_is_true(json_object_get(op, "invert"));
    if (inverted && regex && strcmp(behavior, "Removed") == 0 && matches_all(regex)) {
        behavior = "Isolated";
        inverted = false;
    }
    mzg_buf_printf(b, "Split(%s%s, ", behavior, inverted ? ", inverted" : "");
    if (regex)
        mzg_buf_text(b, regex);
    else
        mzg_buf_printf(b, "'%s'", text_or(pattern, "String", "?"));
    mzg_buf_text(b, ")");
}

/* One operation in a fixed spelling: what decides how text is cut, and nothing else. */
static void put_op(struct found *f, const char *type, const json_t *op)
{
    struct mzg_buf *b = &f->text;

    if (f->n < MAX_OPS)
        f->at[f->n] = b->len;
    f->n++;
    if (strcmp(type, "Split") == 0)
        put_split(b, op);
    else if (strcmp(type, "ByteLevel") == 0)
        mzg_buf_text(b, json_is_false(json_object_get(op, "use_regex")) ? BYTES : BYTES_GPT2);
    else if (strcmp(type, "Digits") == 0)
        mzg_buf_text(b, json_is_true(json_object_get(op, "individual_digits")) ? DIGITS
                                                                               : DIGIT_RUNS);
    else if (strcmp(type, "Punctuation") == 0)
        mzg_buf_printf(b, "Punctuation(%s)", text_or(op, "behavior", "Isolated"));
    else
        mzg_buf_text(b, type);
    mzg_buf_u8(b, 0);
}

/* A Sequence stands for its parts. The parser's limit on depth bounds the recursion. */
static void flatten(struct found *f, const json_t *op)
{
    const char *type = text_or(op, "type", "?");
    const json_t *parts = json_object_get(op, "pretokenizers"), *part;
    size_t i;

    if (!op || json_is_null(op))
        return;
    if (strcmp(type, "Sequence") != 0) {
        put_op(f, type, op);
        return;
    }
    json_array_foreach(parts, i, part)
        flatten(f, part);
}

static bool same_ops(const struct shape *shape, const struct found *f)
{
    for (size_t i = 0; i < MAX_OPS; i++) {
        if (i == f->n)
            return shape->ops[i] == NULL;
        if (!shape->ops[i] || strcmp(shape->ops[i], (const char *)f->text.data + f->at[i]) != 0)
            return false;
    }
    return f->n == MAX_OPS;
}

static bool is_roberta(const json_t *post)
{
    return strcmp(text_or(post, "type", ""), "RobertaProcessing") == 0;
}

static const char *known_name(const struct found *f, const struct mzg_pretokenizer *p)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const struct shape *s = &shapes[i];
        if (strcmp(s->model, p->model) != 0)
            continue;
        if (s->ignore_merges >= 0 && s->ignore_merges != p->ignore_merges)
            continue;
        if (s->roberta && !is_roberta(p->post))
            continue;
        if (s->family && (!p->family || strncmp(p->family, s->family, strlen(s->family)) != 0))
            continue;
        if (same_ops(s, f))
            return s->pre;
    }
    return NULL;
}

static enum mzg_code fail_unknown(struct found *f, struct mzg_err *e)
{
    char quoted[MZG_QUOTE];

    for (size_t i = 0; i + 1 < f->text.len; i++)
        if (f->text.data[i] == '\0')
            f->text.data[i] = '+';
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "a pre-tokenizer of unknown shape '%s' "
                    "(%zu operations); --pre NAME says which of llama.cpp's it is",
                    mzg_quote_n(quoted, f->text.len ? (const char *)f->text.data : "none",
                                f->text.len ? f->text.len - 1 : 4), f->n);
}

enum mzg_code mzg_pretokenizer_name(const struct mzg_pretokenizer *p, const char **name,
                                    struct mzg_err *e)
{
    struct found f = {.n = 0};
    enum mzg_code code;

    mzg_buf_init(&f.text, (size_t)1 << 20);
    flatten(&f, p->pre);
    code = mzg_buf_ok(&f.text, "pre-tokenizer", e);
    if (code == MZG_OK) {
        *name = known_name(&f, p);
        if (!*name)
            code = fail_unknown(&f, e);
    }
    mzg_buf_clear(&f.text);
    return code;
}

const json_t *mzg_pretokenizer_find(const json_t *op, const char *type)
{
    static const char *const lists[] = {"pretokenizers", "normalizers"};
    const json_t *part;
    size_t i;

    if (strcmp(text_or(op, "type", ""), type) == 0)
        return op;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        json_array_foreach(json_object_get(op, lists[k]), i, part) {
            const json_t *there = mzg_pretokenizer_find(part, type);
            if (there)
                return there;
        }
    }
    return NULL;
}

bool mzg_pretokenizer_prepends(const json_t *op)
{
    const json_t *metaspace = mzg_pretokenizer_find(op, "Metaspace");
    const char *scheme = json_string_value(json_object_get(metaspace, "prepend_scheme"));

    if (scheme)
        return strcmp(scheme, "never") != 0;
    return metaspace && !json_is_false(json_object_get(metaspace, "add_prefix_space"));
}
