/* tokenizer_spm.h: SentencePiece's tokenizer.model (a ModelProto message) as a "llama" vocabulary.
 *
 * Only BPE models are read: llama.cpp's "llama" merges by score, as SentencePiece's BPE does;
 * Unigram, word and character models are refused by name. Pieces keep their text (U+2581 for a
 * space), score and type; USER_DEFINED becomes NORMAL, as in llama.cpp's converter. */
#ifndef MZG_MODEL_TOKENIZER_SPM_H
#define MZG_MODEL_TOKENIZER_SPM_H

#include "vocab.h"

/* What the file says of special tokens; used where nothing else speaks. */
struct mzg_tokenizer_spm {
    int64_t unk, bos, eos, pad; /* -1: none */
    bool add_dummy_prefix;      /* a space before the first word */
};

/* Fills v's model, pre, and table from the bytes of a tokenizer.model. vocab_size: ids the model's
 * weights have room for, 0 when not known; pieces beyond it are left out with a notice, as
 * llama.cpp's converter does. The table is left open for added tokens (mzg_vocab_table_finish).
 * Offsets in messages are the file's. */
enum mzg_code mzg_tokenizer_spm_read(struct mzg_tokenizer_spm *spm, struct mzg_vocab *v,
                                     const void *data, size_t len, uint64_t vocab_size,
                                     const struct mzg_notify *notify, struct mzg_err *e) MZG_MUST;

#endif
