/* partial.json of a bundle of three files: whatever the bytes, what is left are files that the manifest names, or
 * the manifest is as it was.
 * Covers: formats/bundle/excerpt.c */
#include "bundle/excerpt.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DIGEST "f9b6d7eee230e0ec4ea5e0df70a7554c161d16ac79f2f6950a040eef9504380e"
#define A_FILE(path)                                                                                             \
    "{\"path\": \"" path "\", \"size\": 7, \"sha256\": \"" DIGEST "\", \"chunks\": [{\"length\": 7, \"sha256\": " \
    "\"" DIGEST "\", \"codec\": \"none\", \"object\": \"" DIGEST "\", \"stored\": 7}]}"

static const char manifest[] =
    "{\"format\": \"mzigo.manifest/1\", \"name\": \"t\", \"version\": \"1\", \"sequence\": 1, "
    "\"created\": \"2026-11-23T08:00:00Z\", \"expires\": \"2999-01-01T00:00:00Z\", \"program\": \"mzigo test\", "
    "\"files\": [" A_FILE("a.txt") ", " A_FILE("docs/b.txt") ", " A_FILE("m-q4.gguf") "]}";

static size_t files_of(const struct mzg_manifest *m)
{
    for (size_t i = 0; i < m->n_files; i++) {
        if (strcmp(m->files[i].path, "a.txt") != 0 && strcmp(m->files[i].path, "docs/b.txt") != 0 &&
            strcmp(m->files[i].path, "m-q4.gguf") != 0)
            abort();
    }
    return m->n_files;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mzg_manifest m;
    struct mzg_err e;
    if (mzg_manifest_parse(&m, manifest, sizeof manifest - 1, &e)) {
        fprintf(stderr, "the fuzz target's own manifest: %s\n", e.msg);
        abort();
    }
    enum mzg_code code = mzg_excerpt_parse(&m, (const char *)data, size, &e);
    size_t left = files_of(&m);
    if (code ? left != 3 || m.n_left_out : left == 0 || left + m.n_left_out != 3 || m.content_bytes != 7 * left)
        abort();
    if (code && e.offset != MZG_NO_OFFSET && e.offset > size)
        abort();
    mzg_manifest_clear(&m);
    return 0;
}
