/* hub.c: models--mzigo--NAME/{refs/main, snapshots/COMMIT/FILE}. The hub's own programs keep contents in
 * blobs/ and links in snapshots/; they, and llama.cpp, take plain files there as well, and so does a stick
 * whose file system has no links. */
#include "layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMIT 40 /* digits of a commit; ours is the beginning of the manifest's digest */

static void free_paths(char **paths, size_t n)
{
    for (size_t i = 0; paths && i < n; i++)
        free(paths[i]);
    free(paths);
}

static enum mzg_code make_paths(const struct mzg_manifest *m, const char *commit, char ***out,
                                struct mzg_err *e)
{
    char **paths = calloc(m->n_files, sizeof *paths);
    *out = paths;
    for (size_t i = 0; paths && i < m->n_files; i++) {
        if (asprintf(&paths[i], "models--mzigo--%s/snapshots/%s/%s", m->name, commit, m->files[i].path) < 0) {
            paths[i] = NULL;
            return mzg_fail_memory(e, "paths");
        }
    }
    return paths ? MZG_OK : mzg_fail_memory(e, "paths");
}

enum mzg_code mzg_layout_hub(struct mzg_verified *v, const struct mzg_documents *d, const char *dir,
                             const struct mzg_run *run, struct mzg_err *e)
{
    const struct mzg_manifest *m = mzg_verified_manifest(v);
    struct mzg_dir folder = {.fd = -1};
    uint8_t digest[MZG_SHA256_BYTES];
    char hex[MZG_SHA256_HEX], *ref = NULL, **paths = NULL;
    mzg_sha256_of(d->manifest, d->manifest_len, digest);
    mzg_sha256_hex(digest, hex);
    hex[COMMIT] = '\0';
    enum mzg_code code = make_paths(m, hex, &paths, e);
    if (!code && asprintf(&ref, "models--mzigo--%s/refs/main", m->name) < 0) {
        ref = NULL;
        code = mzg_fail_memory(e, "path");
    }
    if (!code)
        code = mzg_verified_unpack_as(v, dir, (const char *const *)paths, run, e);
    if (!code)
        code = mzg_dir_open(&folder, dir, e);
    if (!code)
        code = mzg_file_save_at(&folder, ref, hex, COMMIT, e);
    mzg_dir_close(&folder);
    free_paths(paths, m->n_files);
    free(ref);
    return code;
}
