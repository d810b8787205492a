/* test_hub.c: what the URLs, bodies and ids of the hub's API mean. */
#include "tools/net/serve/hub/address.h"
#include "tools/net/serve/hub/form.h"
#include "tools/net/serve/hub/oid.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define N64 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
#define N128 N64 N64
#define COMMIT "0123456789abcdef0123456789abcdef01234567"

/* ---- addresses ---- */

struct meant {
    const char *url;
    enum mzg_hub_kind kind;
    const char *name, *revision, *path;
};

static void assert_meant(const struct meant *m, bool known, const struct mzg_hub_address *a)
{
    if (!known || a->kind != m->kind || strcmp(a->name, m->name) != 0 || strcmp(a->revision, m->revision) != 0 ||
        strcmp(a->path, m->path) != 0)
        fail_msg("'%s' is taken for %d '%s' '%s' '%s'", m->url, (int)a->kind, a->name, a->revision, a->path);
}

static void what_clients_ask_is_understood(void **state)
{
    static const struct meant api[] = {
        {"mzigo/m", MZG_HUB_INFO, "m", "main", ""},
        {"mzigo/a%2Bb", MZG_HUB_INFO, "a+b", "main", ""},
        {"mzigo/" N128, MZG_HUB_INFO, N128, "main", ""},
        {"mzigo/m/revision/1.0%2Bq8", MZG_HUB_INFO, "m", "1.0+q8", ""},
        {"mzigo/refs", MZG_HUB_INFO, "refs", "main", ""},
        {"mzigo/m/refs", MZG_HUB_REFS, "m", "main", ""},
        {"mzigo/m/tree/" COMMIT, MZG_HUB_TREE, "m", COMMIT, ""},
        {"mzigo/m/tree/main/a/b", MZG_HUB_TREE, "m", "main", "a/b"},
        {"mzigo/m/tree/main/a%2Fb%20c", MZG_HUB_TREE, "m", "main", "a/b c"},
        {"mzigo/m/paths-info/1", MZG_HUB_PATHS, "m", "1", ""},
    };
    static const struct meant files[] = {
        {"m/resolve/main/m.gguf", MZG_HUB_FILE, "m", "main", "m.gguf"},
        {"m/resolve/" COMMIT "/a/b%20c", MZG_HUB_FILE, "m", COMMIT, "a/b c"},
        {"m/raw/1.0+q8/a", MZG_HUB_POINTER, "m", "1.0+q8", "a"},
    };
    struct mzg_hub_address a;
    (void)state;
    for (size_t i = 0; i < sizeof api / sizeof *api; i++)
        assert_meant(&api[i], mzg_hub_address_api(&a, api[i].url), &a);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_meant(&files[i], mzg_hub_address_file(&a, files[i].url), &a);
}

