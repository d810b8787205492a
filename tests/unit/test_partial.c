/* test_partial.c: of an object on its way only what came, and all of it, comes back. */
#include "bundle_fixture.h"
#include "bundle/arrival/partial.h"

#define SIZE 100000u /* six frames and a piece */
#define ON_DISK ((size_t)MZG_FRAME + 8)

static uint8_t object[SIZE], name[MZG_SHA256_BYTES];
static char path[MZG_SHA256_HEX + sizeof MZG_PART];
static struct mzg_dir here;

static int setup(void **state)
{
    struct mzg_err e;
    uint32_t seed = 5;
    char hex[MZG_SHA256_HEX];
    if (scratch_setup(state) || mzg_dir_open(&here, ".", &e))
        return -1;
    for (size_t i = 0; i < SIZE; i++) {
        seed = seed * 1664525u + 1013904223u;
        object[i] = (uint8_t)(seed >> 24);
    }
    mzg_sha256_of(object, SIZE, name);
    mzg_sha256_hex(name, hex);
    snprintf(path, sizeof path, "%s" MZG_PART, hex);
    return 0;
}

static int teardown(void **state)
{
    mzg_dir_close(&here);
    return scratch_teardown(state);
}

/* Opens it and finds n sound bytes; what is there is known without opening it, too. */
static void reopen(struct mzg_partial *p, uint32_t n)
{
    struct mzg_err e;
    assert_ok(mzg_partial_open(p, &here, name, SIZE, &e), e);
    assert_int_equal(p->have, n);
    assert_memory_equal(p->data, object, n);
    assert_int_equal(mzg_partial_there(&here, name, SIZE), n);
}

static void take(struct mzg_partial *p, uint32_t n)
{
    struct mzg_err e;
    assert_ok(mzg_partial_take(p, object + p->have, n, &e), e);
}

/* A file of the first n bytes, closed. */
static void begin(uint32_t n)
{
    struct mzg_partial p;
    reopen(&p, 0);
    take(&p, n);
    mzg_partial_close(&p, false);
}

/* ---- what came ---- */

static void odd_pieces_come_back(void **state)
{
    static const uint32_t pieces[] = {1, 7, MZG_FRAME - 8, 1, MZG_FRAME, 2 * MZG_FRAME - 1, 3, 0, 20000};
    struct mzg_partial p;
    uint32_t have = 0;
    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        reopen(&p, have);
        take(&p, pieces[i]);
        have += pieces[i];
        mzg_partial_close(&p, false);
        assert_int_equal(p.file.fd, -1);
        assert_int_equal(mzg_partial_there(&here, name, SIZE), have);
    }
    reopen(&p, have);
    take(&p, SIZE - have);
    mzg_partial_close(&p, false);
    reopen(&p, SIZE);
    mzg_partial_close(&p, true);
    shell("test -z \"$(ls -A)\"");
    mzg_partial_close(&p, true);
}

static void what_is_forgotten_is_gone(void **state)
{
    struct mzg_partial p;
    struct mzg_err e;
    (void)state;
    begin(50000);
    reopen(&p, 50000);
    assert_ok(mzg_partial_reset(&p, &e), e);
    assert_int_equal(p.have, 0);
    assert_int_equal(mzg_partial_there(&here, name, SIZE), 0);
    take(&p, 10);
    mzg_partial_close(&p, false);
    reopen(&p, 10);
    mzg_partial_close(&p, false);
    mzg_partial_remove(&here, name);
    shell("test -z \"$(ls -A)\"");
    mzg_partial_remove(&here, name);
    assert_int_equal(mzg_partial_there(&here, name, SIZE), 0);
}

static void two_runs_do_not_share_it(void **state)
{
    struct mzg_partial p, second;
    struct mzg_err e;
    (void)state;
    reopen(&p, 0);
    take(&p, 40000);
    assert_refused(mzg_partial_open(&second, &here, name, SIZE, &e), MZG_IO, "another run", e);
    assert_int_equal(second.file.fd, -1);
    assert_null(second.data);
    mzg_partial_close(&p, false);
    reopen(&p, 40000);
    mzg_partial_close(&p, false);
}

/* ---- what the disk made of it ---- */

/* After damage that leaves n bytes sound: they come back, and what comes next is kept again. */
static void assert_left(uint32_t n)
{
    struct mzg_partial p;
    reopen(&p, n);
    take(&p, 9);
    mzg_partial_close(&p, false);
    reopen(&p, n + 9);
    take(&p, SIZE - n - 9);
    mzg_partial_close(&p, false);
    reopen(&p, SIZE);
    mzg_partial_close(&p, true);
}

