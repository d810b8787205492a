/* gguf.h: GGUF v3 headers, read and written (source: the GGUF specification of ggml's docs, and
 * what ggml's own reader of August 2026 enforces). */
#ifndef MZG_MODEL_GGUF_H
#define MZG_MODEL_GGUF_H

#include "kvs.h"
#include "weights.h"

#define MZG_GGUF_VERSION 3
#define MZG_GGUF_ALIGNMENT 32                 /* where general.alignment says nothing */
#define MZG_DIMS 4
#define MZG_GGUF_NAME 64                      /* of a tensor, with its NUL */
#define MZG_GGUF_HEADER ((size_t)96 << 20)    /* the largest header read */
#define MZG_GGUF_KEYS 4096                    /* the most metadata pairs read */

struct mzg_gguf {
    struct mzg_kvs kvs;     /* in file order, with their offsets */
    uint8_t *header;        /* the file up to the end of the tensor table; values point into it */
    uint32_t alignment;
    uint64_t infos_offset;  /* where the tensor table starts */
    uint64_t data_offset;   /* where tensor data starts; the header is all before it */
};

/* mzg_container_gguf (opening.h) reads the header into w->gguf. Versions 2 and 3 (their layout is the
 * same). MZG_UNSUPPORTED: version 1, big-endian, arrays of arrays, tensor types that are not known.
 * MZG_LIMIT: a header beyond MZG_GGUF_HEADER or MZG_GGUF_KEYS. */
void mzg_gguf_clear(struct mzg_gguf *g); /* fine on a zeroed one */

/* Bytes of a tensor whose row has been found a multiple of the block; false on overflow. */
bool mzg_gguf_bytes(const struct mzg_type_info *info, unsigned n_dims, const uint64_t *ne,
                    uint64_t *bytes);
/* n rounded up to a multiple of alignment; false on overflow. */
bool mzg_gguf_pad(uint64_t n, uint32_t alignment, uint64_t *padded);

/* One row of the tensor table to be written. */
struct mzg_gguf_tensor {
    char name[MZG_GGUF_NAME];
    enum mzg_type type;
    unsigned n_dims;
    uint64_t ne[MZG_DIMS];
    uint64_t offset; /* filled in by mzg_gguf_layout: relative to the data */
    uint64_t bytes;  /* filled in by mzg_gguf_layout */
};

/* Fills in offset and bytes of each tensor, in order, padded to alignment without gaps; *total:
 * bytes of the data section, its last padding included. MZG_MALFORMED when a row's width is no
 * multiple of its type's block, MZG_LIMIT on overflow. */
enum mzg_code mzg_gguf_layout(struct mzg_gguf_tensor *t, size_t n, uint32_t alignment,
                              uint64_t *total, struct mzg_err *e) MZG_MUST;

/* The whole header, padded to alignment: the data follows it directly. */
void mzg_gguf_encode(const struct mzg_kvs *k, const struct mzg_gguf_tensor *t, size_t n,
                     uint32_t alignment, struct mzg_buf *out);

#endif
