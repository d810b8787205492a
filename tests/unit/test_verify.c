/* test_verify.c: attacks on a repository folder and on what it says. Each test is named for what it
 * refuses. The victim is t@1 (bundle_fixture.h), which passes. */
#include "bundle_fixture.h"

static enum mzg_code stored(const struct mzg_key *key, struct mzg_err *e)
{
    return receive("repo", NULL, key, MZG_DEPTH_STORED, &run2, e);
}

static enum mzg_code deep(const struct mzg_key *key, struct mzg_err *e)
{
    return receive("repo", NULL, key, MZG_DEPTH_CONTENT, &run2, e);
}

/* Both depths refuse, and unpack too, leaving nothing. */
static void all_refuse(const struct mzg_key *key, enum mzg_code code, const char *item)
{
    struct mzg_err e;
    assert_refused(stored(key, &e), code, item, e);
    assert_refused(deep(key, &e), code, item, e);
    assert_refused(take_out("repo", NULL, key, "out/here", &e), code, item, e);
    shell("test ! -e out/here/a.bin && test ! -e out/here");
}

static void the_victim_passes(void **state)
{
    struct mzg_err e;
    (void)state;
    struct mzg_key *key = make_small();
    assert_ok(stored(key, &e), e);
    assert_ok(deep(key, &e), e);
    assert_ok(take_out("repo", "t@1", key, "out", &e), e);
    assert_same_file("a.bin", "out/a.bin");
    assert_same_file("b.txt", "out/docs/b.txt");
    mzg_key_free(key);
}

/* ---- the signature ---- */

static void a_manifest_signed_by_another_key(void **state)
{
    (void)state;
    struct mzg_key *key = make_small(), *other = make_key(MZG_KEY_TYPE_ED25519);
    all_refuse(other, MZG_REFUSED, "which is not trusted");
    sign_again(M, D, other);
    all_refuse(key, MZG_REFUSED, mzg_key_id(other));
    mzg_key_free(key);
    mzg_key_free(other);
}

static void a_signature_over_other_bytes(void **state)
{
    (void)state;
    struct mzg_key *key = make_small();
    replace_text(M, "\n}\n", "\n} \n");
    all_refuse(key, MZG_REFUSED, "this manifest is not what key");
    mzg_key_free(key);
}

static void any_flipped_bit_of_the_manifest(void **state)
{
    struct mzg_err e;
    size_t n;
    (void)state;
    struct mzg_key *key = make_small();
    free(get_bytes(M, &n));
    for (size_t i = 0; i < n; i += 37) {
        flip_bit(M, i);
        assert_int_equal(stored(key, &e), MZG_REFUSED);
        flip_bit(M, i);
    }
    assert_ok(stored(key, &e), e);
    mzg_key_free(key);
}

static void a_bundle_without_a_signature(void **state)
{
    (void)state;
    struct mzg_key *key = make_small();
    shell("rm " D);
    all_refuse(key, MZG_REFUSED, "is not signed");
    mzg_key_free(key);
}

static void nobody_is_trusted(void **state)
{
    struct mzg_err e;
    struct mzg_bundle *b;
    struct mzg_verified *v;
    struct mzg_policy policy = {.trusted = {NULL, 0}};
    (void)state;
    mzg_key_free(make_small());
    assert_ok(mzg_bundle_open(&b, "repo", NULL, &e), e);
    assert_refused(mzg_bundle_verify(b, &policy, &v, &e), MZG_REFUSED, "no key is trusted", e);
    assert_null(v);
    mzg_bundle_close(b);
}

/* ---- old and misplaced manifests ---- */

static void an_old_manifest_under_a_new_version_s_name(void **state)
{
    struct mzg_err e;
    (void)state;
    struct mzg_key *key = make_small();
    shell("cp -r repo/bundles/t/1 repo/bundles/t/2");
    assert_refused(receive("repo", "t@2", key, MZG_DEPTH_STORED, &run2, &e), MZG_REFUSED,
                   "the manifest was signed as t@1", e);
    shell("mv repo/bundles/t repo/bundles/u");
    assert_refused(receive("repo", "u@1", key, MZG_DEPTH_STORED, &run2, &e), MZG_REFUSED,
                   "the manifest was signed as t@1", e);
    mzg_key_free(key);
}

