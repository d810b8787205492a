/* test_repo.c: several bundles in one repository: sequence, choice, sharing, repetition. */
#include "bundle_fixture.h"

static void sequence_numbers_grow(void **state)
{
    struct mzg_err e;
    struct mzg_packed r;
    struct mzg_key *key = make_small();
    struct mzg_pack p = PACK("t", "0.9", two);
    (void)state;
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, &r, &e), e);
    assert_int_equal(r.sequence, 2);
    p.version = "0.8";
    p.sequence = 40;
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, &r, &e), e);
    p.version = "0.7";
    p.sequence = 0;
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, &r, &e), e);
    assert_int_equal(r.sequence, 41);
    p.name = "u";
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, &r, &e), e);
    assert_int_equal(r.sequence, 1);
    mzg_key_free(key);
}

static void the_newest_version_is_the_one_with_the_highest_number(void **state)
{
    struct mzg_err e;
    struct mzg_bundle *b;
    struct mzg_manifest m;
    struct mzg_select s;
    struct mzg_key *key = make_small();
    struct mzg_pack p = PACK("t", "0.1", two); /* an older name, a higher number */
    (void)state;
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, NULL, &e), e);
    assert_ok(mzg_bundle_open(&b, "repo", NULL, &e), e);
    assert_ok(mzg_bundle_peek(b, &m, &e), e);
    assert_string_equal(m.version, "0.1");
    mzg_manifest_clear(&m);
    mzg_bundle_close(b);
    p.name = "u";
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, NULL, &e), e);
    assert_refused(mzg_bundle_open(&b, "repo", NULL, &e), MZG_USAGE, "several bundles", e);
    assert_ok(mzg_select_parse(&s, "t@2", &e), e);
    assert_refused(mzg_bundle_open(&b, "repo", &s, &e), MZG_IO, "no bundle t@2", e);
    assert_ok(mzg_select_parse(&s, "v", &e), e);
    assert_refused(mzg_bundle_open(&b, "repo", &s, &e), MZG_IO, "no bundle v", e);
    assert_refused(mzg_bundle_open(&b, "t.mzb", &s, &e), MZG_IO, "holds t@1, not v", e);
    assert_refused(mzg_bundle_open(&b, "nowhere", &s, &e), MZG_IO, "nowhere", e);
    assert_null(b);
    mzg_key_free(key);
}

static enum mzg_code add_to_list(void *ctx, const char *name, const char *version,
                                 struct mzg_err *e)
{
    char *list = ctx;
    (void)e;
    snprintf(list + strlen(list), 128 - strlen(list), "%s@%s ", name, version);
    return MZG_OK;
}

static void a_listing_passes_over_what_is_no_bundle(void **state)
{
    struct mzg_err e;
    char list[128] = "";
    struct mzg_repo_visitor v = {add_to_list, list};
    (void)state;
    mzg_key_free(make_small());
    shell("mkdir -p repo/bundles/.hidden/1 repo/bundles/t/2 repo/bundles/'a b'/1 repo/metadata &&"
          "cp repo/bundles/t/1/manifest.json repo/bundles/.hidden/1/ && touch repo/bundles/x");
    assert_ok(mzg_bundle_each("repo", &v, &e), e);
    assert_string_equal(list, "t@1 ");
    assert_ok(mzg_bundle_each("t.mzb", &v, &e), e);
    assert_string_equal(list, "t@1 t@1 ");
    shell("mkdir empty");
    assert_ok(mzg_bundle_each("empty", &v, &e), e);
}

static void known_chunks_are_not_stored_again(void **state)
{
    struct mzg_err e;
    struct mzg_packed r;
    struct mzg_key *key = make_key(MZG_KEY_TYPE_P256);
    const struct mzg_source one[] = {{.disk = "big", .path = "big"}};
    struct mzg_pack p = PACK("t", "1", one);
    (void)state;
    put_noise("big", 20 << 20, 3);
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, &r, &e), e);
    assert_int_equal(r.n_objects, 5);
    assert_int_equal(r.new_bytes, 20 << 20);
    flip_bit("big", 9 << 20);
    p.version = "2";
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, &r, &e), e);
    assert_int_equal(r.new_bytes, 4 << 20);
    assert_ok(receive("repo", "t@1", key, MZG_DEPTH_CONTENT, &run2, &e), e);
    assert_ok(receive("repo", "t@2", key, MZG_DEPTH_CONTENT, &run2, &e), e);
    mzg_key_free(key);
}

