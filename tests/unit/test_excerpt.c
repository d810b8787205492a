/* test_excerpt.c: some files of a bundle: what is left of its manifest, and the document that says which. */
#include "bundle_fixture.h"
#include "bundle/excerpt.h"

/* x, the same bytes again, and others. */
static const struct mzg_source three[] = {
    {.disk = "x.bin", .path = "x.bin"},
    {.disk = "x.bin", .path = "again/x.bin"},
    {.disk = "y.bin", .path = "y.bin"},
};
#define PARTIAL "repo/bundles/t/1/partial.json"

struct fixture {
    struct mzg_key *key;
    struct mzg_dir repo;
    struct mzg_manifest m;
};

static void begin(struct fixture *f)
{
    struct mzg_err e;
    struct mzg_pack p = PACK("t", "1", three);
    f->key = make_key(MZG_KEY_TYPE_ED25519);
    put_noise("x.bin", 900, 3);
    put_noise("y.bin", 500, 4);
    assert_ok(mzg_bundle_pack("repo", &p, f->key, &run2, NULL, &e), e);
    assert_ok(mzg_dir_open(&f->repo, "repo", &e), e);
    assert_ok(mzg_repo_manifest(&f->repo, "t", "1", &f->m, &e), e);
    assert_int_equal(f->m.n_objects, 2);
}

static void end(struct fixture *f)
{
    mzg_manifest_clear(&f->m);
    mzg_dir_close(&f->repo);
    mzg_key_free(f->key);
}

static void what_is_kept_is_counted_anew(void **state)
{
    static const bool keep[] = {false, true, true}, last[] = {false, true};
    struct fixture f;
    struct mzg_err e;
    (void)state;
    begin(&f);
    assert_false(f.m.files[1].chunks[0].first);
    assert_ok(mzg_manifest_keep(&f.m, keep, &e), e);
    assert_int_equal(f.m.n_files, 2);
    assert_int_equal(f.m.n_left_out, 1);
    assert_string_equal(f.m.files[0].path, "again/x.bin");
    assert_true(f.m.files[0].chunks[0].first); /* the one before it is gone */
    assert_int_equal(f.m.files[0].chunks[0].ordinal, 0);
    assert_int_equal(f.m.files[1].chunks[0].ordinal, 1);
    assert_int_equal(f.m.n_chunks, 2);
    assert_int_equal(f.m.n_objects, 2);
    assert_int_equal(f.m.content_bytes, 1400);
    assert_int_equal(f.m.stored_bytes, 1400);
    assert_int_equal(f.m.most_length, 900);
    assert_ok(mzg_manifest_keep(&f.m, last, &e), e);
    assert_int_equal(f.m.n_left_out, 2);
    assert_int_equal(f.m.content_bytes, 500);
    assert_int_equal(f.m.most_stored, 500);
    assert_int_equal(f.m.files[0].chunks[0].ordinal, 0);
    end(&f);
}

static void a_copy_says_what_it_has(void **state)
{
    struct fixture f;
    struct mzg_err e;
    char object[MZG_OBJECT_PATH], path[128];
    (void)state;
    begin(&f);
    assert_ok(mzg_excerpt_save(&f.repo, &f.m, &e), e);
    assert_false(mzg_excerpt_is(&f.repo, "t", "1")); /* it is whole */
    mzg_object_path(f.m.files[2].chunks[0].object, object);
    assert_ok(mzg_manifest_keep(&f.m, (const bool[]){true, true, false}, &e), e);
    assert_ok(mzg_excerpt_save(&f.repo, &f.m, &e), e);
    assert_true(mzg_excerpt_is(&f.repo, "t", "1"));
    /* What is left out is not looked for. */
    snprintf(path, sizeof path, "repo/%s", object);
    assert_int_equal(unlink(path), 0);
    assert_ok(receive("repo", "t@1", f.key, MZG_DEPTH_STORED, &run2, &e), e);
    assert_ok(receive("repo", "t@1", f.key, MZG_DEPTH_CONTENT, &run2, &e), e);
    assert_ok(take_out("repo", "t@1", f.key, "out", &e), e);
    assert_same_file("out/again/x.bin", "x.bin");
    assert_int_not_equal(access("out/y.bin", F_OK), 0);
    assert_int_equal(unlink(PARTIAL), 0);
    assert_refused(receive("repo", "t@1", f.key, MZG_DEPTH_STORED, &run2, &e), MZG_REFUSED, "is missing", e);
    end(&f);
}

static void other_documents_are_refused(void **state)
{
    static const struct {
        const char *text;
        enum mzg_code code;
        const char *says;
    } cases[] = {
        {"", MZG_MALFORMED, ""},
        {"[]", MZG_UNSUPPORTED, "format"},
        {"{\"files\": [\"x.bin\"]}", MZG_UNSUPPORTED, "format"},
        {"{\"format\": \"mzigo.partial/2\", \"files\": [\"x.bin\"]}", MZG_UNSUPPORTED, "format"},
        {"{\"format\": \"mzigo.partial/1\"}", MZG_MALFORMED, "files"},
        {"{\"format\": \"mzigo.partial/1\", \"files\": []}", MZG_MALFORMED, "files"},
        {"{\"format\": \"mzigo.partial/1\", \"files\": {\"x.bin\": 1}}", MZG_MALFORMED, "files"},
        {"{\"format\": \"mzigo.partial/1\", \"files\": [7]}", MZG_MALFORMED, "names ''"},
        {"{\"format\": \"mzigo.partial/1\", \"files\": [\"../x.bin\"]}", MZG_MALFORMED, "names '../x.bin', which"},
        {"{\"format\": \"mzigo.partial/1\", \"files\": [\"x.bin\", \"x.bin\"]}", MZG_MALFORMED, "twice"},
    };
    struct fixture f;
    struct mzg_err e;
    (void)state;
    begin(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_bytes(PARTIAL, cases[i].text, strlen(cases[i].text));
        assert_refused(mzg_excerpt_apply(&f.repo, &f.m, &e), cases[i].code, cases[i].says, e);
        assert_non_null(strstr(e.msg, "bundles/t/1/partial.json"));
        assert_int_equal(f.m.n_files, 3);
        assert_int_equal(receive("repo", "t@1", f.key, MZG_DEPTH_STORED, &run2, &e), cases[i].code);
    }
    end(&f);
}

#define case(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        case(what_is_kept_is_counted_anew),
        case(a_copy_says_what_it_has),
        case(other_documents_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