static enum mzg_code with_policy(const struct mzg_key *key, const char *now, int64_t at_least,
                                 struct mzg_err *e)
{
    struct mzg_bundle *b;
    struct mzg_verified *v;
    struct mzg_policy policy = {{&key, 1}, now, at_least};
    assert_ok(mzg_bundle_open(&b, "repo", NULL, e), *e);
    enum mzg_code code = mzg_bundle_verify(b, &policy, &v, e);
    mzg_verified_free(v);
    mzg_bundle_close(b);
    return code;
}

static void a_rollback_and_an_expired_bundle(void **state)
{
    struct mzg_err e;
    (void)state;
    struct mzg_key *key = make_small();
    replace_text(M, "\"sequence\": 1", "\"sequence\": 5, \"expires\": \"2027-01-01T00:00:00Z\"");
    sign_again(M, D, key);
    assert_ok(with_policy(key, "2026-12-31T23:59:59Z", 5, &e), e);
    assert_ok(with_policy(key, NULL, 0, &e), e);
    assert_refused(with_policy(key, NULL, 6, &e), MZG_REFUSED, "sequence: 5 is older than 6", e);
    assert_refused(with_policy(key, "2027-01-01T00:00:00Z", 0, &e), MZG_REFUSED, "expires: ", e);
    mzg_key_free(key);
}

/* ---- objects ---- */

static void any_flipped_bit_of_an_object(void **state)
{
    struct mzg_err e;
    struct stat st;
    char path[128];
    (void)state;
    struct mzg_key *key = make_small();
    for (size_t file = 0; file < 2; file++) {
        small_object(file, path);
        assert_int_equal(stat(path, &st), 0);
        for (size_t i = 0; i < (size_t)st.st_size; i += 13) {
            flip_bit(path, i);
            assert_refused(stored(key, &e), MZG_REFUSED, strrchr(path, '/') + 1, e);
            flip_bit(path, i);
        }
        flip_bit(path, 0);
        all_refuse(key, MZG_REFUSED, "stored bytes do not match");
        flip_bit(path, 0);
    }
    assert_ok(stored(key, &e), e);
    mzg_key_free(key);
}

static void a_missing_object(void **state)
{
    char path[128];
    (void)state;
    struct mzg_key *key = make_small();
    small_object(1, path);
    assert_int_equal(unlink(path), 0);
    all_refuse(key, MZG_REFUSED, "docs/b.txt: chunk 0: object");
    all_refuse(key, MZG_REFUSED, "is missing");
    mzg_key_free(key);
}

static void an_object_cut_short_or_grown(void **state)
{
    char path[128], line[256];
    (void)state;
    struct mzg_key *key = make_small();
    small_object(0, path);
    snprintf(line, sizeof line, "truncate -s -1 %s", path);
    shell(line);
    all_refuse(key, MZG_REFUSED, "is 699 bytes long, not 700");
    snprintf(line, sizeof line, "truncate -s 701 %s", path);
    shell(line);
    all_refuse(key, MZG_REFUSED, "is 701 bytes long, not 700");
    mzg_key_free(key);
}

static void an_object_swapped_for_another_valid_one(void **state)
{
    char a[128], b[128], line[300];
    (void)state;
    struct mzg_key *key = make_small();
    small_object(0, a);
    small_object(1, b);
    snprintf(line, sizeof line, "cp %s %s", a, b);
    shell(line);
    all_refuse(key, MZG_REFUSED, "bytes long");
    mzg_key_free(key);
}

