/* The directory of a zip archive: whatever opens, its entries are in the file, apart, and found by name.
 * Covers: formats/model/containers/zip.c */
#include "model/containers/zip.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct mzg_zip *z, size_t size)
{
    uint64_t end = 0;

    for (size_t i = 0; i < z->n; i++) {
        const struct mzg_zip_entry *entry = &z->entries[i];
        if (mzg_zip_find(z, entry->name) != entry || entry->header < end || entry->data <= entry->header ||
            entry->data > size || entry->size > size - entry->data)
            abort();
        end = entry->data + entry->size;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("zip", MFD_CLOEXEC);
    struct mzg_arena a;
    struct mzg_file f;
    struct mzg_zip z;
    struct mzg_err e;
    char path[64];

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    mzg_arena_init(&a, (size_t)64 << 20);
    if (mzg_file_open(&f, path, &e) != MZG_OK)
        abort();
    if (mzg_zip_open(&z, &f, &a, &e) == MZG_OK)
        look(&z, size);
    else if (e.code == MZG_OK || e.msg[0] == '\0')
        abort();
    mzg_file_close(&f);
    mzg_arena_clear(&a);
    close(fd);
    return 0;
}
