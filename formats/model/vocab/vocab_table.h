/* vocab_table.h: the entries of a vocabulary while the tokenizer rooms fill it.
 *
 * First init for a number of ids, then set in any order (a later set replaces an entry: that is how
 * added tokens override), then finish, which names the holes and indexes the texts. */
#ifndef MZG_MODEL_VOCAB_TABLE_H
#define MZG_MODEL_VOCAB_TABLE_H

#include "vocab.h"

#define MZG_SCORE_ADDED (-1000.0f) /* llama.cpp's converter gives added tokens this score, */
#define MZG_SCORE_HOLE (-10000.0f) /* and ids without a token this one */

struct mzg_vocab_entry {
    const char *text; /* copied */
    size_t len;
    enum mzg_token_type type;
    float score;
    uint64_t at;      /* byte in its file, for messages, or MZG_NO_OFFSET */
};

/* True for UTF-8 without NUL bytes. */
bool mzg_vocab_text_clean(const char *text, size_t len);

/* Room for ids below count. MZG_LIMIT beyond MZG_VOCAB_MAX. */
enum mzg_code mzg_vocab_table_init(struct mzg_vocab *v, uint64_t count, struct mzg_err *e) MZG_MUST;

/* id < v->count. MZG_MALFORMED for text that is not UTF-8 or holds a NUL byte. */
enum mzg_code mzg_vocab_table_set(struct mzg_vocab *v, uint32_t id,
                                  const struct mzg_vocab_entry *entry, struct mzg_err *e) MZG_MUST;

/* True when id has been set. */
bool mzg_vocab_table_has(const struct mzg_vocab *v, uint32_t id);

/* An added token: CONTROL when special or when its text looks it ("<|im_end|>", "<unused7>"), else
 * USER_DEFINED with U+2581 written as the space it stands for. */
enum mzg_code mzg_vocab_table_add(struct mzg_vocab *v, uint32_t id, const char *text, bool special,
                                  uint64_t at, struct mzg_err *e) MZG_MUST;

/* True when id has been set by mzg_vocab_table_add. */
bool mzg_vocab_table_added(const struct mzg_vocab *v, uint32_t id);

/* Gives holes the text "[PAD7]" and type UNUSED, and makes texts findable. MZG_MALFORMED, naming
 * both ids, when two tokens have one text: llama.cpp stops on such a file. */
enum mzg_code mzg_vocab_table_finish(struct mzg_vocab *v, struct mzg_err *e) MZG_MUST;

/* Makes texts findable again after they were changed; MZG_MALFORMED as finish. */
enum mzg_code mzg_vocab_table_index(struct mzg_vocab *v, struct mzg_err *e) MZG_MUST;

/* After finish: the id of a text, or -1. Added tokens go by their texts as they were added. */
int64_t mzg_vocab_table_find(const struct mzg_vocab *v, const char *text);

#endif
