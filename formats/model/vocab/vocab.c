#include "vocab_loader.h"

#include "../../base/json.h"
#include "chat_template.h"
#include "special_tokens.h"
#include "tokenizer_wordpiece.h"
#include "vocab_table.h"

#include <stdlib.h>
#include <string.h>

#define JSON_FILE "tokenizer.json"
#define ARENA_CAP ((size_t)160 << 20) /* MZG_VOCAB_MAX holes still fit */

/* ---- tokenizer.json ---- */

static enum mzg_code mark_words(struct mzg_vocab_loader *l, struct mzg_err *e)
{
    const char *prefix = json_string_value(json_object_get(l->json.model,
                                                           "continuing_subword_prefix"));

    if (mzg_tokenizer_wordpiece_mark(l->v, prefix ? prefix : "##", e) != MZG_OK)
        return mzg_prefix(e, "%s/" JSON_FILE, l->dir.path);
    return MZG_OK;
}

static enum mzg_code from_json(struct mzg_vocab_loader *l, struct mzg_err *e)
{
    bool words = mzg_tokenizer_json_kind(&l->json) == MZG_TOKENIZER_WORDPIECE;
    const struct mzg_special_source special = {l->json.post, l->opt->config,
                                               words ? mzg_wordpiece_specials : NULL};
    const struct mzg_tokenizer_json_options opt = {
        .vocab_size = l->vocab_size, .pre = l->opt->pre, .family = l->family,
        .notify = l->opt->notify,
    };

    if (mzg_tokenizer_json_read(&l->json, l->v, &opt, e) != MZG_OK)
        return mzg_prefix(e, "%s/" JSON_FILE, l->dir.path);
    if (mzg_special_tokens_find(l->v, &l->tc, &special, e) != MZG_OK)
        return e->code;
    const char *unknown = json_string_value(json_object_get(l->json.model, "unk_token"));
    if (unknown && l->v->special[MZG_SPECIAL_UNK] < 0)
        l->v->special[MZG_SPECIAL_UNK] = mzg_vocab_table_find(l->v, unknown);
    return words ? mark_words(l, e) : MZG_OK;
}

/* Beside a SentencePiece file it still says what is put around a text. */
static enum mzg_code open_json(struct mzg_vocab_loader *l, struct mzg_err *e)
{
    size_t len;
    enum mzg_code code;

    if (!mzg_dir_has(&l->dir, JSON_FILE))
        return MZG_OK;
    code = mzg_tokenizer_config_file(&l->dir, JSON_FILE, MZG_VOCAB_FILE, l->v, &l->text, &len, e);
    if (code != MZG_OK)
        return code;
    if (mzg_tokenizer_json_open(&l->json, l->text, len, e) != MZG_OK)
        return mzg_prefix(e, "%s/" JSON_FILE, l->dir.path);
    return MZG_OK;
}

/* ---- the whole ---- */

/* vocab_size and type_vocab_size, of a model of several kinds of input from its text part. */
static enum mzg_code read_sizes(const json_t *config, uint64_t *vocab, uint32_t *types,
                                struct mzg_err *e)
{
    int64_t size = 0, n = 0;
    enum mzg_code code = mzg_json_int_opt(config, "vocab_size", 1, INT64_MAX, &size, e);

    if (code == MZG_OK)
        code = mzg_json_int_opt(config, "type_vocab_size", 0, INT32_MAX, &n, e);
    if (*vocab == 0)
        *vocab = (uint64_t)size;
    if (*types == 0)
        *types = (uint32_t)n;
    return code;
}

static enum mzg_code read_config(struct mzg_vocab_loader *l, struct mzg_err *e)
{
    const json_t *text = json_object_get(l->opt->config, "text_config");
    enum mzg_code code;

    l->vocab_size = l->opt->rows;
    if (!l->opt->config)
        return MZG_OK;
    l->family = json_string_value(json_object_get(l->opt->config, "model_type"));
    code = read_sizes(l->opt->config, &l->vocab_size, &l->v->token_types, e);
    if (code == MZG_OK && json_is_object(text))
        code = read_sizes(text, &l->vocab_size, &l->v->token_types, e);
    return code == MZG_OK ? code : mzg_prefix(e, "%s/config.json", l->dir.path);
}

/* A SentencePiece file has the scores that a BPE in tokenizer.json lacks; one of fairseq's has not its
 * ids. */
