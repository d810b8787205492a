#include "keys.h"

#include "../base/file.h"
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_FILE_MAX ((size_t)64 << 10)

/* scrypt's cost: 16 MiB of memory for each guess; OpenSSL's own tools refuse to read above 32. */
#define SCRYPT_N 16384
#define SCRYPT_R 8
#define SCRYPT_P 5

struct mzg_key {
    EVP_PKEY *pkey;
    bool secret;
    enum mzg_key_type type;
    char id[MZG_SHA256_HEX];
};

/* OpenSSL's newest complaint, taken off its queue, which others in this process share. */
static enum mzg_code fail_openssl(struct mzg_err *e, enum mzg_code code, const char *what)
{
    unsigned long n = ERR_peek_last_error();
    const char *reason = n ? ERR_reason_error_string(n) : NULL;
    ERR_clear_error();
    return mzg_fail(e, code, MZG_NO_OFFSET, "%s%s%s", what, reason ? ": " : "",
                    reason ? reason : "");
}

static enum mzg_code find_type(const EVP_PKEY *pkey, enum mzg_key_type *type, struct mzg_err *e)
{
    char group[64] = "";
    if (EVP_PKEY_is_a(pkey, "ED25519")) {
        *type = MZG_KEY_TYPE_ED25519;
        return MZG_OK;
    }
    if (EVP_PKEY_is_a(pkey, "EC")) {
        int spelled_out = 0; /* parameters instead of a name: the same key would get a second id */
        (void)EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                             NULL);
        (void)EVP_PKEY_get_int_param(pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
                                     &spelled_out);
        ERR_clear_error();
        if (strcmp(group, "prime256v1") == 0 && !spelled_out) {
            *type = MZG_KEY_TYPE_P256;
            return MZG_OK;
        }
        return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                        "EC key on curve %s: only P-256 and Ed25519 keys are used",
                        *group && !spelled_out ? group : "parameters of its own");
    }
    const char *name = EVP_PKEY_get0_type_name(pkey);
    return mzg_fail(e, MZG_UNSUPPORTED, MZG_NO_OFFSET,
                    "%s key: only P-256 and Ed25519 keys are used", name ? name : "unknown");
}

/* The public half's PEM in memory; *text lives as long as the BIO that is returned. */
static BIO *public_pem(const EVP_PKEY *pkey, const char **text, size_t *len)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *data = NULL;
    if (!bio || !PEM_write_bio_PUBKEY(bio, pkey)) {
        BIO_free(bio);
        return NULL;
    }
    *len = (size_t)BIO_get_mem_data(bio, &data);
    *text = data;
    return bio;
}

/* Takes pkey over, whatever happens. */
static enum mzg_code key_new(struct mzg_key **key, EVP_PKEY *pkey, bool secret, struct mzg_err *e)
{
    enum mzg_code code;
    BIO *bio = NULL;
    const char *text = NULL;
    size_t len = 0;
    uint8_t digest[MZG_SHA256_BYTES];
    struct mzg_key *k = calloc(1, sizeof *k);
    *key = NULL;
    if (!k) {
        EVP_PKEY_free(pkey);
        return mzg_fail_memory(e, "key");
    }
    k->pkey = pkey;
    k->secret = secret;
    code = find_type(pkey, &k->type, e);
    if (code)
        goto out;
    /* One key, one id: a compressed point in the file must not give it a second. */
    if (k->type == MZG_KEY_TYPE_P256 &&
        !EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                        OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED)) {
        code = fail_openssl(e, MZG_MALFORMED, "key");
        goto out;
    }
    bio = public_pem(pkey, &text, &len);
    if (!bio) {
        code = fail_openssl(e, MZG_MALFORMED, "public key");
        goto out;
    }
    mzg_sha256_of(text, len, digest);
    mzg_sha256_hex(digest, k->id);
    *key = k;
    k = NULL;
out:
    BIO_free(bio);
    mzg_key_free(k);
    return code;
}