static void an_object_that_is_a_link(void **state)
{
    char path[128], line[300];
    (void)state;
    struct mzg_key *key = make_small();
    small_object(0, path);
    snprintf(line, sizeof line, "mv %s elsewhere && ln -s \"$PWD/elsewhere\" %s", path, path);
    shell(line);
    all_refuse(key, MZG_REFUSED, "link");
    mzg_key_free(key);
}

static void count_line(void *ctx, const char *text)
{
    size_t *lines = ctx;
    (void)text;
    ++*lines;
}

static void each_bad_object_is_named(void **state)
{
    struct mzg_err e;
    char path[128];
    size_t lines = 0;
    struct mzg_run run = {.threads = 3, .notify = {count_line, &lines}};
    (void)state;
    struct mzg_key *key = make_small();
    small_object(0, path);
    flip_bit(path, 5);
    small_object(1, path);
    assert_int_equal(unlink(path), 0);
    assert_refused(receive("repo", NULL, key, MZG_DEPTH_STORED, &run, &e), MZG_REFUSED,
                   "2 faults, the first: a.bin", e);
    assert_int_equal(lines, 2);
    mzg_key_free(key);
}

/* ---- a signed manifest that lies ---- */

static void a_chunk_s_content_that_differs_from_its_digest(void **state)
{
    struct mzg_err e;
    (void)state;
    struct mzg_key *key = make_small();
    /* the second digest in the file is the first chunk's */
    shell("awk '/\"length\"/ && !done { sub(/\"sha256\": \"./, \"\\\"sha256\\\": \\\"x\"); done = 1 } 1' "
          M " | sed 's/\"x\\(.\\)/\"\\1\\1/' > m && mv m " M);
    sign_again(M, D, key);
    assert_ok(stored(key, &e), e); /* what is stored is as signed */
    assert_refused(deep(key, &e), MZG_REFUSED, "a.bin: chunk 0", e);
    assert_refused(take_out("repo", NULL, key, "out", &e), MZG_REFUSED, "other content", e);
    shell("test ! -e out");
    mzg_key_free(key);
}

static void a_file_that_differs_from_its_digest(void **state)
{
    struct mzg_err e;
    (void)state;
    struct mzg_key *key = make_small();
    shell("sed '/^      \"sha256\"/s/\"sha256\": \"\\(.\\)./\"sha256\": \"\\1\\1/' " M " > m; "
          "cmp -s m " M " && exit 1; mv m " M);
    sign_again(M, D, key);
    assert_ok(stored(key, &e), e);
    assert_refused(deep(key, &e), MZG_REFUSED, "content does not match the file's digest", e);
    assert_refused(take_out("repo", NULL, key, "out/x", &e), MZG_REFUSED,
                   "content does not match the file's digest", e);
    shell("test ! -e out/x && rmdir out");
    mzg_key_free(key);
}

static void a_downgraded_codec(void **state)
{
    struct mzg_err e;
    (void)state;
    struct mzg_key *key = make_small();
    /* zstd's bytes passed off as content of just that length */
    shell("n=$(sed -n '/\"zstd\"/s/.*\"stored\": \\([0-9]*\\).*/\\1/p' " M "); "
          "sed \"/\\\"zstd\\\"/s/\\\"length\\\": 600/\\\"length\\\": $n/; s/\\\"zstd\\\"/\\\"none\\\"/; "
          "s/\\\"size\\\": 600/\\\"size\\\": $n/\" " M " > m && mv m " M);
    sign_again(M, D, key);
    assert_ok(stored(key, &e), e);
    assert_refused(deep(key, &e), MZG_REFUSED, "docs/b.txt: chunk 0", e);
    mzg_key_free(key);
}

static void an_upgraded_codec(void **state)
{
    struct mzg_err e;
    (void)state;
    struct mzg_key *key = make_small();
    replace_text(M, "\"none\"", "\"zstd\"");
    sign_again(M, D, key);
    assert_ok(stored(key, &e), e);
    assert_refused(deep(key, &e), MZG_REFUSED, "a.bin: chunk 0", e);
    assert_non_null(strstr(e.msg, "cannot be decoded"));
    mzg_key_free(key);
}

