/* tokenizer_json.h: the parts of Hugging Face's tokenizer.json, and which kind of tokenizer it is.
 *
 * What each kind becomes is said in tokenizer_bpe.h, tokenizer_unigram.h and tokenizer_wordpiece.h;
 * others (WordLevel) are refused by name.
 *
 * The file may be 35 MB: its vocabulary and merges are read a few hundred at a time (json_walk.h),
 * and memory beyond the text and the finished table is a few megabytes. */
#ifndef MZG_MODEL_TOKENIZER_JSON_H
#define MZG_MODEL_TOKENIZER_JSON_H

#include "json_walk.h"
#include "vocab.h"

struct mzg_tokenizer_json {
    char *text;                 /* the caller's */
    json_t *normalizer;         /* these three: objects, or NULL */
    json_t *pre;
    json_t *post;
    json_t *model;              /* model's members but for its vocab and merges, or NULL */
    struct mzg_json_span added, vocab, merges; /* where they lie; len 0: absent */
};

enum mzg_tokenizer_kind {
    MZG_TOKENIZER_BYTES,     /* BPE of bytes, as GPT-2's: "gpt2" */
    MZG_TOKENIZER_SPM,       /* BPE of characters, as SentencePiece's: "llama" */
    MZG_TOKENIZER_UNIGRAM,   /* "t5" */
    MZG_TOKENIZER_WORDPIECE, /* "bert" */
    MZG_TOKENIZER_OTHER
};

struct mzg_tokenizer_json_options {
    uint64_t vocab_size;        /* ids the weights have room for; 0: as many as the file has */
    const char *pre;            /* the pre-tokenizer's name; NULL: by structure */
    const char *family;         /* config.json's model_type, or NULL */
    const struct mzg_notify *notify;
};

/* Finds the parts. text: the file's bytes, writable (see json_walk.h), to stay until close. Offsets
 * in errors are the file's. */
enum mzg_code mzg_tokenizer_json_open(struct mzg_tokenizer_json *t, char *text, size_t len,
                                      struct mzg_err *e) MZG_MUST;
void mzg_tokenizer_json_close(struct mzg_tokenizer_json *t); /* fine on a zeroed one */

/* By model.type; where that is absent, as in old files, by the model's other members. */
enum mzg_tokenizer_kind mzg_tokenizer_json_kind(const struct mzg_tokenizer_json *t);

/* Fills v's model, pre, tokens, scores, types and merges, and finishes its table. MZG_UNSUPPORTED
 * for what is not read, by name; MZG_MALFORMED for an id that is negative, given twice or beyond
 * vocab_size, and for a merge whose parts or result are not tokens. */
enum mzg_code mzg_tokenizer_json_read(const struct mzg_tokenizer_json *t, struct mzg_vocab *v,
                                      const struct mzg_tokenizer_json_options *opt,
                                      struct mzg_err *e) MZG_MUST;

#endif
