/* A vocabulary as GGUF's metadata (vocab.h). */
#include "vocab.h"

#include <stdio.h>
#include <string.h>

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

static void put_flags(const struct mzg_vocab *v, struct mzg_kvs *k)
{
    const struct { const char *key; int flag; } flags[] = {
        {"tokenizer.ggml.add_bos_token", v->add_bos},
        {"tokenizer.ggml.add_eos_token", v->add_eos},
        {"tokenizer.ggml.add_sep_token", v->add_sep},
        {"tokenizer.ggml.add_space_prefix", v->add_space_prefix},
        {"tokenizer.ggml.remove_extra_whitespaces", v->remove_extra_whitespaces},
        {"tokenizer.ggml.normalizer.lowercase", v->lowercase},
        {"tokenizer.ggml.normalizer.strip_accents", v->strip_accents},
    };

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].flag >= 0)
            mzg_kvs_bool(k, flags[i].key, flags[i].flag != 0);
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
    if (v->charsmap)
        mzg_kvs_u8s(k, "tokenizer.ggml.precompiled_charsmap", v->charsmap, v->charsmap_len);
    if (v->token_types > 0)
        mzg_kvs_u32(k, "tokenizer.ggml.token_type_count", v->token_types);
    for (int i = 0; i < MZG_SPECIAL_COUNT; i++)
        if (v->special[i] >= 0)
            mzg_kvs_u32(k, special_keys[i], (uint32_t)v->special[i]);
    put_flags(v, k);
    put_templates(v, k);
}
