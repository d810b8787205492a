/* A pickle, and what it made, walked as far as a thousand steps lead: it may hold itself.
 * Covers: formats/model/pickle/pickle.c formats/model/pickle/opcodes.c formats/model/pickle/make.c
 * Covers: formats/model/pickle/stack.c formats/model/pickle/globals.c */
#include "model/pickle/pickle.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch(const void *data, size_t n, const uint8_t *from, size_t size)
{
    const uint8_t *p = data;

    if (n > 0 && (p < from || p + n > from + size))
        abort();
}

static void walk(const struct mzg_pickle_value *v, const uint8_t *data, size_t size, unsigned *steps)
{
    if (++*steps > 1000 || v->at > size)
        return;
    switch (v->kind) {
    case MZG_PICKLE_TEXT:
    case MZG_PICKLE_BYTES:
    case MZG_PICKLE_BIG: touch(v->as.text.data, v->as.text.len, data, size); break;
    case MZG_PICKLE_TUPLE:
    case MZG_PICKLE_LIST:
    case MZG_PICKLE_DICT:
        for (size_t i = 0; i < v->as.items.n && *steps < 1000; i++)
            walk(v->as.items.item[i], data, size, steps);
        break;
    case MZG_PICKLE_TENSOR:
        if (strlen(v->as.tensor->storage->key) > 255 || v->as.tensor->dtype->bytes == 0 ||
            v->as.tensor->size->as.items.n != v->as.tensor->stride->as.items.n)
            abort();
        break;
    case MZG_PICKLE_OBJECT:
        if (v->as.state)
            walk(v->as.state, data, size, steps);
        break;
    default: break;
    }
}

static void read_all(const uint8_t *data, size_t size, bool script)
{
    const struct mzg_pickle_value *root;
    struct mzg_pickle p;
    struct mzg_reader r;
    struct mzg_err e;
    unsigned steps = 0;

    mzg_pickle_init(&p);
    p.script = script;
    mzg_reader_init(&r, data, size, 0);
    while (mzg_reader_left(&r) > 0) {
        if (mzg_pickle_read(&p, &r, &root, &e) != MZG_OK) {
            if (e.code == MZG_OK || e.msg[0] == '\0' || (e.code != MZG_LIMIT && e.offset > size))
                abort();
            break;
        }
        walk(root, data, size, &steps);
        if (mzg_pickle_get(root, "state_dict") && root->kind != MZG_PICKLE_DICT)
            abort();
    }
    mzg_pickle_clear(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_all(data, size, false);
    read_all(data, size, true);
    return 0;
}
