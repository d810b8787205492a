/* test_dsse.c: who signed what, as what. */
#include "bundle_fixture.h"

#define TYPE "application/vnd.mzigo.manifest+json"

struct parties {
    void *scratch;
    struct mzg_key *us;
    struct mzg_key *them;
    const struct mzg_key *ring[2];
    struct mzg_buf envelope; /* of ours over "payload" */
};

static int setup(void **state)
{
    struct mzg_err e;
    struct parties *p = calloc(1, sizeof *p);
    p->us = make_key(MZG_KEY_TYPE_P256);
    p->them = make_key(MZG_KEY_TYPE_ED25519);
    p->ring[0] = p->us;
    p->ring[1] = p->them;
    mzg_buf_init(&p->envelope, MZG_DSSE_MAX);
    *state = p;
    if (scratch_setup(&p->scratch))
        return -1;
    return (int)mzg_dsse_sign(&p->envelope, TYPE, "payload", 7, p->us, &e);
}

static int teardown(void **state)
{
    struct parties *p = *state;
    mzg_buf_clear(&p->envelope);
    mzg_key_free(p->us);
    mzg_key_free(p->them);
    int failed = scratch_teardown(&p->scratch);
    free(p);
    return failed;
}

static enum mzg_code ask(struct parties *p, const char *text, size_t len, const char *payload,
                         size_t trusted_from, size_t trusted, struct mzg_err *e)
{
    const struct mzg_key *signer = p->us;
    struct mzg_keyring ring = {p->ring + trusted_from, trusted};
    enum mzg_code code = mzg_dsse_verify(text, len, TYPE, payload, strlen(payload), &ring, &signer,
                                         e);
    assert_true((signer != NULL) == (code == MZG_OK));
    return code;
}

/* The envelope with `from` replaced by `to`, against all trusted keys. */
static enum mzg_code ask_changed(struct parties *p, const char *from, const char *to,
                                 struct mzg_err *e)
{
    char text[2048];
    const char *whole = (const char *)p->envelope.data, *at = memmem(whole, p->envelope.len, from,
                                                                     strlen(from));
    assert_non_null(at);
    const char *behind = at + strlen(from);
    int n = snprintf(text, sizeof text, "%.*s%s%.*s", (int)(at - whole), whole, to,
                     (int)(whole + p->envelope.len - behind), behind);
    return ask(p, text, (size_t)n, "payload", 0, 2, e);
}

static void a_trusted_key_is_found_among_several(void **state)
{
    struct parties *p = *state;
    struct mzg_err e;
    const char *text = (const char *)p->envelope.data;
    assert_ok(ask(p, text, p->envelope.len, "payload", 0, 2, &e), e);
    assert_ok(ask(p, text, p->envelope.len, "payload", 0, 1, &e), e);
}

static void another_s_signature_is_refused(void **state)
{
    struct parties *p = *state;
    struct mzg_err e;
    const char *text = (const char *)p->envelope.data;
    assert_refused(ask(p, text, p->envelope.len, "payload", 1, 1, &e), MZG_REFUSED,
                   "which is not trusted", e);
    assert_non_null(strstr(e.msg, mzg_key_id(p->us)));
    assert_refused(ask(p, text, p->envelope.len, "payload", 0, 0, &e), MZG_REFUSED, "not trusted",
                   e);
}

static void another_s_signature_under_our_name_is_refused(void **state)
{
    struct parties *p = *state;
    struct mzg_err e;
    assert_refused(ask_changed(p, mzg_key_id(p->us), mzg_key_id(p->them), &e), MZG_REFUSED,
                   "is not what key", e);
}

static void a_signature_over_other_bytes_is_refused(void **state)
{
    struct parties *p = *state;
    struct mzg_err e;
    const char *text = (const char *)p->envelope.data;
    assert_refused(ask(p, text, p->envelope.len, "Payload", 0, 2, &e), MZG_REFUSED,
                   "is not what key", e);
    assert_refused(ask(p, text, p->envelope.len, "payload ", 0, 2, &e), MZG_REFUSED,
                   "is not what key", e);
}

static void a_signature_over_the_bare_bytes_is_refused(void **state)
{
    struct parties *p = *state;
    struct mzg_err e;
    char text[512];
    uint8_t sig[MZG_SIGNATURE_MAX];
    size_t n;
    assert_ok(mzg_key_sign(p->us, "payload", 7, sig, &n, &e), e);
    put_bytes("sig", sig, n);
    shell("base64 -w0 < sig > sig64");
    size_t len;
    char *sig64 = get_bytes("sig64", &len);
    snprintf(text, sizeof text, "{\"payloadType\":\"%s\",\"signatures\":[{\"sig\":\"%s\"}]}", TYPE,
             sig64);
    free(sig64);
    assert_refused(ask(p, text, strlen(text), "payload", 0, 2, &e), MZG_REFUSED, "not trusted", e);
}

