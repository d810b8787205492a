/* scratch.h: a folder of its own for a test that needs files. */
#ifndef MZG_TESTS_SCRATCH_H
#define MZG_TESTS_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int scratch_remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

/* cmocka's setup: makes the folder and enters it. */
__attribute__((unused)) static int scratch_setup(void **state)
{
    char path[] = "/tmp/mzigo-test-XXXXXX";

    if (mkdtemp(path) == NULL || chdir(path) != 0)
        return -1;
    *state = strdup(path);
    return *state == NULL;
}

__attribute__((unused)) static int scratch_teardown(void **state)
{
    int failed = chdir("/") != 0 ||
                 nftw(*state, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0;

    free(*state);
    return failed;
}

/* A file with this text; 0, or -1. */
__attribute__((unused)) static int scratch_write(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    if (f == NULL)
        return -1;
    int failed = fputs(text, f) < 0;
    return fclose(f) != 0 || failed ? -1 : 0;
}

#endif