static void a_decompression_bomb(void **state)
{
    struct mzg_err e;
    char line[1024];
    (void)state;
    struct mzg_key *key = make_small();
    /* 64 MiB of zeros in 2 KiB, where the manifest promises 8 MiB at most */
    shell("head -c 67108864 /dev/zero > zeros");
    size_t n;
    put_frame("zeros", "bomb");
    free(get_bytes("bomb", &n));
    snprintf(line, sizeof line,
             "id=$(sha256sum < bomb | cut -c -64) && mkdir -p repo/objects/$(echo $id | cut -c -2) &&"
             "cp bomb repo/objects/$(echo $id | cut -c -2)/$id &&"
             "sed \"/zstd/s/\\\"object\\\": \\\"[0-9a-f]*/\\\"object\\\": \\\"$id/; "
             "/zstd/s/\\\"stored\\\": [0-9]*/\\\"stored\\\": %zu/; "
             "/zstd/s/\\\"length\\\": 600/\\\"length\\\": 8388608/; "
             "s/\\\"size\\\": 600/\\\"size\\\": 8388608/\" " M " > m && mv m " M, n);
    shell(line);
    sign_again(M, D, key);
    assert_ok(stored(key, &e), e);
    assert_refused(deep(key, &e), MZG_REFUSED, "frame holds 67108864 bytes", e);
    assert_refused(take_out("repo", NULL, key, "out", &e), MZG_REFUSED, "docs/b.txt: chunk 0", e);
    shell("test ! -e out");
    mzg_key_free(key);
}

static void a_signed_manifest_that_is_malformed(void **state)
{
    (void)state;
    struct mzg_key *key = make_small();
    replace_text(M, "\"docs/b.txt\"", "\"../b.txt\"");
    sign_again(M, D, key);
    all_refuse(key, MZG_MALFORMED, "repo: t@1: manifest.json: files[1].path: ");
    mzg_key_free(key);
}

/* ---- where to write ---- */

static void a_bundle_larger_than_the_disk(void **state)
{
    struct mzg_err e;
    struct mzg_buf b;
    (void)state;
    struct mzg_key *key = make_small();
    /* 60000 chunks of 8 MiB out of one small object: 468 GiB */
    mzg_buf_init(&b, MZG_MANIFEST_MAX);
    mzg_buf_text(&b, "{\"format\": \"mzigo.manifest/1\", \"name\": \"t\", \"version\": \"1\", "
                 "\"sequence\": 1, \"created\": \"2026-11-23T08:00:00Z\", \"files\": [");
    for (int f = 0; f < 100; f++) {
        mzg_buf_printf(&b, "%s{\"path\": \"f%d\", \"size\": %lld, \"sha256\": \"%064d\", \"chunks\": [",
                       f ? "," : "", f, 600ll * MZG_CHUNK_MAX, 0);
        for (int i = 0; i < 600; i++)
            mzg_buf_printf(&b, "%s{\"length\": %u, \"sha256\": \"%064d\", \"codec\": \"zstd\", "
                           "\"object\": \"%064d\", \"stored\": 9}", i ? "," : "", MZG_CHUNK_MAX, 0, 0);
        mzg_buf_text(&b, "]}");
    }
    mzg_buf_text(&b, "]}");
    assert_false(b.bad);
    put_bytes(M, b.data, b.len);
    mzg_buf_clear(&b);
    sign_again(M, D, key);
    uint64_t space;
    struct mzg_dir here;
    assert_ok(mzg_dir_open(&here, ".", &e), e);
    assert_ok(mzg_dir_space(&here, &space, &e), e);
    mzg_dir_close(&here);
    if (space > 60000ull * MZG_CHUNK_MAX) {
        print_message("skipped: this disk has room for 468 GiB\n");
        mzg_key_free(key);
        skip();
    }
    assert_refused(take_out("repo", NULL, key, "out", &e), MZG_IO, "needs 503316480000 bytes", e);
    shell("test ! -e out");
    mzg_key_free(key);
}

