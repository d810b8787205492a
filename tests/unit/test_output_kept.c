/* test_output_kept.c: outputs inside a folder that are kept for the next run. */
#include "bundle_fixture.h"
#include "base/file.h"

static struct mzg_dir d;

static int setup(void **state)
{
    struct mzg_err e;
    return scratch_setup(state) || mkdir("d", 0777) != 0 || mzg_dir_open(&d, "d", &e);
}

static int teardown(void **state)
{
    mzg_dir_close(&d);
    return scratch_teardown(state);
}

static void reopen(struct mzg_output *o, const char *rel, uint64_t size)
{
    struct mzg_err e;
    uint64_t got = 99;
    assert_ok(mzg_output_open_kept_at(o, &d, rel, MZG_PART, 0666, &e), e);
    assert_ok(mzg_output_size(o, &got, &e), e);
    assert_int_equal(got, size);
}

static void it_stays_until_it_is_committed(void **state)
{
    struct mzg_output o;
    struct mzg_err e;
    (void)state;
    reopen(&o, "a/b/f", 0);
    assert_ok(mzg_output_write_at(&o, 0, "hello", 5, &e), e);
    mzg_output_abandon(&o);
    assert_int_equal(o.fd, -1);
    shell("test \"$(cat d/a/b/f.mzg-part)\" = hello && test ! -e d/a/b/f");
    reopen(&o, "a/b/f", 5);
    assert_ok(mzg_output_write_at(&o, 5, "!", 1, &e), e);
    assert_true(mzg_output_held(&o) > 0);
    assert_ok(mzg_output_commit(&o, &e), e);
    shell("test \"$(cat d/a/b/f)\" = 'hello!' && test \"$(ls -A d/a/b)\" = f");
    mzg_output_abandon(&o);
}

static void discarding_takes_it_away(void **state)
{
    struct mzg_output o;
    struct mzg_err e;
    (void)state;
    put_bytes("d/f", "final", 5);
    reopen(&o, "f", 0);
    assert_ok(mzg_output_write_at(&o, 0, "part", 4, &e), e);
    mzg_output_discard(&o);
    mzg_output_discard(&o);
    shell("test \"$(ls -A d)\" = f && test \"$(cat d/f)\" = final");
    reopen(&o, "f", 0);
    mzg_output_discard(&o);
}

/* What the first of two runs has is not touched by the second, which gets nothing. */
static void two_runs_do_not_share_it(void **state)
{
    struct mzg_output o, second;
    struct mzg_err e;
    (void)state;
    reopen(&o, "f", 0);
    assert_ok(mzg_output_write_at(&o, 0, "part", 4, &e), e);
    assert_refused(mzg_output_open_kept_at(&second, &d, "f", MZG_PART, 0666, &e), MZG_IO, "another run", e);
    assert_int_equal(second.fd, -1);
    mzg_output_discard(&second);
    shell("test \"$(cat d/f.mzg-part)\" = part");
    mzg_output_abandon(&o);
    reopen(&o, "f", 4);
    mzg_output_abandon(&o);
}

static void it_stays_inside_and_follows_no_link(void **state)
{
    static const char *const outside[] = {"../f", "/tmp/mzg-f", "a/../../f", "", ".", "link/f"};
    struct mzg_output o;
    struct mzg_err e;
    (void)state;
    shell("mkdir far && echo far > far/f && ln -s ../far d/link && ln -s ../far/f d/g.mzg-part");
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        if (mzg_output_open_kept_at(&o, &d, outside[i], MZG_PART, 0666, &e) == MZG_OK)
            fail_msg("'%s' is opened", outside[i]);
        assert_int_equal(o.fd, -1);
    }
    assert_int_equal(mzg_output_open_kept_at(&o, &d, "g", MZG_PART, 0666, &e), MZG_IO);
    shell("test \"$(ls -A far)\" = f && test \"$(cat far/f)\" = far && test ! -e f");
    shell("mkdir d/h.mzg-part && mkfifo d/i.mzg-part && mkdir d/j");
    assert_int_equal(mzg_output_open_kept_at(&o, &d, "h", MZG_PART, 0666, &e), MZG_IO);
    assert_refused(mzg_output_open_kept_at(&o, &d, "i", MZG_PART, 0666, &e), MZG_IO, "not a regular file", e);
    assert_refused(mzg_output_open_kept_at(&o, &d, "j", MZG_PART, 0666, &e), MZG_IO, "is a folder", e);
    char name[300];
    memset(name, 'n', sizeof name);
    name[255 - strlen(MZG_PART) + 1] = '\0';
    assert_int_equal(mzg_output_open_kept_at(&o, &d, name, MZG_PART, 0666, &e), MZG_IO);
    reopen(&o, name + 1, 0);
    mzg_output_discard(&o);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(it_stays_until_it_is_committed),
        T(discarding_takes_it_away),
        T(two_runs_do_not_share_it),
        T(it_stays_inside_and_follows_no_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
