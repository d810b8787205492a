/* trials.h: the scales that Q4_0 and Q5_0 are tried with where there is no importance.
 *
 * The trial runs in 16-bit integers, so that it costs little beside reading the weights: a block is
 * brought to -unit..unit, its largest magnitude to -unit, and a code is (v * factor + 2^14) >> 15, one
 * instruction in every instruction set. factor * unit / 2^15 is the code that the largest magnitude is
 * asked to get, negated; beyond the range of codes it is clipped. The factors are those few that lost
 * least on trained weights; a denser choice gains another 0.3 %. */
#ifndef MZG_KERNELS_TRIALS_H
#define MZG_KERNELS_TRIALS_H

#include "scalar.h"

struct mzg_trials {
    int half;        /* codes are -half..half - 1 */
    float unit;      /* a power of two: products with factors stay within 2^21, sums within 2^23 */
    int count;       /* of factors */
    int16_t factor[6];
};

/* 8, -7, 8.75, -8 and 8.4375 codes; 16, -15, 17, -16.25, 16.5, -15.5. */
static const struct mzg_trials mzg_q4_0_trials = {8, 2048.0f, 5, {128, -112, 140, -128, 135}};
static const struct mzg_trials mzg_q5_0_trials = {16, 4096.0f, 6, {128, -120, 136, -130, 132, -124}};

/* Blocks whose largest magnitude is below this are zeros: half of the smallest half is above all of
 * their scales. */
#define MZG_TRIED_LEAST 0x1p-28f

#endif
