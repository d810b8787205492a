/* scaled.h: codes times the scales of their blocks: what nearly every packed format comes to. */
#ifndef MZG_MODEL_SCALED_H
#define MZG_MODEL_SCALED_H

#include "../values/values.h"

/* Element k of row n is ((code - zero) * scale * times / by) + bias, each operation rounded to float, and
 * left out where it has nothing to do. Rows are numbered within a plane (ne[1]), planes must be as many
 * everywhere. */
struct mzg_scaled {
    const struct mzg_values *codes;  /* {width, rows} or {width, rows, planes} */
    const struct mzg_values *scale;  /* {ceil(width / block_width), ceil(rows / block_rows), planes} */
    const struct mzg_values *zero;   /* of the same shape, or NULL */
    const struct mzg_values *bias;   /* the same */
    const struct mzg_values *groups; /* width numbers: the column of scale for each k; or NULL: k /
                                      * block_width */
    uint64_t block_width, block_rows;
    float times, by;                 /* 1: none */
};

/* NULL without memory, or where the shapes are not these. */
const struct mzg_values *mzg_values_scaled(struct mzg_arena *a, const struct mzg_scaled *scaled);

/* v in the shape of scales for codes of this width and number of rows: one for all, one a row, or a matrix
 * already; *block_width and *block_rows follow from it unless they are not 0. NULL where it is none. */
const struct mzg_values *mzg_scaled_shape(struct mzg_arena *a, const struct mzg_values *v,
                                          const struct mzg_values *codes, uint64_t *block_width,
                                          uint64_t *block_rows);

#endif
