/* Which URLs mean a file: the repository's grammar and not a byte more. */
#include "tools/net/serve/place.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define N64 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
#define N128 N64 N64

static void what_a_repository_holds_is_found(void **state)
{
    static const struct {
        const char *url, *path;
        enum mzg_place_kind kind;
    } places[] = {
        {"/objects/01/" HEX, "objects/01/" HEX, MZG_PLACE_OBJECT},
        {"/bundles/m/1/manifest.json", "bundles/m/1/manifest.json", MZG_PLACE_MANIFEST},
        {"/bundles/m/1/manifest.dsse", "bundles/m/1/manifest.dsse", MZG_PLACE_ENVELOPE},
        {"/bundles/My_M-2.5/1.0+q8/manifest.json", "bundles/My_M-2.5/1.0+q8/manifest.json",
         MZG_PLACE_MANIFEST},
        {"/bundles/m/1.0%2Bq8/manifest.json", "bundles/m/1.0+q8/manifest.json", MZG_PLACE_MANIFEST},
        {"/bundles/m%2dx/1%2b/manifest%2Ejson", "bundles/m-x/1+/manifest.json", MZG_PLACE_MANIFEST},
        {"/bundles/" N128 "/" N128 "/manifest.json", "bundles/" N128 "/" N128 "/manifest.json",
         MZG_PLACE_MANIFEST},
        {"/index.json", "index.json", MZG_PLACE_INDEX},
        {"/metadata/1.root.json", "metadata/1.root.json", MZG_PLACE_METADATA},
        {"/metadata/a/b/c/d.json", "metadata/a/b/c/d.json", MZG_PLACE_METADATA},
        {"/metadata/" N128 "/" N128 "/" N128 "/" N128,
         "metadata/" N128 "/" N128 "/" N128 "/" N128, MZG_PLACE_METADATA},
    };
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct mzg_place place;
        assert_true(mzg_place_find(&place, places[i].url));
        assert_string_equal(place.path, places[i].path);
        assert_int_equal(place.kind, places[i].kind);
    }
}

static void nothing_else_is(void **state)
{
    static const char *const urls[] = {
        "", "/", "//", "index.json", "//index.json", "/index.json/", "/Index.json", "/index.json.gz",
        "/lab.key", "/.index.json.mzg-abcdefghijkl", "/.git/config", "/healthz",
        "/objects", "/objects/", "/objects/01", "/objects/01/", "/objects/02/" HEX,
        "/objects/01/" HEX "0", "/objects/01/0123", "/objects/01/" HEX "/", "/objects//" HEX,
        "/objects/01//" HEX, "/objects/" HEX, "/Objects/01/" HEX, "/objects/01/../01/" HEX,
        "/objects/AB/ABCDEF6789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "/objects/01/." HEX, "/objects/01/." HEX ".mzg-abcdefghijkl",
        "/bundles/m", "/bundles/m/1", "/bundles/m/1/", "/bundles/m/1/model.gguf",
        "/bundles/m/1/manifest.jsonx", "/bundles/m/1/manifest.json/", "/bundles//1/manifest.json",
        "/bundles/m//manifest.json", "/bundles/../1/manifest.json", "/bundles/m/../manifest.json",
        "/bundles/./m/1/manifest.json", "/bundles/.m/1/manifest.json", "/bundles/m./1/manifest.json",
        "/bundles/m/1/.manifest.json.mzg-abcdefghijkl", "/bundles/m/1/../1/manifest.json",
        "/bundles/m\\1/manifest.json", "/bundles/m/1\\..\\manifest.json", "/bundles/m /1/manifest.json",
        "/bundles/m@1/1/manifest.json", "/bundles/" N128 "n/1/manifest.json",
        "/bundles/%2e%2e/1/manifest.json", "/bundles/m%2f1/manifest.json",
        "/bundles/m/1%2fmanifest.json", "/bundles/m/1/manifest.json%00", "/bundles/m%00/1/manifest.json",
        "/bundles/m%252e/1/manifest.json", "/bundles/m/%c0%ae%c0%ae/manifest.json",
        "/bundles/m/1/manifest.json%", "/bundles/m/1/manifest.json%2", "/bundles/m/1/manifest.jso%6",
        "/bundles/m/1/manifest.json%zz", "/bundles/m/1/manifest.json?x", "/bundles/m/1;x/manifest.json",
        "/bundles/m/1/m\xc3\xa4nifest.json", "/%2e%2e/%2e%2e/etc/passwd", "/../../etc/passwd",
        "/..%2f..%2fetc/passwd", "/%5c..%5cetc/passwd", "/etc/passwd", "/metadata", "/metadata/",
        "/metadata//x", "/metadata/../index.json", "/metadata/x/../../index.json",
        "/metadata/.x", "/metadata/x/.y", "/metadata/a/b/c/d/e.json", "/metadata/x/",
        "/metadata/" N128 "/" N128 "/" N128 "/" N128 "n", "http://host/index.json",
    };
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct mzg_place place;
        if (mzg_place_find(&place, urls[i]))
            fail_msg("'%s' is taken for '%s'", urls[i], place.path);
    }
}

