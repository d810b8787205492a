/* Tokenizer files other than tokenizer.json: vocab.txt; vocab.json with merges.txt; tekken.json.
 * Covers: formats/model/vocab/tokenizer_tekken.c formats/model/vocab/tokenizer_wordpiece.c formats/model/vocab/tokenizer_merges.c formats/model/vocab/tokenizer_bpe.c formats/model/vocab/vocab_fill.c formats/model/vocab/vocab_table.c */
#include "model/vocab/tokenizer_bpe.h"
#include "model/vocab/tokenizer_merges.h"
#include "model/vocab/tokenizer_tekken.h"
#include "model/vocab/tokenizer_wordpiece.h"
#include "model/vocab/vocab_table.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_vocab(const struct mzg_vocab *v)
{
    for (uint32_t id = 0; id < v->count; id++)
        if (!v->tokens[id] || v->types[id] < MZG_TOKEN_NORMAL || v->types[id] > MZG_TOKEN_BYTE ||
            mzg_vocab_table_find(v, v->tokens[id]) != id)
            abort();
    for (uint32_t i = 0; i < v->n_merges; i++)
        if (!strchr(v->merges[i], ' '))
            abort();
}

static void read_lines(struct mzg_vocab *v, const char *text, size_t len, uint64_t rows)
{
    struct mzg_tokenizer_config tc = {0};
    struct mzg_err e;

    if (mzg_tokenizer_wordpiece_lines(text, len, v, rows, &tc, &e) == MZG_OK &&
        mzg_vocab_table_finish(v, &e) == MZG_OK &&
        mzg_tokenizer_wordpiece_mark(v, "##", &e) == MZG_OK)
        check_vocab(v);
}

/* vocab.json ends at the first NUL byte; merges.txt is the rest. */
static void read_map(struct mzg_vocab *v, char *text, size_t len, uint64_t rows)
{
    const char *nul = memchr(text, 0, len);
    size_t vocab = nul ? (size_t)(nul - text) : len;
    struct mzg_tokenizer_bpe_files files = {text, vocab, rows, "gpt-2", NULL, NULL, NULL, false};
    struct mzg_err e;

    if (mzg_tokenizer_bpe_open(&files, v, &e) == MZG_OK && mzg_vocab_table_finish(v, &e) == MZG_OK &&
        nul && mzg_tokenizer_merges_lines(nul + 1, len - vocab - 1, v, &e) == MZG_OK)
        check_vocab(v);
}

static void read_tekken(struct mzg_vocab *v, char *text, size_t len, uint64_t rows)
{
    const struct mzg_tokenizer_tekken_options opt = {rows, "tekken"};
    struct mzg_err e;

    if (mzg_tokenizer_tekken_read(text, len, v, &opt, &e) == MZG_OK)
        check_vocab(v);
}

/* The first byte chooses which, and the room for ids (0: as many as there are). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mzg_vocab v;
    char *text;

    if (size < 2 || !(text = malloc(size - 1)))
        return 0;
    memcpy(text, data + 1, size - 1);
    mzg_vocab_init(&v);
    if (data[0] & 1)
        read_map(&v, text, size - 1, data[0] >> 2);
    else if (data[0] & 2)
        read_tekken(&v, text, size - 1, data[0] >> 2);
    else
        read_lines(&v, text, size - 1, data[0] >> 2);
    mzg_vocab_clear(&v);
    free(text);
    return 0;
}
