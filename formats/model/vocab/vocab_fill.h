/* vocab_fill.h: a vocabulary's table from the JSON that lists it: tokenizer.json's model.vocab and
 * added_tokens, vocab.json. */
#ifndef MZG_MODEL_VOCAB_FILL_H
#define MZG_MODEL_VOCAB_FILL_H

#include "json_walk.h"
#include "vocab.h"

struct mzg_vocab_fill {
    struct mzg_json_span vocab; /* {"text": id, ...}, or pieces: [["text", score], ...] by id */
    struct mzg_json_span added; /* [{"id", "content", "special"}, ...]; len 0: none */
    bool pieces;
    bool bytes;                 /* texts like "<0x0A>" are BYTE tokens */
    float score;                /* of tokens without one; BYTE tokens have 0 */
    uint64_t rows;              /* ids the weights have room for; 0: as many as there are */
    const struct mzg_notify *notify;
};

/* Opens v's table and fills it, v->own too; left open for others' tokens (mzg_vocab_table_finish).
 * text: see json_walk.h. Added tokens beyond the rows are left out with a notice. MZG_MALFORMED, with
 * its byte, for an id that is negative, given twice, or beyond the rows; MZG_LIMIT for ids from
 * MZG_VOCAB_MAX on. */
enum mzg_code mzg_vocab_fill(const struct mzg_vocab_fill *f, char *text, struct mzg_vocab *v,
                             struct mzg_err *e) MZG_MUST;

#endif
