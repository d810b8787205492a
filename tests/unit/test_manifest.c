/* test_manifest.c: a good manifest, and that manifest with one field changed. */
#include "bundle_fixture.h"
#include "mutation.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static const char good[] =
    "{\n"
    "  \"format\": \"mzigo.manifest/1\",\n"
    "  \"name\": \"stories\",\n"
    "  \"version\": \"1.0.0\",\n"
    "  \"sequence\": 7,\n"
    "  \"created\": \"2026-11-23T08:00:00Z\",\n"
    "  \"expires\": \"2028-02-29T23:59:59Z\",\n"
    "  \"licence\": \"MIT \\\"or\\\" Apache-2.0\",\n"
    "  \"program\": \"mzigo 0.1.0\",\n"
    "  \"provenance\": {\n"
    "    \"mzigo.convert.to\": \"Q8_0\",\n"
    "    \"two\": \"lines\\u000ahere\"\n"
    "  },\n"
    "  \"accuracy\": {\n"
    "    \"rmse_ppm\": -5\n"
    "  },\n"
    "  \"files\": [\n"
    "    {\n"
    "      \"path\": \"m.gguf\",\n"
    "      \"size\": 300,\n"
    "      \"sha256\": \"" A "\",\n"
    "      \"chunks\": [\n"
    "        {\"length\": 100, \"sha256\": \"" B "\", \"codec\": \"none\", \"object\": \"" B "\", \"stored\": 100},\n"
    "        {\"length\": 100, \"sha256\": \"" A "\", \"codec\": \"zstd\", \"object\": \"" C "\", \"stored\": 60},\n"
    "        {\"length\": 100, \"sha256\": \"" B "\", \"codec\": \"none\", \"object\": \"" B "\", \"stored\": 100}\n"
    "      ]\n"
    "    },\n"
    "    {\n"
    "      \"path\": \"docs/empty\",\n"
    "      \"size\": 0,\n"
    "      \"sha256\": \"" C "\",\n"
    "      \"chunks\": [\n"
    "      ]\n"
    "    }\n"
    "  ]\n"
    "}\n";

static void what_it_says_is_read(void **state)
{
    struct mzg_manifest m;
    struct mzg_err e;
    (void)state;
    assert_ok(mzg_manifest_parse(&m, good, sizeof good - 1, &e), e);
    assert_string_equal(m.name, "stories");
    assert_int_equal(m.sequence, 7);
    assert_string_equal(m.licence, "MIT \"or\" Apache-2.0");
    assert_int_equal(m.n_provenance, 2);
    assert_string_equal(m.provenance[1].text, "lines\nhere");
    assert_int_equal(m.accuracy[0].number, -5);
    assert_int_equal(m.n_files, 2);
    assert_int_equal(m.n_chunks, 3);
    assert_int_equal(m.n_objects, 2);
    assert_int_equal(m.content_bytes, 300);
    assert_int_equal(m.stored_bytes, 160);
    const struct mzg_chunk *c = m.files[0].chunks;
    assert_true(c[0].first && c[1].first && !c[2].first);
    assert_int_equal(c[0].ordinal, 0);
    assert_int_equal(c[1].ordinal, 1);
    assert_int_equal(c[2].ordinal, 0);
    assert_int_equal(c[1].codec, MZG_CODEC_ZSTD);
    mzg_manifest_clear(&m);
}

static void it_is_written_as_it_was_read(void **state)
{
    struct mzg_manifest m;
    struct mzg_buf b;
    struct mzg_err e;
    (void)state;
    assert_ok(mzg_manifest_parse(&m, good, sizeof good - 1, &e), e);
    mzg_buf_init(&b, MZG_MANIFEST_MAX);
    assert_ok(mzg_manifest_write(&m, &b, &e), e);
    assert_int_equal(b.len, sizeof good - 1);
    assert_memory_equal(b.data, good, b.len);
    mzg_buf_clear(&b);
    mzg_manifest_clear(&m);
}

static void nothing_is_written_that_would_be_refused(void **state)
{
    struct mzg_manifest m;
    struct mzg_buf b;
    struct mzg_err e;
    (void)state;
    assert_ok(mzg_manifest_parse(&m, good, sizeof good - 1, &e), e);
    m.files[0].chunks[1].length = 99;
    mzg_buf_init(&b, MZG_MANIFEST_MAX);
    assert_refused(mzg_manifest_write(&m, &b, &e), MZG_MALFORMED, "files[0].size", e);
    mzg_buf_clear(&b);
    mzg_manifest_clear(&m);
}

