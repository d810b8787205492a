/* how.h: what families make of a tensor on its way (struct mzg_arch_tensor.how). */
#ifndef MZG_MODEL_HOW_H
#define MZG_MODEL_HOW_H

#include "arch.h"

/* Rows are heads of head_dim, in halves: to neighbours. */
const struct mzg_values *mzg_how_rotary(const struct mzg_making *m);
/* The source has the rows as columns. */
const struct mzg_values *mzg_how_transposed(const struct mzg_making *m);
/* x + 1: norms whose weight is what they differ from 1 by. */
const struct mzg_values *mzg_how_plus_one(const struct mzg_making *m);
/* The same values in the shape that is due: dimensions of 1 go or come. */
const struct mzg_values *mzg_how_shaped(const struct mzg_making *m);
/* The first, the second half of the rows of each plane: gate and up in one. */
const struct mzg_values *mzg_how_first_half(const struct mzg_making *m);
const struct mzg_values *mzg_how_second_half(const struct mzg_making *m);
/* The rows with even numbers, with odd ones. */
const struct mzg_values *mzg_how_even_rows(const struct mzg_making *m);
const struct mzg_values *mzg_how_odd_rows(const struct mzg_making *m);

#endif
