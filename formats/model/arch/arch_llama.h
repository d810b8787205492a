/* arch_llama.h: what families share that run as llama: its keys, whatever their tensors are called. */
#ifndef MZG_MODEL_ARCH_LLAMA_H
#define MZG_MODEL_ARCH_LLAMA_H

#include "common.h"

/* For struct mzg_arch: plain models, those of experts, those whose far tokens attend more sharply (mistral3). */
enum mzg_code mzg_llama_put(const struct mzg_arch_work *work, struct mzg_kvs *k, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_llama_put_experts(const struct mzg_arch_work *work, struct mzg_kvs *k,
                                    struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_llama_put_stretched(const struct mzg_arch_work *work, struct mzg_kvs *k,
                                      struct mzg_err *e) MZG_MUST;
void mzg_llama_tune(struct mzg_vocab *v, struct mzg_kvs *k);

#endif
