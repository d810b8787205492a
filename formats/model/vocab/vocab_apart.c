#include "vocab_apart.h"

#include "../../base/file.h"
#include "tokenizer_tiktoken.h"
#include "vocab_loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_ROOM 4096

static enum mzg_code read_file(struct mzg_vocab *v, const char *path, uint64_t rows, struct mzg_err *e)
{
    char *text = NULL, q[MZG_QUOTE];
    size_t len;
    enum mzg_code code = mzg_file_load(path, MZG_VOCAB_FILE, &text, &len, e);

    if (code != MZG_OK)
        return code;
    code = mzg_tokenizer_tiktoken_read(text, len, rows, v, e);
    free(text);
    return code == MZG_OK ? code : mzg_prefix(e, "%s", mzg_quote(q, path));
}

static bool is_there(char path[PATH_ROOM], const char *folder, const char *place, const char *name)
{
    int n = snprintf(path, PATH_ROOM, "%s/%s%s", folder, place, name);

    return n > 0 && n < PATH_ROOM && access(path, F_OK) == 0;
}

static enum mzg_code read_folder(struct mzg_vocab *v, const struct mzg_vocab_apart *where, const char *folder,
                                 const struct mzg_vocab_options *opt, struct mzg_err *e)
{
    static const char *const places[] = {"", "assets/", "whisper/assets/"};
    char path[PATH_ROOM], q[MZG_QUOTE];

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (is_there(path, folder, places[i], where->file))
            return read_file(v, path, where->rows, e);
    }
    if (is_there(path, folder, "", "tokenizer.json") || is_there(path, folder, "", MZG_VOCAB_MAP))
        return mzg_vocab_load(v, folder, opt, e);
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "its tokens are published apart from it, and %s has neither %s "
                    "(of OpenAI's package, whisper/assets) nor " MZG_VOCAB_MAP " (of a Hugging Face folder): "
                    "--tokenizer says where they are", mzg_quote(q, folder), where->file);
}

static enum mzg_code check_number(const struct mzg_vocab *v, const struct mzg_vocab_apart *where, struct mzg_err *e)
{
    uint32_t n = mzg_vocab_ordinary(v);

    return where->tokens == 0 || where->tokens == n ? MZG_OK
        : mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "the tokenizer has %u tokens before the first special one, the "
                   "model's %s has %u", n, where->file, where->tokens);
}

enum mzg_code mzg_vocab_load_apart(struct mzg_vocab *v, const struct mzg_vocab_apart *where,
                                   const struct mzg_vocab_options *opt, struct mzg_err *e)
{
    const char *place = where->given ? where->given : where->beside;
    enum mzg_code code;

    mzg_vocab_init(v);
    if (where->given && !mzg_path_is_folder(place))
        code = read_file(v, place, where->rows, e);
    else
        code = read_folder(v, where, place, opt, e);
    return code == MZG_OK ? check_number(v, where, e) : code;
}
