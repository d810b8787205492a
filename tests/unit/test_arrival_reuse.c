/* test_arrival_reuse.c: what is on this machine already is not fetched. */
#include "arrival_fixture.h"

/* ---- files that are there ---- */

static void a_file_that_is_right_is_left_alone(void **state)
{
    struct stat before, after;
    (void)state;
    shell("mkdir -p out/docs && cp x out/x && touch -d 2001-01-01 out/x && echo old > out/docs/y");
    assert_int_equal(stat("out/x", &before), 0);
    open_out("0.." "3");
    fetch("0");
    close_out();
    open_out("...3"); /* 0 was claimed, and is looked at in y alone */
    sync_out();
    fetch("3");
    finish(0);
    assert_int_equal(stat("out/x", &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_mtime, after.st_mtime);
}

static void with_all_of_them_right_there_is_nothing_to_do(void **state)
{
    (void)state;
    shell("mkdir -p out/docs && cp x out/x && cp y out/docs/y && cp empty out/docs/empty");
    open_out("....");
    finish(0);
}

static void one_of_the_right_length_may_still_be_wrong(void **state)
{
    (void)state;
    shell("mkdir -p out/docs && cp x out/x && cp y out/docs/y");
    flip_bit("out/x", PIECE + 1);
    open_out("012.");
    fetch("012");
    finish(0);
}

/* Killed while the files got their names. */
static void finishing_goes_on_between_two_files(void **state)
{
    static const char *const lines[] = {
        "mv out/x.mzg-part out/x",
        "mv out/x.mzg-part out/x && mv out/docs/y.mzg-part out/docs/y",
        "mv out/x.mzg-part out/x && rm out/.mzg-pull/pull.mzg-journal",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        fresh_folder(NULL);
        open_out("0123");
        fetch("0123");
        sync_out();
        close_out();
        shell(lines[i]);
        open_out("....");
        finish(0);
    }
}

static void a_folder_in_a_file_s_place_is_a_fault(void **state)
{
    struct mzg_err e;
    (void)state;
    shell("mkdir -p out/x");
    assert_refused(mzg_arrival_open(&a, verified, "out", &run_told, &e), MZG_IO, "out/x' is a folder", e);
    assert_null(a);
    shell("test -z \"$(find out -type f)\" && test ! -e out/.mzg-pull && rmdir out/x");
    shell("ln -s /tmp out/docs.away && rm -rf out/docs && mv out/docs.away out/docs");
    assert_int_equal(mzg_arrival_open(&a, verified, "out", &run_told, &e), MZG_REFUSED);
    shell("rm out/docs && test -z \"$(find out -type f)\"");
    open_out("0123");
}

/* ---- stores ---- */

static void a_store_gives_what_it_has(void **state)
{
    struct mzg_err e;
    struct mzg_dir copy;
    struct mzg_folder_objects store;
    uint64_t bytes = 0;
    char name[MZG_OBJECT_PATH], path[128];
    (void)state;
    shell("rm -rf copy && mkdir copy && cp -r repo/objects copy/");
    open_out("0123");
    mzg_object_path(mzg_arrival_object(a, 1)->object, name);
    snprintf(path, sizeof path, "copy/%s", name);
    flip_bit(path, 99);
    mzg_object_path(mzg_arrival_object(a, 2)->object, name);
    snprintf(path, sizeof path, "copy/%s", name);
    assert_int_equal(unlink(path), 0);
    begin(0);
    take(0, 1000);
    mzg_arrival_park(a, 0);
    assert_ok(mzg_dir_open(&copy, "copy", &e), e);
    mzg_folder_objects_init(&store, &copy);
    assert_ok(mzg_arrival_reuse_store(a, &store.base, &bytes, &e), e);
    assert_int_equal(bytes, stored_len[0] - 1000 + stored_len[3]);
    have[0] = 0;
    assert_missing(".12.");
    assert_ok(mzg_arrival_reuse_store(a, &store.base, &bytes, &e), e);
    assert_int_equal(bytes, 0);
    mzg_dir_close(&copy);
    fetch("12");
    finish(0);
}

static void reuse_can_be_stopped(void **state)
{
    struct mzg_err e;
    struct mzg_dir repo;
    struct mzg_folder_objects store;
    uint64_t bytes = 0;
    (void)state;
    open_out("0123");
    assert_ok(mzg_dir_open(&repo, "repo", &e), e);
    mzg_folder_objects_init(&store, &repo);
    stop = true;
    assert_int_equal(mzg_arrival_reuse_store(a, &store.base, &bytes, &e), MZG_STOPPED);
    mzg_dir_close(&repo);
    assert_missing(".123");
    assert_int_equal(mzg_arrival_reuse_file(a, &(struct mzg_source){.disk = "x"}, &bytes, &e), MZG_STOPPED);
}

/* ---- pieces of files ---- */

static void reuse(const struct mzg_source *s, uint64_t want, const char *missing)
{
    struct mzg_err e;
    uint64_t bytes = 99;
    assert_ok(mzg_arrival_reuse_file(a, s, &bytes, &e), e);
    assert_int_equal(bytes, want);
    assert_missing(missing);
}

static void an_older_version_gives_its_equal_pieces(void **state)
{
    (void)state;
    shell("cp x old && printf change | dd of=old bs=1 seek=9 conv=notrunc status=none");
    open_out("0123");
    reuse(&(struct mzg_source){.disk = "empty"}, 0, "0123");
    reuse(&(struct mzg_source){.disk = "old"}, stored_len[1] + stored_len[2], "0..3");
    reuse(&(struct mzg_source){.disk = "old"}, 0, "0..3");
    reuse(&(struct mzg_source){.disk = "y"}, stored_len[0] + stored_len[3], "....");
    finish(0);
}

/* An insertion moves all that is behind it: equal pieces are found where the file's parts are known. */
static void moved_pieces_are_found_by_what_is_known_of_the_file(void **state)
{
    static const struct mzg_range ranges[] = {
        {.offset = 0, .length = 100, .kind = MZG_RANGE_HEADER},
        {.offset = 100, .length = 2 * PIECE + TAIL, .kind = MZG_RANGE_TENSOR, .row_bytes = 4096},
    };
    struct mzg_err e;
    uint64_t bytes;
    (void)state;
    shell("{ head -c 100 y && cat x; } > moved");
    open_out("0123");
    reuse(&(struct mzg_source){.disk = "moved"}, 0, "0123");
    reuse(&(struct mzg_source){.disk = "moved", .ranges = ranges, .n_ranges = 2},
          (uint64_t)stored_len[0] + stored_len[1] + stored_len[2], "...3");
    assert_int_equal(mzg_arrival_reuse_file(a, &(struct mzg_source){.disk = "x", .ranges = ranges,
                     .n_ranges = 2}, &bytes, &e), MZG_USAGE);
    assert_int_equal(mzg_arrival_reuse_file(a, &(struct mzg_source){.disk = "nowhere"}, &bytes, &e), MZG_IO);
    fetch("3");
    finish(0);
}

/* ---- another bundle's ---- */

/* A half of version 2 lies in the folder; what both have in common is kept, the rest makes room. */
static void another_version_goes_on_from_what_is_equal(void **state)
{
    static const struct mzg_source files[] = {{.disk = "x", .path = "x"}, {.disk = "z", .path = "docs/y"}};
    struct mzg_pack p = PACK("t", "2", files);
    struct mzg_bundle *b;
    struct mzg_verified *v;
    struct mzg_err e;
    uint32_t n;
    uint64_t saved;
    (void)state;
    put_noise("z", 500000, 9);
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, NULL, &e), e);
    verify_bundle("t@2", &b, &v);
    assert_ok(mzg_arrival_open(&a, v, "out", &run_told, &e), e);
    assert_ok(mzg_arrival_reuse_file(a, &(struct mzg_source){.disk = "x"}, &saved, &e), e);
    assert_ok(mzg_arrival_begin(a, 3, &n, &e), e);
    assert_ok(mzg_arrival_take(a, 3, "part of z", 9, &e), e);
    close_out();
    mzg_verified_free(v);
    mzg_bundle_close(b);
    open_out("0..3");
    fetch("03");
    finish(0);
}

