/* test_catalog.c: index.json: what is read from it, which entry is meant, and how it is written. */
#include "bundle_fixture.h"
#include "bundle/catalog.h"
#include "mutation.h"
#include <utime.h>

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ENTRY(name, version, sequence)                                                             \
    "{\"name\": \"" name "\", \"version\": \"" version "\", \"sequence\": " sequence               \
    ", \"created\": \"2026-11-23T08:00:00Z\", \"manifest\": 900, \"sha256\": \"" A                 \
    "\", \"content\": 5000, \"stored\": 4000}"
#define CATALOG(entries) "{\"format\": \"mzigo.index/1\", \"bundles\": [" entries "]}"

static const char good[] = CATALOG(ENTRY("t", "1", "7") ", " ENTRY("t", "2", "8"));

static enum mzg_code parse(struct mzg_catalog *c, const char *text, struct mzg_err *e)
{
    size_t n = strlen(text);
    char *exact = malloc(n ? n : 1); /* no NUL behind it: a sanitizer sees an over-read */
    memcpy(exact, text, n);
    enum mzg_code code = mzg_catalog_parse(c, exact, n, e);
    free(exact);
    return code;
}

/* ---- reading ---- */

static void what_it_says_is_read(void **state)
{
    struct mzg_catalog c;
    struct mzg_err e;
    (void)state;
    assert_ok(parse(&c, good, &e), e);
    assert_int_equal(c.n, 2);
    assert_string_equal(c.entries[0].name, "t");
    assert_string_equal(c.entries[0].version, "1");
    assert_int_equal(c.entries[1].sequence, 8);
    assert_string_equal(c.entries[0].created, "2026-11-23T08:00:00Z");
    assert_int_equal(c.entries[0].manifest_bytes, 900);
    assert_int_equal(c.entries[0].manifest_sha256[31], 0xaa);
    assert_int_equal(c.entries[0].content_bytes, 5000);
    assert_int_equal(c.entries[0].stored_bytes, 4000);
    mzg_catalog_clear(&c);
    mzg_catalog_clear(&c);
    assert_ok(parse(&c, CATALOG(""), &e), e);
    assert_int_equal(c.n, 0);
    mzg_catalog_clear(&c);
}

static void unknown_members_are_passed_over(void **state)
{
    struct mzg_catalog c;
    struct mzg_err e;
    (void)state;
    assert_ok(parse(&c, "{\"later\": [{\"x\": 1}], \"format\": \"mzigo.index/1\", \"bundles\": []}", &e),
              e);
    mzg_catalog_clear(&c);
}

#define BAD MZG_MALFORMED
#define LONG_NAME A A "a"