static void unknown_members_are_passed_over(void **state)
{
    struct mzg_manifest m;
    struct mzg_err e;
    char text[4096];
    (void)state;
    snprintf(text, sizeof text, "{\"later\": [{\"x\": 1}], %s", good + 1);
    assert_ok(mzg_manifest_parse(&m, text, strlen(text), &e), e);
    mzg_manifest_clear(&m);
}

static enum mzg_code parse_changed(const char *text, size_t len, struct mzg_err *e)
{
    struct mzg_manifest m;
    enum mzg_code code = mzg_manifest_parse(&m, text, len, e);
    if (!code)
        mzg_manifest_clear(&m);
    return code;
}

#define BAD MZG_MALFORMED

static const struct mutation mutations[] = {
    /* the head */
    {"mzigo.manifest/1", "mzigo.manifest/2", MZG_UNSUPPORTED, "format: 'mzigo.manifest/2'",
     "\"mzigo.manifest/2"},
    {"\"format\"", "\"Format\"", BAD, "format: missing", "{"},
    {"\"stories\"", "\"../stories\"", BAD, "name: ", "\"../"},
    {"\"stories\"", "\"\"", BAD, "name: ", "\"\""},
    {"\"stories\"", "\"stories.\"", BAD, "name: ", "\"stories."},
    {"\"stories\"", "\"-stories\"", BAD, "name: ", "\"-"},
    {"\"stories\"", "\"a/b\"", BAD, "name: ", "\"a/b"},
    {"\"stories\"", "7", BAD, "name: not a text", "7"},
    {"\"1.0.0\"", "\"..\"", BAD, "version: ", "\"..\""},
    {"\"1.0.0\"", "\"1\\u00000\"", MZG_UNSUPPORTED, "NUL", NULL},
    {"7,", "0,", BAD, "sequence: 0", "0,"},
    {"7,", "-7,", BAD, "sequence: -7", "-7"},
    {"7,", "9223372036854775808,", BAD, "sequence", NULL},
    {"7,", "\"7\",", BAD, "sequence: not an integer", "\"7\""},
    {"7,", "7, \"sequence\": 8,", BAD, "JSON: duplicate", NULL},
    {"2026-11-23T", "2026-02-29T", BAD, "created: ", "\"2026-02"},
    {"2026-11-23T", "2026-13-01T", BAD, "created: ", NULL},
    {"08:00:00Z", "08:00:60Z", BAD, "created: ", NULL},
    {"08:00:00Z", "08:00:00+00:00", BAD, "created: ", NULL},
    {"2028-02-29T23:59:59Z", "never", BAD, "expires: ", "\"never"},
    {"MIT", "MIT\\u0007", BAD, "licence: ", NULL},
    {"\"Q8_0\"", "8", BAD, "provenance: 'mzigo.convert.to': not a text", "{\n    \"mzigo"},
    {"-5", "\"5\"", BAD, "accuracy: 'rmse_ppm'", NULL},
    {"\"rmse_ppm\"", "\"\"", BAD, "accuracy: ''", NULL},
    /* strings and integers only */
    {"-5", "0.5", BAD, "accuracy.rmse_ppm: only strings and integers", "0.5"},
    {"\"stored\": 60", "\"stored\": 60.0", BAD, "files[0].chunks[1].stored: only", "60.0"},
    {"\"stored\": 60", "\"stored\": 60, \"new\": [1, true]", BAD,
     "files[0].chunks[1].new[1]: only", "true"},
    {"\"Q8_0\"", "null", BAD, "provenance.mzigo.convert.to: only", NULL},
    /* files */
    {"\"files\"", "\"file\"", BAD, "files: missing", "{"},
    {"\"m.gguf\"", "\"/m.gguf\"", BAD, "files[0].path: ", "\"/m.gguf"},
    {"\"m.gguf\"", "\"../m.gguf\"", BAD, "files[0].path: ", NULL},
    {"\"m.gguf\"", "\"a/../../m.gguf\"", BAD, "files[0].path: ", NULL},
    {"\"m.gguf\"", "\"a//m.gguf\"", BAD, "files[0].path: ", NULL},
    {"\"m.gguf\"", "\"a\\\\m.gguf\"", BAD, "files[0].path: ", NULL},
    {"\"m.gguf\"", "\"C:m.gguf\"", BAD, "files[0].path: ", NULL},
    {"\"m.gguf\"", "\"m.gguf \"", BAD, "files[0].path: ", NULL},
    {"\"m.gguf\"", "\"m.\"", BAD, "files[0].path: ", NULL},
    {"\"m.gguf\"", "\"\"", BAD, "files[0].path: ", NULL},
    {"\"m.gguf\"", "\"m\\u200b.gguf\"", BAD, "files[0].path: ", NULL},
    {"\"docs/empty\"", "\"M.GGUF\"", BAD, "files[1].path: 'M.GGUF' clashes with files[0]",
     "\"M.GGUF"},
    {"\"docs/empty\"", "\"m.gguf/x\"", BAD, "files[1].path: 'm.gguf/x' clashes", NULL},
    {"\"size\": 300", "\"size\": 301", BAD, "files[0].size: 301, but", "301"},
    {"\"size\": 300", "\"size\": -1", BAD, "files[0].size: -1", "-1,\n"},
    {"\"size\": 0", "\"size\": 9223372036854775807", BAD, "files[1].size: 9223372036854775807", NULL},
    {"\"sha256\": \"" A "\"", "\"sha256\": \"" A "a\"", BAD, "files[0].sha256: ", NULL},
    {"\"sha256\": \"" A, "\"sha256\": \"A" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     BAD, "files[0].sha256: not 64 lower-case", NULL},
    {"\"chunks\"", "\"chunk\"", BAD, "files[0].chunks: missing", "{\n      \"path\": \"m"},
    {"\"chunks\": [\n      ]", "\"chunks\": {}", BAD, "files[1].chunks: not a list", "{}"},
    {"    {\n      \"path\": \"docs", "    1, {\n      \"path\": \"docs", BAD,
     "files[1]: not an object", "1, {"},
    /* chunks */
    {"\"length\": 100", "\"length\": 0", BAD, "files[0].chunks[0].length: 0", "0, \"sha"},
    {"\"length\": 100", "\"length\": 8388609", BAD, "files[0].chunks[0].length: 8388609", "8388609"},
    {"\"length\": 100", "\"length\": \"100\"", BAD, "files[0].chunks[0].length: not an", NULL},
    {"\"codec\": \"zstd\"", "\"codec\": \"delta\"", MZG_UNSUPPORTED,
     "files[0].chunks[1].codec: 'delta'", "\"delta"},
    {"\"codec\": \"zstd\"", "\"codec\": \"none\"", BAD, "files[0].chunks[1].stored: ", "60}"},
    {"\"stored\": 60", "\"stored\": 101", BAD, "files[0].chunks[1].stored: 101", "101"},
    {"\"stored\": 60", "\"stored\": 0", BAD, "files[0].chunks[1].stored: 0", NULL},
    {"\"object\": \"" C, "\"object\": \"" B, BAD,
     "files[0].chunks[1].object: described differently in files[0].chunks[0]", NULL},
    {"\"object\": \"" C "\"", "\"object\": \"\"", BAD, "files[0].chunks[1].object: ", NULL},
    {"\"object\": \"" C "\", ", "", BAD, "files[0].chunks[1].object: missing",
     "{\"length\": 100, \"sha256\": \"" A},
    /* JSON */
    {"\"files\"", "files", BAD, "JSON", NULL},
    {"]\n}\n", "]\n}\n{}", BAD, "JSON", NULL},
    {"]\n}\n", "]\n", BAD, "JSON", NULL},
    {"stories", "stories\xff", BAD, "JSON", NULL},
};

