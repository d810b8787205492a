/* test_archive.c: single-file bundles, whole and forged. */
#include "bundle_fixture.h"
#include "tar_by_hand.h"

static void tar_end(struct tar *t, size_t zeros)
{
    tar_write(t, zeros, "f.mzb");
}

/* Adds a file of the repository, under its own name. */
static void tar_add_file(struct tar *t, const char *path)
{
    size_t n;
    char file[256];
    snprintf(file, sizeof file, "repo/%s", path);
    char *data = get_bytes(file, &n);
    tar_add(t, path, data, n, '0', "");
    free(data);
}

static void tar_documents(struct tar *t)
{
    tar_add_file(t, "bundles/t/1/manifest.json");
    tar_add_file(t, "bundles/t/1/manifest.dsse");
}

static const char *object_name(size_t file)
{
    static char path[2][128];
    small_object(file, path[file]);
    return path[file] + strlen("repo/");
}

static void refused(const struct mzg_key *key, enum mzg_code code, const char *item, uint64_t at)
{
    struct mzg_err e;
    struct mzg_run one = {.threads = 1};
    assert_refused(receive("f.mzb", NULL, key, MZG_DEPTH_STORED, &run2, &e), code, item, e);
    if (e.offset != at)
        fail_msg("'%s': byte %lld, not %lld", e.msg, (long long)e.offset, (long long)at);
    assert_refused(receive("f.mzb", NULL, key, MZG_DEPTH_CONTENT, &one, &e), code, item, e);
    assert_refused(take_out("f.mzb", NULL, key, "out", &e), code, item, e);
    shell("test ! -e out");
}

/* ---- whole ---- */

static void one_written_by_hand_passes(void **state)
{
    struct mzg_err e;
    struct tar t = {0};
    struct mzg_key *key = make_small();
    (void)state;
    tar_documents(&t);
    tar_add_file(&t, object_name(0));
    tar_add_file(&t, object_name(1));
    tar_end(&t, 1024);
    assert_ok(receive("f.mzb", "t@1", key, MZG_DEPTH_CONTENT, &run2, &e), e);
    assert_ok(take_out("f.mzb", NULL, key, "out", &e), e);
    assert_same_file("b.txt", "out/docs/b.txt");
    mzg_key_free(key);
}

static void the_program_tar_makes_one_too(void **state)
{
    struct mzg_err e;
    char line[512];
    struct mzg_key *key = make_small();
    (void)state;
    snprintf(line, sizeof line,
             "tar cf f.mzb -C repo bundles/t/1/manifest.json bundles/t/1/manifest.dsse %s %s",
             object_name(0), object_name(1));
    shell(line);
    assert_ok(receive("f.mzb", NULL, key, MZG_DEPTH_CONTENT, &run2, &e), e);
    snprintf(line, sizeof line, "tar cf f.mzb --format=posix -C repo bundles/t/1/manifest.json "
             "bundles/t/1/manifest.dsse %s %s", object_name(0), object_name(1));
    shell(line);
    assert_ok(receive("f.mzb", NULL, key, MZG_DEPTH_CONTENT, &run2, &e), e);
    mzg_key_free(key);
}

/* An object that serves several chunks is in the archive once, and is read again from there. */
static void a_repeated_chunk_is_stored_once(void **state)
{
    struct mzg_err e;
    struct mzg_packed r;
    struct mzg_key *key = make_key(MZG_KEY_TYPE_P256);
    const struct mzg_source files[] = {{.disk = "x", .path = "x"}, {.disk = "y", .path = "y"}};
    struct mzg_pack p = PACK("t", "1", files);
    (void)state;
    put_noise("y", 4 << 20, 9);
    shell("cat y y > x && printf tail >> x && cat y >> x");
    assert_ok(mzg_bundle_pack("t.mzb", &p, key, &run2, &r, &e), e);
    assert_int_equal(r.n_chunks, 5);
    assert_int_equal(r.n_objects, 3);
    assert_ok(receive("t.mzb", NULL, key, MZG_DEPTH_STORED, &run2, &e), e);
    assert_ok(receive("t.mzb", NULL, key, MZG_DEPTH_CONTENT, &run2, &e), e);
    assert_ok(take_out("t.mzb", NULL, key, "out", &e), e);
    assert_same_file("x", "out/x");
    assert_same_file("y", "out/y");
    mzg_key_free(key);
}

