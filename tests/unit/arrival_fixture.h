/* arrival_fixture.h: a bundle in a repository, to be brought into the folder "out" by hand. */
#ifndef MZG_TESTS_ARRIVAL_FIXTURE_H
#define MZG_TESTS_ARRIVAL_FIXTURE_H

#include "bundle/arrival/arrival.h"
#include "bundle_fixture.h"

#define PIECE ((size_t)4 << 20) /* how a plain file is cut */
#define TAIL 100000
#define OBJECTS 4               /* x: 0, 1, 2; docs/y: 0 again, 3; docs/empty: none */

static struct mzg_key *key;
static struct mzg_bundle *bundle;
static struct mzg_verified *verified;
static struct mzg_arrival *a;
static uint8_t *stored[OBJECTS];  /* the bytes that are to come */
static uint32_t stored_len[OBJECTS];
static uint32_t have[OBJECTS];    /* what the test knows to have come, of objects that are missing */
static struct { unsigned lines; char text[512]; } told;
static bool stop;

static void on_notice(void *ctx, const char *text)
{
    (void)ctx;
    told.lines++;
    snprintf(told.text, sizeof told.text, "%s", text);
}

static bool on_step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    (void)ctx, (void)what, (void)done, (void)total;
    return !stop;
}

static const struct mzg_run run_told = {.threads = 1, .progress = {on_step, NULL}, .notify = {on_notice, NULL}};

KEPT static void verify_bundle(const char *select, struct mzg_bundle **b, struct mzg_verified **v)
{
    struct mzg_err e;
    struct mzg_select s;
    const struct mzg_key *ring[] = {key};
    struct mzg_policy policy = {.trusted = {ring, 1}};
    assert_ok(mzg_select_parse(&s, select, &e), e);
    assert_ok(mzg_bundle_open(b, "repo", &s, &e), e);
    assert_ok(mzg_bundle_verify(*b, &policy, v, &e), e);
}

KEPT static void load_objects(void)
{
    struct mzg_err e;
    assert_ok(mzg_arrival_open(&a, verified, "out", &run_told, &e), e);
    assert_int_equal(mzg_arrival_objects(a), OBJECTS);
    for (size_t i = 0; i < OBJECTS; i++) {
        char name[MZG_OBJECT_PATH], path[128];
        size_t n;
        mzg_object_path(mzg_arrival_object(a, i)->object, name);
        snprintf(path, sizeof path, "repo/%s", name);
        stored[i] = (uint8_t *)get_bytes(path, &n);
        stored_len[i] = (uint32_t)n;
        assert_int_equal(n, mzg_arrival_object(a, i)->stored);
    }
    mzg_arrival_close(a);
    a = NULL;
}

/* Packing takes longest, so it is done once for all tests. */
KEPT static int group_setup(void **state)
{
    static const struct mzg_source files[] = {
        {.disk = "x", .path = "x"}, {.disk = "y", .path = "docs/y"}, {.disk = "empty", .path = "docs/empty"}};
    struct mzg_pack p = PACK("t", "1", files);
    struct mzg_err e;
    if (scratch_setup(state))
        return -1;
    put_noise("x", 2 * PIECE + TAIL, 1);
    shell("head -c 4194304 x > y && yes habari | head -c 300000 >> y && : > empty");
    key = make_key(MZG_KEY_TYPE_ED25519);
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, NULL, &e), e);
    verify_bundle("t@1", &bundle, &verified);
    load_objects();
    return 0;
}

KEPT static int group_teardown(void **state)
{
    mzg_verified_free(verified);
    mzg_bundle_close(bundle);
    mzg_key_free(key);
    for (size_t i = 0; i < OBJECTS; i++)
        free(stored[i]);
    return scratch_teardown(state);
}

KEPT static int fresh_folder(void **state)
{
    (void)state;
    memset(have, 0, sizeof have);
    told.lines = 0;
    stop = false;
    return system("rm -rf out") != 0;
}

KEPT static int close_arrival(void **state)
{
    (void)state;
    mzg_arrival_close(a); /* of a test that failed */
    a = NULL;
    return 0;
}

/* ---- steps ---- */

KEPT static void assert_left(void)
{
    uint64_t left = 0;
    for (size_t i = 0; i < OBJECTS; i++)
        left += mzg_arrival_missing(a, i) ? stored_len[i] - have[i] : 0;
    assert_int_equal(mzg_arrival_left(a), left);
}

/* missing: "0.2." for objects 0 and 2. */
KEPT static void assert_missing(const char *missing)
{
    char got[OBJECTS + 1] = "";
    for (size_t i = 0; i < OBJECTS; i++)
        got[i] = (char)(mzg_arrival_missing(a, i) ? '0' + (int)i : '.');
    assert_string_equal(got, missing);
    assert_left();
}

KEPT static void open_out(const char *missing)
{
    struct mzg_err e;
    assert_ok(mzg_arrival_open(&a, verified, "out", &run_told, &e), e);
    assert_missing(missing);
}

KEPT static void close_out(void)
{
    mzg_arrival_close(a);
    a = NULL;
}

KEPT static void begin(size_t i)
{
    struct mzg_err e;
    uint32_t n = UINT32_MAX;
    assert_ok(mzg_arrival_begin(a, i, &n, &e), e);
    assert_int_equal(n, have[i]);
    assert_left();
}

/* Bytes of object i up to `to`, in odd pieces. */
KEPT static void take(size_t i, uint32_t to)
{
    struct mzg_err e;
    while (have[i] < to) {
        uint32_t n = to - have[i] < 70001 ? to - have[i] : 70001;
        assert_ok(mzg_arrival_take(a, i, stored[i] + have[i], n, &e), e);
        have[i] += n;
        assert_left();
    }
}

KEPT static void settle(size_t i, bool want)
{
    struct mzg_err e;
    bool sound = !want;
    assert_ok(mzg_arrival_settle(a, i, &sound, &e), e);
    assert_int_equal(sound, want);
    assert_int_equal(mzg_arrival_missing(a, i), !want);
    have[i] = 0;
    assert_left();
}

/* All of these objects ("02"), as they should be. */
KEPT static void fetch(const char *which)
{
    for (; *which; which++) {
        size_t i = (size_t)(*which - '0');
        begin(i);
        take(i, stored_len[i]);
        settle(i, true);
    }
}

KEPT static void sync_out(void)
{
    struct mzg_err e;
    assert_ok(mzg_arrival_sync(a, &e), e);
    assert_left();
}

/* The files are right, and there is nothing else. */
KEPT static void assert_whole(void)
{
    assert_same_file("x", "out/x");
    assert_same_file("y", "out/docs/y");
    shell("test \"$(cd out && find . | LC_ALL=C sort | tr '\\n' ' ')\" = '. ./docs ./docs/empty ./docs/y ./x '");
}

KEPT static void finish(size_t want)
{
    struct mzg_err e;
    size_t damaged = 99;
    assert_ok(mzg_arrival_finish(a, &damaged, &e), e);
    assert_int_equal(damaged, want);
    assert_left();
    if (want)
        return;
    close_out();
    assert_whole();
}

#endif
