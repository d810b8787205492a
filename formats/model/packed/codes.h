/* codes.h: whole numbers of a few bits, packed into words, as values. */
#ifndef MZG_MODEL_CODES_H
#define MZG_MODEL_CODES_H

#include "../values/values.h"

/* What a code of 4 bits means as a float of 1 sign, 2 exponent and 1 mantissa bits (Open Compute's MX
 * specification). */
extern const float mzg_fp4[16];

struct mzg_codes {
    unsigned bits;           /* 1 to 8, of an element */
    const uint8_t *order;    /* NULL, or with 4 bits in words of 32: element i of a word is its nibble
                              * order[i] */
    const float *table;      /* NULL: the number itself; else what each of the 2^bits codes means */
    int32_t offset;          /* added to the number */
};

/* The stored bytes of t as rows of `width` elements: within a row, element i takes the bits from i * bits
 * on, the lowest bit of the first byte being number 0. ne: of the result. NULL where t's bytes are not the
 * rows' (each padded to a whole number of t's elements). */
const struct mzg_values *mzg_codes_rows(struct mzg_arena *a, const struct mzg_weights *w,
                                        const struct mzg_tensor *t, const struct mzg_codes *codes,
                                        unsigned n_dims, const uint64_t ne[MZG_VALUE_DIMS]);

/* Words of 32 bits, a matrix of them: the elements of a row of the result run down a column of words. So t
 * is {rows, words} in ggml's order, and the result {width, rows}. NULL where width does not fill t. */
const struct mzg_values *mzg_codes_columns(struct mzg_arena *a, const struct mzg_weights *w,
                                           const struct mzg_tensor *t, const struct mzg_codes *codes,
                                           uint64_t width);

#endif
