#include "vocab.h"

#include "../../base/json.h"
#include "chat_template.h"
#include "special_tokens.h"
#include "tokenizer_config.h"
#include "tokenizer_json.h"
#include "tokenizer_spm.h"
#include "vocab_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPM_FILE "tokenizer.model"
#define JSON_FILE "tokenizer.json"
#define MAX_FILE ((size_t)64 << 20)
#define ARENA_CAP ((size_t)160 << 20) /* MZG_VOCAB_MAX holes still fit */

struct loader {
    struct mzg_vocab *v;
    const struct mzg_vocab_options *opt;
    struct mzg_dir dir;
    struct mzg_tokenizer_config tc;
    uint64_t vocab_size; /* config.json's; 0: not said */
    char *text;          /* tokenizer.json's bytes, or NULL */
    struct mzg_tokenizer_json json;
};

static enum mzg_code load_spm(struct loader *l, struct mzg_tokenizer_spm *spm, struct mzg_err *e)
{
    char *data = NULL;
    size_t len;
    enum mzg_code code = mzg_tokenizer_config_file(&l->dir, SPM_FILE, MAX_FILE, l->v, &data, &len,
                                                   e);

    if (code != MZG_OK)
        return code;
    code = mzg_tokenizer_spm_read(spm, l->v, data, len, l->vocab_size, l->opt->notify, e);
    free(data);
    return code == MZG_OK ? code : mzg_prefix(e, "%s/" SPM_FILE, l->dir.path);
}

/* Where no other file says which tokens are special, the model's own word counts. */
static void take_spm_ids(struct mzg_vocab *v, const struct mzg_tokenizer_spm *spm)
{
    const struct { int special; int64_t id; } ids[] = {
        {MZG_SPECIAL_BOS, spm->bos}, {MZG_SPECIAL_EOS, spm->eos},
        {MZG_SPECIAL_UNK, spm->unk}, {MZG_SPECIAL_PAD, spm->pad},
    };

    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (v->special[ids[i].special] < 0 && ids[i].id < (int64_t)v->count)
            v->special[ids[i].special] = ids[i].id;
    if (v->add_space_prefix < 0 && !spm->add_dummy_prefix)
        v->add_space_prefix = 0;
}

static enum mzg_code from_spm(struct loader *l, struct mzg_err *e)
{
    struct mzg_tokenizer_spm spm;
    enum mzg_code code = load_spm(l, &spm, e);

    if (code == MZG_OK)
        code = mzg_tokenizer_config_added(&l->tc, l->v, e);
    if (code == MZG_OK && (code = mzg_vocab_table_finish(l->v, e)) != MZG_OK)
        return mzg_prefix(e, "%s/" SPM_FILE, l->dir.path);
    if (code == MZG_OK)
        code = mzg_special_tokens_find(l->v, &l->tc, l->json.post, l->opt->config, e);
    if (code == MZG_OK)
        take_spm_ids(l->v, &spm);
    return code;
}

static enum mzg_code from_json(struct loader *l, struct mzg_err *e)
{
    const struct mzg_tokenizer_json_options opt = {
        .vocab_size = l->vocab_size, .pre = l->opt->pre,
        .family = json_string_value(json_object_get(l->opt->config, "model_type")),
    };

    if (mzg_tokenizer_json_read(&l->json, l->v, &opt, e) != MZG_OK)
        return mzg_prefix(e, "%s/" JSON_FILE, l->dir.path);
    if (mzg_special_tokens_find(l->v, &l->tc, l->json.post, l->opt->config, e) != MZG_OK)
        return e->code;
    const char *unknown = json_string_value(json_object_get(l->json.model, "unk_token"));
    if (unknown && l->v->special[MZG_SPECIAL_UNK] < 0)
        l->v->special[MZG_SPECIAL_UNK] = mzg_vocab_table_find(l->v, unknown);
    return MZG_OK;
}

/* Beside a tokenizer.model it still says what is put around a text. */
static enum mzg_code open_json(struct loader *l, struct mzg_err *e)
{
    size_t len;
    enum mzg_code code;

    if (!mzg_dir_has(&l->dir, JSON_FILE))
        return MZG_OK;
    code = mzg_tokenizer_config_file(&l->dir, JSON_FILE, MAX_FILE, l->v, &l->text, &len, e);
    if (code != MZG_OK)
        return code;
    if (mzg_tokenizer_json_open(&l->json, l->text, len, e) != MZG_OK)
        return mzg_prefix(e, "%s/" JSON_FILE, l->dir.path);
    return MZG_OK;
}

