/* vocab.h: a model's tokenizer, from the files its makers published to GGUF metadata. */
#ifndef MZG_MODEL_VOCAB_H
#define MZG_MODEL_VOCAB_H

#include "../base/progress.h"
#include "kvs.h"
#include <jansson.h>

/* llama.cpp's token types (SentencePiece's numbers). */
enum mzg_token_type {
    MZG_TOKEN_NORMAL = 1, MZG_TOKEN_UNKNOWN, MZG_TOKEN_CONTROL, MZG_TOKEN_USER_DEFINED,
    MZG_TOKEN_UNUSED, MZG_TOKEN_BYTE
};

/* Special tokens, in the order in which their keys are written. */
#define MZG_SPECIALS(X)                                                                            \
    X(BOS, "bos") X(EOS, "eos") X(UNK, "unknown") X(SEP, "seperator") X(PAD, "padding")            \
    X(CLS, "cls") X(MASK, "mask") X(EOT, "eot") X(EOM, "eom")
enum mzg_special {
#define X(name, key) MZG_SPECIAL_##name,
    MZG_SPECIALS(X)
#undef X
    MZG_SPECIAL_COUNT
};

struct mzg_vocab_template {
    const char *name; /* "default", "tool_use" */
    const char *text;
};

struct mzg_vocab {
    struct mzg_arena arena;
    const char *model;            /* tokenizer.ggml.model: "llama", "gpt2" */
    const char *pre;              /* tokenizer.ggml.pre */
    uint32_t count;               /* tokens: the config's vocab_size, or the tokenizer's own count */
    const char **tokens;          /* count texts */
    float *scores;                /* count, or NULL (gpt2) */
    int32_t *types;               /* count of enum mzg_token_type */
    const char **merges;          /* n_merges of "A B", or NULL */
    uint32_t n_merges;
    int64_t special[MZG_SPECIAL_COUNT]; /* ids; -1: none */
    int add_bos, add_eos, add_sep, add_space_prefix; /* 0, 1; -1: not said, not written */
    struct mzg_vocab_template *templates;
    size_t n_templates;
};

struct mzg_vocab_options {
    const json_t *config;   /* config.json's object: vocab_size, *_token_id; may be NULL */
    const char *pre;        /* overrides the pre-tokenizer's name; NULL: by structure */
    const struct mzg_notify *notify;
};

/* folder: holds tokenizer.model, or tokenizer.json, and perhaps tokenizer_config.json,
 * special_tokens_map.json, added_tokens.json, chat_template.jinja, generation_config.json.
 * MZG_UNSUPPORTED names what was found when there is no tokenizer that can be read. */
enum mzg_code mzg_vocab_load(struct mzg_vocab *v, const char *folder,
                             const struct mzg_vocab_options *opt, struct mzg_err *e) MZG_MUST;
void mzg_vocab_clear(struct mzg_vocab *v);

/* Appends tokenizer.* to k. */
void mzg_vocab_put(const struct mzg_vocab *v, struct mzg_kvs *k);

#endif