static const struct mutation mutations[] = {
    {"mzigo.index/1", "mzigo.index/2", MZG_UNSUPPORTED, "format: 'mzigo.index/2'", "\"mzigo.index/2"},
    {"mzigo.index/1", "mzigo.manifest/1", MZG_UNSUPPORTED, "format: ", NULL},
    {"\"format\"", "\"form\"", BAD, "format: missing", "{"},
    {"\"mzigo.index/1\"", "1", BAD, "format: not a text", "1,"},
    {"\"bundles\"", "\"bundle\"", BAD, "bundles: missing", "{"},
    {"[", "[7, ", BAD, "bundles[0]: not an object", "7"},
    {"[", "{\"a\": [", BAD, "JSON", NULL},
    {"\"t\"", "\"../t\"", BAD, "bundles[0].name: ", "\"../t"},
    {"\"t\"", "\"\"", BAD, "bundles[0].name: ", "\"\""},
    {"\"t\"", "\"a/b\"", BAD, "bundles[0].name: ", NULL},
    {"\"t\"", "\"" LONG_NAME "\"", BAD, "bundles[0].name: ", NULL},
    {"\"t\"", "\"t\\u0000\"", MZG_UNSUPPORTED, "NUL", NULL},
    {"\"t\"", "7", BAD, "bundles[0].name: not a text", "7"},
    {"\"name\": \"t\", ", "", BAD, "bundles[0].name: missing", "{\"version"},
    {"\"1\"", "\"..\"", BAD, "bundles[0].version: ", "\"..\""},
    {"\"1\"", "\"1?x=y\"", BAD, "bundles[0].version: ", NULL},
    {"\"version\": \"1\", ", "", BAD, "bundles[0].version: missing", NULL},
    {"7,", "0,", BAD, "bundles[0].sequence: 0", "0, \"created"},
    {"8,", "-8,", BAD, "bundles[1].sequence: -8", "-8,"},
    {"7,", "9223372036854775808,", BAD, "integer", NULL},
    {"7,", "7.0,", BAD, "bundles[0].sequence: only strings and integers", "7.0"},
    {"7,", "1e3,", BAD, "bundles[0].sequence: only", NULL},
    {"7,", "null,", BAD, "bundles[0].sequence: only", NULL},
    {"7,", "\"7\",", BAD, "bundles[0].sequence: not an integer", "\"7\""},
    {"7,", "7, \"sequence\": 9,", BAD, "JSON: duplicate", NULL},
    {"2026-11-23", "2026-11-31", BAD, "bundles[0].created: ", "\"2026-11-31"},
    {"900", "0", BAD, "bundles[0].manifest: 0", NULL},
    {"900", "25165825", BAD, "bundles[0].manifest: 25165825", "25165825"},
    {A, A "a", BAD, "bundles[0].sha256: not 64", NULL},
    {A, "AAA", BAD, "bundles[0].sha256: not 64", NULL},
    {"5000", "-1", BAD, "bundles[0].content: -1", "-1, "},
    {"4000", "\"\"", BAD, "bundles[0].stored: not an integer", NULL},
    {", \"stored\": 4000", "", BAD, "bundles[0].stored: missing", "{\"name"},
    {"]}", "]", BAD, "JSON", NULL},
    {"]}", "]}{}", BAD, "JSON", NULL},
    {"\"t\"", "\"\xff\"", BAD, "JSON", NULL},
};

static enum mzg_code parse_changed(const char *text, size_t len, struct mzg_err *e)
{
    struct mzg_catalog c;
    enum mzg_code code = mzg_catalog_parse(&c, text, len, e);
    assert_true(!code || !c.entries);
    if (!code)
        mzg_catalog_clear(&c);
    return code;
}

static void one_changed_field_is_named_with_its_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++)
        assert_mutation(good, &mutations[i], parse_changed);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    for (size_t n = 0; n + 1 < sizeof good; n++) {
        char text[sizeof good] = "";
        struct mzg_catalog c;
        struct mzg_err e;
        memcpy(text, good, n);
        assert_int_equal(parse(&c, text, &e), MZG_MALFORMED);
    }
    struct mzg_catalog c;
    struct mzg_err e;
    assert_refused(parse(&c, "[]", &e), MZG_MALFORMED, "not an object", e);
}

static void a_nul_byte_is_refused_wherever_it_stands(void **state)
{
    char text[sizeof good];
    (void)state;
    memcpy(text, good, sizeof good);
    for (size_t i = 0; i < sizeof good - 1; i++) {
        struct mzg_catalog c;
        struct mzg_err e;
        text[i] = '\0';
        assert_refused(mzg_catalog_parse(&c, text, sizeof good - 1, &e), MZG_MALFORMED, "NUL", e);
        assert_int_equal(e.offset, i);
        text[i] = good[i];
    }
}

/* n entries as mzg_catalog_update writes them, of names so long. */
static enum mzg_code parse_many(size_t n, int name, size_t *len, struct mzg_err *e)
{
    struct mzg_buf b;
    struct mzg_catalog c;
    mzg_buf_init(&b, SIZE_MAX);
    mzg_buf_text(&b, "{\n  \"format\": \"mzigo.index/1\",\n  \"bundles\": [");
    for (size_t i = 0; i < n; i++)
        mzg_buf_printf(&b, "%s\n    {\"name\": \"%0*zu\", \"version\": \"1\", \"sequence\": 1, \"created\": "
                       "\"2026-11-23T08:00:00Z\", \"manifest\": 1, \"sha256\": \"" A "\", \"content\": 1, "
                       "\"stored\": 1}", i ? "," : "", name, i);
    mzg_buf_text(&b, "\n  ]\n}\n");
    assert_false(b.bad);
    *len = b.len;
    enum mzg_code code = mzg_catalog_parse(&c, (char *)b.data, b.len, e);
    assert_int_equal(c.n, code ? 0 : n);
    mzg_catalog_clear(&c);
    mzg_buf_clear(&b);
    return code;
}

