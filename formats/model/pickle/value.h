/* value.h: what a pickle from outside may hold here: plain values, and descriptions of tensors.
 *
 * Values live in the arena of the mzg_pickle that read them, and texts and bytes in the buffer that it
 * read from: both must outlive them. They are shared (a pickle refers to what it has made before), and
 * may hold themselves: whoever walks them counts its steps. */
#ifndef MZG_MODEL_PICKLE_VALUE_H
#define MZG_MODEL_PICKLE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A type of elements. */
struct mzg_pickle_dtype {
    const char *name; /* "F32", "BF16", "F8_E4M3": as safetensors spells them, where it has them */
    unsigned bytes;   /* of an element */
};

enum mzg_pickle_kind {
    MZG_PICKLE_NONE,
    MZG_PICKLE_BOOL,
    MZG_PICKLE_INT,
    MZG_PICKLE_BIG,     /* an integer wider than 64 bits: its bytes, lowest first */
    MZG_PICKLE_REAL,
    MZG_PICKLE_TEXT,    /* bytes that should be UTF-8, unchecked */
    MZG_PICKLE_BYTES,
    MZG_PICKLE_TUPLE,
    MZG_PICKLE_LIST,
    MZG_PICKLE_DICT,    /* an OrderedDict too */
    MZG_PICKLE_GLOBAL,  /* the name of something that is known (globals.h) */
    MZG_PICKLE_STORAGE,
    MZG_PICKLE_TENSOR,
    MZG_PICKLE_OBJECT,  /* of a class of TorchScript */
    MZG_PICKLE_OTHER,   /* allowed, and of no use for tensors: a device, a set, a layout */
};

/* Elements that tensors share: where they are in the file is the container's affair. */
struct mzg_pickle_storage {
    const struct mzg_pickle_dtype *dtype; /* NULL: bytes without a type */
    const char *key;                      /* its name, NUL-terminated */
    uint64_t numel;                       /* elements, or bytes without a type */
    uint64_t view, view_numel;            /* the part of it that is meant: all, but in old files */
    uint64_t at;                          /* byte of the file that names it */
    struct mzg_pickle_storage *next;      /* as mzg_pickle.storages has them */
};

/* Sizes and strides are tuples of equally many integers >= 0; nothing is compared with the storage. */
struct mzg_pickle_tensor {
    const struct mzg_pickle_storage *storage;
    const struct mzg_pickle_dtype *dtype;
    uint64_t offset; /* elements before the first, in the view */
    const struct mzg_pickle_value *size, *stride;
};

struct mzg_pickle_global;

struct mzg_pickle_value {
    enum mzg_pickle_kind kind;
    uint64_t at; /* byte of the file whose opcode made it */
    union {
        int64_t number; /* BOOL, INT */
        double real;
        struct mzg_pickle_text { const uint8_t *data; size_t len; } text; /* TEXT, BYTES, BIG */
        /* TUPLE, LIST; DICT: keys and values in turn, in the order in which they were put in */
        struct mzg_pickle_items { struct mzg_pickle_value **item; size_t n, room; } items;
        const struct mzg_pickle_global *global;
        const struct mzg_pickle_storage *storage;
        const struct mzg_pickle_tensor *tensor;
        const struct mzg_pickle_value *state; /* OBJECT: a DICT of its attributes, or NULL */
    } as;
};

#endif
