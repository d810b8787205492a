/* folder_input.h: a folder of a few files for a fuzz target, written anew for each input and removed at the end. */
#ifndef MZG_TESTS_FOLDER_INPUT_H
#define MZG_TESTS_FOLDER_INPUT_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder_input[] = "/tmp/mzigo-fuzz-XXXXXX";
static const char *const *folder_names; /* NULL at the end */

static void folder_remove(void)
{
    char path[128];

    for (size_t i = 0; folder_names[i]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder_input, folder_names[i]);
        unlink(path);
    }
    rmdir(folder_input);
}

static void folder_make(const char *const *names)
{
    if (!mkdtemp(folder_input))
        abort();
    folder_names = names;
    atexit(folder_remove);
}

static void folder_put(const char *name, const void *data, size_t n)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder_input, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(data, 1, n, f) != n || fclose(f) != 0)
        abort();
}

#endif