static void a_link_in_the_way_of_a_file(void **state)
{
    struct mzg_err e;
    (void)state;
    struct mzg_key *key = make_small();
    shell("mkdir out elsewhere && ln -s ../elsewhere out/docs");
    assert_refused(take_out("repo", NULL, key, "out", &e), MZG_REFUSED, "link", e);
    shell("test -z \"$(ls -A elsewhere)\" && test \"$(ls -A out)\" = docs");
    mzg_key_free(key);
}

static void a_failure_leaves_what_was_there(void **state)
{
    struct mzg_err e;
    char path[128];
    (void)state;
    struct mzg_key *key = make_small();
    shell("mkdir -p out/docs && echo old > out/a.bin");
    small_object(1, path);
    flip_bit(path, 3);
    assert_int_equal(take_out("repo", NULL, key, "out", &e), MZG_REFUSED);
    shell("test \"$(cat out/a.bin)\" = old && test -z \"$(ls -A out/docs)\" &&"
          "test $(ls -A out | wc -l) = 2");
    flip_bit(path, 3);
    assert_ok(take_out("repo", NULL, key, "out", &e), e);
    assert_same_file("a.bin", "out/a.bin");
    mzg_key_free(key);
}

static bool stop_at_once(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    (void)ctx, (void)what, (void)done, (void)total;
    return false;
}

static void stopping_leaves_nothing(void **state)
{
    struct mzg_err e;
    struct mzg_bundle *b;
    struct mzg_verified *v;
    (void)state;
    struct mzg_key *key = make_small();
    const struct mzg_key *ring[] = {key};
    struct mzg_policy policy = {.trusted = {ring, 1}};
    struct mzg_run run = {.threads = 2, .progress = {stop_at_once, NULL}};
    assert_ok(mzg_bundle_open(&b, "repo", NULL, &e), e);
    assert_ok(mzg_bundle_verify(b, &policy, &v, &e), e);
    assert_int_equal(mzg_verified_unpack(v, "out", &run, &e), MZG_STOPPED);
    assert_int_equal(mzg_verified_check(v, MZG_DEPTH_STORED, &run, &e), MZG_STOPPED);
    shell("test ! -e out");
    mzg_verified_free(v);
    mzg_bundle_close(b);
    struct mzg_pack p = PACK("t", "2", two);
    assert_int_equal(mzg_bundle_pack("repo", &p, key, &run, NULL, &e), MZG_STOPPED);
    assert_int_equal(mzg_bundle_pack("s.mzb", &p, key, &run, NULL, &e), MZG_STOPPED);
    shell("test ! -e repo/bundles/t/2 && test ! -e s.mzb && test -z \"$(ls -d .s* 2>/dev/null)\"");
    mzg_key_free(key);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        T(the_victim_passes),
        T(a_manifest_signed_by_another_key),
        T(a_signature_over_other_bytes),
        T(any_flipped_bit_of_the_manifest),
        T(a_bundle_without_a_signature),
        T(nobody_is_trusted),
        T(an_old_manifest_under_a_new_version_s_name),
        T(a_rollback_and_an_expired_bundle),
        T(any_flipped_bit_of_an_object),
        T(a_missing_object),
        T(an_object_cut_short_or_grown),
        T(an_object_swapped_for_another_valid_one),
        T(an_object_that_is_a_link),
        T(each_bad_object_is_named),
        T(a_chunk_s_content_that_differs_from_its_digest),
        T(a_file_that_differs_from_its_digest),
        T(a_downgraded_codec),
        T(an_upgraded_codec),
        T(a_decompression_bomb),
        T(a_signed_manifest_that_is_malformed),
        T(a_bundle_larger_than_the_disk),
        T(a_link_in_the_way_of_a_file),
        T(a_failure_leaves_what_was_there),
        T(stopping_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