static void as_many_as_are_allowed_are_read_and_no_more(void **state)
{
    struct mzg_catalog c;
    struct mzg_err e;
    size_t len;
    (void)state;
    assert_ok(parse_many(MZG_CATALOG_BUNDLES, 50, &len, &e), e);
    assert_true(len < MZG_CATALOG_MAX && len > MZG_CATALOG_MAX - ((size_t)1 << 20));
    assert_refused(parse_many(MZG_CATALOG_BUNDLES + 1, 5, &len, &e), MZG_LIMIT, "bundles: 65537", e);
    char *big = malloc(MZG_CATALOG_MAX + 1);
    assert_non_null(big);
    memset(big, ' ', MZG_CATALOG_MAX + 1);
    assert_refused(mzg_catalog_parse(&c, big, MZG_CATALOG_MAX + 1, &e), MZG_LIMIT, "16777217", e);
    memset(big, '[', MZG_CATALOG_MAX);
    assert_refused(mzg_catalog_parse(&c, big, MZG_CATALOG_MAX, &e), MZG_LIMIT, "nested", e);
    free(big);
}

/* ---- choosing ---- */

static void choose(const char *text, const char *select, enum mzg_code want, const char *says)
{
    struct mzg_catalog c;
    struct mzg_select s;
    struct mzg_err e;
    const struct mzg_catalog_entry *t = NULL;
    char got[300];
    assert_ok(parse(&c, text, &e), e);
    assert_ok(mzg_select_parse(&s, select, &e), e);
    enum mzg_code code = mzg_catalog_select(&c, &s, &t, &e);
    snprintf(got, sizeof got, code ? "%s%s" : "%s@%s", code ? e.msg : t->name, code ? "" : t->version);
    if (code != want || !strstr(got, says))
        fail_msg("%s of %s: %d '%s', not %d '%s'", select ? select : "any", text, code, got, want, says);
    mzg_catalog_clear(&c);
}

static void the_entry_that_is_meant_is_found(void **state)
{
    static const char one[] = CATALOG(ENTRY("t", "1", "3") "," ENTRY("t", "2", "9") "," ENTRY("t", "3", "4"));
    static const char even[] = CATALOG(ENTRY("t", "1", "5") "," ENTRY("t", "2", "5"));
    static const char both[] = CATALOG(ENTRY("a", "1", "9") "," ENTRY("b", "1", "1") "," ENTRY("b", "2", "2"));
    (void)state;
    choose(one, NULL, MZG_OK, "t@2");
    choose(one, "t", MZG_OK, "t@2");
    choose(one, "t@3", MZG_OK, "t@3");
    choose(even, NULL, MZG_OK, "t@2");
    choose(both, "b", MZG_OK, "b@2");
    choose(both, "b@1", MZG_OK, "b@1");
    choose(both, NULL, MZG_USAGE, "name one (a, b ...)");
    choose(both, "c", MZG_IO, "no bundle c");
    choose(both, "a@2", MZG_IO, "no bundle a@2");
    choose(both, "B", MZG_IO, "no bundle B");
    choose(CATALOG(""), NULL, MZG_IO, "no bundle");
}

/* ---- writing ---- */

static void load(struct mzg_catalog *c)
{
    struct mzg_err e;
    size_t n;
    char *text = get_bytes("repo/index.json", &n);
    assert_ok(mzg_catalog_parse(c, text, n, &e), e);
    free(text);
}

