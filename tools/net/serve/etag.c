#include "etag.h"
#include "base/sha256.h"
#include <stdio.h>

const char *mzg_etag_of(char etag[MZG_ETAG], const void *text, size_t len)
{
    uint8_t digest[MZG_SHA256_BYTES];
    char hex[MZG_SHA256_HEX];
    mzg_sha256_of(text, len, digest);
    mzg_sha256_hex(digest, hex);
    snprintf(etag, MZG_ETAG, "\"%.32s\"", hex);
    return etag;
}
