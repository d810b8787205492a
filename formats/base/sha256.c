/* sha256.c: see sha256.h.
 *
 * OpenSSL's low-level calls, deprecated in 3.0 in favour of EVP, are the right ones here: EVP
 * fetches and allocates at every start, so it can fail where our callers cannot be told, and it
 * would allocate inside the pool's workers (pool.h). These neither allocate nor fail, and run the
 * same code on the same CPU instructions. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "sha256.h"
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdlib.h>

enum mzg_code mzg_sha256_init(struct mzg_sha256 *h, struct mzg_err *e)
{
    h->ctx = malloc(sizeof(SHA256_CTX));
    if (h->ctx == NULL)
        return mzg_fail_memory(e, "SHA-256 state");
    SHA256_Init(h->ctx);
    return MZG_OK;
}

void mzg_sha256_clear(struct mzg_sha256 *h)
{
    free(h->ctx);
    h->ctx = NULL;
}

void mzg_sha256_update(struct mzg_sha256 *h, const void *data, size_t n)
{
    SHA256_Update(h->ctx, data, n);
}

void mzg_sha256_final(struct mzg_sha256 *h, uint8_t digest[MZG_SHA256_BYTES])
{
    SHA256_Final(digest, h->ctx);
    SHA256_Init(h->ctx);
}

void mzg_sha256_peek(const struct mzg_sha256 *h, uint8_t digest[MZG_SHA256_BYTES])
{
    SHA256_CTX copy = *(const SHA256_CTX *)h->ctx;

    SHA256_Final(digest, &copy);
}

void mzg_sha256_of(const void *data, size_t n, uint8_t digest[MZG_SHA256_BYTES])
{
    SHA256_CTX ctx;

    SHA256_Init(&ctx);
    SHA256_Update(&ctx, data, n);
    SHA256_Final(digest, &ctx);
    OPENSSL_cleanse(&ctx, sizeof ctx);
}

enum mzg_code mzg_sha256_file(const struct mzg_file *f, const struct mzg_progress *p, const char *what,
                              uint8_t digest[MZG_SHA256_BYTES], struct mzg_err *e)
{
    const size_t room = (size_t)1 << 20;
    SHA256_CTX ctx;
    uint8_t *data = malloc(room);
    enum mzg_code code = data != NULL ? MZG_OK : mzg_fail_memory(e, "file");

    SHA256_Init(&ctx);
    for (uint64_t at = 0; at < f->size && code == MZG_OK;) {
        size_t n = f->size - at < room ? (size_t)(f->size - at) : room;
        code = mzg_file_read(f, at, data, n, e);
        if (code == MZG_OK)
            SHA256_Update(&ctx, data, n);
        at += n;
        if (code == MZG_OK)
            code = mzg_progress_step(p, what, at, f->size, e);
    }
    if (code == MZG_OK)
        SHA256_Final(digest, &ctx);
    free(data);
    return code;
}

void mzg_sha256_hex(const uint8_t digest[MZG_SHA256_BYTES], char hex[MZG_SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < MZG_SHA256_BYTES; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[2 * MZG_SHA256_BYTES] = '\0';
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool mzg_sha256_parse(const char *hex, uint8_t digest[MZG_SHA256_BYTES])
{
    uint8_t out[MZG_SHA256_BYTES];

    for (size_t i = 0; i < MZG_SHA256_BYTES; i++) {
        int high = nibble(hex[2 * i]);
        int low = high < 0 ? -1 : nibble(hex[2 * i + 1]); /* a NUL ends the text: look no further */
        if (low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    if (hex[2 * MZG_SHA256_BYTES] != '\0')
        return false;
    for (size_t i = 0; i < MZG_SHA256_BYTES; i++)
        digest[i] = out[i];
    return true;
}
