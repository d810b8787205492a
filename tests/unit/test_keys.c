/* test_keys.c: key files as OpenSSL's own program makes and reads them. */
#include "bundle_fixture.h"

static const uint8_t message[] = "Karibu";

static void assert_pair(const char *secret, const char *public)
{
    struct mzg_key *a, *b;
    struct mzg_err e;
    uint8_t sig[MZG_SIGNATURE_MAX];
    size_t n;
    assert_ok(mzg_key_load_secret(&a, secret, NULL, &e), e);
    assert_ok(mzg_key_load_public(&b, public, &e), e);
    assert_string_equal(mzg_key_id(a), mzg_key_id(b));
    assert_ok(mzg_key_sign(a, message, sizeof message, sig, &n, &e), e);
    assert_true(mzg_key_verify(b, message, sizeof message, sig, n));
    assert_false(mzg_key_verify(b, message, sizeof message - 1, sig, n));
    assert_false(mzg_key_verify(b, message, sizeof message, sig, n - 1));
    sig[n / 2] ^= 1;
    assert_false(mzg_key_verify(b, message, sizeof message, sig, n));
    assert_int_equal(mzg_key_sign(b, message, sizeof message, sig, &n, &e), MZG_USAGE);
    mzg_key_free(a);
    mzg_key_free(b);
}

