/* A folder with a SentencePiece file (vocab_loader.h). */
#include "vocab_loader.h"

#include "special_tokens.h"
#include "tokenizer_spm.h"
#include "vocab_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *mzg_vocab_spm_name(const struct mzg_vocab_loader *l)
{
    /* By most; by T5; by XLM-R; by Mistral, with the number of its way to write conversations. */
    static const char *const names[] = {"tokenizer.model", "spiece.model", MZG_VOCAB_FAIRSEQ,
                                        "tokenizer.model.v7", "tokenizer.model.v3", "tokenizer.model.v2",
                                        "tokenizer.model.v1"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (mzg_dir_has(&l->dir, names[i]))
            return names[i];
    return NULL;
}

static bool family_is(const struct mzg_vocab_loader *l, const char *const *names)
{
    for (; l->family && *names; names++)
        if (strcmp(l->family, *names) == 0)
            return true;
    return false;
}

static bool class_is(const struct mzg_vocab_loader *l, const char *start)
{
    const char *class = json_string_value(json_object_get(l->tc.config, "tokenizer_class"));

    return class && strncmp(class, start, strlen(start)) == 0;
}

/* Which ids fairseq's models give to pieces is known for XLM-R alone. */
static enum mzg_code is_fairseq(const struct mzg_vocab_loader *l, const char *name, bool *fairseq,
                                struct mzg_err *e)
{
    static const char *const families[] = {"xlm-roberta", "xlm-roberta-xl", NULL};
    char quoted[MZG_QUOTE];

    *fairseq = strcmp(name, MZG_VOCAB_FAIRSEQ) == 0;
    if (!*fairseq || family_is(l, families) || class_is(l, "XLMRobertaTokenizer"))
        return MZG_OK;
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s/%s: of model_type '%s': the ids of its "
                    "pieces are known for xlm-roberta only; a tokenizer.json would say them",
                    l->dir.path, name, l->family ? mzg_quote(quoted, l->family) : "(none)");
}

/* Llama 3's makers give their tokens this name, too: lines of base64 and a rank, the first of all being 0. */
static bool is_ranks(const char *data, size_t len)
{
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    size_t n = strspn(data, base64); /* a NUL is behind the data */

    return n > 0 && len - n >= 3 && memcmp(data + n, " 0\n", 3) == 0;
}

static enum mzg_code load_spm(struct mzg_vocab_loader *l, const char *name, struct mzg_tokenizer_spm *spm,
                              struct mzg_err *e)
{
    struct mzg_tokenizer_spm_options opt = {l->vocab_size, false, l->opt->notify};
    char *data = NULL;
    size_t len;
    enum mzg_code code = is_fairseq(l, name, &opt.fairseq, e);

    if (code == MZG_OK)
        code = mzg_tokenizer_config_file(&l->dir, name, MZG_VOCAB_FILE, l->v, &data, &len, e);
    if (code != MZG_OK)
        return code;
    if (is_ranks(data, len))
        code = mzg_fail(e, MZG_UNSUPPORTED, 0, "a list of byte strings by rank, as tiktoken has them, not a SentencePiece "
                        "model: put the tokenizer.json of the same model beside it");
    else
        code = mzg_tokenizer_spm_read(spm, l->v, data, len, &opt, e);
    free(data);
    if (code == MZG_OK && opt.fairseq)
        l->v->add_bos = l->v->add_eos = 1;
    return code == MZG_OK ? code : mzg_prefix(e, "%s/%s", l->dir.path, name);
}

/* Where no other file says which tokens are special, the model's own word counts. */
static void take_spm_ids(const struct mzg_vocab_loader *l, const struct mzg_tokenizer_spm *spm)
{
    static const char *const ends[] = {"t5", "mt5", "umt5", "longt5", "switch_transformers", NULL};
    struct mzg_vocab *v = l->v;
    const struct { int special; int64_t id; } ids[] = {
        {MZG_SPECIAL_BOS, spm->bos}, {MZG_SPECIAL_EOS, spm->eos},
        {MZG_SPECIAL_UNK, spm->unk}, {MZG_SPECIAL_PAD, spm->pad},
    };

    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (v->special[ids[i].special] < 0 && ids[i].id < (int64_t)v->count)
            v->special[ids[i].special] = ids[i].id;
    if (v->add_space_prefix < 0 && !spm->add_dummy_prefix)
        v->add_space_prefix = 0;
    if (spm->unigram && v->add_eos < 0 && family_is(l, ends))
        v->add_eos = 1;
}

/* What llama.cpp does not do in these kinds of vocabulary. */
static void tell(const struct mzg_vocab_loader *l, const struct mzg_tokenizer_spm *spm)
{
    if (!spm->unigram && spm->charsmap)
        mzg_notice(l->opt->notify, "the tokenizer replaces some characters first "
                   "(precompiled_charsmap); llama.cpp does not in this kind of vocabulary");
    if (spm->unigram && spm->byte_fallback)
        mzg_notice(l->opt->notify, "the tokenizer writes what it does not know as bytes; llama.cpp, "
                   "in this kind of vocabulary, as the unknown token");
}

/* The sentinels of T5's kind, which its class adds behind the pieces, the last one first: as many as
 * tokenizer_config.json says or lists, else a hundred. Newer folders list them as added tokens. */
static uint32_t extra_ids(const struct mzg_vocab_loader *l)
{
    const json_t *said = json_object_get(l->tc.config, "extra_ids");
    const json_t *listed = json_object_get(l->tc.config, "additional_special_tokens");

    if (json_is_integer(said))
        return json_integer_value(said) > 0 && json_integer_value(said) <= 1000
               ? (uint32_t)json_integer_value(said) : 0;
    if (json_is_array(listed))
        return json_array_size(listed) <= 1000 ? (uint32_t)json_array_size(listed) : 0;
    return 100;
}

static enum mzg_code add_extra_ids(const struct mzg_vocab_loader *l, struct mzg_err *e)
{
    static const char *const families[] = {"t5", "longt5", "switch_transformers", NULL};
    struct mzg_vocab *v = l->v;
    uint32_t n = family_is(l, families) ? extra_ids(l) : 0, first = v->own;
    enum mzg_code code = MZG_OK;

    if (json_object_get(l->tc.config, "added_tokens_decoder") || l->tc.added)
        return MZG_OK;
    for (uint32_t i = 0; i < n && code == MZG_OK; i++) {
        char text[32];
        snprintf(text, sizeof text, "<extra_id_%" PRIu32 ">", n - 1 - i);
        if (first + i < v->count)
            code = mzg_vocab_table_add(v, first + i, text, true, MZG_NO_OFFSET, e);
    }
    v->own += n;
    return code;
}

enum mzg_code mzg_vocab_from_spm(struct mzg_vocab_loader *l, const char *name, struct mzg_err *e)
{
    const struct mzg_special_source special = {l->json.post, l->opt->config, NULL};
    struct mzg_tokenizer_spm spm;
    enum mzg_code code = load_spm(l, name, &spm, e);

    if (code == MZG_OK)
        code = mzg_tokenizer_config_added(&l->tc, l->v, e);
    if (code == MZG_OK && spm.unigram)
        code = add_extra_ids(l, e);
    if (code == MZG_OK && (code = mzg_vocab_table_finish(l->v, e)) != MZG_OK)
        return mzg_prefix(e, "%s/%s", l->dir.path, name);
    if (code == MZG_OK)
        code = mzg_special_tokens_find(l->v, &l->tc, &special, e);
    if (code != MZG_OK)
        return code;
    take_spm_ids(l, &spm);
    tell(l, &spm);
    return MZG_OK;
}
