#include "tokenizer_bpe.h"

#include "normalizer.h"
#include "pretokenizer.h"
#include "tokenizer_merges.h"
#include "vocab_fill.h"
#include "vocab_table.h"

#include <string.h>

static enum mzg_code check_model(const struct mzg_tokenizer_json *t, struct mzg_err *e)
{
    static const char *const affixes[] = {"continuing_subword_prefix", "end_of_word_suffix"};
    char quoted[MZG_QUOTE];

    if (t->merges.len == 0)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "model has no merges");
    for (size_t i = 0; i < sizeof affixes / sizeof *affixes; i++) {
        const char *affix = json_string_value(json_object_get(t->model, affixes[i]));
        if (affix && *affix)
            return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "a BPE tokenizer with %s '%s'",
                            affixes[i], mzg_quote(quoted, affix));
    }
    return MZG_OK;
}

/* The pre-tokenizer's name; "llama" has none. */
static enum mzg_code find_name(const struct mzg_tokenizer_json *t, bool llama,
                               const struct mzg_tokenizer_json_options *opt, struct mzg_vocab *v,
                               struct mzg_err *e)
{
    struct mzg_pretokenizer p = {
        "gpt2", t->pre, t->post, json_is_true(json_object_get(t->model, "ignore_merges")),
        opt->family
    };
    const char *name = "default";
    enum mzg_code code = MZG_OK;

    v->model = llama ? "llama" : "gpt2";
    if (!llama && !opt->pre)
        code = mzg_pretokenizer_name(&p, &name, e);
    if (opt->pre)
        name = opt->pre;
    if (code != MZG_OK)
        return code;
    v->pre = mzg_arena_text(&v->arena, name, strlen(name));
    return v->pre ? MZG_OK : mzg_fail_memory(e, "vocabulary");
}

static enum mzg_code check_normalizer(const struct mzg_tokenizer_json *t, bool llama,
                                      const struct mzg_tokenizer_json_options *opt,
                                      struct mzg_err *e)
{
    /* SentencePiece's BPE comes with a table, too, which llama.cpp does not look at; it changes
     * compatibility characters and little else. */
    unsigned done = llama ? MZG_NORM_MARKS | MZG_NORM_PREPEND | MZG_NORM_RUNS | MZG_NORM_STRIP |
                            MZG_NORM_CHARSMAP
                          : 0;
    struct mzg_normalizer n;

    mzg_normalizer_read(&n, t->normalizer);
    return mzg_normalizer_check(&n, done, opt->pre != NULL, opt->notify, e);
}

static void tell_prefix(const struct mzg_tokenizer_json *t,
                        const struct mzg_tokenizer_json_options *opt)
{
    const json_t *bytes = mzg_pretokenizer_find(t->pre, "ByteLevel");

    if (json_is_true(json_object_get(bytes, "add_prefix_space")))
        mzg_notice(opt->notify, "the tokenizer puts a space before a text (add_prefix_space); llama.cpp "
                   "does not in this kind of vocabulary");
}

/* Llama 2's tokenizer puts a space before the first word; Gemma's, of the same kind, does not. */
static bool prepends_space(const struct mzg_tokenizer_json *t)
{
    return mzg_pretokenizer_find(t->normalizer, "Prepend") || mzg_pretokenizer_prepends(t->pre);
}

enum mzg_code mzg_tokenizer_bpe_read(const struct mzg_tokenizer_json *t, struct mzg_vocab *v,
                                     const struct mzg_tokenizer_json_options *opt,
                                     struct mzg_err *e)
{
    bool llama = mzg_tokenizer_json_kind(t) == MZG_TOKENIZER_SPM;
    const struct mzg_vocab_fill fill = {
        .vocab = t->vocab, .added = t->added, .bytes = llama, .score = MZG_SCORE_UNSET,
        .rows = opt->vocab_size, .notify = opt->notify,
    };
    enum mzg_code code = check_model(t, e);

