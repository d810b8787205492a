/* rope.h: the factors by which Llama 3.1's way of stretching the context divides rotary frequencies
 * (SPEC.md, "Conversion"). The same bits on every machine: nothing here calls libm. */
#ifndef MZG_MODEL_ROPE_H
#define MZG_MODEL_ROPE_H

#include <stddef.h>

struct mzg_rope {
    double theta;              /* >= 1 */
    double factor;             /* > 0 */
    double low, high;          /* low_freq_factor, high_freq_factor: 0 < low < high */
    double original;           /* original_max_position_embeddings */
};

/* head_dim / 2 factors into out. */
void mzg_rope_factors(const struct mzg_rope *rope, size_t head_dim, float *out);

/* base to the power of exponent, rounded to float once, from a double within 1e-14 of it.
 * 1 <= base <= 1e30, 0 <= exponent <= 1. */
float mzg_rope_power(double base, double exponent);

#endif
