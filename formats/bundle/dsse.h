/* dsse.h: detached DSSE envelopes.
 *
 * DSSE signs PAE(type, payload) = "DSSEv1 LEN(type) type LEN(payload) payload", so that a signature
 * made for one kind of document never serves for another. The envelope lies beside the payload and
 * leaves "payload" out; putting it in, in base64, makes it an ordinary DSSE envelope. */
#ifndef MZG_BUNDLE_DSSE_H
#define MZG_BUNDLE_DSSE_H

#include "../base/buf.h"
#include "../base/error.h"
#include "keys.h"

#define MZG_DSSE_MAX ((size_t)64 << 10)
#define MZG_DSSE_SIGNATURES 16

/* Appends to out an envelope with one signature by key. */
enum mzg_code mzg_dsse_sign(struct mzg_buf *out, const char *type, const void *payload, size_t n,
                            const struct mzg_key *key, struct mzg_err *e) MZG_MUST;

/* Public keys in whom the caller trusts: one good signature by any of them is enough. */
struct mzg_keyring {
    const struct mzg_key *const *keys;
    size_t n;
};

/* MZG_OK when a trusted key signed exactly this payload as this type; *signer is that key.
 * MZG_MALFORMED: not an envelope, or one that carries a payload of its own. MZG_REFUSED: for
 * another type, by nobody who is trusted, or over other bytes. */
enum mzg_code mzg_dsse_verify(const char *envelope, size_t len, const char *type,
                              const void *payload, size_t n, const struct mzg_keyring *trusted,
                              const struct mzg_key **signer, struct mzg_err *e) MZG_MUST;

#endif
