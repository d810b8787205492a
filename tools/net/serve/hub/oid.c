#include "oid.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define SHA1_BYTES 20

const char *mzg_hub_commit(char out[MZG_HUB_OID], const uint8_t manifest[MZG_SHA256_BYTES])
{
    char hex[MZG_SHA256_HEX];
    mzg_sha256_hex(manifest, hex);
    memcpy(out, hex, MZG_HUB_OID - 1);
    out[MZG_HUB_OID - 1] = '\0';
    return out;
}

size_t mzg_hub_pointer(char out[MZG_HUB_POINTER_MAX], const struct mzg_member *m)
{
    char hex[MZG_SHA256_HEX];
    mzg_sha256_hex(m->sha256, hex);
    return (size_t)snprintf(out, MZG_HUB_POINTER_MAX,
                            "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %llu\n", hex,
                            (unsigned long long)m->size);
}

/* SHA-1 over "blob LENGTH", a NUL and the content. */
bool mzg_hub_blob_oid(char out[MZG_HUB_OID], const void *content, size_t len)
{
    unsigned char object[32 + MZG_HUB_BLOB_MAX], digest[EVP_MAX_MD_SIZE];
    int n = snprintf((char *)object, 32, "blob %zu", len) + 1;
    if (len > MZG_HUB_BLOB_MAX)
        return false;
    memcpy(object + n, content, len);
    if (EVP_Digest(object, (size_t)n + len, digest, NULL, EVP_sha1(), NULL) != 1)
        return false;
    for (size_t i = 0; i < SHA1_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
    return true;
}