static void a_changed_byte_ends_what_is_sound(void **state)
{
    static const size_t places[] = {0, 7, 8, ON_DISK - 1, ON_DISK, 3 * ON_DISK + 100, 5 * ON_DISK + 8000};
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        begin(90000);
        flip_bit(path, places[i]);
        assert_left((uint32_t)(places[i] / ON_DISK) * MZG_FRAME);
    }
}

static void a_frame_in_another_s_place_is_none(void **state)
{
    size_t n;
    (void)state;
    begin(90000);
    char *data = get_bytes(path, &n);
    memcpy(data + 2 * ON_DISK, data + ON_DISK, ON_DISK);
    put_bytes(path, data, n);
    free(data);
    assert_left(2 * MZG_FRAME);
}

static void a_cut_tail_is_asked_for_again(void **state)
{
    static const size_t sizes[] = {0, 5, 8, 9, 8 + 100, ON_DISK, ON_DISK + 8, ON_DISK + 9, 3 * ON_DISK - 1};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        begin(90000);
        assert_int_equal(truncate(path, (off_t)sizes[i]), 0);
        assert_left((uint32_t)(sizes[i] / ON_DISK) * MZG_FRAME);
    }
}

static void zeros_at_the_end_are_no_bytes(void **state)
{
    static const uint32_t had[] = {0, 3 * MZG_FRAME, 3 * MZG_FRAME + 500};
    (void)state;
    for (size_t i = 0; i < sizeof had / sizeof *had; i++) {
        begin(had[i]);
        assert_int_equal(truncate(path, 5 * (off_t)ON_DISK + 70), 0);
        assert_left(had[i] / MZG_FRAME * MZG_FRAME);
    }
    /* All zeros is what an object may be; a file of zeros is not that object. */
    memset(object, 0, SIZE);
    begin(0);
    assert_int_equal(truncate(path, 3 * (off_t)ON_DISK), 0);
    assert_left(0);
}

static void garbage_is_nothing_however_long(void **state)
{
    static const size_t sizes[] = {1, 9, ON_DISK, 100000, 1000000};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        put_noise(path, sizes[i], (uint32_t)i);
        assert_left(0);
    }
    put_noise(path, 1000000, 1);
    assert_int_equal(mzg_partial_there(&here, name, SIZE), SIZE); /* at most that, before it is opened */
}

/* Sound frames of a longer object under this one's name. */
static void bytes_beyond_the_object_are_not_taken(void **state)
{
    struct mzg_partial p;
    struct mzg_err e;
    (void)state;
    begin(SIZE);
    assert_ok(mzg_partial_open(&p, &here, name, 40000, &e), e);
    assert_int_equal(p.have, 2 * MZG_FRAME);
    assert_memory_equal(p.data, object, p.have);
    assert_ok(mzg_partial_take(&p, object + p.have, 40000 - p.have, &e), e);
    mzg_partial_close(&p, false);
    assert_ok(mzg_partial_open(&p, &here, name, 40000, &e), e);
    assert_int_equal(p.have, 40000);
    mzg_partial_close(&p, true);
}

static void a_link_or_a_folder_is_not_followed(void **state)
{
    struct mzg_partial p;
    struct mzg_err e;
    (void)state;
    put_bytes("other", "x", 1);
    assert_int_equal(symlink("other", path), 0);
    assert_int_equal(mzg_partial_open(&p, &here, name, SIZE, &e), MZG_IO);
    assert_int_equal(mzg_partial_there(&here, name, SIZE), 0);
    mzg_partial_remove(&here, name);
    assert_int_equal(mkdir(path, 0777), 0);
    assert_int_equal(mzg_partial_open(&p, &here, name, SIZE, &e), MZG_IO);
    assert_int_equal(mzg_partial_there(&here, name, SIZE), 0);
    shell("test \"$(cat other)\" = x");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(odd_pieces_come_back),
        T(what_is_forgotten_is_gone),
        T(two_runs_do_not_share_it),
        T(a_changed_byte_ends_what_is_sound),
        T(a_frame_in_another_s_place_is_none),
        T(a_cut_tail_is_asked_for_again),
        T(zeros_at_the_end_are_no_bytes),
        T(garbage_is_nothing_however_long),
        T(bytes_beyond_the_object_are_not_taken),
        T(a_link_or_a_folder_is_not_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
