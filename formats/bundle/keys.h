/* keys.h: a publisher's key pair: made, stored, read, signing, verifying.
 *
 * ECDSA P-256 with SHA-256 is the default, because DSSE, TUF, OpenSSF Model Signing and hardware
 * tokens all take it; Ed25519 is accepted too. Files are PEM as OpenSSL reads and writes them:
 * PKCS #8 for the secret key, encrypted (PBES2: scrypt, AES-256-CBC) when there is a passphrase,
 * SubjectPublicKeyInfo for the public one. A key's id is the lower-case hex SHA-256 of the text of
 * its public PEM, the same id that OpenSSF Model Signing uses. */
#ifndef MZG_BUNDLE_KEYS_H
#define MZG_BUNDLE_KEYS_H

#include "../base/error.h"
#include "../base/sha256.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MZG_SIGNATURE_MAX 80 /* DER ECDSA P-256: at most 72; Ed25519: 64 */

enum mzg_key_type { MZG_KEY_TYPE_P256, MZG_KEY_TYPE_ED25519 };

struct mzg_key;

enum mzg_code mzg_key_generate(struct mzg_key **key, enum mzg_key_type type,
                               struct mzg_err *e) MZG_MUST;
void mzg_key_free(struct mzg_key *key); /* free(NULL) is fine */

/* A file that is not PEM of the right sort is MZG_MALFORMED, another kind of key MZG_UNSUPPORTED by
 * name ("RSA key"), a missing passphrase MZG_USAGE, a wrong one MZG_REFUSED. passphrase may be
 * NULL. */
enum mzg_code mzg_key_load_secret(struct mzg_key **key, const char *path, const char *passphrase,
                                  struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_key_load_public(struct mzg_key **key, const char *path,
                                  struct mzg_err *e) MZG_MUST;

/* True when the secret key in the file asks for a passphrase. */
enum mzg_code mzg_key_is_encrypted(const char *path, bool *encrypted, struct mzg_err *e) MZG_MUST;

/* Writes secret (mode 0600) and public (0666 as umask allows) PEM files. MZG_IO when either is
 * there already: a key is never overwritten. passphrase: NULL or not empty. */
enum mzg_code mzg_key_save_pair(const struct mzg_key *key, const char *secret_path,
                                const char *public_path, const char *passphrase,
                                struct mzg_err *e) MZG_MUST;

/* The id described above; lives as long as the key. */
const char *mzg_key_id(const struct mzg_key *key);
enum mzg_key_type mzg_key_type(const struct mzg_key *key);

/* sig gets *len bytes: DER for ECDSA, 64 bytes for Ed25519. The key must be a secret one. */
enum mzg_code mzg_key_sign(const struct mzg_key *key, const void *data, size_t n,
                           uint8_t sig[MZG_SIGNATURE_MAX], size_t *len, struct mzg_err *e) MZG_MUST;

/* True when sig is this key's signature over data. */
bool mzg_key_verify(const struct mzg_key *key, const void *data, size_t n, const uint8_t *sig,
                    size_t len);

#endif
