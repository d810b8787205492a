/* pooling.h: how one vector is made of those of a text's tokens: what sentence-transformers' modules.json
 * beside a model says, as GGUF's ARCH.pooling_type. */
#ifndef MZG_MODEL_POOLING_H
#define MZG_MODEL_POOLING_H

#include "arch.h"

enum mzg_pooling { MZG_POOLING_MEAN = 1, MZG_POOLING_CLS = 2, MZG_POOLING_LAST = 3, MZG_POOLING_RANK = 4 };

/* Writes the key where FOLDER/modules.json has a module that pools, and notes the files that were read.
 * Modules behind it that GGUF has no place for are announced. For struct mzg_arch.put. MZG_UNSUPPORTED: a
 * way of pooling that llama.cpp has not; MZG_MALFORMED: files that say nothing, or a path that leaves the
 * folder. */
enum mzg_code mzg_pooling_put(const struct mzg_arch_work *work, struct mzg_kvs *k,
                              struct mzg_err *e) MZG_MUST;

#endif
