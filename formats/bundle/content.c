#include "content.h"

#include <string.h>

static bool has_digest(const uint8_t *data, size_t n, const uint8_t digest[MZG_SHA256_BYTES])
{
    uint8_t is[MZG_SHA256_BYTES];
    mzg_sha256_of(data, n, is);
    return memcmp(is, digest, sizeof is) == 0;
}

enum mzg_code mzg_content_check_stored(const struct mzg_chunk *c, const uint8_t *stored, struct mzg_err *e)
{
    return has_digest(stored, c->stored, c->object)
               ? MZG_OK
               : mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "stored bytes do not match their digest");
}

enum mzg_code mzg_content_decode(const struct mzg_chunk *c, struct mzg_coder *decoder, const uint8_t *stored,
                                 uint8_t *out, struct mzg_err *e)
{
    enum mzg_code code = mzg_coder_decode(decoder, c->codec, stored, c->stored, out, c->length, e);
    if (code)
        return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "cannot be decoded: %s", e->msg);
    return has_digest(out, c->length, c->sha256)
               ? MZG_OK
               : mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "decodes to other content than the manifest says");
}
