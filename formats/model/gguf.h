/* gguf.h: GGUF v3 headers, read and written (source: the GGUF specification of ggml's docs, and
 * what ggml's own reader of August 2026 enforces). */
#ifndef MZG_MODEL_GGUF_H
#define MZG_MODEL_GGUF_H

#include "kvs.h"
#include "weights.h"

#define MZG_DIMS 4
#define MZG_GGUF_NAME 64                      /* of a tensor, with its NUL */
#define MZG_GGUF_HEADER ((size_t)96 << 20)    /* the largest header read */

struct mzg_gguf {
    struct mzg_kvs kvs;     /* in file order, with their offsets */
    uint32_t alignment;
    uint64_t infos_offset;  /* where the tensor table starts */
    uint64_t data_offset;   /* where tensor data starts; the header is all before it */
};

/* One row of the tensor table to be written. */
struct mzg_gguf_tensor {
    char name[MZG_GGUF_NAME];
    enum mzg_type type;
    unsigned n_dims;
    uint64_t ne[MZG_DIMS];
    uint64_t offset; /* filled in by mzg_gguf_layout: relative to the data */
    uint64_t bytes;  /* filled in by mzg_gguf_layout */
};

/* Fills in offset and bytes of each tensor, in order, padded to alignment without gaps; *total: bytes
 * of the data section, its last padding included. MZG_MALFORMED when a row's width is no multiple of
 * its type's block, MZG_LIMIT on overflow. */
enum mzg_code mzg_gguf_layout(struct mzg_gguf_tensor *t, size_t n, uint32_t alignment,
                              uint64_t *total, struct mzg_err *e) MZG_MUST;

/* The whole header, padded to alignment: the data follows it directly. */
void mzg_gguf_encode(const struct mzg_kvs *k, const struct mzg_gguf_tensor *t, size_t n,
                     uint32_t alignment, struct mzg_buf *out);

#endif