/* A compressor of another version would give other bytes: the object that is there stays. */
static void a_known_chunk_is_never_encoded_again(void **state)
{
    struct mzg_err e;
    struct mzg_packed r;
    char path[128], line[600];
    struct mzg_key *key = make_small();
    struct mzg_pack p = PACK("t", "2", two);
    (void)state;
    small_object(1, path);
    put_frame("b.txt", "other");
    snprintf(line, sizeof line,
             "old=%s && id=$(sha256sum < other | cut -c -64) &&"
             "mkdir -p repo/objects/$(echo $id | cut -c -2) &&"
             "mv other repo/objects/$(echo $id | cut -c -2)/$id && rm repo/objects/*/$old &&"
             "sed -i \"s/$old/$id/; /zstd/s/\\\"stored\\\": [0-9]*/\\\"stored\\\": "
             "$(stat -c %%s repo/objects/*/$id)/\" " M, strrchr(path, '/') + 1);
    shell(line);
    sign_again(M, D, key);
    assert_ok(receive("repo", "t@1", key, MZG_DEPTH_CONTENT, &run2, &e), e);
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, &r, &e), e);
    assert_int_equal(r.new_bytes, 0);
    assert_ok(receive("repo", "t@2", key, MZG_DEPTH_CONTENT, &run2, &e), e);
    mzg_key_free(key);
}

/* Another's manifest may say anything of a chunk; what is signed here is checked here. */
static void a_lie_in_the_repository_is_not_signed(void **state)
{
    struct mzg_err e;
    struct mzg_packed r;
    struct mzg_key *key = make_small();
    struct mzg_pack p = PACK("u", "1", two);
    char a[128], b[128], line[600];
    (void)state;
    small_object(0, a);
    small_object(1, b);
    /* t@1 now claims that b.txt's object holds a.bin */
    snprintf(line, sizeof line,
             "sed -i 's/\"none\", \"object\": \"[0-9a-f]*\", \"stored\": 700/\"zstd\", \"object\": "
             "\"%s\", \"stored\": '$(stat -c %%s %s)'/' " M, strrchr(b, '/') + 1, b);
    shell(line);
    shell("sed -i '/zstd.*stored/s/\"length\": 600/\"length\": 700/; s/\"size\": 600/\"size\": 700/' " M
          " && sed -i \"/docs/,\\$s/\\\"sha256\\\": \\\"[0-9a-f]*\\\", \\\"codec/\\\"sha256\\\": "
          "\\\"$(sha256sum < a.bin | cut -c -64)\\\", \\\"codec/\" " M);
    struct mzg_manifest m;
    size_t n;
    char *text = get_bytes(M, &n);
    assert_ok(mzg_manifest_parse(&m, text, n, &e), e); /* the lie is well formed */
    mzg_manifest_clear(&m);
    free(text);
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, &r, &e), e);
    assert_ok(receive("repo", "u@1", key, MZG_DEPTH_CONTENT, &run2, &e), e);
    assert_ok(take_out("repo", "u", key, "out", &e), e);
    assert_same_file("a.bin", "out/a.bin");
    mzg_key_free(key);
}

static void a_damaged_object_is_replaced_when_its_chunk_comes_by(void **state)
{
    struct mzg_err e;
    char path[128];
    struct mzg_key *key = make_small();
    struct mzg_pack p = PACK("t", "2", two);
    (void)state;
    small_object(0, path);
    flip_bit(path, 9);
    assert_int_equal(receive("repo", "t@1", key, MZG_DEPTH_STORED, &run2, &e), MZG_REFUSED);
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, NULL, &e), e);
    assert_ok(receive("repo", "t@1", key, MZG_DEPTH_CONTENT, &run2, &e), e);
    mzg_key_free(key);
}

