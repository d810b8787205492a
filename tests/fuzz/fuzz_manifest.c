/* A manifest, and an envelope: whatever the bytes, both are read. A manifest that is accepted is
 * written, and what was written is accepted and written alike.
 * Covers: formats/bundle/manifest.c formats/bundle/item.c formats/bundle/dsse.c formats/bundle/name.c */
#include "bundle/dsse.h"
#include "bundle/manifest.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_twice(const struct mzg_manifest *m)
{
    struct mzg_buf once, twice;
    struct mzg_manifest again;
    struct mzg_err e;
    mzg_buf_init(&once, MZG_MANIFEST_MAX);
    mzg_buf_init(&twice, MZG_MANIFEST_MAX);
    if (mzg_manifest_write(m, &once, &e) ||
        mzg_manifest_parse(&again, (const char *)once.data, once.len, &e) ||
        mzg_manifest_write(&again, &twice, &e) || once.len != twice.len ||
        memcmp(once.data, twice.data, once.len) != 0)
        abort();
    mzg_manifest_clear(&again);
    mzg_buf_clear(&once);
    mzg_buf_clear(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mzg_key *key;
    const struct mzg_key *signer;
    struct mzg_keyring ring = {NULL, 0};
    struct mzg_manifest m;
    struct mzg_err e;
    if (!key && mzg_key_generate(&key, MZG_KEY_TYPE_ED25519, &e))
        abort();
    ring = (struct mzg_keyring){(const struct mzg_key *const *)&key, 1};
    if (mzg_manifest_parse(&m, (const char *)data, size, &e) == MZG_OK)
        write_twice(&m);
    else if (e.offset != MZG_NO_OFFSET && e.offset > size)
        abort();
    mzg_manifest_clear(&m);
    /* Nobody signed "x" with this key. */
    if (mzg_dsse_verify((const char *)data, size, MZG_MANIFEST_TYPE, "x", 1, &ring, &signer, &e) ==
        MZG_OK)
        abort();
    return 0;
}