static void packing_writes_it(void **state)
{
    struct mzg_err e;
    struct mzg_catalog c;
    struct mzg_packed r;
    struct mzg_key *key = make_small();
    struct mzg_pack p = PACK("t", "2", two);
    uint8_t digest[MZG_SHA256_BYTES];
    size_t n;
    (void)state;
    load(&c);
    assert_int_equal(c.n, 1);
    char *manifest = get_bytes(M, &n);
    mzg_sha256_of(manifest, n, digest);
    assert_int_equal(c.entries[0].manifest_bytes, n);
    assert_memory_equal(c.entries[0].manifest_sha256, digest, sizeof digest);
    assert_int_equal(c.entries[0].content_bytes, 1300);
    free(manifest);
    mzg_catalog_clear(&c);
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, &r, &e), e);
    load(&c);
    assert_int_equal(c.n, 2);
    assert_string_equal(c.entries[1].version, "2");
    assert_int_equal(c.entries[1].sequence, 2);
    assert_int_equal(c.entries[1].stored_bytes, r.stored_bytes);
    mzg_catalog_clear(&c);
    shell("test \"$(ls -A repo | tr '\\n' ' ')\" = 'bundles index.json objects '");
    mzg_key_free(key);
}

static void keep_notice(void *ctx, const char *text)
{
    snprintf(ctx, 512, "%s", text);
}

static enum mzg_code update(char notice[512], struct mzg_err *e)
{
    struct mzg_dir repo;
    struct mzg_notify notify = {keep_notice, notice};
    notice[0] = '\0';
    assert_ok(mzg_dir_open(&repo, "repo", e), *e);
    enum mzg_code code = mzg_catalog_update(&repo, &notify, e);
    mzg_dir_close(&repo);
    return code;
}

/* Caches go by the date. */
static void it_stays_the_same_file_where_nothing_changed(void **state)
{
    struct mzg_err e;
    struct stat before, after;
    char notice[512];
    struct mzg_key *key = make_small();
    (void)state;
    assert_int_equal(utime("repo/index.json", &(struct utimbuf){1000, 1000}), 0);
    assert_int_equal(stat("repo/index.json", &before), 0);
    assert_ok(update(notice, &e), e);
    assert_int_equal(stat("repo/index.json", &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(after.st_mtime, 1000);
    assert_string_equal(notice, "");
    shell("cp repo/index.json good && echo >> repo/index.json");
    assert_ok(update(notice, &e), e);
    assert_same_file("good", "repo/index.json");
    shell("rm repo/index.json");
    assert_ok(update(notice, &e), e);
    assert_same_file("good", "repo/index.json");
    mzg_key_free(key);
}

static void a_manifest_that_cannot_be_read_is_told_and_left_out(void **state)
{
    struct mzg_err e;
    struct mzg_catalog c;
    char notice[512];
    struct mzg_key *key = make_small();
    (void)state;
    shell("mkdir -p repo/bundles/z/1 && cp " M " repo/bundles/z/1/manifest.json");
    assert_ok(update(notice, &e), e);
    assert_string_equal(notice, "bundles/z/1/manifest.json: is the manifest of t 1 (left out of index.json)");
    shell("echo '{' > repo/bundles/z/1/manifest.json");
    assert_ok(update(notice, &e), e);
    assert_non_null(strstr(notice, "bundles/z/1/manifest.json: "));
    assert_non_null(strstr(notice, "(left out of index.json)"));
    load(&c);
    assert_int_equal(c.n, 1);
    mzg_catalog_clear(&c);
    /* In its place a folder: the index cannot be written, and that is not passed over. */
    shell("rm repo/index.json && mkdir repo/index.json");
    assert_refused(update(notice, &e), MZG_IO, "index.json' is a folder", e);
    mzg_key_free(key);
}

#define case(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says_is_read),
        cmocka_unit_test(unknown_members_are_passed_over),
        cmocka_unit_test(one_changed_field_is_named_with_its_byte),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(a_nul_byte_is_refused_wherever_it_stands),
        cmocka_unit_test(as_many_as_are_allowed_are_read_and_no_more),
        cmocka_unit_test(the_entry_that_is_meant_is_found),
        case(packing_writes_it),
        case(it_stays_the_same_file_where_nothing_changed),
        case(a_manifest_that_cannot_be_read_is_told_and_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
