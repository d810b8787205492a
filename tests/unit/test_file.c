/* test_file.c: reading stays inside the file, and says where it ended. */
#include "base/file.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "scratch.h"

static void bytes_are_read_at_offsets(void **state)
{
    (void)state;
    struct mzg_file f;
    struct mzg_err e;
    char text[8] = "";
    assert_int_equal(scratch_write("f", "0123456789"), 0);
    assert_int_equal(mzg_file_open(&f, "f", &e), MZG_OK);
    assert_int_equal(f.size, 10);
    assert_int_equal(mzg_file_read(&f, 3, text, 4, &e), MZG_OK);
    assert_string_equal(text, "3456");
    assert_int_equal(mzg_file_read(&f, 0, text, 2, &e), MZG_OK);
    assert_string_equal(text, "0156");
    assert_int_equal(mzg_file_read(&f, 10, text, 0, &e), MZG_OK);
    mzg_file_close(&f);
    mzg_file_close(&f);
    struct mzg_file closed = {.fd = -1};
    mzg_file_close(&closed);
}

static void a_read_past_the_end_is_malformed_and_names_the_end(void **state)
{
    (void)state;
    struct mzg_file f;
    struct mzg_err e;
    char text[20];
    assert_int_equal(scratch_write("f", "0123456789"), 0);
    assert_int_equal(mzg_file_open(&f, "f", &e), MZG_OK);
    assert_int_equal(mzg_file_read(&f, 7, text, 4, &e), MZG_MALFORMED);
    assert_int_equal(e.offset, 10);
    assert_string_equal(e.msg, "'f' ends at byte 10, where 4 bytes from byte 7 on are needed");
    assert_int_equal(mzg_file_read(&f, UINT64_MAX, text, 2, &e), MZG_MALFORMED);
    assert_int_equal(mzg_file_read(&f, UINT64_MAX - 1, text, 4, &e), MZG_MALFORMED);
    assert_int_equal(mzg_file_read(&f, 11, text, 0, &e), MZG_MALFORMED);
    mzg_file_close(&f);
}

static void a_file_that_shrinks_is_malformed_at_its_new_end(void **state)
{
    (void)state;
    struct mzg_file f;
    struct mzg_err e;
    char text[10];
    assert_int_equal(scratch_write("f", "0123456789"), 0);
    assert_int_equal(mzg_file_open(&f, "f", &e), MZG_OK);
    assert_int_equal(truncate("f", 6), 0);
    assert_int_equal(mzg_file_read(&f, 2, text, 8, &e), MZG_MALFORMED);
    assert_int_equal(e.offset, 6);
    mzg_file_close(&f);
}

static void only_regular_files_are_opened(void **state)
{
    (void)state;
    struct mzg_file f;
    struct mzg_err e;
    assert_int_equal(mkdir("folder", 0777), 0);
    assert_int_equal(mzg_file_open(&f, "folder", &e), MZG_IO);
    assert_string_equal(e.msg, "'folder' is a folder, not a file");
    assert_int_equal(mkfifo("fifo", 0666), 0);
    alarm(10); /* a FIFO without a writer must not be waited for */
    assert_int_equal(mzg_file_open(&f, "fifo", &e), MZG_IO);
    assert_string_equal(e.msg, "'fifo' is not a regular file");
    alarm(0);
    assert_int_equal(mzg_file_open(&f, "/dev/zero", &e), MZG_IO);
    assert_int_equal(f.fd, -1);
    assert_int_equal(mzg_file_open(&f, "absent\n", &e), MZG_IO);
    assert_string_equal(e.msg, "cannot open 'absent\\x0a': No such file or directory");
    assert_int_equal(e.sys_errno, ENOENT);
}

static void a_small_file_is_loaded_whole_with_a_nul_behind_it(void **state)
{
    (void)state;
    struct mzg_dir d;
    struct mzg_err e;
    char *data;
    size_t len;
    assert_int_equal(scratch_write("f", "0123456789"), 0);
    assert_int_equal(mzg_file_load("f", 10, &data, &len, &e), MZG_OK);
    assert_int_equal(len, 10);
    assert_string_equal(data, "0123456789");
    free(data);
    assert_int_equal(mzg_file_load("f", 9, &data, &len, &e), MZG_LIMIT);
    assert_string_equal(e.msg, "'f' has 10 bytes, 9 are the limit");
    assert_null(data);
    assert_int_equal(mzg_dir_open(&d, ".", &e), MZG_OK);
    assert_int_equal(mzg_file_load_at(&d, "f", 10, &data, &len, &e), MZG_OK);
    assert_int_equal(len, 10);
    free(data);
    assert_int_equal(mzg_file_load_at(&d, "../f", 10, &data, &len, &e), MZG_REFUSED);
    assert_null(data);
    mzg_dir_close(&d);
    assert_int_equal(scratch_write("none", ""), 0);
    assert_int_equal(mzg_file_load("none", 0, &data, &len, &e), MZG_OK);
    assert_string_equal(data, "");
    free(data);
}

#define SCRATCH(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH(bytes_are_read_at_offsets),
        SCRATCH(a_read_past_the_end_is_malformed_and_names_the_end),
        SCRATCH(a_file_that_shrinks_is_malformed_at_its_new_end),
        SCRATCH(only_regular_files_are_opened),
        SCRATCH(a_small_file_is_loaded_whole_with_a_nul_behind_it),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