static void nothing_else_is(void **state)
{
    static const char *const api[] = {
        "", "/", "m", "mzigo", "mzigo/", "others/m", "Mzigo/m", "%6dzigo/m", "mzigo//m", "mzigo/.m", "mzigo/m.", "mzigo/..",
        "mzigo/%2e%2e", "mzigo/m%2frefs", "mzigo/m%00", "mzigo/m%", "mzigo/" N128 "n", "mzigo/m/", "mzigo/m/x", "mzigo/m/refs/",
        "mzigo/m/refs/x", "mzigo/m/revision", "mzigo/m/revision/", "mzigo/m/revision/.x", "mzigo/m/revision/a/b",
        "mzigo/m/revision/a/", "mzigo/m/revision/" N128 "n", "mzigo/m/tree", "mzigo/m/tree/", "mzigo/m/tree/main/",
        "mzigo/m/tree/main//a", "mzigo/m/tree/main/a/", "mzigo/m/tree/main/../a", "mzigo/m/tree/main/%2e%2e%2fa",
        "mzigo/m/tree/main/a%00", "mzigo/m/tree/main/" N128 N128 "n", "mzigo/m/paths-info", "mzigo/m/paths-info/",
        "mzigo/m/paths-info/main/", "mzigo/m/paths-info/main/x", "mzigo/m/resolve/main/x",
    };
    static const char *const files[] = {
        "", "m", "m/", "m/resolve", "m/resolve/", "m/resolve/main", "m/resolve/main/", "m/resolve//a", "m/blob/main/a",
        "m/resolve/main/..", "m/resolve/main/../a", "m/resolve/main/%2e%2e/a", "m/resolve/main/a%2fb", "m/resolve/main/a%00",
        "m/resolve/../main/a", ".m/resolve/main/a", "m%2fresolve/main/a", "m/resolve/main/a/", "m/raw/main", "/m/raw/main/a",
    };
    struct mzg_hub_address a;
    (void)state;
    for (size_t i = 0; i < sizeof api / sizeof *api; i++) {
        if (mzg_hub_address_api(&a, api[i]))
            fail_msg("'%s' is taken for %d '%s' '%s' '%s'", api[i], (int)a.kind, a.name, a.revision, a.path);
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (mzg_hub_address_file(&a, files[i]))
            fail_msg("'%s' is taken for %d '%s' '%s' '%s'", files[i], (int)a.kind, a.name, a.revision, a.path);
    }
}

static void a_name_is_known_where_the_rest_is_not(void **state)
{
    struct mzg_hub_address a;
    (void)state;
    assert_false(mzg_hub_address_api(&a, "mzigo/m/commits/main"));
    assert_string_equal(a.name, "m");
    assert_false(mzg_hub_address_api(&a, "others/m"));
    assert_string_equal(a.name, "");
    assert_false(mzg_hub_address_file(&a, "m/x"));
    assert_string_equal(a.name, "m");
}

static void some_names_are_no_ids(void **state)
{
    static const char *const good[] = {"m", "My_Model-2.5", "a.b-c", "a_-b", "git", "m.gits"};
    static const char *const bad[] = {"", "a+b", "a--b", "a..b", "a-.b", "a.-b", "a-", "m.git", N64 N64};
    char longest[98];
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!mzg_hub_name_fits(good[i]))
            fail_msg("'%s'", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (mzg_hub_name_fits(bad[i]))
            fail_msg("'%s'", bad[i]);
    }
    memset(longest, 'a', sizeof longest);
    longest[96] = longest[97] = '\0';
    assert_true(mzg_hub_name_fits(longest));
    longest[96] = 'a';
    assert_false(mzg_hub_name_fits(longest));
}

/* ---- ids ---- */

