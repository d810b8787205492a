#include "hearing.h"

#include "../../base/file.h"
#include "../../base/json.h"
#include <stdlib.h>

#define FILE_BYTES ((size_t)16 << 20) /* older ones have the mel filters in it: 2 MiB */

static enum mzg_code check(const json_t *o, uint64_t mels, struct mzg_err *e)
{
    static const struct { const char *key; int64_t due; } all[] = {
        {"sampling_rate", 16000}, {"hop_length", 160}, {"n_fft", 400},
    };
    int64_t n = (int64_t)mels;
    enum mzg_code code = mzg_json_int_opt(o, "feature_size", 1, INT32_MAX, &n, e);

    if (code == MZG_OK && n != (int64_t)mels)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "key 'feature_size' is %lld, num_mel_bins of config.json %llu",
                        (long long)n, (unsigned long long)mels);
    for (size_t i = 0; i < sizeof all / sizeof *all && code == MZG_OK; i++) {
        n = all[i].due;
        code = mzg_json_int_opt(o, all[i].key, 1, INT32_MAX, &n, e);
        if (code == MZG_OK && n != all[i].due)
            code = mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET, "key '%s' is %lld, for whisper.cpp it is always %lld",
                            all[i].key, (long long)n, (long long)all[i].due);
    }
    return code;
}

enum mzg_code mzg_whisper_hearing_text(const char *text, size_t len, const char *part, uint64_t mels,
                                       struct mzg_err *e)
{
    json_t *root;
    enum mzg_code code = mzg_json_parse(text, len, 0, MZG_JSON_TREE, &root, e);

    if (code != MZG_OK)
        return code;
    const json_t *o = part && json_is_object(root) ? json_object_get(root, part) : root;
    if (json_is_object(o))
        code = check(o, mels, e);
    else if (o)
        code = mzg_fail(e, MZG_MALFORMED, 0, part ? "'%s' is no object" : "not an object", part);
    json_decref(root);
    return code;
}

static enum mzg_code read_file(const char *folder, const char *name, const char *part, uint64_t mels,
                               struct mzg_err *e)
{
    char *path, *text = NULL;
    size_t len;

    if (!mzg_path_has(folder, name))
        return MZG_OK;
    path = mzg_path_join(folder, name);
    enum mzg_code code = path ? mzg_file_load(path, FILE_BYTES, &text, &len, e) : mzg_fail_memory(e, "path");
    if (code == MZG_OK)
        code = mzg_whisper_hearing_text(text, len, part, mels, e);
    free(text);
    free(path);
    return code == MZG_OK || code == MZG_IO ? code : mzg_prefix(e, "%s", name);
}

enum mzg_code mzg_whisper_hearing(const char *folder, uint64_t mels, struct mzg_err *e)
{
    enum mzg_code code = read_file(folder, "preprocessor_config.json", NULL, mels, e);

    return code == MZG_OK ? read_file(folder, "processor_config.json", "feature_extractor", mels, e) : code;
}
