/* test_want.c: a receiver's list, written, read and refused. */
#include "bundle_fixture.h"
#include "bundle/carry/want.h"
#include "mutation.h"

#define DIGEST "e5eb4eec6d7ad373fab66172570611cc8aa31b83930910e165cfca4a7d3edd34"
static const char good[] =
    "{\"format\": \"mzigo.want/1\", \"later\": {\"x\": 1},\n"
    " \"want\": [{\"name\": \"m\", \"version\": \"2\"}, {\"name\": \"s\"}],\n"
    " \"bundles\": [{\"name\": \"m\", \"version\": \"1\", \"sha256\": \"" DIGEST "\"}],\n"
    " \"objects\": [\"00000000000000ff0123456789abcdef\", \"ffffffffffffffff\", \"00000000000000ff\"]}";

static enum mzg_code parse(const char *text, size_t len, struct mzg_err *e)
{
    struct mzg_want w;
    enum mzg_code code = mzg_want_parse(&w, text, len, e);
    mzg_want_clear(&w);
    return code;
}

static void what_it_says_is_read(void **state)
{
    struct mzg_want w;
    struct mzg_err e;
    uint8_t id[MZG_SHA256_BYTES] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x77};
    struct mzg_want_bundle b = {.is = {"m", "1"}};
    (void)state;
    assert_ok(mzg_want_parse(&w, good, sizeof good - 1, &e), e);
    assert_int_equal(w.n_wants, 2);
    assert_string_equal(w.wants[0].version, "2");
    assert_string_equal(w.wants[1].version, "");
    assert_int_equal(w.n_objects, 3); /* in order, each once */
    assert_true(w.objects[0] == 0xff && w.objects[2] == UINT64_MAX);
    assert_true(mzg_want_has(&w, id));
    id[7] ^= 1;
    assert_false(mzg_want_has(&w, id));
    assert_false(mzg_want_has_bundle(&w, &b));
    assert_true(mzg_sha256_parse(DIGEST, b.manifest));
    assert_true(mzg_want_has_bundle(&w, &b));
    strcpy(b.is.version, "2");
    assert_false(mzg_want_has_bundle(&w, &b));
    mzg_want_clear(&w);
}

static void what_is_written_is_read_again(void **state)
{
    struct mzg_want w = {.n_wants = 0}, again, fewer = {.n_wants = 0};
    struct mzg_err e;
    struct mzg_dir here;
    struct mzg_want_bundle b = {.is = {"m", "1"}};
    uint8_t id[MZG_SHA256_BYTES] = {0};
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        id[1] = (uint8_t)(i >> 8);
        id[3] = (uint8_t)i;
        assert_ok(mzg_want_add_object(&w, id, &e), e);
        if (i % 2)
            assert_ok(mzg_want_add_object(&fewer, id, &e), e);
    }
    mzg_want_sort(&w);
    mzg_want_sort(&fewer);
    mzg_want_forget(&w, &fewer);
    assert_int_equal(w.n_objects, 500);
    assert_ok(mzg_want_add(&w, &(struct mzg_select){"m", "2"}, &e), e);
    assert_ok(mzg_want_add(&w, &(struct mzg_select){"m", "2"}, &e), e);
    assert_ok(mzg_want_add_bundle(&w, &b, &e), e);
    assert_ok(mzg_dir_open(&here, ".", &e), e);
    assert_ok(mzg_want_save_at(&w, &here, "list", &e), e);
    assert_ok(mzg_want_save(&w, "other", &e), e);
    assert_same_file("list", "other");
    assert_ok(mzg_want_load_at(&again, &here, "list", &e), e);
    assert_int_equal(again.n_wants, 1);
    assert_int_equal(again.n_bundles, 1);
    assert_int_equal(again.n_objects, 500);
    assert_memory_equal(again.objects, w.objects, 500 * sizeof *w.objects);
    mzg_want_clear(&again);
    assert_refused(mzg_want_load(&again, "missing", &e), MZG_IO, "missing", e);
    mzg_want_clear(&again);
    mzg_want_clear(&w);
    mzg_want_clear(&fewer);
    mzg_dir_close(&here);
}

static void one_changed_place_is_named_with_its_byte(void **state)
{
    static const struct mutation all[] = {
        {"mzigo.want/1", "mzigo.want/2", MZG_UNSUPPORTED, "format", "\"mzigo.want/2"},
        {"\"want\": [", "\"wand\": [", MZG_MALFORMED, "want: missing", "{\"format"},
        {"{\"name\": \"s\"}", "{}", MZG_MALFORMED, "want[1].name: missing", "{}"},
        {"{\"name\": \"s\"}", "7", MZG_MALFORMED, "want[1]: not an object", "7],"},
        {"\"s\"", "\"../s\"", MZG_MALFORMED, "want[1].name", "\"../s\""},
        {"\"version\": \"2\"", "\"version\": \"2/\"", MZG_MALFORMED, "want[0].version", "\"2/\""},
        {"\"version\": \"1\", ", "", MZG_MALFORMED, "bundles[0].version: missing", "{\"name\": \"m\", \"sha256\""},
        {"e5eb4e", "E5eb4e", MZG_MALFORMED, "bundles[0].sha256", "\"E5eb4e"},
        {"\"ffffffffffffffff\"", "\"ffffffffffffff\"", MZG_MALFORMED, "objects[1]", "\"ffffffffffffff\""},
        {"\"ffffffffffffffff\"", "\"\"", MZG_MALFORMED, "objects[1]", "\"\","},
        {"\"ffffffffffffffff\"", "\"fffffffffffffffg\"", MZG_MALFORMED, "objects[1]", "\"fffffffffffffffg"},
        {"\"ffffffffffffffff\"", "12", MZG_MALFORMED, "objects[1]", "12,"},
        {"]}", "]", MZG_MALFORMED, "", NULL},
    };
    struct mzg_err e;
    (void)state;
    assert_ok(parse(good, sizeof good - 1, &e), e);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_mutation(good, &all[i], parse);
}

static void more_than_is_allowed_is_refused(void **state)
{
    struct mzg_buf b;
    struct mzg_err e;
    char *large = calloc(1, MZG_WANT_MAX + 1);
    (void)state;
    assert_non_null(large);
    assert_refused(parse(large, MZG_WANT_MAX + 1, &e), MZG_LIMIT, "are the limit", e);
    free(large);
    for (size_t n = MZG_WANT_WANTS; n <= MZG_WANT_WANTS + 1; n++) {
        mzg_buf_init(&b, MZG_WANT_MAX);
        mzg_buf_text(&b, "{\"format\": \"mzigo.want/1\", \"bundles\": [], \"objects\": [], \"want\": [");
        for (size_t i = 0; i < n; i++)
            mzg_buf_printf(&b, "%s{\"name\": \"n%zu\"}", i ? "," : "", i);
        mzg_buf_text(&b, "]}");
        if (n == MZG_WANT_WANTS)
            assert_ok(parse((char *)b.data, b.len, &e), e);
        else
            assert_refused(parse((char *)b.data, b.len, &e), MZG_LIMIT, "want", e);
        mzg_buf_clear(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says_is_read),
        cmocka_unit_test_setup_teardown(what_is_written_is_read_again, scratch_setup, scratch_teardown),
        cmocka_unit_test(one_changed_place_is_named_with_its_byte),
        cmocka_unit_test(more_than_is_allowed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
