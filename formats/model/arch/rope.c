#include "rope.h"
#include "../../base/exact.h"
#include <float.h>

#if FLT_EVAL_METHOD != 0
#error "float arithmetic must round to float at every step"
#endif

#define TWO_PI 0x1.921fb54442d18p+2 /* the nearest double */

float mzg_rope_power(double base, double exponent)
{
    return (float)mzg_exact_exp2(mzg_exact_log2(base) * exponent);
}

/* Rounds to float at each step and divides by multiplying with a reciprocal where PyTorch does, so
 * that the values are those of the published files. */
static float factor_of(const struct mzg_rope *r, float exponent)
{
    float low = (float)r->low, factor = (float)r->factor, original = (float)r->original;
    float freq = 1.0f / mzg_rope_power(r->theta, exponent);
    float wavelen = (1.0f / freq) * (float)TWO_PI;

    if (wavelen < (float)(r->original / r->high))
        return 1;
    if (wavelen > (float)(r->original / r->low))
        return factor;
    float smooth = ((1.0f / wavelen) * original - low) / (float)(r->high - r->low);
    return 1.0f / ((1.0f - smooth) / factor + smooth);
}

void mzg_rope_factors(const struct mzg_rope *rope, size_t head_dim, float *out)
{
    for (size_t i = 0; i < head_dim / 2; i++)
        out[i] = factor_of(rope, (float)(2 * i) / (float)head_dim);
}
