/* tokenizer_wordpiece.h: BERT's WordPiece, from tokenizer.json or vocab.txt, as a "bert" vocabulary.
 *
 * BERT marks the pieces that go on ("##ing"); llama.cpp marks those that begin a word, by U+2581 (a
 * "phantom space"), so that "##ing" is "ing" and "run" is "\u2581run". Tokens that were added keep their
 * text. llama.cpp drops accents and case unless it is told otherwise, which runtimes before 2026 do not
 * hear. */
#ifndef MZG_MODEL_TOKENIZER_WORDPIECE_H
#define MZG_MODEL_TOKENIZER_WORDPIECE_H

#include "tokenizer_config.h"
#include "tokenizer_json.h"

/* As mzg_tokenizer_json_read, for this kind. Tokens have BERT's own texts until mark. */
enum mzg_code mzg_tokenizer_wordpiece_read(const struct mzg_tokenizer_json *t, struct mzg_vocab *v,
                                           const struct mzg_tokenizer_json_options *opt,
                                           struct mzg_err *e) MZG_MUST;

/* vocab.txt's bytes: a token a line, its id the line's number; an empty line is an id without token.
 * rows: ids the weights have room for, 0: as many as there are lines. What tc says (do_lower_case,
 * strip_accents) decides case. The table is left open. MZG_MALFORMED, with its byte, for a line that is
 * no text or beyond the rows; MZG_UNSUPPORTED when tc names another kind of tokenizer. */
enum mzg_code mzg_tokenizer_wordpiece_lines(const char *text, size_t len, struct mzg_vocab *v,
                                            uint64_t rows, const struct mzg_tokenizer_config *tc,
                                            struct mzg_err *e) MZG_MUST;

/* Gives the tokens of a finished table llama.cpp's texts, by which they are found from then on, and
 * drops the scores. prefix: what marks a piece that goes on. MZG_MALFORMED when two tokens have one
 * text then. */
enum mzg_code mzg_tokenizer_wordpiece_mark(struct mzg_vocab *v, const char *prefix,
                                           struct mzg_err *e) MZG_MUST;

/* Its special tokens where no file names them, as for mzg_special_tokens_find. */
extern const char *const mzg_wordpiece_specials[MZG_SPECIAL_COUNT];

#endif
