/* globals.h: the names that a pickle may refer to, and what is made of each; for the machine only. */
#ifndef MZG_MODEL_PICKLE_GLOBALS_H
#define MZG_MODEL_PICKLE_GLOBALS_H

#include "value.h"

enum mzg_pickle_use {
    MZG_PICKLE_USE_DICT,      /* () or (pairs) -> DICT */
    MZG_PICKLE_USE_TENSOR,    /* (storage, offset, size, stride, ...) -> TENSOR */
    MZG_PICKLE_USE_TYPED,     /* the same with a type as the seventh */
    MZG_PICKLE_USE_FIRST,     /* (value, ...) -> value: a tensor as a parameter, a list of one type */
    MZG_PICKLE_USE_SIZE,      /* (tuple or list) -> TUPLE */
    MZG_PICKLE_USE_STORAGE,   /* names a type, for persistent ids; not to be called */
    MZG_PICKLE_USE_DTYPE,     /* names a type, for tensors; not to be called */
    MZG_PICKLE_USE_OTHER,     /* whatever -> OTHER */
    MZG_PICKLE_USE_OBJECT,    /* () -> OBJECT */
};

struct mzg_pickle_global {
    const char *module, *name;
    enum mzg_pickle_use use;
    const struct mzg_pickle_dtype *dtype; /* of STORAGE and DTYPE; NULL: without a type */
};

/* NULL: not known. script: TorchScript's are. */
const struct mzg_pickle_global *mzg_pickle_find_global(struct mzg_pickle_text module,
                                                       struct mzg_pickle_text name, bool script);

#endif