static void pairs_of_ours_are_openssls(void **state)
{
    struct mzg_err e;
    struct stat st;
    (void)state;
    for (int type = MZG_KEY_TYPE_P256; type <= MZG_KEY_TYPE_ED25519; type++) {
        struct mzg_key *key = make_key((enum mzg_key_type)type);
        assert_int_equal(mzg_key_type(key), type);
        assert_ok(mzg_key_save_pair(key, "s", "p", NULL, &e), e);
        assert_int_equal(stat("s", &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        shell("openssl pkey -in s -pubout | cmp -s - p");
        assert_pair("s", "p");
        mzg_key_free(key);
        shell("rm s p");
    }
}

static void pairs_of_openssls_are_ours(void **state)
{
    (void)state;
    shell("openssl genpkey -algorithm ed25519 -out s 2>/dev/null && openssl pkey -in s -pubout -out p");
    assert_pair("s", "p");
    shell("openssl ecparam -name prime256v1 -genkey -noout -out s && openssl ec -in s -pubout -out p "
          "2>/dev/null"); /* the traditional form */
    assert_pair("s", "p");
}

static void a_key_s_id_is_the_digest_of_its_public_pem(void **state)
{
    struct mzg_key *key;
    struct mzg_err e;
    size_t n;
    (void)state;
    shell("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out s 2>/dev/null &&"
          "openssl pkey -in s -pubout -out p && sha256sum < p | cut -c -64 | tr -d '\\n' > id");
    char *id = get_bytes("id", &n);
    assert_ok(mzg_key_load_secret(&key, "s", NULL, &e), e);
    assert_string_equal(mzg_key_id(key), id);
    mzg_key_free(key);
    /* also when its point comes compressed */
    shell("openssl ec -in s -pubout -conv_form compressed -out c 2>/dev/null && ! cmp -s p c");
    assert_ok(mzg_key_load_public(&key, "c", &e), e);
    assert_string_equal(mzg_key_id(key), id);
    mzg_key_free(key);
    free(id);
}

static void a_signature_of_ours_is_openssls(void **state)
{
    struct mzg_key *key = make_key(MZG_KEY_TYPE_P256);
    struct mzg_err e;
    uint8_t sig[MZG_SIGNATURE_MAX];
    size_t n;
    (void)state;
    assert_ok(mzg_key_save_pair(key, "s", "p", NULL, &e), e);
    assert_ok(mzg_key_sign(key, message, sizeof message, sig, &n, &e), e);
    put_bytes("sig", sig, n);
    put_bytes("message", message, sizeof message);
    shell("openssl dgst -sha256 -verify p -signature sig message >/dev/null");
    mzg_key_free(key);
}

static void a_passphrase_locks_the_secret_key(void **state)
{
    struct mzg_key *key = make_key(MZG_KEY_TYPE_P256), *again;
    struct mzg_err e;
    bool encrypted = false;
    (void)state;
    assert_ok(mzg_key_save_pair(key, "s", "p", "neno la siri", &e), e);
    assert_ok(mzg_key_is_encrypted("s", &encrypted, &e), e);
    assert_true(encrypted);
    shell("openssl pkey -in s -passin 'pass:neno la siri' -pubout | cmp -s - p");
    shell("openssl asn1parse -in s | grep -qi scrypt");
    assert_refused(mzg_key_load_secret(&again, "s", NULL, &e), MZG_USAGE, "needs its passphrase", e);
    assert_refused(mzg_key_load_secret(&again, "s", "neno", &e), MZG_REFUSED, "wrong passphrase", e);
    assert_refused(mzg_key_load_secret(&again, "s", "", &e), MZG_REFUSED, "wrong passphrase", e);
    assert_null(again);
    assert_ok(mzg_key_load_secret(&again, "s", "neno la siri", &e), e);
    assert_string_equal(mzg_key_id(key), mzg_key_id(again));
    mzg_key_free(again);
    mzg_key_free(key);
    shell("rm s p && openssl genpkey -algorithm ed25519 -aes256 -pass pass:x -out s 2>/dev/null");
    assert_ok(mzg_key_load_secret(&again, "s", "x", &e), e);
    mzg_key_free(again);
}

static void other_kinds_of_key_are_refused_by_name(void **state)
{
    struct mzg_key *key;
    struct mzg_err e;
    (void)state;
    shell("openssl genpkey -algorithm RSA -out s 2>/dev/null && openssl pkey -in s -pubout -out p");
    assert_refused(mzg_key_load_secret(&key, "s", NULL, &e), MZG_UNSUPPORTED, "s: RSA key", e);
    assert_refused(mzg_key_load_public(&key, "p", &e), MZG_UNSUPPORTED, "p: RSA key", e);
    shell("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out s 2>/dev/null &&"
          "openssl pkey -in s -pubout -out p");
    assert_refused(mzg_key_load_public(&key, "p", &e), MZG_UNSUPPORTED, "curve secp384r1", e);
    shell("openssl genpkey -algorithm ed448 -out s 2>/dev/null && openssl pkey -in s -pubout -out p");
    assert_refused(mzg_key_load_public(&key, "p", &e), MZG_UNSUPPORTED, "ED448 key", e);
    /* P-256 by explicit parameters: a curve of its own making, for all we know */
    shell("openssl ecparam -name prime256v1 -param_enc explicit -genkey -noout -out s 2>/dev/null &&"
          "openssl ec -in s -pubout -out p 2>/dev/null");
    assert_refused(mzg_key_load_public(&key, "p", &e), MZG_UNSUPPORTED, "parameters of its own", e);
    assert_null(key);
}

static void files_that_are_no_keys_are_refused(void **state)
{
    struct mzg_key *key;
    struct mzg_err e;
    (void)state;
    put_bytes("x", "hello\n", 6);
    assert_refused(mzg_key_load_secret(&key, "x", NULL, &e), MZG_MALFORMED, "x: no PEM secret", e);
    assert_refused(mzg_key_load_public(&key, "x", &e), MZG_MALFORMED, "x: no PEM public", e);
    assert_refused(mzg_key_load_public(&key, "nosuch", &e), MZG_IO, "nosuch", e);
    shell("openssl genpkey -algorithm ed25519 -out s 2>/dev/null && openssl pkey -in s -pubout -out p");
    assert_refused(mzg_key_load_public(&key, "s", &e), MZG_USAGE, "this is a secret key", e);
    assert_refused(mzg_key_load_secret(&key, "p", NULL, &e), MZG_MALFORMED, "no PEM secret", e);
    replace_text("s", "MC4", "MC5");
    assert_refused(mzg_key_load_secret(&key, "s", NULL, &e), MZG_MALFORMED, "not a secret key", e);
    shell("head -c 70000 /dev/zero > big");
    assert_refused(mzg_key_load_public(&key, "big", &e), MZG_LIMIT, "big", e);
}

static void a_key_is_never_overwritten(void **state)
{
    struct mzg_key *key = make_key(MZG_KEY_TYPE_ED25519);
    struct mzg_err e;
    (void)state;
    put_bytes("s", "precious", 8);
    shell("chmod 0 s");
    assert_refused(mzg_key_save_pair(key, "s", "p", NULL, &e), MZG_IO, "s: is there already", e);
    shell("test ! -e p && rm -f s && ln -s nowhere p");
    assert_refused(mzg_key_save_pair(key, "s", "p", NULL, &e), MZG_IO, "p: is there already", e);
    shell("test ! -e s");
    mzg_key_free(key);
}

#define T(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(pairs_of_ours_are_openssls),
        T(pairs_of_openssls_are_ours),
        T(a_key_s_id_is_the_digest_of_its_public_pem),
        T(a_signature_of_ours_is_openssls),
        T(a_passphrase_locks_the_secret_key),
        T(other_kinds_of_key_are_refused_by_name),
        T(files_that_are_no_keys_are_refused),
        T(a_key_is_never_overwritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
