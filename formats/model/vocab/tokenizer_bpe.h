/* tokenizer_bpe.h: BPE tokenizers of tokenizer.json, and of vocab.json with merges.txt.
 *
 * Byte-level BPE (GPT-2 and most models since) is a "gpt2" vocabulary: tokens, types and merges.
 * BPE with byte_fallback and no ByteLevel (Llama 2 without its tokenizer.model) is a "llama"
 * vocabulary: llama.cpp then merges by score, so the scores are made from the order of the merges. */
#ifndef MZG_MODEL_TOKENIZER_BPE_H
#define MZG_MODEL_TOKENIZER_BPE_H

#include "tokenizer_json.h"

/* As mzg_tokenizer_json_read, for one of these two kinds. */
enum mzg_code mzg_tokenizer_bpe_read(const struct mzg_tokenizer_json *t, struct mzg_vocab *v,
                                     const struct mzg_tokenizer_json_options *opt,
                                     struct mzg_err *e) MZG_MUST;

/* Byte-level BPE from the files of before tokenizer.json. */
struct mzg_tokenizer_bpe_files {
    char *vocab;             /* vocab.json's bytes, writable (json_walk.h) */
    size_t vocab_len;
    uint64_t vocab_size;     /* as in mzg_tokenizer_json_options */
    const char *pre;         /* NULL: by class, else by family */
    const char *class;       /* tokenizer_config.json's tokenizer_class, or NULL */
    const char *family;      /* config.json's model_type, or NULL */
    const char *const *specials; /* set by open: texts for mzg_special_tokens_find */
    bool surrounds;          /* set by open: RoBERTa's kind puts a BOS and an EOS around a text */
};

/* Fills v's model, pre and table, which is left open for added tokens; then comes
 * mzg_tokenizer_merges_lines. MZG_UNSUPPORTED when neither pre, class nor family says how text is
 * cut. */
enum mzg_code mzg_tokenizer_bpe_open(struct mzg_tokenizer_bpe_files *files, struct mzg_vocab *v,
                                     struct mzg_err *e) MZG_MUST;

#endif
