/* tokenizer_tekken.h: Mistral's own tekken.json as a "gpt2" vocabulary.
 *
 * It lists special tokens, which have the first ids, and byte strings in base64, by rank: any two
 * neighbours whose bytes together are a token are merged, the lowest rank first. As merges that is every
 * way to put a token together, in the order of the ranks. */
#ifndef MZG_MODEL_TOKENIZER_TEKKEN_H
#define MZG_MODEL_TOKENIZER_TEKKEN_H

#include "vocab.h"

struct mzg_tokenizer_tekken_options {
    uint64_t vocab_size; /* ids the weights have room for; 0: the file's default_vocab_size */
    const char *pre;     /* the pre-tokenizer's name; NULL: by its pattern */
};

/* Its special tokens, as for mzg_special_tokens_find. */
extern const char *const mzg_tekken_specials[MZG_SPECIAL_COUNT];

/* Fills v's model, pre, tokens, types and merges, and finishes its table. text: the file's bytes,
 * writable (see json_walk.h). MZG_MALFORMED, with its byte, for a token whose rank is not its place, or
 * that is no base64; MZG_UNSUPPORTED for a pattern that is not known. */
enum mzg_code mzg_tokenizer_tekken_read(char *text, size_t len, struct mzg_vocab *v,
                                        const struct mzg_tokenizer_tekken_options *opt,
                                        struct mzg_err *e) MZG_MUST;

#endif