static bool json_first(const struct mzg_vocab_loader *l, const char *spm)
{
    return !spm || strcmp(spm, MZG_VOCAB_FAIRSEQ) == 0 ||
           mzg_tokenizer_json_kind(&l->json) != MZG_TOKENIZER_SPM;
}

static enum mzg_code load_tokens(struct mzg_vocab_loader *l, struct mzg_err *e)
{
    const char *spm = mzg_vocab_spm_name(l);

    if (l->text && json_first(l, spm))
        return from_json(l, e);
    if (spm)
        return mzg_vocab_from_spm(l, spm, e);
    if (mzg_dir_has(&l->dir, MZG_VOCAB_TEKKEN))
        return mzg_vocab_from_tekken(l, e);
    if (mzg_dir_has(&l->dir, MZG_VOCAB_MAP) && mzg_dir_has(&l->dir, MZG_VOCAB_MERGES))
        return mzg_vocab_from_map(l, e);
    if (mzg_dir_has(&l->dir, MZG_VOCAB_LINES))
        return mzg_vocab_from_lines(l, e);
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: no tokenizer in it: neither " JSON_FILE
                    " nor tokenizer.model (spiece.model, " MZG_VOCAB_FAIRSEQ "), "
                    MZG_VOCAB_TEKKEN ", " MZG_VOCAB_MAP " with " MZG_VOCAB_MERGES ", " MZG_VOCAB_LINES,
                    l->dir.path);
}

static bool has_bytes(const struct mzg_vocab *v)
{
    for (uint32_t id = 0; id < v->count; id++)
        if (v->types[id] == MZG_TOKEN_BYTE)
            return true;
    return false;
}

/* Last, so that a tokenizer that is refused is only refused. */
static void tell(const struct mzg_vocab *v, const struct mzg_notify *notify)
{
    if (v->lowercase == 0 || v->strip_accents == 0)
        mzg_notice(notify, "the tokenizer keeps %s: llama.cpp does so from 2026 on, older ones drop "
                   "case and accents", v->lowercase ? "accents" : "case");
    if (strcmp(v->model, "llama") == 0 && !has_bytes(v))
        mzg_notice(notify, "the tokenizer has no tokens for bytes: llama.cpp stops at a character that "
                   "is not in the vocabulary");
}

static enum mzg_code load(struct mzg_vocab_loader *l, struct mzg_err *e)
{
    enum mzg_code code = read_config(l, e);

    if (code == MZG_OK)
        code = mzg_tokenizer_config_open(&l->tc, &l->dir, l->v, l->opt->notify, e);
    if (code == MZG_OK)
        code = open_json(l, e);
    if (code == MZG_OK)
        code = load_tokens(l, e);
    if (code != MZG_OK)
        return code;
    mzg_special_tokens_settle(l->v, l->opt->notify);
    code = mzg_chat_template_find(l->v, &l->tc, e);
    if (code == MZG_OK)
        tell(l->v, l->opt->notify);
    return code;
}

enum mzg_code mzg_vocab_load(struct mzg_vocab *v, const char *folder,
                             const struct mzg_vocab_options *opt, struct mzg_err *e)
{
    struct mzg_vocab_loader l = {.v = v, .opt = opt, .dir = {.fd = -1}};
    enum mzg_code code;

    mzg_vocab_init(v);
    code = mzg_dir_open(&l.dir, folder, e);
    if (code == MZG_OK)
        code = load(&l, e);
    mzg_tokenizer_json_close(&l.json);
    free(l.text);
    mzg_tokenizer_config_close(&l.tc);
    mzg_dir_close(&l.dir);
    if (code != MZG_OK)
        mzg_vocab_clear(v);
    return code;
}

void mzg_vocab_init(struct mzg_vocab *v)
{
    memset(v, 0, sizeof *v);
    mzg_arena_init(&v->arena, ARENA_CAP);
    for (int i = 0; i < MZG_SPECIAL_COUNT; i++)
        v->special[i] = -1;
    v->add_bos = v->add_eos = v->add_sep = v->add_space_prefix = -1;
    v->remove_extra_whitespaces = v->lowercase = v->strip_accents = -1;
}

void mzg_vocab_clear(struct mzg_vocab *v)
{
    mzg_arena_clear(&v->arena);
    memset(v, 0, sizeof *v);
}

uint32_t mzg_vocab_ordinary(const struct mzg_vocab *v)
{
    uint32_t n = 0;

    while (n < v->count && v->types[n] != MZG_TOKEN_CONTROL && v->types[n] != MZG_TOKEN_USER_DEFINED)
        n++;
    return n;
}
