/* test_serve_registry.c: which URLs of the registry mean something, and which bundle a name. */
#include "tools/net/serve/registry/reference.h"
#include "tools/net/serve/registry/versions.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define N64 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
#define N128 N64 N64

static void what_a_client_asks_for_is_found(void **state)
{
    static const struct {
        const char *path, *name, *tag;
        enum mzg_reference_kind kind;
    } good[] = {
        {"/v2/mzigo/m/tags/list", "m", "", MZG_REFERENCE_TAGS},
        {"/v2/mzigo/m/manifests/latest", "m", "latest", MZG_REFERENCE_MANIFEST},
        {"/v2/mzigo/My+M-2.5/manifests/1.0_q8-q4_k_m", "My+M-2.5", "1.0_q8-q4_k_m", MZG_REFERENCE_MANIFEST},
        {"/v2/mzigo/m/manifests/_", "m", "_", MZG_REFERENCE_MANIFEST},
        {"/v2/mzigo/m/manifests/sha256:" HEX, "m", "", MZG_REFERENCE_MANIFEST},
        {"/v2/mzigo/m/blobs/sha256:" HEX, "m", "", MZG_REFERENCE_BLOB},
        {"/v2/mzigo/manifests/manifests/blobs", "manifests", "blobs", MZG_REFERENCE_MANIFEST},
        {"/v2/mzigo/" N128 "/manifests/" N128, N128, N128, MZG_REFERENCE_MANIFEST},
    };
    struct mzg_reference r;
    char hex[MZG_SHA256_HEX];
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!mzg_reference_parse(&r, good[i].path))
            fail_msg("'%s' is not found", good[i].path);
        assert_string_equal(r.name, good[i].name);
        assert_string_equal(r.tag, good[i].tag);
        assert_int_equal(r.kind, good[i].kind);
        mzg_sha256_hex(r.sha256, hex);
        if (strstr(good[i].path, HEX))
            assert_string_equal(hex, HEX);
    }
}

static void nothing_else_is(void **state)
{
    static const char *const bad[] = {
        "", "/", "/v2", "/v2/", "/v2/mzigo", "/v2/mzigo/", "/v2/mzigo/m", "/v2/mzigo/m/", "/v2/mzigo/m/tags",
        "/v2/mzigo/m/tags/", "/v2/mzigo/m/tags/list/", "/v2/mzigo/m/tags/list/x", "/v2/lab/m/tags/list",
        "/v2/library/m/manifests/latest", "/v2/m/manifests/latest", "/v2//m/tags/list", "/v2/mzigo//tags/list",
        "/v2/mzigo/m/m/tags/list", "/v2/MZIGO/m/tags/list", "v2/mzigo/m/tags/list", "/v1/mzigo/m/tags/list",
        "/v2/mzigo/../m/tags/list", "/v2/mzigo/.m/tags/list", "/v2/mzigo/m./tags/list", "/v2/mzigo/m%2e/tags/list",
        "/v2/mzigo/m%2Bq/tags/list", "/v2/mzigo/m%00/tags/list", "/v2/mzigo/m /tags/list", "/v2/mzigo/m@1/tags/list",
        "/v2/mzigo/" N128 "n/tags/list", "/v2/mzigo/m/manifests", "/v2/mzigo/m/manifests/",
        "/v2/mzigo/m/manifests/.x", "/v2/mzigo/m/manifests/-x", "/v2/mzigo/m/manifests/..", "/v2/mzigo/m/manifests/a/b",
        "/v2/mzigo/m/manifests/1+q", "/v2/mzigo/m/manifests/a b", "/v2/mzigo/m/manifests/a%2fb",
        "/v2/mzigo/m/manifests/a\n", "/v2/mzigo/m/manifests/\xc3\xa4", "/v2/mzigo/m/manifests/" N128 "n",
        "/v2/mzigo/m/manifests/sha256:", "/v2/mzigo/m/manifests/sha256:0", "/v2/mzigo/m/manifests/sha512:" HEX HEX,
        "/v2/mzigo/m/blobs", "/v2/mzigo/m/blobs/", "/v2/mzigo/m/blobs/" HEX, "/v2/mzigo/m/blobs/latest",
        "/v2/mzigo/m/blobs/sha256:" HEX "0", "/v2/mzigo/m/blobs/sha256:" HEX "/", "/v2/mzigo/m/blobs/sha256-" HEX,
        "/v2/mzigo/m/blobs/sha256%3a" HEX, "/v2/mzigo/m/blobs/SHA256:" HEX, "/v2/mzigo/m/blobs/sha256:../../secret",
        "/v2/mzigo/m/blobs/sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
        "/v2/mzigo/m/blobs/sha256: 123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "/v2/mzigo/m/blobs/uploads/", "/v2/mzigo/m/referrers/sha256:" HEX, "/v2/_catalog",
    };
    static char endless[100000];
    struct mzg_reference r;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (mzg_reference_parse(&r, bad[i]))
            fail_msg("'%s' is taken for '%s' '%s'", bad[i], r.name, r.tag);
    }
    memset(endless, 'a', sizeof endless - 1);
    memcpy(endless, "/v2/mzigo/m/manifests/", 22);
    assert_false(mzg_reference_parse(&r, endless));
    memcpy(endless, "/v2/mzigo/m/blobs/sha256:", 25);
    assert_false(mzg_reference_parse(&r, endless));
    memcpy(endless, "/v2/mzigo/aaaaaaaaaaaaaaaaaaa", 29);
    assert_false(mzg_reference_parse(&r, endless));
}