enum mzg_code mzg_key_generate(struct mzg_key **key, enum mzg_key_type type, struct mzg_err *e)
{
    EVP_PKEY *pkey = type == MZG_KEY_TYPE_ED25519 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
                                                  : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    *key = NULL;
    if (!pkey)
        return fail_openssl(e, MZG_IO, "no key could be made");
    return key_new(key, pkey, true, e);
}

void mzg_key_free(struct mzg_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

const char *mzg_key_id(const struct mzg_key *key)
{
    return key->id;
}

enum mzg_key_type mzg_key_type(const struct mzg_key *key)
{
    return key->type;
}

/* ---- files ---- */

/* OpenSSL would ask on the terminal when given no callback: this one never does. */
static int give_passphrase(char *out, int room, int writing, void *ctx)
{
    (void)writing;
    const char *text = ctx;
    size_t n = text ? strlen(text) : 0;
    if (!text || n > (size_t)room)
        return -1;
    memcpy(out, text, n);
    return (int)n;
}

static bool text_has(const char *text, const char *what)
{
    return strstr(text, what) != NULL;
}

static bool is_encrypted(const char *text)
{
    return text_has(text, "-----BEGIN ENCRYPTED PRIVATE KEY-----") ||
           text_has(text, "Proc-Type: 4,ENCRYPTED");
}

enum mzg_code mzg_key_is_encrypted(const char *path, bool *encrypted, struct mzg_err *e)
{
    char *text = NULL;
    size_t len = 0;
    enum mzg_code code = mzg_file_load(path, KEY_FILE_MAX, &text, &len, e);
    if (!code) {
        *encrypted = is_encrypted(text);
        OPENSSL_cleanse(text, len);
    }
    free(text);
    return code;
}

static enum mzg_code parse_secret(EVP_PKEY **pkey, const char *text, size_t len,
                                  const char *passphrase, struct mzg_err *e)
{
    if (is_encrypted(text) && !passphrase)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "this secret key needs its passphrase");
    if (!text_has(text, "PRIVATE KEY-----"))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "no PEM secret key in it");
    BIO *bio = BIO_new_mem_buf(text, (int)len);
    *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, (void *)(uintptr_t)passphrase)
                : NULL;
    BIO_free(bio);
    if (*pkey)
        return MZG_OK;
    if (is_encrypted(text))
        return fail_openssl(e, MZG_REFUSED, "wrong passphrase, or a damaged key");
    return fail_openssl(e, MZG_MALFORMED, "not a secret key");
}

enum mzg_code mzg_key_load_secret(struct mzg_key **key, const char *path, const char *passphrase,
                                  struct mzg_err *e)
{
    char *text = NULL;
    size_t len = 0;
    EVP_PKEY *pkey = NULL;
    *key = NULL;
    enum mzg_code code = mzg_file_load(path, KEY_FILE_MAX, &text, &len, e);
    if (code)
        return code;
    code = parse_secret(&pkey, text, len, passphrase, e);
    OPENSSL_cleanse(text, len);
    free(text);
    if (!code)
        code = key_new(key, pkey, true, e);
    return code ? mzg_prefix(e, "%s", path) : MZG_OK;
}

enum mzg_code mzg_key_load_public(struct mzg_key **key, const char *path, struct mzg_err *e)
{
    char *text = NULL;
    size_t len = 0;
    *key = NULL;
    enum mzg_code code = mzg_file_load(path, KEY_FILE_MAX, &text, &len, e);
    if (code)
        return code;
    BIO *bio = BIO_new_mem_buf(text, (int)len);
    EVP_PKEY *pkey = bio ? PEM_read_bio_PUBKEY(bio, NULL, give_passphrase, NULL) : NULL;
    BIO_free(bio);
    if (pkey)
        code = key_new(key, pkey, false, e);
    else if (text_has(text, "PRIVATE KEY-----"))
        code = mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "this is a secret key; its .pub is wanted");
    else
        code = fail_openssl(e, MZG_MALFORMED, "no PEM public key in it");
    ERR_clear_error();
    OPENSSL_cleanse(text, len);
    free(text);
    return code ? mzg_prefix(e, "%s", path) : MZG_OK;
}