static void a_signature_as_something_else_is_refused(void **state)
{
    struct parties *p = *state;
    struct mzg_err e;
    assert_refused(ask_changed(p, "mzigo.manifest", "in-toto", &e), MZG_REFUSED, "payloadType", e);
    struct mzg_buf other;
    mzg_buf_init(&other, MZG_DSSE_MAX);
    assert_ok(mzg_dsse_sign(&other, "application/vnd.in-toto+json", "payload", 7, p->us, &e), e);
    char *type = memmem(other.data, other.len, "vnd.in-toto+json", 16);
    assert_non_null(type);
    char text[1024];
    int n = snprintf(text, sizeof text, "{\"payloadType\": \"%s%.*s", TYPE,
                     (int)(other.len - (size_t)(type + 16 - (char *)other.data)), type + 16);
    assert_refused(ask(p, text, (size_t)n, "payload", 0, 2, &e), MZG_REFUSED, "is not what key", e);
    mzg_buf_clear(&other);
}

static void a_payload_inside_is_refused(void **state)
{
    struct parties *p = *state;
    struct mzg_err e;
    assert_refused(ask_changed(p, "{\"payloadType", "{\"payload\": \"cGF5bG9hZA==\", \"payloadType",
                               &e), MZG_MALFORMED, "payload: ", e);
}

static void a_keyid_is_only_a_hint(void **state)
{
    struct parties *p = *state;
    struct mzg_err e;
    assert_ok(ask_changed(p, mzg_key_id(p->us), "", &e), e);
    assert_ok(ask_changed(p, "\"keyid\"", "\"unknown\"", &e), e);
    assert_refused(ask_changed(p, mzg_key_id(p->us), "abc", &e), MZG_REFUSED,
                   "signed by key abc, which is not trusted", e);
}

static void further_signatures_do_no_harm(void **state)
{
    struct parties *p = *state;
    struct mzg_err e;
    assert_ok(ask_changed(p, "[{", "[{\"keyid\": \"abc\", \"sig\": \"AAAA\"}, {", &e), e);
    assert_ok(ask_changed(p, "}]", "}, {\"sig\": \"AAAA\"}]", &e), e);
}

static void what_is_no_envelope_is_malformed(void **state)
{
    struct parties *p = *state;
    struct mzg_err e;
    static const struct {
        const char *from, *to, *item;
    } cases[] = {
        {"\"signatures\"", "\"signature\"", "signatures"},
        {"[{", "{\"a\": [{", "JSON"},
        {"\"payloadType\"", "\"payloadtype\"", "payloadType"},
        {"\"sig\": \"", "\"sig\": \"!", "signatures[0]: sig"},
        {"\"sig\": \"", "\"sig\": \"A", "signatures[0]: sig"},
        {"\"sig\": \"", "\"sig\": 1, \"s\": \"", "signatures[0]"},
        {"\"sig\": \"", "\"sig\": \"\", \"s\": \"", "signatures[0]: sig"},
        {"\"sig\": \"", "\"sig\": \"====\", \"s\": \"", "signatures[0]: sig"},
        {"\"keyid\": \"", "\"keyid\": 7, \"k\": \"", "signatures[0]"},
        {"[{", "[1, {", "signatures[0]: not an object"},
        {"{", "[", "JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(ask_changed(p, cases[i].from, cases[i].to, &e), MZG_MALFORMED, cases[i].item,
                       e);
    assert_refused(ask(p, "", 0, "payload", 0, 2, &e), MZG_MALFORMED, "JSON", e);
    assert_refused(ask(p, "[]", 2, "payload", 0, 2, &e), MZG_MALFORMED, "not a JSON object", e);
}

static void a_crowd_of_signatures_is_refused(void **state)
{
    struct parties *p = *state;
    struct mzg_err e;
    char many[2048] = "[";
    for (int i = 0; i < MZG_DSSE_SIGNATURES; i++)
        strncat(many, "{\"sig\": \"AAAA\"}, ", sizeof many - strlen(many) - 1);
    strncat(many, "{", sizeof many - strlen(many) - 1);
    assert_refused(ask_changed(p, "[{", many, &e), MZG_LIMIT, "signatures: 17", e);
    char *big = calloc(1, MZG_DSSE_MAX + 1);
    assert_refused(ask(p, big, MZG_DSSE_MAX + 1, "payload", 0, 2, &e), MZG_LIMIT, "65537", e);
    free(big);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_trusted_key_is_found_among_several),
        T(another_s_signature_is_refused),
        T(another_s_signature_under_our_name_is_refused),
        T(a_signature_over_other_bytes_is_refused),
        T(a_signature_over_the_bare_bytes_is_refused),
        T(a_signature_as_something_else_is_refused),
        T(a_payload_inside_is_refused),
        T(a_keyid_is_only_a_hint),
        T(further_signatures_do_no_harm),
        T(what_is_no_envelope_is_malformed),
        T(a_crowd_of_signatures_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