static enum mzg_code read_vocab_size(struct loader *l, struct mzg_err *e)
{
    int64_t size = 0;

    if (!l->opt->config)
        return MZG_OK;
    if (mzg_json_int_opt(l->opt->config, "vocab_size", 1, INT64_MAX, &size, e) != MZG_OK)
        return mzg_prefix(e, "%s/config.json", l->dir.path);
    l->vocab_size = (uint64_t)size;
    return MZG_OK;
}

static enum mzg_code load(struct loader *l, struct mzg_err *e)
{
    enum mzg_code code = read_vocab_size(l, e);

    if (code == MZG_OK)
        code = mzg_tokenizer_config_open(&l->tc, &l->dir, l->v, l->opt->notify, e);
    if (code == MZG_OK)
        code = open_json(l, e);
    if (code != MZG_OK)
        return code;
    if (mzg_dir_has(&l->dir, SPM_FILE))
        code = from_spm(l, e);
    else if (l->text)
        code = from_json(l, e);
    else
        code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "%s: neither " SPM_FILE " nor " JSON_FILE
                        " in it", l->dir.path);
    return code == MZG_OK ? mzg_chat_template_find(l->v, &l->tc, e) : code;
}

enum mzg_code mzg_vocab_load(struct mzg_vocab *v, const char *folder,
                             const struct mzg_vocab_options *opt, struct mzg_err *e)
{
    struct loader l = {.v = v, .opt = opt, .dir = {.fd = -1}};
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
}

void mzg_vocab_clear(struct mzg_vocab *v)
{
    mzg_arena_clear(&v->arena);
    memset(v, 0, sizeof *v);
}

/* ---- to metadata ---- */

static void put_templates(const struct mzg_vocab *v, struct mzg_kvs *k)
{
    const char *names[64];
    char key[128];
    size_t n = 0;

    for (size_t i = 0; i < v->n_templates; i++) {
        const struct mzg_vocab_template *t = &v->templates[i];
        if (strcmp(t->name, "default") == 0)
            mzg_kvs_text(k, "tokenizer.chat_template", t->text);
        else if (n < sizeof names / sizeof *names)
            names[n++] = t->name;
    }
    if (n > 0)
        mzg_kvs_texts(k, "tokenizer.chat_templates", names, n);
    for (size_t i = 0; i < v->n_templates; i++) {
        if (strcmp(v->templates[i].name, "default") == 0)
            continue;
        snprintf(key, sizeof key, "tokenizer.chat_template.%s", v->templates[i].name);
        mzg_kvs_text(k, key, v->templates[i].text);
    }
}

static void put_flag(struct mzg_kvs *k, const char *key, int flag)
{
    if (flag >= 0)
        mzg_kvs_bool(k, key, flag != 0);
}

void mzg_vocab_put(const struct mzg_vocab *v, struct mzg_kvs *k)
{
    static const char *const special_keys[MZG_SPECIAL_COUNT] = {
#define X(name, key, hf) "tokenizer.ggml." key "_token_id",
        MZG_SPECIALS(X)
#undef X
    };

    mzg_kvs_text(k, "tokenizer.ggml.model", v->model);
    mzg_kvs_text(k, "tokenizer.ggml.pre", v->pre);
    mzg_kvs_texts(k, "tokenizer.ggml.tokens", v->tokens, v->count);
    if (v->scores)
        mzg_kvs_f32s(k, "tokenizer.ggml.scores", v->scores, v->count);
    mzg_kvs_i32s(k, "tokenizer.ggml.token_type", v->types, v->count);
    if (v->merges)
        mzg_kvs_texts(k, "tokenizer.ggml.merges", v->merges, v->n_merges);
    for (int i = 0; i < MZG_SPECIAL_COUNT; i++)
        if (v->special[i] >= 0)
            mzg_kvs_u32(k, special_keys[i], (uint32_t)v->special[i]);
    put_flag(k, "tokenizer.ggml.add_bos_token", v->add_bos);
    put_flag(k, "tokenizer.ggml.add_eos_token", v->add_eos);
    put_flag(k, "tokenizer.ggml.add_sep_token", v->add_sep);
    put_flag(k, "tokenizer.ggml.add_space_prefix", v->add_space_prefix);
    put_templates(v, k);
}