static void more_than_a_flight_is_a_limit(void **state)
{
    struct mzg_source files[MZG_ARRIVAL_FLIGHT + 1];
    char names[MZG_ARRIVAL_FLIGHT + 1][8];
    struct mzg_bundle *b;
    struct mzg_verified *v;
    struct mzg_err e;
    uint32_t n;
    (void)state;
    for (uint32_t i = 0; i <= MZG_ARRIVAL_FLIGHT; i++) {
        snprintf(names[i], sizeof names[i], "f%u", i);
        put_noise(names[i], 50, i + 1);
        files[i] = (struct mzg_source){.disk = names[i], .path = names[i]};
    }
    struct mzg_pack p = PACK("many", "1", files);
    assert_ok(mzg_bundle_pack("repo", &p, key, &run2, NULL, &e), e);
    verify_bundle("many", &b, &v);
    assert_ok(mzg_arrival_open(&a, v, "out", &run_told, &e), e);
    for (size_t i = 0; i < MZG_ARRIVAL_FLIGHT; i++)
        assert_ok(mzg_arrival_begin(a, i, &n, &e), e);
    assert_refused(mzg_arrival_begin(a, MZG_ARRIVAL_FLIGHT, &n, &e), MZG_LIMIT, "more than 16", e);
    mzg_arrival_park(a, 5);
    assert_ok(mzg_arrival_begin(a, MZG_ARRIVAL_FLIGHT, &n, &e), e);
    close_out();
    mzg_verified_free(v);
    mzg_bundle_close(b);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fresh_folder, close_arrival)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_file_that_is_right_is_left_alone),
        T(with_all_of_them_right_there_is_nothing_to_do),
        T(one_of_the_right_length_may_still_be_wrong),
        T(finishing_goes_on_between_two_files),
        T(a_folder_in_a_file_s_place_is_a_fault),
        T(a_store_gives_what_it_has),
        T(reuse_can_be_stopped),
        T(an_older_version_gives_its_equal_pieces),
        T(moved_pieces_are_found_by_what_is_known_of_the_file),
        T(another_version_goes_on_from_what_is_equal),
        T(more_than_a_flight_is_a_limit),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
