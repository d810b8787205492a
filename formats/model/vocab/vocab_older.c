/* A folder with other files than tokenizer.json: those of before it, and Mistral's own
 * (vocab_loader.h). */
#include "vocab_loader.h"

#include "special_tokens.h"
#include "tokenizer_bpe.h"
#include "tokenizer_merges.h"
#include "tokenizer_tekken.h"
#include "tokenizer_wordpiece.h"
#include "vocab_table.h"

#include <stdlib.h>

static enum mzg_code load_file(struct mzg_vocab_loader *l, const char *name, char **data, size_t *len,
                               struct mzg_err *e)
{
    return mzg_tokenizer_config_file(&l->dir, name, MZG_VOCAB_FILE, l->v, data, len, e);
}

/* Where the fault is in the file itself. */
static enum mzg_code in_file(const struct mzg_vocab_loader *l, enum mzg_code code, const char *name,
                             struct mzg_err *e)
{
    return code == MZG_OK ? code : mzg_prefix(e, "%s/%s", l->dir.path, name);
}

/* Added tokens, which other files name; then the table, in the name of the file it came from. */
static enum mzg_code finish_table(struct mzg_vocab_loader *l, const char *name, struct mzg_err *e)
{
    enum mzg_code code = mzg_tokenizer_config_added(&l->tc, l->v, e);

    return code == MZG_OK ? in_file(l, mzg_vocab_table_finish(l->v, e), name, e) : code;
}

/* additional_special_tokens: texts, or objects with a content. */
static void mark_listed(struct mzg_vocab *v, const json_t *config)
{
    const json_t *item;
    size_t i;

    json_array_foreach(json_object_get(config, "additional_special_tokens"), i, item) {
        const json_t *content = json_is_object(item) ? json_object_get(item, "content") : item;
        const char *text = json_string_value(content);
        int64_t id = text ? mzg_vocab_table_find(v, text) : -1;
        if (id >= 0)
            v->types[id] = MZG_TOKEN_CONTROL;
    }
}

/* Special tokens are those that stand around text, and those that a file lists, or says were added. */
static enum mzg_code find_specials(struct mzg_vocab_loader *l, const char *const *defaults,
                                   struct mzg_err *e)
{
    const struct mzg_special_source from = {NULL, l->opt->config, defaults};
    enum mzg_code code = mzg_special_tokens_find(l->v, &l->tc, &from, e);

    for (int i = MZG_SPECIAL_BOS; i <= MZG_SPECIAL_MASK && code == MZG_OK; i++)
        if (l->v->special[i] >= 0)
            l->v->types[l->v->special[i]] = MZG_TOKEN_CONTROL;
    mark_listed(l->v, l->tc.config);
    mark_listed(l->v, l->tc.map);
    return code;
}

/* ---- vocab.txt ---- */

/* Other tokenizers' files have this name, too. */
static enum mzg_code need_words(const struct mzg_vocab *v, struct mzg_err *e)
{
    static const int needed[] = {MZG_SPECIAL_UNK, MZG_SPECIAL_CLS, MZG_SPECIAL_SEP};

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (v->special[needed[i]] < 0)
            return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "no %s token in it, as BERT's has",
                            mzg_wordpiece_specials[needed[i]]);
    return MZG_OK;
}

static enum mzg_code read_lines(struct mzg_vocab_loader *l, struct mzg_err *e)
{
    char *text = NULL;
    size_t len;
    enum mzg_code code = load_file(l, MZG_VOCAB_LINES, &text, &len, e);

    if (code != MZG_OK)
        return code;
    code = mzg_tokenizer_wordpiece_lines(text, len, l->v, l->vocab_size, &l->tc, e);
    free(text);
    return in_file(l, code, MZG_VOCAB_LINES, e);
}

enum mzg_code mzg_vocab_from_lines(struct mzg_vocab_loader *l, struct mzg_err *e)
{
    enum mzg_code code = read_lines(l, e);

    l->v->add_bos = l->v->add_eos = 1;
    l->v->add_sep = 0; /* the end of the first of two texts is the separator */
    if (code == MZG_OK)
        code = finish_table(l, MZG_VOCAB_LINES, e);
    if (code == MZG_OK)
        code = find_specials(l, mzg_wordpiece_specials, e);
    if (code != MZG_OK)
        return code;
    code = need_words(l->v, e);
    if (code == MZG_OK)
        code = mzg_tokenizer_wordpiece_mark(l->v, "##", e);
    return in_file(l, code, MZG_VOCAB_LINES, e);
}

/* ---- vocab.json and merges.txt ---- */

static enum mzg_code read_map(struct mzg_vocab_loader *l, struct mzg_tokenizer_bpe_files *files,
                              struct mzg_err *e)
{
    enum mzg_code code = load_file(l, MZG_VOCAB_MAP, &files->vocab, &files->vocab_len, e);

    if (code != MZG_OK)
        return code;
    code = mzg_tokenizer_bpe_open(files, l->v, e);
    free(files->vocab);
    return in_file(l, code, MZG_VOCAB_MAP, e);
}

static enum mzg_code read_merges(struct mzg_vocab_loader *l, struct mzg_err *e)
{
    char *text = NULL;
    size_t len;
    enum mzg_code code = load_file(l, MZG_VOCAB_MERGES, &text, &len, e);

    if (code != MZG_OK)
        return code;
    code = mzg_tokenizer_merges_lines(text, len, l->v, e);
    free(text);
    return in_file(l, code, MZG_VOCAB_MERGES, e);
}

enum mzg_code mzg_vocab_from_map(struct mzg_vocab_loader *l, struct mzg_err *e)
{
    struct mzg_tokenizer_bpe_files files = {
        .vocab_size = l->vocab_size, .pre = l->opt->pre, .family = l->family,
        .class = json_string_value(json_object_get(l->tc.config, "tokenizer_class")),
    };
    enum mzg_code code = read_map(l, &files, e);

    if (code == MZG_OK)
        code = finish_table(l, MZG_VOCAB_MAP, e);
    if (code == MZG_OK)
        code = read_merges(l, e);
    l->v->scores = NULL;
    if (code == MZG_OK && files.surrounds)
        l->v->add_bos = l->v->add_eos = l->v->add_sep = 1;
    return code == MZG_OK ? find_specials(l, files.specials, e) : code;
}

/* ---- tekken.json ---- */

enum mzg_code mzg_vocab_from_tekken(struct mzg_vocab_loader *l, struct mzg_err *e)
{
    const struct mzg_tokenizer_tekken_options opt = {l->vocab_size, l->opt->pre};
    char *text = NULL;
    size_t len;
    enum mzg_code code = load_file(l, MZG_VOCAB_TEKKEN, &text, &len, e);

    if (code != MZG_OK)
        return code;
    code = mzg_tokenizer_tekken_read(text, len, l->v, &opt, e);
    free(text);
    l->v->add_bos = 1;
    return code == MZG_OK ? find_specials(l, mzg_tekken_specials, e)
                          : in_file(l, code, MZG_VOCAB_TEKKEN, e);
}