static void one_changed_field_is_named_with_its_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++)
        assert_mutation(good, &mutations[i], parse_changed);
}

static void a_nul_byte_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    char text[sizeof good];
    memcpy(text, good, sizeof good);
    for (size_t i = 0; i < sizeof good - 1; i++) {
        struct mzg_manifest m;
        struct mzg_err e;
        text[i] = '\0';
        assert_refused(mzg_manifest_parse(&m, text, sizeof good - 1, &e), MZG_MALFORMED, "NUL", e);
        assert_int_equal(e.offset, i);
        text[i] = good[i];
    }
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    for (size_t n = 0; n + 2 < sizeof good; n++) {
        struct mzg_manifest m;
        struct mzg_err e;
        char *exact = malloc(n ? n : 1);
        memcpy(exact, good, n);
        assert_int_equal(mzg_manifest_parse(&m, exact, n, &e), MZG_MALFORMED);
        free(exact);
    }
}

/* Counts at and beyond the bounds, in a manifest made for it. */
static enum mzg_code parse_counts(size_t files, size_t chunks, struct mzg_err *e)
{
    struct mzg_buf b;
    struct mzg_manifest m;
    const char *head = strstr(good, "\"files\": [") + 10;
    mzg_buf_init(&b, SIZE_MAX);
    mzg_buf_put(&b, good, (size_t)(head - good));
    for (size_t f = 0; f < files; f++) {
        mzg_buf_printf(&b, "%s{\"path\": \"f%zu\", \"size\": %zu, \"sha256\": \"" A "\", \"chunks\": [",
                       f ? "," : "", f, chunks);
        for (size_t i = 0; i < chunks; i++)
            mzg_buf_printf(&b, "%s{\"length\": 1, \"sha256\": \"" A "\", \"codec\": \"none\", "
                           "\"object\": \"%064zx\", \"stored\": 1}", i ? "," : "", f * chunks + i);
        mzg_buf_text(&b, "]}");
    }
    mzg_buf_text(&b, "]}");
    assert_false(b.bad);
    enum mzg_code code = mzg_manifest_parse(&m, (char *)b.data, b.len, e);
    mzg_manifest_clear(&m);
    mzg_buf_clear(&b);
    return code;
}