static void count_notice(void *ctx, const char *text)
{
    size_t *lines = ctx; /* for sharing objects, and for the catalog */
    if (strstr(text, "bundles/z/1/manifest.json"))
        lines[strstr(text, "left out of index.json") != NULL]++;
}

static void another_s_broken_manifest_is_told_and_passed_over(void **state)
{
    struct mzg_err e;
    size_t lines[2] = {0, 0};
    struct mzg_run run = {.threads = 1, .notify = {count_notice, lines}};
    struct mzg_key *key = make_small();
    struct mzg_pack p = PACK("t", "2", two);
    (void)state;
    shell("mkdir -p repo/bundles/z/1 && echo '{' > repo/bundles/z/1/manifest.json");
    assert_ok(mzg_bundle_pack("repo", &p, key, &run, NULL, &e), e);
    assert_int_equal(lines[0], 1);
    assert_int_equal(lines[1], 1);
    mzg_key_free(key);
}

static void packing_the_same_again_changes_nothing(void **state)
{
    struct mzg_err e;
    struct mzg_packed r;
    struct mzg_key *key = make_small();
    struct mzg_pack p = PACK("t", "1", two);
    (void)state;
    p.created = "2027-01-01T00:00:00Z"; /* a later run */
    shell("cp -a repo before");
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, &r, &e), e);
    assert_true(r.existed);
    assert_int_equal(r.sequence, 1);
    assert_int_equal(r.n_objects, 2);
    shell("diff -r repo before");
    mzg_key_free(key);
}

static void a_published_version_never_changes(void **state)
{
    struct mzg_err e;
    struct mzg_key *key = make_small(), *other = make_key(MZG_KEY_TYPE_P256);
    struct mzg_pack p = PACK("t", "1", two);
    (void)state;
    shell("cp -a repo before");
    assert_refused(mzg_bundle_pack("repo", &p, other, &run2, NULL, &e), MZG_REFUSED, "not trusted",
                   e);
    p.n_files = 1;
    assert_refused(mzg_bundle_pack("repo", &p, key, &run2, NULL, &e), MZG_IO,
                   "repo: holds t@1 with other files", e);
    p.n_files = 2;
    flip_bit("b.txt", 3);
    assert_refused(mzg_bundle_pack("repo", &p, key, &run2, NULL, &e), MZG_IO, "with other files", e);
    shell("diff -r repo before");
    mzg_key_free(key);
    mzg_key_free(other);
}

/* Every state that a killed pack can leave behind, from no manifest back to no object. */
static void an_interrupted_pack_is_invisible_and_can_be_repeated(void **state)
{
    struct mzg_err e;
    struct mzg_packed r;
    char list[128] = "";
    struct mzg_repo_visitor v = {add_to_list, list};
    struct mzg_key *key = make_small();
    struct mzg_pack p = PACK("t", "1", two);
    const char *const lost[] = {"true", "rm -r repo/bundles",
                                "rm $(find repo/objects -type f | head -n 1)"};
    (void)state;
    for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++) {
        shell("rm -f " M);
        shell(lost[i]);
        assert_ok(mzg_bundle_each("repo", &v, &e), e);
        assert_string_equal(list, "");
        assert_ok(mzg_bundle_pack("repo", &p, key, &run2, &r, &e), e);
        assert_false(r.existed);
        assert_ok(receive("repo", NULL, key, MZG_DEPTH_CONTENT, &run2, &e), e);
    }
    mzg_key_free(key);
}

