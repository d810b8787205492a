/* SentencePiece's tokenizer.model.
 * Covers: formats/model/vocab/tokenizer_spm.c formats/model/vocab/normalizer.c formats/base/protobuf.c formats/model/vocab/vocab_table.c */
#include "model/vocab/tokenizer_spm.h"
#include "model/vocab/vocab_table.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses how many ids the weights have room for, and whether they are XLM-R's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mzg_tokenizer_spm_options opt = {0};
    struct mzg_tokenizer_spm spm;
    struct mzg_vocab v;
    struct mzg_err e;

    if (size == 0)
        return 0;
    opt.vocab_size = data[0] & 127;
    opt.fairseq = data[0] & 128;
    mzg_vocab_init(&v);
    if (mzg_tokenizer_spm_read(&spm, &v, data + 1, size - 1, &opt, &e) == MZG_OK &&
        mzg_vocab_table_finish(&v, &e) == MZG_OK)
        for (uint32_t id = 0; id < v.count; id++)
            if (!v.tokens[id] || v.types[id] < MZG_TOKEN_NORMAL || v.types[id] > MZG_TOKEN_BYTE ||
                mzg_vocab_table_find(&v, v.tokens[id]) != id)
                abort();
    mzg_vocab_clear(&v);
    return 0;
}
