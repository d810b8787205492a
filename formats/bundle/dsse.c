#include "dsse.h"

#include "../base/json.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define SIG_TEXT_MAX 112 /* base64 of MZG_SIGNATURE_MAX bytes, with room for its NUL */

static enum mzg_code encode_pae(struct mzg_buf *pae, const char *type, const void *payload,
                                size_t n, struct mzg_err *e)
{
    mzg_buf_init(pae, n + strlen(type) + 64);
    mzg_buf_printf(pae, "DSSEv1 %zu %s %zu ", strlen(type), type, n);
    mzg_buf_put(pae, payload, n);
    return mzg_buf_ok(pae, "signed text", e);
}

enum mzg_code mzg_dsse_sign(struct mzg_buf *out, const char *type, const void *payload, size_t n,
                            const struct mzg_key *key, struct mzg_err *e)
{
    struct mzg_buf pae;
    uint8_t sig[MZG_SIGNATURE_MAX], text[SIG_TEXT_MAX];
    size_t len = 0;
    enum mzg_code code = encode_pae(&pae, type, payload, n, e);
    if (!code)
        code = mzg_key_sign(key, pae.data, pae.len, sig, &len, e);
    mzg_buf_clear(&pae);
    if (code)
        return code;
    EVP_EncodeBlock(text, sig, (int)len);
    mzg_buf_printf(out,
                   "{\"payloadType\": \"%s\",\n"
                   " \"signatures\": [{\"keyid\": \"%s\",\n"
                   "  \"sig\": \"%s\"}]}\n",
                   type, mzg_key_id(key), (char *)text);
    return mzg_buf_ok(out, "envelope", e);
}

/* Strict base64: OpenSSL's decoder would skip spaces and count padding as bytes. */
static bool decode_base64(const char *text, uint8_t *out, size_t room, size_t *len)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = strnlen(text, SIG_TEXT_MAX), body = strspn(text, alphabet), pad = n - body;
    if (n == 0 || n >= SIG_TEXT_MAX || n % 4 != 0 || pad > 2 || n / 4 * 3 > room ||
        strspn(text + body, "=") != pad)
        return false;
    if (EVP_DecodeBlock(out, (const unsigned char *)text, (int)n) < 0)
        return false;
    *len = n / 4 * 3 - pad;
    return true;
}

struct signature {
    const char *keyid; /* "": anybody's */
    uint8_t sig[SIG_TEXT_MAX];
    size_t len;
};

static enum mzg_code read_signature(const json_t *o, size_t i, struct signature *s,
                                    struct mzg_err *e)
{
    const char *text = NULL;
    s->keyid = "";
    enum mzg_code code = json_is_object(o)
                             ? mzg_json_text_opt(o, "keyid", &s->keyid, e)
                             : mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "not an object");
    if (!code)
        code = mzg_json_text(o, "sig", &text, e);
    if (!code && !decode_base64(text, s->sig, sizeof s->sig, &s->len))
        code = mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "sig: not base64 of a signature");
    return code ? mzg_prefix(e, "signatures[%zu]", i) : MZG_OK;
}

static enum mzg_code read_envelope(const json_t *root, const char *type, const json_t **signatures,
                                   struct mzg_err *e)
{
    char q[MZG_QUOTE];
    const char *says = NULL;
    if (!json_is_object(root))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "not a JSON object");
    if (json_object_get(root, "payload"))
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET,
                        "payload: a detached envelope has none of its own");
    enum mzg_code code = mzg_json_text(root, "payloadType", &says, e);
    if (code)
        return code;
    if (strcmp(says, type) != 0)
        return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "payloadType: signed as '%s', not as %s",
                        mzg_quote(q, says), type);
    *signatures = json_object_get(root, "signatures");
    if (!json_is_array(*signatures) || json_array_size(*signatures) == 0)
        return mzg_fail(e, MZG_MALFORMED, MZG_NO_OFFSET, "signatures: not a list with entries");
    if (json_array_size(*signatures) > MZG_DSSE_SIGNATURES)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "signatures: %zu of them, at most %d are read",
                        json_array_size(*signatures), MZG_DSSE_SIGNATURES);
    return MZG_OK;
}

/* The trusted key that made s, or NULL; *named when one with that id was tried. */
static const struct mzg_key *find_signer(const struct signature *s, const struct mzg_buf *pae,
                                         const struct mzg_keyring *trusted, bool *named)
{
    for (size_t i = 0; i < trusted->n; i++) {
        const struct mzg_key *key = trusted->keys[i];
        if (*s->keyid && strcmp(s->keyid, mzg_key_id(key)) != 0)
            continue;
        *named |= *s->keyid != '\0';
        if (mzg_key_verify(key, pae->data, pae->len, s->sig, s->len))
            return key;
    }
    return NULL;
}

static enum mzg_code check_signatures(const json_t *signatures, const struct mzg_buf *pae,
                                      const struct mzg_keyring *trusted,
                                      const struct mzg_key **signer, struct mzg_err *e)
{
    struct signature s;
    char first[MZG_QUOTE] = "", forged[MZG_QUOTE] = "";
    for (size_t i = 0; i < json_array_size(signatures); i++) {
        bool named = false;
        enum mzg_code code = read_signature(json_array_get(signatures, i), i, &s, e);
        if (code)
            return code;
        *signer = find_signer(&s, pae, trusted, &named);
        if (*signer)
            return MZG_OK;
        mzg_quote(named ? forged : first, s.keyid);
    }
    if (*forged)
        return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET,
                        "this manifest is not what key %s signed", forged);
    return mzg_fail(e, MZG_REFUSED, MZG_NO_OFFSET, "signed by key %s, which is not trusted",
                    *first ? first : "(unnamed)");
}

enum mzg_code mzg_dsse_verify(const char *envelope, size_t len, const char *type,
                              const void *payload, size_t n, const struct mzg_keyring *trusted,
                              const struct mzg_key **signer, struct mzg_err *e)
{
    json_t *root = NULL;
    const json_t *signatures = NULL;
    struct mzg_buf pae = {0};
    *signer = NULL;
    if (len > MZG_DSSE_MAX)
        return mzg_fail(e, MZG_LIMIT, MZG_NO_OFFSET, "%zu bytes, at most %zu are read", len,
                        MZG_DSSE_MAX);
    enum mzg_code code = mzg_json_parse(envelope, len, 0, MZG_JSON_TREE, &root, e);
    if (!code)
        code = read_envelope(root, type, &signatures, e);
    if (!code)
        code = encode_pae(&pae, type, payload, n, e);
    if (!code)
        code = check_signatures(signatures, &pae, trusted, signer, e);
    mzg_buf_clear(&pae);
    json_decref(root);
    return code;
}