static void checking_first_and_unpacking_then_is_fine(void **state)
{
    struct mzg_err e;
    struct mzg_bundle *b;
    struct mzg_verified *v;
    struct mzg_key *key = make_small();
    const struct mzg_key *ring[] = {key};
    struct mzg_policy policy = {.trusted = {ring, 1}};
    (void)state;
    assert_ok(mzg_bundle_open(&b, "t.mzb", NULL, &e), e);
    assert_ok(mzg_bundle_verify(b, &policy, &v, &e), e);
    assert_ok(mzg_verified_check(v, MZG_DEPTH_STORED, &run2, &e), e);
    assert_ok(mzg_verified_check(v, MZG_DEPTH_CONTENT, &run2, &e), e);
    assert_ok(mzg_verified_unpack(v, "out", &run2, &e), e);
    assert_same_file("a.bin", "out/a.bin");
    mzg_verified_free(v);
    mzg_bundle_close(b);
    mzg_key_free(key);
}

/* ---- forged ---- */

static void a_link_for_an_object(void **state)
{
    struct tar t = {0};
    struct mzg_key *key = make_small();
    (void)state;
    const char types[] = "12345"; /* hard link, symbolic link, devices, folder */
    for (size_t i = 0; types[i]; i++) {
        tar_documents(&t);
        size_t at = t.len;
        tar_add(&t, object_name(0), "", 0, types[i], types[i] < '3' ? "/etc/passwd" : "");
        tar_add_file(&t, object_name(1));
        tar_end(&t, 1024);
        refused(key, MZG_MALFORMED, "is not a plain file", at);
    }
    mzg_key_free(key);
}

static void a_member_that_leaves_the_folder(void **state)
{
    struct tar t = {0};
    struct mzg_key *key = make_small();
    const char *const names[] = {"/tmp/mzg-planted", "../mzg-planted", "objects/../../mzg-planted",
                                 "objects/ab/..", "./objects/x", ""};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        tar_documents(&t);
        size_t at = t.len;
        tar_add(&t, names[i], "x", 1, '0', "");
        tar_add_file(&t, object_name(0));
        tar_add_file(&t, object_name(1));
        tar_end(&t, 1024);
        refused(key, MZG_MALFORMED, *names[i] ? "is not the one due" : "member", at);
    }
    for (size_t i = 0; i < 3; i++) {
        tar_add(&t, names[i], "x", 1, '0', "");
        tar_documents(&t);
        tar_end(&t, 1024);
        refused(key, MZG_MALFORMED, "is first, not bundles/", 0);
    }
    mzg_key_free(key);
}

static void documents_that_are_not_first(void **state)
{
    struct tar t = {0};
    struct mzg_key *key = make_small();
    (void)state;
    tar_add_file(&t, "bundles/t/1/manifest.dsse");
    tar_add_file(&t, "bundles/t/1/manifest.json");
    tar_end(&t, 1024);
    refused(key, MZG_MALFORMED, "is first, not bundles/", 0);
    tar_add_file(&t, "bundles/t/1/manifest.json");
    size_t at = t.len;
    tar_add_file(&t, object_name(0));
    tar_end(&t, 1024);
    refused(key, MZG_MALFORMED, "is second, not the signature", at);
    tar_add_file(&t, "bundles/t/1/manifest.json");
    at = t.len;
    tar_add_file(&t, "bundles/t/1/manifest.json");
    tar_end(&t, 1024);
    refused(key, MZG_MALFORMED, "is second, not the signature", at);
    tar_add_file(&t, "bundles/t/1/manifest.json");
    at = t.len;
    tar_add(&t, "bundles/t/2/manifest.dsse", "{}", 2, '0', "");
    tar_end(&t, 1024);
    refused(key, MZG_MALFORMED, "is second, not the signature", at);
    tar_add(&t, "bundles/../t/manifest.json", "{}", 2, '0', "");
    tar_end(&t, 1024);
    refused(key, MZG_MALFORMED, "is first, not bundles/", 0);
    mzg_key_free(key);
}

