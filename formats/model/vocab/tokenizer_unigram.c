#include "tokenizer_unigram.h"

#include "../../base/json.h"
#include "normalizer.h"
#include "pretokenizer.h"
#include "vocab_fill.h"
#include "vocab_table.h"

/* The shape of what is done to spaces, and the table of replacements. */
static enum mzg_code read_spaces(const struct mzg_tokenizer_json *t, struct mzg_vocab *v,
                                 const struct mzg_tokenizer_json_options *opt, struct mzg_err *e)
{
    const unsigned done = MZG_NORM_CHARSMAP | MZG_NORM_MARKS | MZG_NORM_RUNS | MZG_NORM_PREPEND |
                          MZG_NORM_STRIP;
    const struct mzg_pretokenizer p = {"t5", t->pre, t->post, false, opt->family};
    struct mzg_normalizer n;
    enum mzg_code code = MZG_OK;

    mzg_normalizer_read(&n, t->normalizer);
    if (!opt->pre)
        code = mzg_pretokenizer_name(&p, &v->pre, e);
    if (code == MZG_OK)
        code = mzg_normalizer_check(&n, done, opt->pre != NULL, opt->notify, e);
    if (code == MZG_OK && n.charsmap)
        code = mzg_charsmap_decode(v, n.charsmap, e);
    v->add_space_prefix = (n.ops & MZG_NORM_PREPEND) || mzg_pretokenizer_prepends(t->pre);
    v->remove_extra_whitespaces = (n.ops & MZG_NORM_RUNS) ||
                                  mzg_pretokenizer_find(t->pre, "WhitespaceSplit") != NULL;
    return code;
}

/* The piece for what is none; llama.cpp looks for it by its id and its type. */
static enum mzg_code mark_unknown(const struct mzg_tokenizer_json *t, struct mzg_vocab *v,
                                  struct mzg_err *e)
{
    int64_t id = -1;
    enum mzg_code code = mzg_json_int_opt(t->model, "unk_id", 0, (int64_t)v->count - 1, &id, e);

    if (code != MZG_OK || id < 0)
        return code;
    v->special[MZG_SPECIAL_UNK] = id;
    v->types[id] = MZG_TOKEN_UNKNOWN;
    return MZG_OK;
}

enum mzg_code mzg_tokenizer_unigram_read(const struct mzg_tokenizer_json *t, struct mzg_vocab *v,
                                         const struct mzg_tokenizer_json_options *opt,
                                         struct mzg_err *e)
{
    bool bytes = json_is_true(json_object_get(t->model, "byte_fallback"));
    const struct mzg_vocab_fill fill = {
        .vocab = t->vocab, .added = t->added, .pieces = true, .bytes = bytes,
        .rows = opt->vocab_size, .notify = opt->notify,
    };
    enum mzg_code code;

    v->model = "t5";
    v->pre = "default";
    code = read_spaces(t, v, opt, e);
    if (code == MZG_OK)
        code = mzg_vocab_fill(&fill, t->text, v, e);
    if (code == MZG_OK)
        code = mzg_vocab_table_finish(v, e);
    if (code == MZG_OK && bytes)
        mzg_notice(opt->notify, "the tokenizer writes what it does not know as bytes; llama.cpp, in "
                   "this kind of vocabulary, as the unknown token");
    return code == MZG_OK ? mark_unknown(t, v, e) : code;
}
