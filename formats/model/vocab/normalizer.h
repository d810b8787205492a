/* normalizer.h: what a tokenizer does to a text before it cuts it, and whether llama.cpp can be told.
 *
 * llama.cpp has no general normalizer: each kind of its vocabularies does a few fixed things. Of what
 * tokenizer.json asks for beyond them, a change of Unicode's form (NFC) leaves ordinary text alone and
 * is only told; anything else would give other tokens, and is refused. SentencePiece's table of
 * replacements ("precompiled charsmap") goes into the GGUF file whole. */
#ifndef MZG_MODEL_NORMALIZER_H
#define MZG_MODEL_NORMALIZER_H

#include "vocab.h"

enum { /* operations, as bits */
    MZG_NORM_CHARSMAP = 1,
    MZG_NORM_BERT = 2,
    MZG_NORM_LOWERCASE = 4,
    MZG_NORM_ACCENTS = 8,   /* marks on letters are dropped */
    MZG_NORM_NFC = 16,
    MZG_NORM_FORM = 32,     /* another of Unicode's forms, or SentencePiece's Nmt */
    MZG_NORM_MARKS = 64,    /* spaces become U+2581 */
    MZG_NORM_RUNS = 128,    /* runs of spaces become one */
    MZG_NORM_PREPEND = 256, /* U+2581 before the text */
    MZG_NORM_STRIP = 512,   /* no spaces at the ends */
    MZG_NORM_OTHER = 1024
};
#define MZG_NORMS 11

struct mzg_normalizer {
    unsigned ops;           /* MZG_NORM_*, all that it does */
    const char *charsmap;   /* base64, of MZG_NORM_CHARSMAP; the JSON's */
    bool lowercase;
    int strip_accents;      /* 0, 1; -1: as lowercase */
    bool keeps_chinese;     /* Chinese characters are not words of their own */
    char other[MZG_QUOTE];  /* the first operation that is MZG_NORM_OTHER, quoted */
};

/* normalizer: tokenizer.json's, or NULL: nothing is done. */
void mzg_normalizer_read(struct mzg_normalizer *n, const json_t *normalizer);

/* done: the operations that this kind of vocabulary does, or does not mind. MZG_UNSUPPORTED names the
 * first other; forced: it is announced instead. Forms are always announced, but for NFC. */
enum mzg_code mzg_normalizer_check(const struct mzg_normalizer *n, unsigned done, bool forced,
                                   const struct mzg_notify *notify, struct mzg_err *e) MZG_MUST;

/* Sets v->charsmap. MZG_MALFORMED for text that is not base64, and as mzg_charsmap_set. */
enum mzg_code mzg_charsmap_decode(struct mzg_vocab *v, const char *base64,
                                  struct mzg_err *e) MZG_MUST;
/* The same, from its bytes (copied); none when len is 0. MZG_MALFORMED for one that is not a table
 * (u32 length, little-endian, of 4-byte nodes) and NUL-terminated replacements behind it: llama.cpp
 * would stop on it. */
enum mzg_code mzg_charsmap_set(struct mzg_vocab *v, const void *data, size_t len,
                               struct mzg_err *e) MZG_MUST;

#endif
