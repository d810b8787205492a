/* test_dir.c: a path from outside cannot leave its folder. */
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "scratch.h"

static void paths_that_stay_inside_are_confined(void **state)
{
    (void)state;
    static const char *const good[] = {"a", "a/b", ".a", "..a", "a..", "...", "a/.b/c",
                                       "model-00001-of-00002.safetensors", "ш/水"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(mzg_path_confined(good[i]));
}

static void paths_that_leave_or_deceive_are_not(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "/", "/a", ".", "..", "../a", "a/..", "a/../b", "a/.", "./a", "a//b", "a/", "a\\b",
        "..\\a", "a\nb", "\x01", "a\x7f", "\xff", "a\xc0\xaf_", "\xed\xa0\x80",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(mzg_path_confined(bad[i]));
}

static void lengths_of_paths_and_names_are_bounded(void **state)
{
    (void)state;
    char path[1100];
    memset(path, 'a', sizeof path);
    path[255] = '\0';
    assert_true(mzg_path_confined(path));
    path[255] = 'a';
    path[256] = '\0';
    assert_false(mzg_path_confined(path));
    path[256] = 'a';
    for (size_t i = 200; i < 1024; i += 200)
        path[i] = '/';
    path[1024] = '\0';
    assert_true(mzg_path_confined(path));
    path[1024] = 'a';
    path[1025] = '\0';
    assert_false(mzg_path_confined(path));
}

static void folders_are_made_with_those_above(void **state)
{
    struct mzg_dir d;
    struct mzg_err e;
    struct stat st;
    char path[200];
    assert_int_equal(mzg_dir_create(&d, "x/y//z/", &e), MZG_OK);
    assert_string_equal(d.path, "x/y//z/");
    mzg_dir_close(&d);
    mzg_dir_close(&d);
    assert_int_equal(stat("x/y/z", &st), 0);
    assert_int_equal(mzg_dir_create(&d, "x/y/../y/z", &e), MZG_OK); /* there already */
    mzg_dir_close(&d);
    snprintf(path, sizeof path, "%s/abs/olute", (char *)*state);
    assert_int_equal(mzg_dir_create(&d, path, &e), MZG_OK);
    mzg_dir_close(&d);
    assert_int_equal(scratch_write("file", "x"), 0);
    assert_int_equal(mzg_dir_create(&d, "file/z", &e), MZG_IO);
    assert_non_null(strstr(e.msg, "file/z"));
    assert_int_equal(d.fd, -1);
    assert_int_equal(mzg_dir_create(&d, "", &e), MZG_IO);
}

static void what_is_no_folder_cannot_be_opened_as_one(void **state)
{
    (void)state;
    struct mzg_dir d;
    struct mzg_err e;
    assert_int_equal(mzg_dir_open(&d, "absent", &e), MZG_IO);
    assert_int_equal(e.sys_errno, ENOENT);
    assert_non_null(strstr(e.msg, "'absent'"));
    assert_int_equal(scratch_write("file", "x"), 0);
    assert_int_equal(mzg_dir_open(&d, "file", &e), MZG_IO);
    assert_int_equal(e.sys_errno, ENOTDIR);
    assert_int_equal(d.fd, -1);
    mzg_dir_close(&d);
}

/* in/real/f, in/link -> real, in/real/out -> the folder above in, in/real/flink -> f */
static void make_tree(struct mzg_dir *d)
{
    struct mzg_err e;
    assert_int_equal(mzg_dir_create(d, "in/real", &e), MZG_OK);
    mzg_dir_close(d);
    assert_int_equal(mzg_dir_open(d, "in", &e), MZG_OK);
    assert_int_equal(scratch_write("in/real/f", "text"), 0);
    assert_int_equal(scratch_write("secret", "secret"), 0);
    assert_int_equal(symlink("real", "in/link"), 0);
    assert_int_equal(symlink("../..", "in/real/out"), 0);
    assert_int_equal(symlink("f", "in/real/flink"), 0);
}

static void links_are_not_followed_when_reading(void **state)
{
    (void)state;
    static const char *const refused[] = {"link/f", "real/out/secret", "real/flink", "real/out",
                                          "../secret", "/etc/passwd"};
    struct mzg_dir d;
    struct mzg_file f;
    struct mzg_err e;
    make_tree(&d);
    assert_int_equal(mzg_file_open_at(&f, &d, "real/f", &e), MZG_OK);
    assert_string_equal(f.path, "in/real/f");
    mzg_file_close(&f);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_int_equal(mzg_file_open_at(&f, &d, refused[i], &e), MZG_REFUSED);
        assert_non_null(strstr(e.msg, refused[i]));
        assert_non_null(strstr(e.msg, i < 4 ? "is a link" : "stays in its folder"));
        assert_int_equal(f.fd, -1);
    }
    assert_int_equal(mzg_file_open_at(&f, &d, "real/absent", &e), MZG_IO);
    assert_int_equal(e.sys_errno, ENOENT);
    mzg_dir_close(&d);
}

