/* test_output.c: an output appears whole or not at all, whatever stops the program. */
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>
#include "scratch.h"

/* Entries of the folder we are in; the first name that is a temporary one in *temp. */
static size_t entries(char temp[256])
{
    struct mzg_dir d;
    struct mzg_err e;
    char **names;
    size_t count;
    temp[0] = '\0';
    assert_int_equal(mzg_dir_open(&d, ".", &e), MZG_OK);
    assert_int_equal(mzg_dir_list(&d, ".", 1000, &names, &count, &e), MZG_OK);
    for (size_t i = count; i-- > 0;)
        if (strstr(names[i], ".mzg-") != NULL)
            snprintf(temp, 256, "%s", names[i]);
    free(names);
    mzg_dir_close(&d);
    return count;
}

static void check_text(const char *path, const char *want)
{
    struct mzg_err e;
    char *data;
    size_t len;
    assert_int_equal(mzg_file_load(path, 1000000, &data, &len, &e), MZG_OK);
    assert_string_equal(data, want);
    free(data);
}

static void the_final_name_appears_with_commit(void **state)
{
    (void)state;
    struct mzg_output o;
    struct mzg_err e;
    struct stat st;
    char temp[256];
    umask(022);
    assert_int_equal(mzg_output_open(&o, "out.gguf", 0666, &e), MZG_OK);
    assert_int_equal(mzg_output_write(&o, "hello ", 6, &e), MZG_OK);
    assert_int_equal(mzg_output_write(&o, "world", 5, &e), MZG_OK);
    assert_int_equal(mzg_output_write_at(&o, 0, "J", 1, &e), MZG_OK);
    assert_int_equal(o.length, 11);
    assert_int_equal(entries(temp), 1);
    assert_memory_equal(temp, ".out.gguf.mzg-", 14);
    assert_int_equal(mzg_output_commit(&o, &e), MZG_OK);
    assert_int_equal(o.fd, -1);
    mzg_output_abandon(&o); /* fine after commit */
    check_text("out.gguf", "Jello world");
    assert_int_equal(entries(temp), 1);
    assert_int_equal(stat("out.gguf", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
}

static void secrets_are_never_readable_by_others(void **state)
{
    (void)state;
    struct mzg_output o;
    struct mzg_err e;
    struct stat st;
    umask(0);
    assert_int_equal(mzg_output_open(&o, "x.key", 0600, &e), MZG_OK);
    assert_int_equal(fstat(o.fd, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(mzg_output_commit(&o, &e), MZG_OK);
    umask(022);
}

static void abandoning_leaves_what_was_there(void **state)
{
    (void)state;
    struct mzg_output o;
    struct mzg_err e;
    char temp[256];
    assert_int_equal(scratch_write("out", "old"), 0);
    assert_int_equal(mzg_output_open(&o, "out", 0666, &e), MZG_OK);
    assert_int_equal(mzg_output_write(&o, "new", 3, &e), MZG_OK);
    mzg_output_abandon(&o);
    mzg_output_abandon(&o);
    assert_int_equal(entries(temp), 1);
    check_text("out", "old");
    struct mzg_output closed = {.fd = -1, .dirfd = -1};
    mzg_output_abandon(&closed);
}

static void what_is_no_file_is_not_replaced(void **state)
{
    (void)state;
    struct mzg_output o;
    struct mzg_err e;
    char temp[256], longer[257];
    assert_int_equal(mkdir("folder", 0777), 0);
    assert_int_equal(mkfifo("fifo", 0666), 0);
    assert_int_equal(symlink("folder", "link"), 0);
    assert_int_equal(mzg_output_open(&o, "folder", 0666, &e), MZG_IO);
    assert_string_equal(e.msg, "'folder' is a folder and cannot be replaced by a file");
    assert_int_equal(mzg_output_open(&o, "link", 0666, &e), MZG_IO);
    assert_int_equal(mzg_output_open(&o, "fifo", 0666, &e), MZG_IO);
    assert_non_null(strstr(e.msg, "not a regular file"));
    assert_int_equal(mzg_output_open(&o, "/dev/null", 0666, &e), MZG_IO);
    assert_int_equal(mzg_output_open(&o, "folder/", 0666, &e), MZG_IO);
    assert_non_null(strstr(e.msg, "names a folder"));
    assert_int_equal(mzg_output_open(&o, "folder/..", 0666, &e), MZG_IO);
    assert_int_equal(mzg_output_open(&o, "", 0666, &e), MZG_IO);
    assert_int_equal(mzg_output_open(&o, "absent/out", 0666, &e), MZG_IO);
    assert_int_equal(e.sys_errno, ENOENT);
    assert_non_null(strstr(e.msg, "'absent/'"));
    memset(longer, 'a', 256);
    longer[256] = '\0';
    assert_int_equal(mzg_output_open(&o, longer, 0666, &e), MZG_IO);
    assert_int_equal(e.sys_errno, ENAMETOOLONG);
    assert_int_equal(o.fd, -1);
    assert_int_equal(entries(temp), 3); /* nothing was left */
}

static void the_longest_name_still_has_a_temporary_one(void **state)
{
    (void)state;
    struct mzg_output o;
    struct mzg_err e;
    char name[256], temp[256];
    for (size_t shift = 0; shift < 2; shift++) {
        memset(name, 'a', 255);
        name[255] = '\0';
        for (size_t i = shift; i + 2 <= 255; i += 2)
            memcpy(name + i, "\xd0\xb6", 2);
        assert_int_equal(mzg_output_open(&o, name, 0666, &e), MZG_OK);
        entries(temp);
        assert_true(strlen(temp) > 250);
        assert_true(mzg_path_confined(temp)); /* no character cut in two */
        assert_int_equal(mzg_output_commit(&o, &e), MZG_OK);
        check_text(name, "");
    }
}

static void folders_on_the_way_are_made_inside(void **state)
{
    (void)state;
    struct mzg_output o;
    struct mzg_dir d;
    struct mzg_err e;
    assert_int_equal(mzg_dir_create(&d, "repo", &e), MZG_OK);
    assert_int_equal(mzg_output_open_at(&o, &d, "objects/ab/abcd", 0666, &e), MZG_OK);
    assert_int_equal(mzg_output_write(&o, "x", 1, &e), MZG_OK);
    assert_int_equal(mzg_output_commit(&o, &e), MZG_OK);
    check_text("repo/objects/ab/abcd", "x");
    assert_int_equal(mzg_output_open_at(&o, &d, "objects/ab", 0666, &e), MZG_IO);
    assert_non_null(strstr(e.msg, "'repo/objects/ab' is a folder"));
    assert_int_equal(mzg_output_open_at(&o, &d, "objects/ab/abcd/x", 0666, &e), MZG_IO);
    assert_int_equal(e.sys_errno, ENOTDIR);
    mzg_dir_close(&d);
}

static void reserving_more_than_is_free_names_both_numbers(void **state)
{
    (void)state;
    struct mzg_output o;
    struct mzg_err e;
    assert_int_equal(mzg_output_open(&o, "out", 0666, &e), MZG_OK);
    assert_int_equal(mzg_output_reserve(&o, UINT64_MAX / 2, &e), MZG_IO);
    assert_int_equal(e.sys_errno, ENOSPC);
    assert_non_null(strstr(e.msg, "no space left"));
    assert_non_null(strstr(e.msg, "needs 9223372036854775807 bytes, "));
    mzg_output_abandon(&o);
}

static void reserving_does_not_change_the_files_size(void **state)
{
    (void)state;
    struct mzg_output o;
    struct mzg_err e;
    struct stat st;
    assert_int_equal(mzg_output_open(&o, "out", 0666, &e), MZG_OK);
    assert_int_equal(mzg_output_reserve(&o, 0, &e), MZG_OK);
    assert_int_equal(mzg_output_reserve(&o, 1 << 20, &e), MZG_OK);
    assert_int_equal(mzg_output_write(&o, "abc", 3, &e), MZG_OK);
    assert_int_equal(mzg_output_commit(&o, &e), MZG_OK);
    assert_int_equal(stat("out", &st), 0);
    assert_int_equal(st.st_size, 3);
    assert_true(st.st_blocks * 512 <= 64 << 10); /* the rest was given back */
}

static void offsets_past_the_largest_file_are_an_error(void **state)
{
    (void)state;
    struct mzg_output o;
    struct mzg_err e;
    assert_int_equal(mzg_output_open(&o, "out", 0666, &e), MZG_OK);
    assert_int_equal(mzg_output_write_at(&o, UINT64_MAX - 1, "abcd", 4, &e), MZG_IO);
    assert_int_equal(e.sys_errno, EFBIG);
    assert_int_equal(mzg_output_write_at(&o, INT64_MAX, "abcd", 4, &e), MZG_IO);
    assert_int_equal(e.sys_errno, EFBIG);
    mzg_output_abandon(&o);
}

/* ---- what children do: 0, or the line that went wrong ---- */

#define CHECK(x)                                                                                   \
    do {                                                                                           \
        if (!(x))                                                                                  \
            return __LINE__;                                                                       \
    } while (0)

static int in_child(int (*f)(void *arg), void *arg)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int line = f(arg);
        if (line > 0)
            fprintf(stderr, "%s:%d: failed in the child\n", __FILE__, line);
        _exit(line > 0 ? 1 : line < 0 ? 77 : 0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Fills the file until a write fails with want; then nothing may be left but the old file. */
static int fill(int want)
{
    static char block[4096];
    struct mzg_output o;
    struct mzg_err e;
    char temp[256];
    enum mzg_code code = MZG_OK;

    CHECK(scratch_write("out", "old") == 0);
    CHECK(mzg_output_open(&o, "out", 0666, &e) == MZG_OK);
    while (code == MZG_OK && o.length < 1 << 20)
        code = mzg_output_write(&o, block, sizeof block, &e);
    CHECK(code == MZG_IO && e.sys_errno == want);
    CHECK(e.offset == 32768 + 7 || want != EFBIG);
    CHECK(strstr(e.msg, "'out' at byte") != NULL);
    CHECK(strstr(e.msg, strerror(want)) != NULL);
    mzg_output_abandon(&o);
    CHECK(entries(temp) == 1);
    check_text("out", "old");
    return 0;
}

static int write_past_the_size_limit(void *arg)
{
    struct rlimit limit = {32768 + 7, 32768 + 7}; /* a short write comes first */
    (void)arg;
    signal(SIGXFSZ, SIG_IGN);
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    return fill(EFBIG);
}

static void a_file_too_large_is_an_error_and_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(in_child(write_past_the_size_limit, NULL), 0);
}

static int write_to_a_full_disk(void *arg)
{
    struct mzg_output o;
    struct mzg_err e;
    (void)arg;
    CHECK(mkdir("small", 0777) == 0);
    /* A name space of its own: the mount is gone with this process. */
    if ((unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", "small", "tmpfs", 0, "size=64k") != 0 || chdir("small") != 0 ||
        scratch_write("out", "may we?") != 0)
        return -1;
    int line = fill(ENOSPC);
    if (line != 0)
        return line;
    CHECK(mzg_output_open(&o, "out", 0666, &e) == MZG_OK);
    CHECK(mzg_output_reserve(&o, 100000, &e) == MZG_IO);
    CHECK(e.sys_errno == ENOSPC && strstr(e.msg, "needs 100000 bytes, 61440 are free") != NULL);
    CHECK(mzg_output_reserve(&o, 40960, &e) == MZG_OK); /* now they are ours ... */
    CHECK(mzg_output_reserve(&o, 40960, &e) == MZG_IO); /* ... and cannot be had twice */
    mzg_output_abandon(&o);
    return 0;
}

static void a_full_disk_is_an_error_and_leaves_nothing(void **state)
{
    (void)state;
    int status = in_child(write_to_a_full_disk, NULL);
    if (status == 77) {
        print_message("a small file system cannot be mounted here\n");
        skip();
    }
    assert_int_equal(status, 0);
}

static void start_and_kill_mid_write(void)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct mzg_output o;
        struct mzg_err e;
        if (mzg_output_open(&o, "out", 0666, &e) == MZG_OK &&
            mzg_output_write(&o, "half", 4, &e) == MZG_OK && write(ready[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    kill(pid, SIGKILL);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

static void a_killed_run_leaves_the_old_file_and_the_next_one_cleans_up(void **state)
{
    (void)state;
    struct mzg_output o;
    struct mzg_err e;
    char temp[256];
    assert_int_equal(scratch_write("out", "old"), 0);
    start_and_kill_mid_write();
    start_and_kill_mid_write();
    check_text("out", "old");
    assert_int_equal(entries(temp), 2); /* the second run removed what the first had left */
    assert_int_equal(mzg_output_open(&o, "out", 0666, &e), MZG_OK);
    assert_int_equal(entries(temp), 2);
    assert_int_equal(mzg_output_write(&o, "new", 3, &e), MZG_OK);
    assert_int_equal(mzg_output_commit(&o, &e), MZG_OK);
    check_text("out", "new");
    assert_int_equal(entries(temp), 1);
}

static void only_our_own_left_overs_are_removed(void **state)
{
    (void)state;
    static const char *const kept[] = {
        ".other.mzg-aaaaaaaaaaaa",  ".out.mzg-aaaaaaaaaaa", ".out.mzg-aaaaaaaaaaaaa",
        ".out.mzg-AAAAAAAAAAAA",    "out.mzg-aaaaaaaaaaaa", ".out2.mzg-aaaaaaaaaaaa",
        ".out.mzg-aaaaaaaaaaaa.gz", ".out",
    };
    struct mzg_output o;
    struct mzg_err e;
    struct stat st;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        assert_int_equal(scratch_write(kept[i], ""), 0);
    assert_int_equal(scratch_write(".out.mzg-a2b3c4d5e6f7", ""), 0);
    assert_int_equal(symlink(".other.mzg-aaaaaaaaaaaa", ".out.mzg-abcdefabcdef"), 0);
    assert_int_equal(mzg_output_open(&o, "out", 0666, &e), MZG_OK);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        assert_int_equal(stat(kept[i], &st), 0);
    assert_int_not_equal(stat(".out.mzg-a2b3c4d5e6f7", &st), 0);
    assert_int_equal(lstat(".out.mzg-abcdefabcdef", &st), 0);
    mzg_output_abandon(&o);
}

static void two_runs_for_one_name_do_not_destroy_each_other(void **state)
{
    (void)state;
    struct mzg_output a, b;
    struct mzg_err e;
    char temp[256];
    assert_int_equal(mzg_output_open(&a, "out", 0666, &e), MZG_OK);
    assert_int_equal(mzg_output_open(&b, "out", 0666, &e), MZG_OK);
    assert_int_equal(entries(temp), 2);
    assert_int_equal(mzg_output_write(&a, "a", 1, &e), MZG_OK);
    assert_int_equal(mzg_output_write(&b, "b", 1, &e), MZG_OK);
    assert_int_equal(mzg_output_commit(&a, &e), MZG_OK);
    check_text("out", "a");
    assert_int_equal(mzg_output_commit(&b, &e), MZG_OK);
    check_text("out", "b");
    assert_int_equal(entries(temp), 1);
}

/* Writes "nnnn...": a mix of two runs would show. */
static int write_many_times(void *arg)
{
    char text[100];
    memset(text, *(char *)arg, sizeof text);
    for (int i = 0; i < 60; i++) {
        struct mzg_output o;
        struct mzg_err e;
        CHECK(mzg_output_open(&o, "out", 0666, &e) == MZG_OK);
        CHECK(mzg_output_write(&o, text, 50, &e) == MZG_OK);
        CHECK(mzg_output_write(&o, text + 50, 50, &e) == MZG_OK);
        if (i % 3 == 0) {
            mzg_output_abandon(&o);
            continue;
        }
        CHECK(mzg_output_commit(&o, &e) == MZG_OK);
    }
    return 0;
}

static void many_runs_at_once_leave_one_whole_file(void **state)
{
    (void)state;
    enum { N = 4 };
    char temp[256], letter[N] = {'a', 'b', 'c', 'd'};
    pid_t pid[N];
    fflush(NULL);
    for (int i = 0; i < N; i++) {
        pid[i] = fork();
        assert_true(pid[i] >= 0);
        if (pid[i] == 0) {
            int line = write_many_times(&letter[i]);
            if (line != 0)
                fprintf(stderr, "%s:%d: failed in a child\n", __FILE__, line);
            _exit(line != 0);
        }
    }
    for (int i = 0; i < N; i++) {
        int status;
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_int_equal(status, 0);
    }
    struct mzg_err e;
    char *data;
    size_t len;
    assert_int_equal(mzg_file_load("out", 1000, &data, &len, &e), MZG_OK);
    assert_int_equal(len, 100);
    for (size_t i = 1; i < len; i++)
        assert_int_equal(data[i], data[0]);
    free(data);
    assert_int_equal(entries(temp), 1);
}

#define SCRATCH(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH(the_final_name_appears_with_commit),
        SCRATCH(secrets_are_never_readable_by_others),
        SCRATCH(abandoning_leaves_what_was_there),
        SCRATCH(what_is_no_file_is_not_replaced),
        SCRATCH(the_longest_name_still_has_a_temporary_one),
        SCRATCH(folders_on_the_way_are_made_inside),
        SCRATCH(reserving_more_than_is_free_names_both_numbers),
        SCRATCH(reserving_does_not_change_the_files_size),
        SCRATCH(offsets_past_the_largest_file_are_an_error),
        SCRATCH(a_file_too_large_is_an_error_and_leaves_nothing),
        SCRATCH(a_full_disk_is_an_error_and_leaves_nothing),
        SCRATCH(a_killed_run_leaves_the_old_file_and_the_next_one_cleans_up),
        SCRATCH(only_our_own_left_overs_are_removed),
        SCRATCH(two_runs_for_one_name_do_not_destroy_each_other),
        SCRATCH(many_runs_at_once_leave_one_whole_file),
    };
    return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
