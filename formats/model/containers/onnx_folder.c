/* Which ONNX model of a folder is meant. onnxruntime-genai says so in its genai_config.json; the hub
 * keeps a model and smaller versions of it in the folder onnx; else there must be one only. */
#include "onnx.h"
#include "../../base/text.h"

#include "../../base/json.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GENAI "genai_config.json"
#define GENAI_BYTES ((size_t)1 << 20)
#define ENTRIES_MAX 100000

static const char *const usual = "model.onnx";

static enum mzg_code take_genai(struct mzg_weights *w, const char *folder, const json_t *root,
                                char **model, struct mzg_err *e)
{
    const json_t *decoder = json_object_get(json_object_get(root, "model"), "decoder");
    const char *name = json_string_value(json_object_get(decoder, "filename"));
    char q[MZG_QUOTE];

    if (!name)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                        "model.decoder.filename is missing or no text");
    if (!mzg_path_confined(name))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                        "model.decoder.filename: '%s' is no path inside the folder",
                        mzg_quote(q, name));
    *model = mzg_weights_path(&w->arena, folder, name);
    return *model ? MZG_OK : mzg_fail_memory(e, "paths");
}

static enum mzg_code read_genai(struct mzg_weights *w, const char *folder, const char *path,
                                char **model, struct mzg_err *e)
{
    char *text = NULL;
    json_t *root = NULL;
    size_t len = 0;
    enum mzg_code code = mzg_file_load(path, GENAI_BYTES, &text, &len, e);

    if (code != MZG_OK)
        return code;
    code = mzg_json_parse(text, len, 0, MZG_JSON_TREE, &root, e);
    free(text);
    if (code == MZG_OK)
        code = take_genai(w, folder, root, model, e);
    json_decref(root);
    return code == MZG_OK ? code : mzg_prefix(e, GENAI);
}

/* The usual name, or the only one there is; *model stays NULL when there is none. */
static enum mzg_code choose(struct mzg_weights *w, const char *folder, char **names, size_t n,
                            char **model, struct mzg_err *e)
{
    const char *one = NULL, *other = NULL;
    char q[MZG_QUOTE], r[MZG_QUOTE];

    for (size_t i = 0; i < n && (!one || strcmp(one, usual) != 0); i++) {
        if (!mzg_text_ends(names[i], ".onnx"))
            continue;
        other = one;
        one = names[i];
    }
    if (!one)
        return MZG_OK;
    if (other && strcmp(one, usual) != 0)
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                        "there are '%s' and '%s': give one of them", mzg_quote(q, other),
                        mzg_quote(r, one));
    *model = mzg_weights_path(&w->arena, folder, one);
    return *model ? MZG_OK : mzg_fail_memory(e, "paths");
}

static enum mzg_code look_in(struct mzg_weights *w, const char *folder, char **model,
                             struct mzg_err *e)
{
    struct mzg_dir d;
    char **names = NULL;
    size_t n = 0;
    enum mzg_code code = mzg_dir_open(&d, folder, e);

    if (code != MZG_OK)
        return code;
    code = mzg_dir_list(&d, ".", ENTRIES_MAX, &names, &n, e);
    if (code == MZG_OK)
        code = choose(w, folder, names, n, model, e);
    free(names);
    mzg_dir_close(&d);
    return code;
}

enum mzg_code mzg_onnx_find(struct mzg_weights *w, const char *folder, char **model,
                            struct mzg_err *e)
{
    char *genai = mzg_weights_path(&w->arena, folder, GENAI);
    char *below = mzg_weights_path(&w->arena, folder, "onnx");

    *model = NULL;
    if (!genai || !below)
        return mzg_fail_memory(e, "paths");
    if (access(genai, F_OK) == 0)
        return read_genai(w, folder, genai, model, e);
    enum mzg_code code = look_in(w, folder, model, e);
    if (code == MZG_OK && !*model && mzg_path_is_folder(below))
        code = look_in(w, below, model, e);
    return code;
}