/* As `git hash-object --stdin` says. */
static void ids_are_git_s(void **state)
{
    static const char zeros[MZG_HUB_BLOB_MAX + 1];
    struct mzg_member m = {.path = "m", .size = 12345};
    char oid[MZG_HUB_OID], pointer[MZG_HUB_POINTER_MAX];
    (void)state;
    assert_true(mzg_hub_blob_oid(oid, "", 0));
    assert_string_equal(oid, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    assert_true(mzg_hub_blob_oid(oid, "x", 1));
    assert_string_equal(oid, "c1b0730e0133447badcfd47fd144e254807b06e1");
    assert_true(mzg_hub_blob_oid(oid, zeros, MZG_HUB_BLOB_MAX));
    assert_string_equal(oid, "e9784eb4c8849062d374dd2058af8814b024f3bd");
    assert_false(mzg_hub_blob_oid(oid, zeros, MZG_HUB_BLOB_MAX + 1));
    assert_true(mzg_sha256_parse("4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393", m.sha256));
    assert_true(mzg_hub_blob_oid(oid, pointer, mzg_hub_pointer(pointer, &m)));
    assert_string_equal(oid, "60c8d8ab2adcf57a391163a7eeb0cdb8bf348e44");
    m.size = UINT64_MAX;
    assert_true(mzg_hub_pointer(pointer, &m) < sizeof pointer);
    assert_string_equal(mzg_hub_commit(oid, m.sha256), "4d7a214614ab2935c943f9e0ff69d22eadbb8f32");
}

/* ---- bodies ---- */

static unsigned read_as(struct mzg_hub_question *q, const char *type, const char *body)
{
    static char text[40000];
    assert_true(strlen(body) < sizeof text);
    memcpy(text, body, strlen(body) + 1);
    return mzg_hub_question_read(q, type, text);
}

static void forms_and_json_say_the_same(void **state)
{
    static const struct {
        const char *type, *body;
    } same[] = {
        {"application/json", "{\"paths\": [\"a b\", \"c+\"], \"expand\": true}"},
        {"Application/JSON; charset=utf-8", "{\"expand\": true, \"more\": {\"x\": [1.5]}, \"paths\": [\"a b\", \"c+\"]}"},
        {"application/x-www-form-urlencoded", "paths=a+b&paths=c%2B&expand=true"},
        {"application/x-www-form-urlencoded", "expand=True&more=1&paths=a%20b&paths=c%2b&"},
    };
    struct mzg_hub_question q;
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_int_equal(read_as(&q, same[i].type, same[i].body), 0);
        assert_int_equal(q.n, 2);
        assert_string_equal(q.paths[0], "a b");
        assert_string_equal(q.paths[1], "c+");
        assert_true(q.expand);
        mzg_hub_question_clear(&q);
    }
    assert_int_equal(read_as(&q, "application/json", "{\"paths\": []}"), 0);
    assert_int_equal(q.n, 0);
    assert_false(q.expand);
    mzg_hub_question_clear(&q);
}

static void other_bodies_are_refused(void **state)
{
    static const struct {
        const char *type, *body;
        unsigned status;
    } cases[] = {
        {NULL, "{}", 415}, {"", "{}", 415}, {"text/plain", "{}", 415}, {"application/json2", "{}", 415},
        {"application/json", "", 400}, {"application/json", "{", 400}, {"application/json", "[]", 400},
        {"application/json", "{\"paths\": {}}", 400}, {"application/json", "{\"paths\": [[]]}", 400},
        {"application/json", "{\"paths\": [], \"expand\": 1}", 400},
        {"application/x-www-form-urlencoded", "paths", 400}, {"application/x-www-form-urlencoded", "paths=%", 400},
        {"application/x-www-form-urlencoded", "paths=%2", 400}, {"application/x-www-form-urlencoded", "p%00=a", 400},
    };
    struct mzg_hub_question q;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (read_as(&q, cases[i].type, cases[i].body) != cases[i].status)
            fail_msg("%s", cases[i].body);
        mzg_hub_question_clear(&q);
    }
}

static void there_is_an_end_to_paths(void **state)
{
    char body[9 * (MZG_HUB_ASKED + 1) + 1] = "";
    struct mzg_hub_question q;
    (void)state;
    for (size_t i = 0; i < MZG_HUB_ASKED; i++)
        memcpy(body + 9 * i, "&paths=ab", 10);
    assert_int_equal(read_as(&q, "application/x-www-form-urlencoded", body), 0);
    assert_int_equal(q.n, MZG_HUB_ASKED);
    memcpy(body + 9 * MZG_HUB_ASKED, "&paths=ab", 10);
    assert_int_equal(read_as(&q, "application/x-www-form-urlencoded", body), 413);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_clients_ask_is_understood),
        cmocka_unit_test(nothing_else_is),
        cmocka_unit_test(a_name_is_known_where_the_rest_is_not),
        cmocka_unit_test(some_names_are_no_ids),
        cmocka_unit_test(ids_are_git_s),
        cmocka_unit_test(forms_and_json_say_the_same),
        cmocka_unit_test(other_bodies_are_refused),
        cmocka_unit_test(there_is_an_end_to_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
