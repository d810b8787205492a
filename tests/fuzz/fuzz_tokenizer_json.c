/* Hugging Face's tokenizer.json.
 * Covers: formats/model/vocab/tokenizer_json.c formats/model/vocab/tokenizer_bpe.c formats/model/vocab/tokenizer_unigram.c formats/model/vocab/tokenizer_wordpiece.c formats/model/vocab/vocab_fill.c formats/model/vocab/normalizer.c formats/model/vocab/tokenizer_merges.c formats/model/vocab/json_walk.c formats/model/vocab/pretokenizer.c formats/model/vocab/vocab_table.c */
#include "model/containers/kvs.h"
#include "model/vocab/tokenizer_wordpiece.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_vocab(struct mzg_vocab *v, const struct mzg_tokenizer_json *t)
{
    struct mzg_kvs k;
    struct mzg_err e;

    if (mzg_tokenizer_json_kind(t) == MZG_TOKENIZER_WORDPIECE &&
        mzg_tokenizer_wordpiece_mark(v, "##", &e) != MZG_OK)
        return;

    for (uint32_t id = 0; id < v->count; id++)
        if (!v->tokens[id] || v->types[id] < MZG_TOKEN_NORMAL || v->types[id] > MZG_TOKEN_BYTE)
            abort();
    for (uint32_t i = 0; i < v->n_merges; i++)
        if (!strchr(v->merges[i], ' '))
            abort();
    mzg_kvs_init(&k);
    mzg_vocab_put(v, &k);
    if (mzg_kvs_ok(&k, &e) != MZG_OK)
        abort();
    mzg_kvs_clear(&k);
}

/* The first byte chooses the room for ids (0: the file's own count) and whether a pre-tokenizer is
 * given. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mzg_tokenizer_json_options opt = {0};
    struct mzg_tokenizer_json t;
    struct mzg_vocab v;
    struct mzg_err e;
    char *text;

    if (size < 2 || !(text = malloc(size - 1)))
        return 0;
    opt.vocab_size = data[0] >> 1;
    opt.pre = data[0] & 1 ? "gpt-2" : NULL;
    memcpy(text, data + 1, size - 1);
    mzg_vocab_init(&v);
    if (mzg_tokenizer_json_open(&t, text, size - 1, &e) == MZG_OK &&
        mzg_tokenizer_json_read(&t, &v, &opt, &e) == MZG_OK)
        check_vocab(&v, &t);
    if (memcmp(text, data + 1, size - 1) != 0) /* the walk leaves the text as it was */
        abort();
    mzg_tokenizer_json_close(&t);
    mzg_vocab_clear(&v);
    free(text);
    return 0;
}