static void a_bundle_is_a_name_and_perhaps_a_version(void **state)
{
    static const char *const none[] = {"", "/", "m/", "/m", "m//1", "m/1/", "m/1/2", ".m", "m/.1", "m.", "m/1.", "m%2f1",
                                       "m%00", "m /1", "m/1?", "m@1", "%", "m/%2", N128 "n", "m/" N128 "n"};
    struct mzg_select s;
    (void)state;
    assert_true(mzg_place_bundle(&s, "m"));
    assert_string_equal(s.name, "m");
    assert_string_equal(s.version, "");
    assert_true(mzg_place_bundle(&s, "My-M/1.0%2Bq8"));
    assert_string_equal(s.name, "My-M");
    assert_string_equal(s.version, "1.0+q8");
    assert_true(mzg_place_bundle(&s, N128 "/" N128));
    assert_string_equal(s.version, N128);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        if (mzg_place_bundle(&s, none[i]))
            fail_msg("'%s' is taken for '%s' '%s'", none[i], s.name, s.version);
    }
}

static void a_long_url_ends_somewhere(void **state)
{
    static char url[100000];
    struct mzg_place place;
    (void)state;
    memset(url, 'a', sizeof url - 1);
    memcpy(url, "/metadata/", 10);
    assert_false(mzg_place_find(&place, url));
    for (size_t i = 10; i + 3 < sizeof url; i += 3)
        memcpy(url + i, "%61", 3);
    assert_false(mzg_place_find(&place, url));
}

static void a_host_in_the_request_line_is_passed_over(void **state)
{
    (void)state;
    assert_string_equal(mzg_place_origin("/index.json"), "/index.json");
    assert_string_equal(mzg_place_origin("http://a.b:80/index.json"), "/index.json");
    assert_string_equal(mzg_place_origin("HTTP://a"), "/");
    assert_string_equal(mzg_place_origin("http://a//x"), "//x");
    assert_string_equal(mzg_place_origin("ftp://a/x"), "ftp://a/x");
}

static void a_file_is_what_a_bundle_may_hold(void **state)
{
    static const struct {
        const char *url, *file; /* NULL: none */
    } files[] = {
        {"m.gguf", "m.gguf"}, {"docs/a%20b.txt", "docs/a b.txt"}, {"it%27s%231%25.md", "it's#1%.md"},
        {"", NULL}, {"/", NULL}, {"a/", NULL}, {"/a", NULL}, {"a//b", NULL}, {"..", NULL}, {"a/../b", NULL},
        {"%2e%2e/a", NULL}, {"a%2fb", NULL}, {"a%2Fb", NULL}, {"a%00", NULL}, {"a%0ab", NULL}, {"a%", NULL},
        {"a%4", NULL}, {"a%gg", NULL}, {"a%5cb", NULL}, {"a\\b", NULL}, {"a%3ab", NULL}, {"%c3%a9", NULL},
    };
    char file[16], tight[4];
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        bool found = mzg_place_file(file, sizeof file, files[i].url);
        if (found != (files[i].file != NULL) || (found && strcmp(file, files[i].file) != 0))
            fail_msg("%s", files[i].url);
    }
    assert_true(mzg_place_file(tight, sizeof tight, "abc"));
    assert_false(mzg_place_file(tight, sizeof tight, "abcd"));
}

static void a_folder_may_have_its_slashes_encoded(void **state)
{
    static const char *const none[] = {"", "%2f", "a%2f", "%2fa", "a%2f%2fb", "a%2f..%2fb", "%2e%2e%2fa", "a%2f%00", "a%2",
                                       "a%5cb", "..", "a%2f.%2fb"};
    char folder[16];
    (void)state;
    assert_true(mzg_place_folder(folder, sizeof folder, "docs%2Fa%20b%2fc/d"));
    assert_string_equal(folder, "docs/a b/c/d");
    assert_true(mzg_place_folder(folder, sizeof folder, "a%252fb"));
    assert_string_equal(folder, "a%2fb"); /* decoded once */
    assert_true(mzg_place_folder(folder, sizeof folder, "fifteen-letters"));
    assert_false(mzg_place_folder(folder, sizeof folder, "sixteen--letters"));
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        if (mzg_place_folder(folder, sizeof folder, none[i]))
            fail_msg("'%s' is taken for '%s'", none[i], folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_repository_holds_is_found),
        cmocka_unit_test(nothing_else_is),
        cmocka_unit_test(a_bundle_is_a_name_and_perhaps_a_version),
        cmocka_unit_test(a_file_is_what_a_bundle_may_hold),
        cmocka_unit_test(a_folder_may_have_its_slashes_encoded),
        cmocka_unit_test(a_long_url_ends_somewhere),
        cmocka_unit_test(a_host_in_the_request_line_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
