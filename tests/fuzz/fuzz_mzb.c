/* A single-file bundle, read to its end as verify --deep does it, but for the signature, which no
 * fuzzer can make: what stands behind it is hostile here.
 * Covers: formats/bundle/archive.c formats/bundle/walk.c formats/bundle/codec.c */
#include "bundle/archive.h"
#include "bundle/walk.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum mzg_code take(void *ctx, const struct mzg_member *file, const struct mzg_chunk *chunk,
                          const uint8_t *content, struct mzg_err *e)
{
    uint64_t *sum = ctx;
    (void)file, (void)e;
    if (!content)
        abort();
    for (uint32_t i = 0; i < chunk->length; i++)
        *sum += content[i]; /* a sanitizer sees what was never written */
    return MZG_OK;
}

static enum mzg_code go_on(void *ctx, const struct mzg_member *file, const struct mzg_err *fault,
                           struct mzg_err *e)
{
    (void)ctx, (void)file, (void)e;
    if (fault->code != MZG_REFUSED)
        abort();
    return MZG_OK;
}

static void read_all(struct mzg_archive *a, const struct mzg_documents *d)
{
    struct mzg_manifest m;
    struct mzg_err e;
    uint64_t sum = 0;
    struct mzg_run run = {.threads = 1};
    struct mzg_walker w = {&sum, take, go_on, NULL};
    enum mzg_code code = mzg_manifest_parse(&m, d->manifest, d->manifest_len, &e);
    if (!code && m.content_bytes > (uint64_t)64 << 20)
        code = MZG_LIMIT; /* of a fuzzer's patience */
    if (!code)
        code = mzg_archive_expect(a, &m, &e);
    if (!code)
        code = mzg_walk(&m, mzg_archive_objects(a), MZG_DEPTH_CONTENT, &run, "", &w, &e);
    if (!code)
        code = mzg_archive_end(a, &e);
    if (code == MZG_IO)
        abort();
    mzg_manifest_clear(&m);
}

/* A wrong checksum would end nearly every try at the first header: each is made right. */
static uint8_t *with_checksums(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    for (size_t at = 0; at + 512 <= size; at += 512) {
        unsigned sum = 0;
        if (memcmp(copy + at + 257, "ustar", 5) != 0)
            continue;
        memset(copy + at + 148, ' ', 8);
        for (size_t i = 0; i < 512; i++)
            sum += copy[at + i];
        snprintf((char *)copy + at + 148, 8, "%06o", sum);
    }
    return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mzg_archive *a;
    struct mzg_documents d;
    struct mzg_err e;
    char path[64], name[MZG_NAME_MAX + 1], version[MZG_NAME_MAX + 1];
    int fd = memfd_create("mzb", MFD_CLOEXEC);
    uint8_t *copy = with_checksums(data, size);
    if (fd < 0 || write(fd, copy, size) != (ssize_t)size)
        abort();
    free(copy);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (mzg_archive_open(&a, path, &d, name, version, &e) == MZG_OK) {
        read_all(a, &d);
        mzg_archive_close(a);
        mzg_documents_clear(&d);
    } else if (e.code == MZG_OK || e.code == MZG_IO) {
        abort();
    }
    close(fd);
    return 0;
}