    if (code == MZG_OK)
        code = find_name(t, llama, opt, v, e);
    if (code == MZG_OK)
        code = check_normalizer(t, llama, opt, e);
    if (code == MZG_OK)
        code = mzg_vocab_fill(&fill, t->text, v, e);
    if (code == MZG_OK)
        code = mzg_vocab_table_finish(v, e);
    if (code != MZG_OK)
        return code;
    if (!llama) {
        v->scores = NULL;
        tell_prefix(t, opt);
        return mzg_tokenizer_merges_list(t->text, t->merges, v, e);
    }
    if (!prepends_space(t))
        v->add_space_prefix = 0;
    return mzg_tokenizer_merges_score(t->text, t->merges, v, opt->notify, e);
}

/* ---- vocab.json and merges.txt ---- */

#define GPT2_SPECIALS {[MZG_SPECIAL_BOS] = "<|endoftext|>", [MZG_SPECIAL_EOS] = "<|endoftext|>", \
                       [MZG_SPECIAL_UNK] = "<|endoftext|>"}
#define ROBERTA_SPECIALS                                                                           \
    {[MZG_SPECIAL_BOS] = "<s>", [MZG_SPECIAL_EOS] = "</s>", [MZG_SPECIAL_UNK] = "<unk>",           \
     [MZG_SPECIAL_SEP] = "</s>", [MZG_SPECIAL_PAD] = "<pad>", [MZG_SPECIAL_CLS] = "<s>",           \
     [MZG_SPECIAL_MASK] = "<mask>"}

/* These files do not say how text is cut: the class of tokenizer that reads them does. */
static const struct maker {
    const char *class;      /* without "Fast" */
    const char *pre;
    const char *families[8];
    const char *specials[MZG_SPECIAL_COUNT];
} makers[] = {
    {"GPT2Tokenizer", "gpt-2", {"gpt2", "gpt_neo", "gptj", "opt"}, GPT2_SPECIALS},
    {"CodeGenTokenizer", "gpt-2", {"codegen", "phi", "phi-msft"}, GPT2_SPECIALS},
    {"WhisperTokenizer", "gpt-2", {"whisper"}, GPT2_SPECIALS},
    {"Qwen2Tokenizer", "qwen2", {"qwen2", "qwen3", "qwen2_moe", "qwen3_moe"}, {NULL}},
    {"RobertaTokenizer", "roberta-bpe", {"roberta"}, ROBERTA_SPECIALS},
    {"BartTokenizer", "roberta-bpe", {"bart"}, ROBERTA_SPECIALS},
    {"LongformerTokenizer", "roberta-bpe", {"longformer"}, ROBERTA_SPECIALS},
};
#define MAKERS (sizeof makers / sizeof *makers)

static bool is_class(const struct maker *m, const char *class)
{
    size_t len = strlen(m->class);

    return strncmp(class, m->class, len) == 0 &&
           (class[len] == '\0' || strcmp(class + len, "Fast") == 0);
}

static const struct maker *find_maker(const struct mzg_tokenizer_bpe_files *files)
{
    for (size_t i = 0; i < MAKERS; i++)
        if (files->class && is_class(&makers[i], files->class))
            return &makers[i];
    for (size_t i = 0; files->family && i < MAKERS; i++)
        for (const char *const *f = makers[i].families; *f; f++)
            if (strcmp(*f, files->family) == 0)
                return &makers[i];
    return NULL;
}

enum mzg_code mzg_tokenizer_bpe_open(struct mzg_tokenizer_bpe_files *files, struct mzg_vocab *v,
                                     struct mzg_err *e)
{
    const struct maker *maker = find_maker(files);
    const struct mzg_vocab_fill fill = {.vocab = {0, files->vocab_len}, .rows = files->vocab_size};
    const char *pre = files->pre ? files->pre : maker ? maker->pre : NULL;
    char class[MZG_QUOTE], family[MZG_QUOTE];

    if (!pre)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "tokenizer_class '%s' and model_type '%s' do "
                        "not say how it cuts text; --pre NAME does, by llama.cpp's names",
                        mzg_quote(class, files->class ? files->class : ""),
                        mzg_quote(family, files->family ? files->family : ""));
    v->model = "gpt2";
    v->pre = mzg_arena_text(&v->arena, pre, strlen(pre));
    if (!v->pre)
        return mzg_fail_memory(e, "vocabulary");
    files->specials = maker ? maker->specials : NULL;
    files->surrounds = strcmp(pre, "roberta-bpe") == 0;
    return mzg_vocab_fill(&fill, files->vocab, v, e);
}
