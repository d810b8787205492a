/* make_model.h: what the two halves of make_model share. */
#ifndef MZG_SAMPLES_MAKE_MODEL_H
#define MZG_SAMPLES_MAKE_MODEL_H

#include <stdio.h>

struct tokenizer_ids {
    unsigned bos, eos;
    unsigned turn_end; /* also ends generation; as eos where there is none */
    unsigned count;    /* tokens */
};

/* Writes the tokenizer's files into folder, with at most max tokens. bpe: tokenizer.json,
 * byte-level; else tokenizer.model, SentencePiece BPE. Exits, saying why, when it cannot. */
void make_tokenizer(const char *folder, int bpe, unsigned max, struct tokenizer_ids *ids);

/* A file of folder, open for writing, and its end; both exit with a message when they fail. */
FILE *create(const char *folder, const char *name);
void finish(FILE *f, const char *name);
void give_up(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
