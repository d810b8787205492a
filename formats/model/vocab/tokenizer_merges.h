/* tokenizer_merges.h: the merges of a BPE tokenizer, in any of their spellings ("a b" and ["a", "b"] in
 * tokenizer.json, lines of merges.txt), as llama.cpp's "gpt2" wants them, or as the scores its "llama"
 * merges by.
 *
 * v's table is finished. MZG_MALFORMED, with the merge's byte, when it has another form, or when
 * its parts or its result are not tokens. */
#ifndef MZG_MODEL_TOKENIZER_MERGES_H
#define MZG_MODEL_TOKENIZER_MERGES_H

#include "json_walk.h"
#include "vocab.h"

#define MZG_SCORE_UNSET 1.0f /* no score is positive */

/* v->merges: "A B", a space inside a part written as U+0120. */
enum mzg_code mzg_tokenizer_merges_list(char *text, struct mzg_json_span merges,
                                        struct mzg_vocab *v, struct mzg_err *e) MZG_MUST;

/* Scores for tokens that have MZG_SCORE_UNSET, as SentencePiece's trainer gives them: the token the
 * n-th merge makes first gets -n, tokens no merge makes follow by id. llama.cpp merges any two tokens
 * that make a third, the best score first. Where the merges list every such pair, as those made from a
 * SentencePiece model do, this is the order in which they do it; where they do not, it is announced. */
enum mzg_code mzg_tokenizer_merges_score(char *text, struct mzg_json_span merges,
                                         struct mzg_vocab *v, const struct mzg_notify *notify,
                                         struct mzg_err *e) MZG_MUST;

/* v->merges from merges.txt's bytes: "a b" a line; a first line "#version..." and empty lines are
 * passed over. */
enum mzg_code mzg_tokenizer_merges_lines(const char *text, size_t len, struct mzg_vocab *v,
                                         struct mzg_err *e) MZG_MUST;

#endif