static void links_are_not_followed_when_writing(void **state)
{
    (void)state;
    struct mzg_dir d;
    struct mzg_output o;
    struct mzg_err e;
    make_tree(&d);
    assert_int_equal(mzg_output_open_at(&o, &d, "real/out/planted", 0666, &e), MZG_REFUSED);
    assert_non_null(strstr(e.msg, "'out' is a link"));
    assert_int_equal(o.fd, -1);
    assert_int_equal(mzg_output_open_at(&o, &d, "link/planted", 0666, &e), MZG_REFUSED);
    assert_int_equal(mzg_output_open_at(&o, &d, "../planted", 0666, &e), MZG_REFUSED);
    /* A link under the final name is replaced, its target left alone. */
    assert_int_equal(mzg_output_open_at(&o, &d, "real/flink", 0666, &e), MZG_OK);
    assert_int_equal(mzg_output_write(&o, "new", 3, &e), MZG_OK);
    assert_int_equal(mzg_output_commit(&o, &e), MZG_OK);
    struct stat st;
    assert_int_equal(lstat("in/real/flink", &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(stat("in/real/f", &st), 0);
    assert_int_equal(st.st_size, 4);
    mzg_dir_close(&d);
}

static void presence_is_told_without_following(void **state)
{
    (void)state;
    struct mzg_dir d;
    make_tree(&d);
    assert_true(mzg_dir_has(&d, "real"));
    assert_true(mzg_dir_has(&d, "real/f"));
    assert_true(mzg_dir_has(&d, "link")); /* the link itself */
    assert_false(mzg_dir_has(&d, "link/f"));
    assert_false(mzg_dir_has(&d, "absent"));
    assert_false(mzg_dir_has(&d, "../secret"));
    assert_false(mzg_dir_has(&d, "real/f/g"));
    mzg_dir_close(&d);
}

static void names_are_listed_in_order(void **state)
{
    (void)state;
    static const char *const want[] = {"B", "a", "b", "\xd1\x88"};
    struct mzg_dir d;
    struct mzg_err e;
    char **names, path[16];
    size_t count;
    assert_int_equal(mzg_dir_create(&d, "in/sub", &e), MZG_OK);
    mzg_dir_close(&d);
    assert_int_equal(mzg_dir_open(&d, "in", &e), MZG_OK);
    for (size_t i = 4; i-- > 0;) {
        snprintf(path, sizeof path, "in/sub/%s", want[i]);
        assert_int_equal(scratch_write(path, ""), 0);
    }
    assert_int_equal(mzg_dir_list(&d, "sub", 4, &names, &count, &e), MZG_OK);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(names[i], want[i]);
    free(names);
    assert_int_equal(mzg_dir_list(&d, "sub", 3, &names, &count, &e), MZG_LIMIT);
    assert_non_null(strstr(e.msg, "'sub' has more than 3"));
    assert_null(names);
    for (int twice = 0; twice < 2; twice++) { /* each listing starts from the beginning */
        assert_int_equal(mzg_dir_list(&d, ".", 9, &names, &count, &e), MZG_OK);
        assert_int_equal(count, 1);
        assert_string_equal(names[0], "sub");
        free(names);
    }
    assert_int_equal(symlink("sub", "in/link"), 0);
    assert_int_equal(mzg_dir_list(&d, "link", 9, &names, &count, &e), MZG_REFUSED);
    assert_int_equal(mzg_dir_list(&d, "sub/a", 9, &names, &count, &e), MZG_IO);
    assert_int_equal(unlink("in/link"), 0);
    mzg_dir_close(&d);
}

static void an_empty_folder_has_no_names(void **state)
{
    (void)state;
    struct mzg_dir d;
    struct mzg_err e;
    char **names;
    size_t count;
    assert_int_equal(mzg_dir_create(&d, "empty", &e), MZG_OK);
    assert_int_equal(mzg_dir_list(&d, ".", 0, &names, &count, &e), MZG_OK);
    assert_int_equal(count, 0);
    free(names);
    mzg_dir_close(&d);
}

static void free_space_is_a_number(void **state)
{
    (void)state;
    struct mzg_dir d;
    struct mzg_err e;
    uint64_t bytes = 0;
    assert_int_equal(mzg_dir_open(&d, ".", &e), MZG_OK);
    assert_int_equal(mzg_dir_space(&d, &bytes, &e), MZG_OK);
    assert_true(bytes > 0);
    mzg_dir_close(&d);
}

#define SCRATCH(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_that_stay_inside_are_confined),
        cmocka_unit_test(paths_that_leave_or_deceive_are_not),
        cmocka_unit_test(lengths_of_paths_and_names_are_bounded),
        SCRATCH(folders_are_made_with_those_above),
        SCRATCH(what_is_no_folder_cannot_be_opened_as_one),
        SCRATCH(links_are_not_followed_when_reading),
        SCRATCH(links_are_not_followed_when_writing),
        SCRATCH(presence_is_told_without_following),
        SCRATCH(names_are_listed_in_order),
        SCRATCH(an_empty_folder_has_no_names),
        SCRATCH(free_space_is_a_number),
    };
    return cmocka_run_group_tests_name("dir", tests, NULL, NULL);
}
