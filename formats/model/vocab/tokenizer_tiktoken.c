#include "tokenizer_tiktoken.h"

#include "../../base/base64.h"
#include "byte_level.h"
#include "vocab_table.h"

#include <inttypes.h>
#include <string.h>

#define TOKEN_MAX 4096 /* bytes of the longest token */
#define FIRST_SPECIAL "<|endoftext|>"

static bool is_rank(const char *text, size_t len, uint32_t rank)
{
    uint64_t n = 0;

    for (size_t i = 0; i < len && i < 10; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        n = 10 * n + (uint64_t)(text[i] - '0');
    }
    return len > 0 && len <= 10 && n == rank;
}

static bool decode(const char *base64, size_t len, uint8_t *bytes, size_t *n)
{
    *n = 0;
    if (len == 1 && base64[0] == '=')
        return true;
    return len > 0 && len <= TOKEN_MAX / 3 * 4 && mzg_base64_decode(base64, len, bytes, n);
}

static enum mzg_code take_line(const char *line, size_t len, uint64_t at, uint32_t id, struct mzg_vocab *v,
                               struct mzg_err *e)
{
    uint8_t bytes[MZG_BASE64_ROOM(TOKEN_MAX / 3 * 4)];
    char text[2 * sizeof bytes];
    const char *space = memchr(line, ' ', len);
    size_t n, m = 0;

    if (!space || !decode(line, (size_t)(space - line), bytes, &n))
        return mzg_fail(e, MZG_MALFORMED, at, "line %" PRIu64 " is not a token of at most %d bytes in base64 and its "
                        "rank", (uint64_t)id + 1, TOKEN_MAX);
    if (!is_rank(space + 1, len - (size_t)(space + 1 - line), id))
        return mzg_fail(e, MZG_MALFORMED, at, "line %" PRIu64 ": its rank is not %" PRIu32 ", its place",
                        (uint64_t)id + 1, id);
    if ((uint64_t)id + 1 >= v->count)
        return mzg_fail(e, MZG_MALFORMED, at, "line %" PRIu64 ": more tokens than the model's %" PRIu32
                        " with a special one", (uint64_t)id + 1, v->count);
    for (size_t i = 0; i < n; i++)
        m += mzg_byte_level_put(text + m, bytes[i]);
    const struct mzg_vocab_entry entry = {text, m, MZG_TOKEN_NORMAL, 0.0f, at};
    return mzg_vocab_table_set(v, id, &entry, e);
}

enum mzg_code mzg_tokenizer_tiktoken_read(const char *text, size_t len, uint64_t rows, struct mzg_vocab *v,
                                          struct mzg_err *e)
{
    enum mzg_code code = mzg_vocab_table_init(v, rows, e);

    v->model = "gpt2";
    for (size_t at = 0; at < len && code == MZG_OK;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - text) - at : len - at;
        bool returned = n > 0 && text[at + n - 1] == '\r'; /* a copy that went through Windows */
        if (n - returned > 0)
            code = take_line(text + at, n - returned, at, v->own++, v, e);
        at += n + 1;
    }
    if (code == MZG_OK && v->own == 0)
        code = mzg_fail(e, MZG_MALFORMED, 0, "it holds no tokens");
    if (code == MZG_OK)
        code = mzg_vocab_table_add(v, v->own++, FIRST_SPECIAL, true, MZG_NO_OFFSET, e);
    if (code == MZG_OK)
        code = mzg_vocab_table_finish(v, e);
    v->scores = NULL;
    return code;
}