static void another_bundle_s_documents(void **state)
{
    struct mzg_err e;
    struct tar t = {0};
    size_t n, m;
    struct mzg_key *key = make_small();
    (void)state;
    char *manifest = get_bytes(M, &n), *envelope = get_bytes(D, &m);
    tar_add(&t, "bundles/t/9/manifest.json", manifest, n, '0', "");
    tar_add(&t, "bundles/t/9/manifest.dsse", envelope, m, '0', "");
    tar_add_file(&t, object_name(0));
    tar_add_file(&t, object_name(1));
    tar_end(&t, 1024);
    assert_refused(receive("f.mzb", NULL, key, MZG_DEPTH_STORED, &run2, &e), MZG_REFUSED,
                   "was signed as t@1", e);
    free(manifest);
    free(envelope);
    mzg_key_free(key);
}

static void a_member_that_the_manifest_does_not_list(void **state)
{
    struct tar t = {0};
    struct mzg_key *key = make_small();
    (void)state;
    tar_documents(&t);
    tar_add_file(&t, object_name(0));
    tar_add_file(&t, object_name(1));
    size_t at = t.len;
    tar_add(&t, "extra", "x", 1, '0', "");
    tar_end(&t, 1024);
    refused(key, MZG_MALFORMED, "member 'extra' is not listed", at);
    mzg_key_free(key);
}

static void a_member_twice(void **state)
{
    struct tar t = {0};
    struct mzg_key *key = make_small();
    (void)state;
    tar_documents(&t);
    tar_add_file(&t, object_name(0));
    size_t at = t.len;
    tar_add_file(&t, object_name(0));
    tar_add_file(&t, object_name(1));
    tar_end(&t, 1024);
    refused(key, MZG_MALFORMED, "is not the one due", at);
    mzg_key_free(key);
}

static void objects_in_another_order_or_missing(void **state)
{
    struct tar t = {0};
    struct mzg_key *key = make_small();
    (void)state;
    tar_documents(&t);
    size_t at = t.len;
    tar_add_file(&t, object_name(1));
    tar_add_file(&t, object_name(0));
    tar_end(&t, 1024);
    refused(key, MZG_MALFORMED, "is not the one due", at);
    tar_documents(&t);
    tar_add_file(&t, object_name(0));
    at = t.len + 1024;
    tar_end(&t, 1024);
    refused(key, MZG_MALFORMED, "ends before all its members came", at);
    mzg_key_free(key);
}

static void an_object_of_another_length(void **state)
{
    struct tar t = {0};
    struct mzg_key *key = make_small();
    char zeros[2000] = {0};
    (void)state;
    for (size_t n = 0; n < 2000; n += 699) {
        tar_documents(&t);
        size_t at = t.len;
        tar_add(&t, object_name(0), zeros, n, '0', "");
        tar_add_file(&t, object_name(1));
        tar_end(&t, 1024);
        refused(key, MZG_MALFORMED, "bytes, not 700", at);
    }
    mzg_key_free(key);
}

static void an_object_s_bytes_under_another_s_name(void **state)
{
    struct tar t = {0};
    struct mzg_key *key = make_small();
    char zeros[700] = {0};
    (void)state;
    tar_documents(&t);
    tar_add(&t, object_name(0), zeros, 700, '0', "");
    tar_add_file(&t, object_name(1));
    tar_end(&t, 1024);
    refused(key, MZG_REFUSED, "a.bin: chunk 0: object", MZG_NO_OFFSET);
    mzg_key_free(key);
}

