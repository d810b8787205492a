/* path.c: paths as they are given; see file.h. */
#include "file.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

char *mzg_path_join(const char *folder, const char *name)
{
    char *path;

    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

bool mzg_path_has(const char *folder, const char *name)
{
    char *path = mzg_path_join(folder, name);
    bool has = !path || access(path, F_OK) == 0 || errno != ENOENT;

    free(path);
    return has;
}

bool mzg_path_is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}
