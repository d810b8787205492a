/* tokenizer_unigram.h: Unigram tokenizers of tokenizer.json (T5's, XLM-R's, ALBERT's kind) as a "t5"
 * vocabulary: pieces with their scores, the table of replacements, and how spaces are treated. */
#ifndef MZG_MODEL_TOKENIZER_UNIGRAM_H
#define MZG_MODEL_TOKENIZER_UNIGRAM_H

#include "tokenizer_json.h"

/* As mzg_tokenizer_json_read, for this kind. Sets v->special[MZG_SPECIAL_UNK]. MZG_MALFORMED, too, for
 * a piece that is no text with a finite score, and an unk_id that is no piece. */
enum mzg_code mzg_tokenizer_unigram_read(const struct mzg_tokenizer_json *t, struct mzg_vocab *v,
                                         const struct mzg_tokenizer_json_options *opt,
                                         struct mzg_err *e) MZG_MUST;

#endif
