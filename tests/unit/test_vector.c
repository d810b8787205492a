/* test_vector.c: the test vector of SPEC.md: what was signed when it was frozen is signed today. */
#include "bundle_fixture.h"

static char vector[1024]; /* tests/vectors/bundle, absolute */
static char spec[1024];

static const char *in_vector(const char *name)
{
    static char path[2][1200];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", vector, name);
    return path[turn];
}

static struct mzg_key *load(bool secret)
{
    struct mzg_key *key;
    struct mzg_err e;
    if (secret)
        assert_ok(mzg_key_load_secret(&key, in_vector("test.key"), NULL, &e), e);
    else
        assert_ok(mzg_key_load_public(&key, in_vector("test.pub"), &e), e);
    return key;
}

static void it_verifies_and_unpacks(void **state)
{
    struct mzg_err e;
    struct mzg_key *key = load(false);
    (void)state;
    assert_string_equal(mzg_key_id(key),
                        "f881fd72e81c07067d1d172750c6f66644d86fd0eea8eb39038b6b9645ab1a12");
    const char *repo = in_vector("repo");
    assert_ok(receive(repo, "hello@1.0.0", key, MZG_DEPTH_CONTENT, &run2, &e), e);
    assert_ok(receive(repo, "hello@1.1.0", key, MZG_DEPTH_CONTENT, &run2, &e), e);
    assert_ok(receive(in_vector("hello.mzb"), NULL, key, MZG_DEPTH_CONTENT, &run2, &e), e);
    assert_ok(take_out(in_vector("repo"), "hello", key, "out", &e), e);
    assert_same_file("out/hello.txt", in_vector("hello.txt"));
    assert_same_file("out/zeros.bin", in_vector("zeros.bin"));
    mzg_key_free(key);
}

/* Ed25519 signatures are deterministic, and this bundle needs no compressor. */
static void it_is_made_again_to_the_byte(void **state)
{
    struct mzg_err e;
    struct mzg_key *key = load(true);
    char disk[1200];
    struct mzg_source files[] = {{.disk = disk, .path = "hello.txt"}};
    struct mzg_pack p = PACK("hello", "1.0.0", files);
    (void)state;
    snprintf(disk, sizeof disk, "%s", in_vector("hello.txt"));
    p.licence = "CC0-1.0";
    p.program = "mzigo 0.1.0";
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, NULL, &e), e);
    assert_ok(mzg_bundle_pack("hello.mzb", &p, key, &run2, NULL, &e), e);
    assert_same_file("repo/bundles/hello/1.0.0/manifest.json",
                     in_vector("repo/bundles/hello/1.0.0/manifest.json"));
    assert_same_file("repo/bundles/hello/1.0.0/manifest.dsse",
                     in_vector("repo/bundles/hello/1.0.0/manifest.dsse"));
    assert_same_file("hello.mzb", in_vector("hello.mzb"));
    mzg_key_free(key);
}

static void spec_quotes_it(void **state)
{
    const char *const quoted[] = {"repo/bundles/hello/1.0.0/manifest.json",
                                  "repo/bundles/hello/1.0.0/manifest.dsse", "test.key", "test.pub"};
    size_t n, m;
    char *text = get_bytes(spec, &n);
    (void)state;
    for (size_t i = 0; i < sizeof quoted / sizeof quoted[0]; i++) {
        char *part = get_bytes(in_vector(quoted[i]), &m);
        if (!memmem(text, n, part, m))
            fail_msg("SPEC.md does not quote %s", quoted[i]);
        free(part);
    }
    free(text);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        T(it_verifies_and_unpacks),
        T(it_is_made_again_to_the_byte),
        T(spec_quotes_it),
    };
    if (!realpath("tests/vectors/bundle", vector) || !realpath("SPEC.md", spec)) {
        fprintf(stderr, "run from the top of the tree\n");
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
