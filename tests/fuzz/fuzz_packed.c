/* Packed weights: what config.json says of them up to the first NUL byte, then a safetensors file that has them. What
 * is unpacked can be read.
 * Covers: formats/model/packed/packed.c formats/model/packed/beside.c formats/model/packed/bnb.c formats/model/packed/groups.c formats/model/packed/codes.c formats/model/packed/scaled.c */
#include "model/packed/packed.h"
#include "values_input.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARENA_BYTES ((size_t)16 << 20)

static void unpack(const struct mzg_weights *w, const json_t *config)
{
    struct mzg_arena arena;
    struct mzg_source source;
    struct mzg_err e = {0};
    mzg_arena_init(&arena, ARENA_BYTES);
    enum mzg_code code = mzg_packed_check(config, &e);
    if (code == MZG_OK)
        code = mzg_source_init(&source, w, &arena, &e);
    if (code == MZG_OK)
        code = mzg_packed_apply(&source, config, &e);
    if (code != MZG_OK && e.msg[0] == '\0')
        abort();
    for (size_t i = 0; code == MZG_OK && i < source.n; i++) {
        if (source.items[i].values)
            values_input(source.items[i].values);
    }
    mzg_arena_clear(&arena);
}

static void with_weights(const uint8_t *data, size_t size, const json_t *config)
{
    struct mzg_weights w;
    struct mzg_err e;
    char path[64];
    int fd = memfd_create("weights", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (mzg_weights_open(&w, path, &e) == MZG_OK) {
        unpack(&w, config);
        mzg_weights_close(&w);
    }
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size > 0 ? memchr(data, 0, size) : NULL;
    json_t *config = NULL;
    struct mzg_err e;
    if (!nul || mzg_json_parse((const char *)data, (size_t)(nul - data), 0, MZG_JSON_TREE, &config, &e) != MZG_OK)
        return 0;
    if (json_is_object(config))
        with_weights(nul + 1, size - (size_t)(nul + 1 - data), config);
    json_decref(config);
    return 0;
}
