#include "codec.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#define WINDOW_LOG_MAX 23 /* MZG_CHUNK_MAX: no frame of ours can need more */

struct mzg_coder {
    ZSTD_CCtx *encoder;
    ZSTD_DCtx *decoder;
};

/* ---- none ---- */

static size_t none_encode(struct mzg_coder *c, const uint8_t *content, size_t n, uint8_t *out)
{
    (void)c;
    memcpy(out, content, n);
    return n;
}

static enum mzg_code none_decode(struct mzg_coder *c, const uint8_t *stored, size_t n, uint8_t *out,
                                 size_t length, struct mzg_err *e)
{
    (void)c;
    if (n != length)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                        "none: %zu stored bytes for %zu of content", n, length);
    memcpy(out, stored, n);
    return MZG_OK;
}

/* ---- zstd ---- */

/* 0: does not shrink. */
static size_t zstd_encode(struct mzg_coder *c, const uint8_t *content, size_t n, uint8_t *out)
{
    size_t stored = ZSTD_compress2(c->encoder, out, n, content, n);
    return ZSTD_isError(stored) || stored >= n ? 0 : stored;
}

static enum mzg_code zstd_decode(struct mzg_coder *c, const uint8_t *stored, size_t n, uint8_t *out,
                                 size_t length, struct mzg_err *e)
{
    /* The frame must say its size, be alone, and say what the manifest says, before it is run. */
    unsigned long long says = ZSTD_getFrameContentSize(stored, n);
    if (says == ZSTD_CONTENTSIZE_ERROR || says == ZSTD_CONTENTSIZE_UNKNOWN)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "zstd: not a frame that states its size");
    if (says != length)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                        "zstd: frame holds %llu bytes, the manifest says %zu", says, length);
    if (ZSTD_findFrameCompressedSize(stored, n) != n)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "zstd: not exactly one whole frame");
    size_t got = ZSTD_decompressDCtx(c->decoder, out, length, stored, n);
    if (ZSTD_isError(got))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "zstd: %s", ZSTD_getErrorName(got));
    if (got != length)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                        "zstd: frame gave %zu bytes, the manifest says %zu", got, length);
    return MZG_OK;
}

/* A new codec is a row here, an enumerator in codec.h, and a section in SPEC.md. */
static const struct {
    const char *name;
    size_t (*encode)(struct mzg_coder *c, const uint8_t *content, size_t n, uint8_t *out);
    enum mzg_code (*decode)(struct mzg_coder *c, const uint8_t *stored, size_t n, uint8_t *out,
                            size_t length, struct mzg_err *e);
} codecs[MZG_CODEC_END] = {
    [MZG_CODEC_NONE] = {"none", none_encode, none_decode},
    [MZG_CODEC_ZSTD] = {"zstd", zstd_encode, zstd_decode},
};

const char *mzg_codec_name(enum mzg_codec codec)
{
    return codecs[codec].name;
}

bool mzg_codec_find(const char *name, enum mzg_codec *codec)
{
    for (int i = 0; i < MZG_CODEC_END; i++) {
        if (strcmp(name, codecs[i].name) == 0) {
            *codec = (enum mzg_codec)i;
            return true;
        }
    }
    return false;
}

static bool set_parameters(ZSTD_CCtx *z, enum mzg_effort effort)
{
    int level = effort == MZG_EFFORT_THOROUGH ? 19 : 3;
    return !ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, level)) &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_contentSizeFlag, 1)) &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 0));
}

/* A context sizes its tables at its first use: make that here, in the caller's thread. */
static bool warm_up(ZSTD_CCtx *z)
{
    size_t n = (size_t)4 << 20;
    void *zeros = calloc(1, n), *out = malloc(n);
    bool ok = zeros && out && !ZSTD_isError(ZSTD_compress2(z, out, n, zeros, n));
    free(zeros);
    free(out);
    return ok;
}

enum mzg_code mzg_coder_new_encoder(struct mzg_coder **c, enum mzg_effort effort, struct mzg_err *e)
{
    *c = calloc(1, sizeof **c);
    if (*c)
        (*c)->encoder = ZSTD_createCCtx();
    if (*c && (*c)->encoder && set_parameters((*c)->encoder, effort) && warm_up((*c)->encoder))
        return MZG_OK;
    mzg_coder_free(*c);
    *c = NULL;
    return mzg_fail_memory(e, "zstd encoder");
}

enum mzg_code mzg_coder_new_decoder(struct mzg_coder **c, struct mzg_err *e)
{
    *c = calloc(1, sizeof **c);
    if (*c)
        (*c)->decoder = ZSTD_createDCtx();
    if (*c && (*c)->decoder && !ZSTD_isError(ZSTD_DCtx_setParameter(
                                   (*c)->decoder, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)))
        return MZG_OK;
    mzg_coder_free(*c);
    *c = NULL;
    return mzg_fail_memory(e, "zstd decoder");
}

void mzg_coder_free(struct mzg_coder *c)
{
    if (!c)
        return;
    ZSTD_freeCCtx(c->encoder);
    ZSTD_freeDCtx(c->decoder);
    free(c);
}

size_t mzg_coder_encode(struct mzg_coder *c, const uint8_t *content, size_t n, uint8_t *out,
                        enum mzg_codec *codec)
{
    *codec = MZG_CODEC_ZSTD;
    size_t stored = codecs[MZG_CODEC_ZSTD].encode(c, content, n, out);
    if (stored)
        return stored;
    *codec = MZG_CODEC_NONE;
    return codecs[MZG_CODEC_NONE].encode(c, content, n, out);
}

enum mzg_code mzg_coder_decode(struct mzg_coder *c, enum mzg_codec codec, const uint8_t *stored,
                               size_t n, uint8_t *out, size_t length, struct mzg_err *e)
{
    return codecs[codec].decode(c, stored, n, out, length, e);
}
