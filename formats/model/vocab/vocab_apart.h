/* vocab_apart.h: the tokens of a checkpoint whose makers publish them apart from it: a .tiktoken file by its usual name,
 * or the tokenizer of a Hugging Face folder. */
#ifndef MZG_MODEL_VOCAB_APART_H
#define MZG_MODEL_VOCAB_APART_H

#include "vocab.h"

struct mzg_vocab_apart {
    const char *given;  /* a .tiktoken file, or the folder to look in; NULL: `beside` */
    const char *beside; /* the checkpoint's folder */
    const char *file;   /* "multilingual.tiktoken": there, in assets/ or in whisper/assets/, as OpenAI's package has it */
    uint32_t tokens;    /* that must be before the first special one; 0: any number */
    uint64_t rows;      /* ids that the weights have */
};

/* Fills v; v is the caller's to clear, also after an error. Messages name the file. MZG_UNSUPPORTED: no such file. */
enum mzg_code mzg_vocab_load_apart(struct mzg_vocab *v, const struct mzg_vocab_apart *where,
                                   const struct mzg_vocab_options *opt, struct mzg_err *e) MZG_MUST;

#endif
