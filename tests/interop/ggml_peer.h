/* ggml_peer.h: the real ggml, opened at run time: its quantizers, its decoders and, where its library
 * for this CPU is beside it, its dot products. */
#ifndef MZG_TESTS_INTEROP_GGML_PEER_H
#define MZG_TESTS_INTEROP_GGML_PEER_H

#include "kernels/kernels.h"

#include <stdbool.h>

/* ggml_quantize_chunk: (type, x, q, first element, rows, width, importance of a row or NULL). */
typedef size_t mzg_ggml_quantize(int, const float *, void *, int64_t, int64_t, int64_t, const float *);
typedef void mzg_ggml_dequantize(const void *, float *, int64_t);
/* ggml_vec_dot_*: (n, result, -, q, -, y, -, 1). */
typedef void mzg_ggml_dot(int, float *, size_t, const void *, size_t, const void *, size_t, int);

struct mzg_ggml {
    mzg_ggml_quantize *quantize;
    mzg_ggml_dequantize *dequantize[MZG_TYPE_END]; /* NULL: ggml has no such decoder */
    mzg_ggml_dot *dot[MZG_TYPE_END];               /* NULL: unknown */
    /* Floats to what dot takes as y (Q8_0, Q8_1 or Q8_K). */
    void (*activation[MZG_TYPE_END])(const float *, void *, int64_t);
    bool (*requires_importance)(int type);
    char cpu_library[128]; /* the file dot comes from, or empty */
};

/* base: the path of libggml-base.so. Libraries stay open. False, with a message on stderr, when the
 * library cannot be opened or lacks what every version has. */
bool mzg_ggml_open(struct mzg_ggml *g, const char *base);

#endif
