/* test_bundle.c: from files to a bundle and back, in both forms. */
#include "bundle_fixture.h"

static const struct mzg_source three[] = {
    {.disk = "model.bin", .path = "model.bin"},
    {.disk = "notes.txt", .path = "docs/notes.txt"},
    {.disk = "empty", .path = "empty"},
};

static void make_three(void)
{
    put_noise("model.bin", 9500000, 1);
    put_bytes("notes.txt", "Karibu. Karibu. Karibu. Karibu. Karibu. Karibu.\n", 48);
    put_bytes("empty", "", 0);
}

static void assert_three(const char *dir)
{
    char path[256];
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, three[i].path);
        assert_same_file(three[i].disk, path);
    }
}

static void round_trip(const char *location, enum mzg_key_type type)
{
    struct mzg_err e;
    struct mzg_packed r;
    struct mzg_key *key = make_key(type);
    struct mzg_pack p = PACK("stories", "1.0.0", three);
    make_three();
    assert_ok(mzg_bundle_pack(location, &p, key, &run2, &r, &e), e);
    assert_int_equal(r.sequence, 1);
    assert_int_equal(r.n_chunks, 4);
    assert_int_equal(r.content_bytes, 9500048);
    assert_int_equal(r.new_bytes, r.stored_bytes);
    for (unsigned threads = 1; threads < 8; threads += 3) {
        struct mzg_run run = {.threads = threads};
        assert_ok(receive(location, NULL, key, MZG_DEPTH_STORED, &run, &e), e);
        assert_ok(receive(location, "stories@1.0.0", key, MZG_DEPTH_CONTENT, &run, &e), e);
    }
    assert_ok(take_out(location, "stories", key, "out/deep", &e), e);
    assert_three("out/deep");
    mzg_key_free(key);
}

static void files_come_back_from_a_repository(void **state)
{
    (void)state;
    round_trip("repo", MZG_KEY_TYPE_P256);
    shell("test -f repo/bundles/stories/1.0.0/manifest.json");
    shell("test -z \"$(find repo -name '.*')\"");
}

static void files_come_back_from_an_archive(void **state)
{
    (void)state;
    round_trip("x.mzb", MZG_KEY_TYPE_ED25519);
    shell("test $(ls -A | wc -l) = 5"); /* nothing else is left of packing and unpacking */
    shell("test \"$(tar tf x.mzb | head -n 1)\" = bundles/stories/1.0.0/manifest.json");
    shell("tar tf x.mzb | sed -n 2p | grep -q manifest.dsse");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_come_back_from_a_repository, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(files_come_back_from_an_archive, scratch_setup,
                                        scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
