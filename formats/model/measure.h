/* measure.h: what one batch of a tensor lost, and the error of the dot-product kernel on its rows. */
#ifndef MZG_MODEL_MEASURE_H
#define MZG_MODEL_MEASURE_H

#include "importance/rows.h"
#include "limits.h"
#include "stream.h"

/* Sums over one batch, in element order; added up batch by batch they are the same at every thread
 * count. Zeroed to start with. */
struct mzg_loss {
    double err2, x2, y2, xy;       /* sums of (x - y)^2, x^2, y^2, x * y */
    double max_error;
    uint64_t max_error_at;         /* element of the tensor */
    double block_error;            /* worst block: largest error over its limit */
    uint64_t block_error_at;
    double dot_error, kernel_error; /* worst row */
    bool repeats;                  /* in: also quantize anew and compare */
    bool copied;                   /* in: source and output have one type, so every bit is the same */
    bool differs;                  /* out: the blocks are not what the quantizer gives, or no copy */
    uint64_t differs_at;
};

/* The vector that rows are multiplied with: fixed, bell-shaped, and its forms as the other side of dot
 * products. */
#define MZG_ACTIVATION ((size_t)8192)
#define MZG_ACTIVATION_FORMS 3 /* Q8_0, Q8_1, Q8_K */
struct mzg_quantized_activation {
    enum mzg_type type;
    float decoded[MZG_ACTIVATION];
    uint8_t blocks[MZG_ACTIVATION / 256 * 292]; /* room for the largest, Q8_K */
};
struct mzg_activation {
    float a[MZG_ACTIVATION];
    struct mzg_quantized_activation forms[MZG_ACTIVATION_FORMS];
};
void mzg_activation_init(struct mzg_activation *a, const struct mzg_kernels *k);

/* The batch, twice: as the source has it, and as the output has it (type `to`, `out` its blocks). */
struct mzg_pair {
    const struct mzg_batch *batch;
    const uint8_t *src;
    const uint8_t *out;
    const struct mzg_type_info *to;
    const struct mzg_limit *limit;
    const struct mzg_kernels *kernels;
    const struct mzg_activation *activation;
    enum mzg_effort effort;                  /* how it was quantized ... */
    const struct mzg_importance *importance; /* ... and with what */
    size_t index;                            /* of the tensor in its model */
    struct mzg_importance_rows *rows;
};

/* Fails only where importance cannot be read. */
enum mzg_code mzg_loss_measure(struct mzg_loss *l, const struct mzg_pair *p, struct mzg_err *e) MZG_MUST;
/* Adds b, the batch that follows. */
void mzg_loss_add(struct mzg_loss *l, const struct mzg_loss *b);

#endif
