/* pytorch.h: what the forms of PyTorch's checkpoints share once their pickle has been read; for their
 * readers only. */
#ifndef MZG_MODEL_PYTORCH_H
#define MZG_MODEL_PYTORCH_H

#include "../pickle/pickle.h"
#include "opening.h"

#define MZG_PYTORCH_PICKLE ((size_t)32 << 20) /* bytes of a pickle; the largest shards need 1 MiB */
/* Tensors share storages, so a file may list more than it holds, but no more than this many times its
 * size: layers that are shared 24 times do exist. */
#define MZG_PYTORCH_SHARING 64u

struct mzg_pytorch {
    struct mzg_weights *w;
    uint32_t file;
    struct mzg_pickle pickle;
    const struct mzg_pickle_value *root;
    /* Where a storage's first byte is in the file; all of its bytes are there. ctx: the form's own. */
    enum mzg_code (*place)(void *ctx, const struct mzg_pickle_storage *s, uint64_t *at,
                           struct mzg_err *e);
    void *ctx;
    uint64_t listed; /* bytes of the tensors so far */
};

/* Adds the tensors that root holds to w, and its numbers. */
enum mzg_code mzg_pytorch_take(struct mzg_pytorch *p, struct mzg_err *e) MZG_MUST;
/* Adds one, by the name (len bytes). */
enum mzg_code mzg_pytorch_add(struct mzg_pytorch *p, const char *name, size_t len,
                              const struct mzg_pickle_value *tensor, struct mzg_err *e) MZG_MUST;
/* Bytes of a storage. MZG_MALFORMED when they cannot be counted. */
enum mzg_code mzg_pytorch_bytes(const struct mzg_pickle_storage *s, uint64_t *bytes,
                                struct mzg_err *e) MZG_MUST;

/* The two forms. */
enum mzg_code mzg_pytorch_read_zip(struct mzg_weights *w, uint32_t file, struct mzg_err *e) MZG_MUST;
enum mzg_code mzg_pytorch_read_stream(struct mzg_weights *w, uint32_t file, struct mzg_err *e) MZG_MUST;

#endif