static void huge_counts_are_refused_and_large_ones_are_not(void **state)
{
    struct mzg_err e;
    (void)state;
    assert_ok(parse_counts(MZG_MANIFEST_FILES, 1, &e), e);
    assert_refused(parse_counts(MZG_MANIFEST_FILES + 1, 1, &e), MZG_LIMIT, "files: 257", e);
    assert_refused(parse_counts(0, 0, &e), MZG_MALFORMED, "files: empty", e);
    assert_ok(parse_counts(2, MZG_MANIFEST_CHUNKS / 2, &e), e);
    assert_refused(parse_counts(1, MZG_MANIFEST_CHUNKS + 1, &e), MZG_LIMIT,
                   "files[0].chunks: 65537", e);
    assert_refused(parse_counts(2, MZG_MANIFEST_CHUNKS / 2 + 1, &e), MZG_LIMIT,
                   "files[1].chunks: 32769", e);
    char *big = malloc(MZG_MANIFEST_MAX + 1);
    memset(big, ' ', MZG_MANIFEST_MAX + 1);
    struct mzg_manifest m;
    assert_refused(mzg_manifest_parse(&m, big, MZG_MANIFEST_MAX + 1, &e), MZG_LIMIT, "25165825", e);
    memset(big, '[', MZG_MANIFEST_MAX);
    assert_refused(mzg_manifest_parse(&m, big, MZG_MANIFEST_MAX, &e), MZG_LIMIT, "nested", e);
    free(big);
}

static void names_dates_and_selections_are_narrow(void **state)
{
    struct mzg_select s;
    struct mzg_err e;
    char long_name[MZG_NAME_MAX + 2];
    (void)state;
    memset(long_name, 'a', sizeof long_name);
    long_name[MZG_NAME_MAX + 1] = '\0';
    assert_false(mzg_bundle_name_valid(long_name));
    assert_true(mzg_bundle_name_valid(long_name + 1));
    assert_true(mzg_date_valid("2000-02-29T00:00:00Z"));
    assert_false(mzg_date_valid("1900-02-29T00:00:00Z"));
    assert_false(mzg_date_valid("2000-02-29T24:00:00Z"));
    assert_false(mzg_date_valid("2000-00-10T00:00:00Z"));
    assert_false(mzg_date_valid("2000-02-29T00:00:00Zx"));
    assert_ok(mzg_select_parse(&s, "a@1.0", &e), e);
    assert_string_equal(s.name, "a");
    assert_string_equal(s.version, "1.0");
    assert_ok(mzg_select_parse(&s, NULL, &e), e);
    assert_string_equal(s.name, "");
    const char *bad[] = {"", "@1", "a@", "a@b@c", "../a", "a@../b", long_name, "a\nb"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(mzg_select_parse(&s, bad[i], &e), MZG_USAGE);
    assert_true(mzg_member_paths_clash("a", "A"));
    assert_true(mzg_member_paths_clash("a", "a/b"));
    assert_true(mzg_member_paths_clash("A/b/c", "a/B"));
    assert_false(mzg_member_paths_clash("a", "ab"));
    assert_false(mzg_member_paths_clash("a-b", "a/b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says_is_read),
        cmocka_unit_test(it_is_written_as_it_was_read),
        cmocka_unit_test(nothing_is_written_that_would_be_refused),
        cmocka_unit_test(unknown_members_are_passed_over),
        cmocka_unit_test(one_changed_field_is_named_with_its_byte),
        cmocka_unit_test(a_nul_byte_is_refused_wherever_it_stands),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(huge_counts_are_refused_and_large_ones_are_not),
        cmocka_unit_test(names_dates_and_selections_are_narrow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
