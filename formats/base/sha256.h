/* sha256.h: SHA-256 (FIPS 180-4), by OpenSSL. */
#ifndef MZG_BASE_SHA256_H
#define MZG_BASE_SHA256_H

#include "error.h"
#include "file.h"
#include "progress.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MZG_SHA256_BYTES 32
#define MZG_SHA256_HEX 65 /* with its NUL */

struct mzg_sha256 {
    void *ctx; /* SHA256_CTX */
};

enum mzg_code mzg_sha256_init(struct mzg_sha256 *h, struct mzg_err *e) MZG_MUST;
void mzg_sha256_clear(struct mzg_sha256 *h); /* fine on a zeroed one */
void mzg_sha256_update(struct mzg_sha256 *h, const void *data, size_t n);
/* The digest of what was fed so far; h goes on. */
void mzg_sha256_peek(const struct mzg_sha256 *h, uint8_t digest[MZG_SHA256_BYTES]);
/* The digest of what was fed so far; h starts anew. */
void mzg_sha256_final(struct mzg_sha256 *h, uint8_t digest[MZG_SHA256_BYTES]);

/* One call; allocates nothing that outlives it. */
void mzg_sha256_of(const void *data, size_t n, uint8_t digest[MZG_SHA256_BYTES]);

/* All of a file. p (may be NULL) hears of it as `what`. */
enum mzg_code mzg_sha256_file(const struct mzg_file *f, const struct mzg_progress *p, const char *what,
                              uint8_t digest[MZG_SHA256_BYTES], struct mzg_err *e) MZG_MUST;

void mzg_sha256_hex(const uint8_t digest[MZG_SHA256_BYTES], char hex[MZG_SHA256_HEX]);
/* Exactly 64 lower-case hex digits and the end; false otherwise. */
bool mzg_sha256_parse(const char *hex, uint8_t digest[MZG_SHA256_BYTES]);

#endif