static void something_behind_the_end(void **state)
{
    struct mzg_err e;
    struct tar t = {0};
    struct mzg_key *key = make_small();
    (void)state;
    tar_documents(&t);
    tar_add_file(&t, object_name(0));
    tar_add_file(&t, object_name(1));
    size_t at = t.len;
    tar_end(&t, 9000);
    assert_ok(receive("f.mzb", NULL, key, MZG_DEPTH_STORED, &run2, &e), e);
    flip_bit("f.mzb", at + 8000);
    refused(key, MZG_MALFORMED, "something follows its end", at + 8000);
    shell("truncate -s $(($(stat -c %s f.mzb) - 8000)) f.mzb"); /* 1000 zeros are no end */
    refused(key, MZG_MALFORMED, "its end is missing", at + 1000);
    mzg_key_free(key);
}

static void every_truncation(void **state)
{
    struct mzg_err e;
    size_t n;
    struct mzg_key *key = make_small();
    (void)state;
    char *data = get_bytes("t.mzb", &n);
    for (size_t cut = 0; cut < n; cut += cut % 512 > 500 ? 1 : 37) {
        put_bytes("f.mzb", data, cut);
        enum mzg_code code = receive("f.mzb", NULL, key, MZG_DEPTH_STORED, &run2, &e);
        if (code != MZG_MALFORMED)
            fail_msg("cut at %zu: %d %s", cut, code, code ? e.msg : "");
    }
    put_bytes("f.mzb", data, n);
    assert_ok(receive("f.mzb", NULL, key, MZG_DEPTH_STORED, &run2, &e), e);
    free(data);
    mzg_key_free(key);
}

static void every_flipped_byte_of_a_header(void **state)
{
    struct mzg_err e;
    size_t n;
    struct mzg_key *key = make_small();
    (void)state;
    char *data = get_bytes("t.mzb", &n);
    for (size_t i = 0; i < 512; i++) {
        if (i >= 148 && i < 156)
            continue; /* the checksum itself, where a blank is as good as a nought */
        data[i] ^= 0x10;
        put_bytes("f.mzb", data, n);
        enum mzg_code code = receive("f.mzb", NULL, key, MZG_DEPTH_STORED, &run2, &e);
        if (code != MZG_MALFORMED) /* the checksum covers the header */
            fail_msg("byte %zu: %d %s", i, code, code ? e.msg : "");
        data[i] ^= 0x10;
    }
    free(data);
    mzg_key_free(key);
}

static void a_manifest_that_claims_to_be_huge(void **state)
{
    struct tar t = {0};
    struct mzg_key *key = make_small();
    (void)state;
    tar_documents(&t);
    tar_header(t.data, "bundles/t/1/manifest.json", (size_t)7 << 30, '0', "");
    tar_end(&t, 1024);
    refused(key, MZG_LIMIT, "manifest.json: 7516192768 bytes", MZG_NO_OFFSET);
    mzg_key_free(key);
}

static void other_archives(void **state)
{
    struct mzg_err e;
    struct mzg_key *key = make_small();
    (void)state;
    shell("gzip -k t.mzb && mv t.mzb.gz f.mzb");
    refused(key, MZG_MALFORMED, "f.mzb: tar: ", 0);
    put_bytes("f.mzb", "", 0);
    refused(key, MZG_MALFORMED, "f.mzb: tar: ", 0);
    shell("mkfifo p.mzb");
    assert_refused(receive("p.mzb", NULL, key, MZG_DEPTH_STORED, &run2, &e), MZG_IO, "p.mzb", e);
    mzg_key_free(key);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        T(one_written_by_hand_passes),
        T(the_program_tar_makes_one_too),
        T(a_repeated_chunk_is_stored_once),
        T(checking_first_and_unpacking_then_is_fine),
        T(a_link_for_an_object),
        T(a_member_that_leaves_the_folder),
        T(documents_that_are_not_first),
        T(another_bundle_s_documents),
        T(a_member_that_the_manifest_does_not_list),
        T(a_member_twice),
        T(objects_in_another_order_or_missing),
        T(an_object_of_another_length),
        T(an_object_s_bytes_under_another_s_name),
        T(something_behind_the_end),
        T(every_truncation),
        T(every_flipped_byte_of_a_header),
        T(a_manifest_that_claims_to_be_huge),
        T(other_archives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