static int write_encrypted(BIO *bio, const EVP_PKEY *pkey, const char *passphrase)
{
    PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(pkey);
    X509_ALGOR *pbe = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, SCRYPT_N, SCRYPT_R,
                                            SCRYPT_P);
    X509_SIG *sealed = NULL;
    if (plain && pbe)
        sealed = PKCS8_set0_pbe(passphrase, (int)strlen(passphrase), plain, pbe);
    if (!sealed)
        X509_ALGOR_free(pbe); /* otherwise it is sealed's */
    int ok = sealed && PEM_write_bio_PKCS8(bio, sealed);
    X509_SIG_free(sealed);
    PKCS8_PRIV_KEY_INFO_free(plain);
    return ok;
}

static enum mzg_code write_bio(const char *path, unsigned mode, BIO *bio, struct mzg_err *e)
{
    struct mzg_output o = {.fd = -1, .dirfd = -1};
    char *data = NULL;
    long n = BIO_get_mem_data(bio, &data);
    enum mzg_code code = mzg_output_open(&o, path, mode, e);
    if (!code)
        code = mzg_output_write(&o, data, (size_t)n, e);
    if (!code)
        code = mzg_output_commit(&o, e);
    mzg_output_abandon(&o);
    return code;
}

static enum mzg_code refuse_existing(const char *path, struct mzg_err *e)
{
    struct stat st;
    if (lstat(path, &st) != 0 && errno == ENOENT)
        return MZG_OK;
    return mzg_fail(e, MZG_IO, MZG_NO_OFFSET, "%s: is there already; a key is never overwritten",
                    path);
}

enum mzg_code mzg_key_save_pair(const struct mzg_key *key, const char *secret_path,
                                const char *public_path, const char *passphrase, struct mzg_err *e)
{
    enum mzg_code code;
    const char *text = NULL;
    size_t len = 0;
    BIO *secret = BIO_new(BIO_s_secmem()), *public = public_pem(key->pkey, &text, &len);
    int ok = secret && public &&
             (passphrase ? write_encrypted(secret, key->pkey, passphrase)
                         : PEM_write_bio_PKCS8PrivateKey(secret, key->pkey, NULL, NULL, 0, NULL,
                                                         NULL));
    if (!ok) {
        code = fail_openssl(e, MZG_IO, "key cannot be written");
        goto out;
    }
    code = refuse_existing(secret_path, e);
    if (!code)
        code = refuse_existing(public_path, e);
    if (!code)
        code = write_bio(secret_path, 0600, secret, e);
    if (!code)
        code = write_bio(public_path, 0666, public, e);
out:
    BIO_free(secret);
    BIO_free(public);
    return code;
}

/* ---- signatures ---- */

/* Ed25519 hashes by itself; OpenSSL takes the whole message in one call for both. */
static const char *digest_of(const struct mzg_key *key)
{
    return key->type == MZG_KEY_TYPE_P256 ? "SHA256" : NULL;
}

enum mzg_code mzg_key_sign(const struct mzg_key *key, const void *data, size_t n,
                           uint8_t sig[MZG_SIGNATURE_MAX], size_t *len, struct mzg_err *e)
{
    if (!key->secret)
        return mzg_fail(e, MZG_USAGE, MZG_NO_OFFSET, "a public key cannot sign");
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    *len = MZG_SIGNATURE_MAX;
    int ok = ctx &&
             EVP_DigestSignInit_ex(ctx, NULL, digest_of(key), NULL, NULL, key->pkey, NULL) == 1 &&
             EVP_DigestSign(ctx, sig, len, data, n) == 1;
    EVP_MD_CTX_free(ctx);
    return ok ? MZG_OK : fail_openssl(e, MZG_IO, "signing failed");
}

bool mzg_key_verify(const struct mzg_key *key, const void *data, size_t n, const uint8_t *sig,
                    size_t len)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok = ctx &&
             EVP_DigestVerifyInit_ex(ctx, NULL, digest_of(key), NULL, NULL, key->pkey, NULL) == 1 &&
             EVP_DigestVerify(ctx, sig, len, data, n) == 1;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}
