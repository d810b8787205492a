#include "ggml_file.h"

#include "../../base/reader.h"
#include "mel.h"
#include <math.h>
#include <string.h>

#define FILTERS_AT (MZG_GGML_TYPE_AT + 4 + 8)

/* Other programs' filters come from a table of single precision. */
static bool near(float a, float b)
{
    return fabsf(a - b) <= 1e-7f + 1e-5f * fabsf(b);
}

static enum mzg_code compare_sizes(struct mzg_reader *out, struct mzg_reader *due, struct mzg_err *e)
{
    static const char *const names[] = {
#define X(name, own, key, max) own,
        MZG_WHISPER_DIMS(X)
#undef X
    };

    out->pos = due->pos = 4;
    for (size_t i = 0; i < MZG_WHISPER_SIZES; i++) {
        uint64_t at = mzg_reader_offset(out);
        uint32_t is = mzg_reader_u32(out), should = mzg_reader_u32(due);
        if (is != should)
            return mzg_fail(e, MZG_DIFFERS, at, "%s is %u, the source's is %u", names[i], is, should);
    }
    return MZG_OK;
}

static enum mzg_code compare_filters(struct mzg_reader *out, struct mzg_reader *due, uint32_t mels, struct mzg_err *e)
{
    out->pos = due->pos = FILTERS_AT;
    for (size_t i = 0; i < (size_t)mels * MZG_MEL_BINS; i++) {
        uint64_t at = mzg_reader_offset(out);
        if (!near(mzg_reader_f32(out), mzg_reader_f32(due)))
            return mzg_fail(e, MZG_DIFFERS, at, "mel filter %zu is not what it should be", i / MZG_MEL_BINS);
    }
    return MZG_OK;
}

static enum mzg_code compare_tokens(struct mzg_reader *out, struct mzg_reader *due, struct mzg_err *e)
{
    uint64_t at = mzg_reader_offset(out);
    uint32_t n = mzg_reader_u32(out), should = mzg_reader_u32(due);

    if (n != should)
        return mzg_fail(e, MZG_DIFFERS, at, "%u tokens, the source has %u", n, should);
    for (uint32_t i = 0; i < n; i++) {
        at = mzg_reader_offset(out);
        uint32_t len = mzg_reader_u32(out), other = mzg_reader_u32(due);
        const uint8_t *a = mzg_reader_bytes(out, len), *b = mzg_reader_bytes(due, other);
        if (!a || !b || len != other || memcmp(a, b, len) != 0)
            return mzg_fail(e, MZG_DIFFERS, at, "token %u is not the source's", i);
    }
    return MZG_OK;
}

enum mzg_code mzg_ggml_compare(const struct mzg_ggml *g, const struct mzg_model *m, struct mzg_err *e)
{
    struct mzg_reader out, due;

    mzg_reader_init(&out, g->preface, g->preface_len, 0);
    mzg_reader_init(&due, m->preface, m->preface_len, 0);
    enum mzg_code code = compare_sizes(&out, &due, e);
    if (code == MZG_OK)
        code = compare_filters(&out, &due, g->sizes[MZG_WHISPER_MELS], e);
    return code == MZG_OK ? compare_tokens(&out, &due, e) : code;
}
