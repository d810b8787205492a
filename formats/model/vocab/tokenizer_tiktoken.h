/* tokenizer_tiktoken.h: OpenAI's files of tokens, multilingual.tiktoken and gpt2.tiktoken, as a byte-level vocabulary.
 *
 * A line is a token: its bytes in base64 ("=": none at all), a space, its rank, which is its id. The files lack the
 * special tokens, which programs number behind the others: the first of them is put in, so that it is known where
 * text ends. There are no merges: what needs those is not made from such a file. */
#ifndef MZG_MODEL_TOKENIZER_TIKTOKEN_H
#define MZG_MODEL_TOKENIZER_TIKTOKEN_H

#include "vocab.h"

/* Fills v and finishes its table; rows: ids that the weights have. MZG_MALFORMED, with its byte, for a line of another
 * form, a rank that is not its line's number, more tokens than there are rows for. */
enum mzg_code mzg_tokenizer_tiktoken_read(const char *text, size_t len, uint64_t rows, struct mzg_vocab *v,
                                          struct mzg_err *e) MZG_MUST;

#endif