static void what_a_manifest_cannot_say_is_refused_before_anything_is_written(void **state)
{
    struct mzg_err e;
    struct mzg_key *key = make_key(MZG_KEY_TYPE_P256);
    struct mzg_pack good = PACK("t", "1", two), p;
    const struct mzg_note note[] = {{"k", "v", 0}, {"k", "w", 0}}, number[] = {{"k", NULL, 1}};
    struct mzg_source bad[] = {{.disk = "a.bin", .path = "x"}, {.disk = "a.bin", .path = "X"}};
    (void)state;
    put_bytes("a.bin", "a", 1);
    put_bytes("b.txt", "b", 1);
#define REFUSED(change, text)                                                                      \
    p = good;                                                                                      \
    change;                                                                                        \
    assert_refused(mzg_bundle_pack("repo", &p, key, &run2, NULL, &e), MZG_USAGE, text, e);         \
    assert_refused(mzg_bundle_pack("r.mzb", &p, key, &run2, NULL, &e), MZG_USAGE, text, e)
    REFUSED(p.name = "../t", "name: ");
    REFUSED(p.version = "", "version: ");
    REFUSED(p.created = "yesterday", "created: ");
    REFUSED(p.expires = "2026-11-23", "expires: ");
    REFUSED(p.expires = p.created, "expires: is not after created");
    REFUSED(p.licence = "\x01", "licence: ");
    REFUSED(p.sequence = -1, "sequence: ");
    REFUSED(p.n_files = 0, "files: empty");
    REFUSED(p.files = bad, "files[1].path: 'X' clashes");
    REFUSED((p.provenance = note, p.n_provenance = 2), "duplicate");
    REFUSED((p.provenance = number, p.n_provenance = 1), "provenance: ");
    REFUSED((p.accuracy = note, p.n_accuracy = 1), "accuracy: ");
    bad[1].path = "../x";
    REFUSED(p.files = bad, "files[1].path: ");
    shell("test \"$(ls -A | sort | tr '\\n' ' ')\" = 'a.bin b.txt '");
    mzg_key_free(key);
}

static void a_missing_input_leaves_no_bundle(void **state)
{
    struct mzg_err e;
    struct mzg_key *key = make_key(MZG_KEY_TYPE_P256);
    struct mzg_pack p = PACK("t", "1", two);
    (void)state;
    put_bytes("a.bin", "a", 1);
    assert_refused(mzg_bundle_pack("repo", &p, key, &run2, NULL, &e), MZG_IO, "b.txt", e);
    assert_refused(mzg_bundle_pack("r.mzb", &p, key, &run2, NULL, &e), MZG_IO, "b.txt", e);
    shell("test ! -e r.mzb && test ! -e repo/bundles && test -z \"$(ls -d .r* 2>/dev/null)\"");
    mzg_key_free(key);
}

static void the_bytes_do_not_depend_on_threads(void **state)
{
    struct mzg_err e;
    struct mzg_key *key = make_key(MZG_KEY_TYPE_ED25519);
    const struct mzg_source one[] = {{.disk = "big", .path = "big"}};
    struct mzg_pack p = PACK("t", "1", one);
    (void)state;
    put_noise("noise", 6 << 20, 5);
    shell("{ cat noise; head -c 9000000 /dev/zero; cat noise; } > big");
    for (unsigned threads = 1; threads <= 7; threads += 3) {
        char repo[8], mzb[12];
        struct mzg_run run = {.threads = threads};
        snprintf(repo, sizeof repo, "r%u", threads);
        snprintf(mzb, sizeof mzb, "r%u.mzb", threads);
        assert_ok(mzg_bundle_pack(repo, &p, key, &run, NULL, &e), e);
        assert_ok(mzg_bundle_pack(mzb, &p, key, &run, NULL, &e), e);
        assert_ok(receive(mzb, NULL, key, MZG_DEPTH_CONTENT, &run, &e), e);
    }
    shell("diff -r r1 r4 && diff -r r1 r7 && cmp r1.mzb r4.mzb && cmp r1.mzb r7.mzb");
    mzg_key_free(key);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        T(sequence_numbers_grow),
        T(the_newest_version_is_the_one_with_the_highest_number),
        T(a_listing_passes_over_what_is_no_bundle),
        T(known_chunks_are_not_stored_again),
        T(a_known_chunk_is_never_encoded_again),
        T(a_lie_in_the_repository_is_not_signed),
        T(a_damaged_object_is_replaced_when_its_chunk_comes_by),
        T(another_s_broken_manifest_is_told_and_passed_over),
        T(packing_the_same_again_changes_nothing),
        T(a_published_version_never_changes),
        T(an_interrupted_pack_is_invisible_and_can_be_repeated),
        T(what_a_manifest_cannot_say_is_refused_before_anything_is_written),
        T(a_missing_input_leaves_no_bundle),
        T(the_bytes_do_not_depend_on_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
