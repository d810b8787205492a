#include "source_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMIT 40 /* hex digits */

/* Cuts the last component off path and returns it; "" where there is none. */
static const char *cut_last(char *path)
{
    char *slash = strrchr(path, '/');

    if (!slash)
        return "";
    *slash = '\0';
    return slash + 1;
}

static bool is_commit(const char *name)
{
    return strlen(name) == COMMIT && strspn(name, "0123456789abcdef") == COMMIT;
}

/* path: what a commit's folder lies in. "models--ORG--NAME" holds it; a name may have "--" itself. */
static void name_of_cache(char *path, char out[MZG_MODEL_ID])
{
    static const char prefix[] = "models--";

    if (strcmp(cut_last(path), "snapshots") != 0)
        return;
    const char *id = cut_last(path);
    if (strncmp(id, prefix, sizeof prefix - 1) != 0)
        return;
    id += sizeof prefix - 1;
    const char *dashes = strstr(id, "--");
    if (dashes && dashes != id && strlen(id) < MZG_MODEL_ID)
        snprintf(out, MZG_MODEL_ID, "%.*s/%s", (int)(dashes - id), id, dashes + 2);
}

void mzg_source_name(const char *folder, char out[MZG_MODEL_ID])
{
    char *path = realpath(folder, NULL);

    out[0] = '\0';
    if (!path)
        return;
    const char *name = cut_last(path);
    if (is_commit(name))
        name_of_cache(path, out);
    else if (strlen(name) < MZG_MODEL_ID)
        memcpy(out, name, strlen(name) + 1);
    free(path);
}

bool mzg_source_name_certain(const struct mzg_model_id *id)
{
    return id->organization[0] || (id->basename[0] && strpbrk(id->size_label, "0123456789"));
}