static void a_name_is_found_by_how_clients_spell_it(void **state)
{
    static const struct mzg_shelf_bundle all[] = {
        {.manifest = {.name = "A+b", .version = "2"}}, {.manifest = {.name = "A+b", .version = "1"}},
        {.manifest = {.name = "Refused", .version = "1"}, .is_signed = MZG_SHELF_REFUSED},
        {.manifest = {.name = "Twin", .version = "1"}},
        {.manifest = {.name = "half", .version = "2"}, .is_signed = MZG_SHELF_REFUSED},
        {.manifest = {.name = "half", .version = "1"}, .is_signed = MZG_SHELF_VERIFIED},
        {.manifest = {.name = "refused", .version = "1"}}, {.manifest = {.name = "twin", .version = "1"}},
    };
    static const struct {
        const char *name;
        int at, n; /* n 0: none */
    } cases[] = {
        {"A+b", 0, 2}, {"a_b", 0, 2}, {"a+B", 0, 2}, {"A_B", 0, 2}, {"a-b", 0, 0}, {"a_", 0, 0}, {"a_bc", 0, 0},
        {"Twin", 3, 1}, {"twin", 7, 1}, {"TWIN", 0, 0}, {"half", 4, 2}, {"HALF", 4, 2}, {"", 0, 0},
        {"Refused", 6, 1}, {"refused", 6, 1}, {"none", 0, 0},
    };
    const struct mzg_shelf_bundle *list[8];
    struct mzg_shelf shelf = {list, 8, 0};
    (void)state;
    for (size_t i = 0; i < 8; i++)
        list[i] = &all[i];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mzg_versions v = {NULL, 0};
        bool found = mzg_versions_find(&v, &shelf, cases[i].name);
        if (found != (cases[i].n > 0))
            fail_msg("%s", cases[i].name);
        if (found) {
            assert_ptr_equal(v.all, list + cases[i].at);
            assert_int_equal(v.n, cases[i].n);
        }
    }
    shelf.n = 0;
    assert_false(mzg_versions_find(&(struct mzg_versions){NULL, 0}, &shelf, "twin"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_client_asks_for_is_found),
        cmocka_unit_test(nothing_else_is),
        cmocka_unit_test(a_name_is_found_by_how_clients_spell_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
