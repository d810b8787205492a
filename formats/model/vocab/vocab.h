/* vocab.h: a model's tokenizer, from the files its makers published to GGUF metadata. */
#ifndef MZG_MODEL_VOCAB_H
#define MZG_MODEL_VOCAB_H

#include "../../base/progress.h"
#include "../containers/kvs.h"
#include "../containers/names.h"
#include <jansson.h>

/* llama.cpp's token types (SentencePiece's numbers). */
enum mzg_token_type {
    MZG_TOKEN_NORMAL = 1, MZG_TOKEN_UNKNOWN, MZG_TOKEN_CONTROL, MZG_TOKEN_USER_DEFINED,
    MZG_TOKEN_UNUSED, MZG_TOKEN_BYTE
};

/* More tokens than any published model has; beyond it a vocabulary is MZG_LIMIT. */
#define MZG_VOCAB_MAX (1u << 21)

/* Special tokens, in the order in which their keys are written: our name, GGUF's, Hugging Face's
 * ("bos" of bos_token and bos_token_id; NULL where their files have no such name). */
#define MZG_SPECIALS(X)                                                                            \
    X(BOS, "bos", "bos") X(EOS, "eos", "eos") X(UNK, "unknown", "unk")                             \
    X(SEP, "seperator", "sep") X(PAD, "padding", "pad") X(CLS, "cls", "cls")                       \
    X(MASK, "mask", "mask") X(EOT, "eot", NULL) X(EOM, "eom", NULL) X(FIM_PRE, "fim_pre", NULL)    \
    X(FIM_SUF, "fim_suf", NULL) X(FIM_MID, "fim_mid", NULL)
enum mzg_special {
#define X(name, key, hf) MZG_SPECIAL_##name,
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
    const char *model;            /* tokenizer.ggml.model: "llama", "gpt2", "t5", "bert" */
    const char *pre;              /* tokenizer.ggml.pre */
    uint32_t count;               /* tokens: options.rows, config.json's vocab_size, or own */
    uint32_t own;                 /* one more than the largest id of the tokenizer itself */
    const char **tokens;          /* count texts */
    float *scores;                /* count, or NULL (gpt2, bert) */
    int32_t *types;               /* count of enum mzg_token_type */
    const char **merges;          /* n_merges of "A B", or NULL */
    uint32_t n_merges;
    int64_t special[MZG_SPECIAL_COUNT]; /* ids; -1: none */
    /* 0, 1; -1: not said, not written */
    int add_bos, add_eos, add_sep, add_space_prefix;
    int remove_extra_whitespaces;    /* t5: runs of spaces become one, none at the ends */
    int lowercase, strip_accents;    /* bert */
    const uint8_t *charsmap;         /* t5: SentencePiece's table of replacements, or NULL */
    size_t charsmap_len;
    uint32_t token_types;            /* BERT's segments; 0: not said */
    struct mzg_vocab_template *templates;
    size_t n_templates;
    const char **files;           /* names of the files that were read, in reading order */
    size_t n_files;
    struct mzg_name *index;       /* ids by text, see vocab_table.h */
};

struct mzg_vocab_options {
    const json_t *config;   /* config.json (vocab_size, *_token_id, model_type), or NULL */
    uint64_t rows;          /* of the embedding, where the architecture knows them; 0: config's */
    const char *pre;        /* overrides the pre-tokenizer's name; NULL: by structure */
    const struct mzg_notify *notify;
};

/* folder: holds, in this order, one of
 *   tokenizer.json (BPE, Unigram, WordPiece), unless a SentencePiece file says the same more exactly;
 *   a SentencePiece file (BPE, Unigram): tokenizer.model, spiece.model, sentencepiece.bpe.model;
 *   tekken.json (Mistral's own); vocab.json with merges.txt (byte-level BPE); vocab.txt (WordPiece);
 * and perhaps tokenizer_config.json, special_tokens_map.json, added_tokens.json, chat_template.jinja,
 * additional_chat_templates/, chat_template.json, generation_config.json. MZG_UNSUPPORTED names
 * what was found when there is no tokenizer that can be read. An architecture whose rules go beyond
 * these files (an id at a fixed place, a flag by vocabulary size) changes *v before put. */
enum mzg_code mzg_vocab_load(struct mzg_vocab *v, const char *folder,
                             const struct mzg_vocab_options *opt, struct mzg_err *e) MZG_MUST;
/* An empty vocabulary, for the rooms that fill one. */
void mzg_vocab_init(struct mzg_vocab *v);
void mzg_vocab_clear(struct mzg_vocab *v);

/* How many tokens there are before the first special or added one. */
uint32_t mzg_vocab_ordinary(const struct mzg_vocab *v);

/* Appends tokenizer.* to k. */
void mzg_vocab_put(const struct mzg_vocab *v, struct mzg_kvs *k);

#endif
