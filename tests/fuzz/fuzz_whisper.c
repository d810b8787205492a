/* Whisper's own inputs: whisper.cpp's file, OpenAI's file of tokens, what a folder says of sound.
 * Covers: formats/model/whisper/ggml_read.c formats/model/vocab/tokenizer_tiktoken.c formats/model/whisper/hearing.c
 * Covers: formats/model/arch/checkpoint.c */
#include "model/arch/model.h"
#include "model/vocab/tokenizer_tiktoken.h"
#include "model/vocab/vocab_table.h"
#include "model/whisper/ggml_file.h"
#include "model/whisper/hearing.h"
#include "weights_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A token's text is where its line was, and only special ones are behind. */
static void read_tokens(const char *text, size_t len, uint64_t rows)
{
    struct mzg_vocab v;
    struct mzg_err e;

    mzg_vocab_init(&v);
    if (mzg_tokenizer_tiktoken_read(text, len, rows, &v, &e) == MZG_OK) {
        if (mzg_vocab_ordinary(&v) + 1 != v.own || v.own > rows)
            abort();
        for (uint32_t id = 0; id < v.count; id++) {
            if (mzg_vocab_table_find(&v, v.tokens[id]) != id)
                abort();
        }
    } else if (e.msg[0] == '\0') {
        abort();
    }
    mzg_vocab_clear(&v);
}

/* What can be opened as a model has all that its own preface says, and is what it is compared with. */
static void open_model(const char *path)
{
    const struct mzg_model_options opt = {.raw = false};
    struct mzg_model m;
    struct mzg_err e;

    if (mzg_model_open(&m, path, &opt, &e) != MZG_OK) {
        if (e.msg[0] == '\0')
            abort();
        return;
    }
    if (m.weights.ggml && (m.n_tensors > m.weights.n_tensors || mzg_ggml_compare(m.weights.ggml, &m, &e) != MZG_OK))
        abort();
    mzg_model_close(&m);
}

static void read_file(const uint8_t *data, size_t size)
{
    int fd = memfd_create("model", MFD_CLOEXEC);
    char path[64];

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    open_model(path);
    weights_open_input(path);
    close(fd);
}

/* A file of whisper.cpp's by its beginning; else the first byte chooses. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mzg_err e;

    if (size < 4)
        return 0;
    if (memcmp(data, "lmgg", 4) == 0) {
        read_file(data, size);
        return 0;
    }
    char *text = malloc(size); /* its end is where reading beyond is seen */
    if (!text)
        return 0;
    memcpy(text, data + 1, size - 1);
    if (data[0] & 1)
        read_tokens(text, size - 1, data[0] >> 1);
    else if (mzg_whisper_hearing_text(text, size - 1, data[0] & 2 ? "feature_extractor" : NULL, 80, &e) != MZG_OK &&
             e.msg[0] == '\0')
        abort();
    free(text);
    return 0;
}
