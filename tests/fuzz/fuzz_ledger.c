/* What a killed run left of a bundle on its way: its ledger, or an object's bytes. Whatever the file
 * holds, what is read from it is read again after it was gone on with.
 * Covers: formats/bundle/arrival/ledger.c formats/bundle/arrival/partial.c */
#include "bundle/arrival/ledger.h"
#include "bundle/arrival/partial.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N 7
#define FULL (48 + 6 * 8 * (N + 1)) /* bytes of the longest ledger of N objects */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct mzg_dir folder = {.fd = -1};
static const uint8_t zeros[MZG_SHA256_BYTES]; /* of the manifest, and of the object */

static void leave(void)
{
    (void)rmdir(folder.path);
}

static void enter(void)
{
    static char path[] = "/tmp/mzigo-fuzz-XXXXXX";
    struct mzg_err e;
    if (!mkdtemp(path) || mzg_dir_open(&folder, path, &e) || atexit(leave))
        abort();
}

static void put(const char *path, const uint8_t *data, size_t size)
{
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(data, 1, size, f) != size || fclose(f))
        abort();
}

static void try_ledger(bool full)
{
    struct mzg_ledger l;
    struct mzg_err e;
    enum mzg_entry once[N], again[N];
    if (mzg_ledger_open(&l, &folder, zeros, once, N, &e) || mzg_ledger_add(&l, 3, &e) ||
        (l.fresh && mzg_ledger_confirm(&l, zeros, &e)))
        abort();
    mzg_ledger_close(&l, false);
    if (once[3] == MZG_ENTRY_NONE)
        once[3] = MZG_ENTRY_CLAIMED;
    if (mzg_ledger_open(&l, &folder, zeros, again, N, &e))
        abort();
    /* One that was as long as it may be is none with a record more. */
    if (l.fresh ? !full : memcmp(once, again, sizeof once) != 0)
        abort();
    mzg_ledger_close(&l, true);
}

static void try_partial(uint32_t size)
{
    struct mzg_partial p, again;
    struct mzg_err e;
    if (mzg_partial_open(&p, &folder, zeros, size, &e) || p.have > size ||
        mzg_partial_there(&folder, zeros, size) != p.have)
        abort();
    if (p.have < size && mzg_partial_take(&p, "x", 1, &e))
        abort();
    uint32_t have = p.have;
    uint8_t *data = malloc(size);
    if (!data)
        abort();
    memcpy(data, p.data, have);
    mzg_partial_close(&p, false);
    if (mzg_partial_open(&again, &folder, zeros, size, &e) || again.have != have ||
        memcmp(again.data, data, have) != 0)
        abort();
    mzg_partial_close(&again, true);
    free(data);
}

/* The first byte chooses which, and how long the object is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[256], hex[MZG_SHA256_HEX];
    if (folder.fd < 0)
        enter();
    if (size == 0 || size > 100000)
        return 0;
    mzg_sha256_hex(zeros, hex);
    if (data[0] % 2)
        snprintf(path, sizeof path, "%s/%s" MZG_PART, folder.path, hex);
    else
        snprintf(path, sizeof path, "%s/pull" MZG_JOURNAL, folder.path);
    put(path, data + 1, size - 1);
    if (data[0] % 2)
        try_partial(1 + 300 * (uint32_t)data[0]);
    else
        try_ledger(size - 1 >= FULL);
    return 0;
}
