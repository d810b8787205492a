/* tokenizer_spm.h: SentencePiece's model files (a ModelProto message).
 *
 * A BPE model is a "llama" vocabulary (llama.cpp merges by score, as SentencePiece's BPE does), a
 * Unigram model a "t5" vocabulary, with its table of replacements; word and character models are
 * refused by name. Pieces keep their text (U+2581 for a space), score and type; USER_DEFINED becomes
 * NORMAL, as in llama.cpp's converter: with their score of 0 llama.cpp still prefers them. */
#ifndef MZG_MODEL_TOKENIZER_SPM_H
#define MZG_MODEL_TOKENIZER_SPM_H

#include "vocab.h"

/* What the file says of special tokens; used where nothing else speaks. */
struct mzg_tokenizer_spm {
    int64_t unk, bos, eos, pad; /* -1: none */
    bool unigram;
    bool add_dummy_prefix;      /* a space before the first word */
    bool remove_extra_whitespaces;
    bool byte_fallback;         /* what it does not know becomes bytes */
    bool charsmap;              /* it replaces characters first */
};

struct mzg_tokenizer_spm_options {
    uint64_t vocab_size;        /* ids the weights have room for; 0: not known */
    bool fairseq;               /* XLM-R's ids: <s>, <pad>, </s>, <unk>, then the pieces from the
                                 * fourth on; special ids follow */
    const struct mzg_notify *notify;
};

/* Fills v's model, pre, and table from a file's bytes. Pieces beyond vocab_size are left out with a
 * notice, as llama.cpp's converter does. The table is left open for added tokens
 * (mzg_vocab_table_finish). Offsets in messages are the file's. MZG_UNSUPPORTED, too, for a Unigram
 * model that treats spaces in a way that llama.cpp does not. */
enum mzg_code mzg_tokenizer_spm_read(struct mzg_tokenizer_spm *spm, struct mzg_vocab *v,
                                     const void *data, size_t len,
                                     const struct mzg_tokenizer_spm_options *opt,
                                     struct mzg_err *e) MZG_MUST;

#endif
