#include "rope.h"
#include <float.h>
#include <math.h>

#if FLT_EVAL_METHOD != 0
#error "float arithmetic must round to float at every step"
#endif

/* Nearest doubles of ln 2, 1 / ln 2 and 2 pi. */
#define LN2 0x1.62e42fefa39efp-1
#define LOG2E 0x1.71547652b82fep+0
#define TWO_PI 0x1.921fb54442d18p+2

/* log2 of x >= 1: x = m * 2^e with m around 1, then the series of atanh((m - 1) / (m + 1)), whose
 * terms fall by 34 at least: 12 of them reach a double's last bit. frexp and ldexp are exact. */
static double log2_of(double x)
{
    int e;
    double m = frexp(x, &e);

    if (m < 0x1.6a09e667f3bcdp-1) { /* sqrt(1/2) */
        m *= 2;
        e--;
    }
    double t = (m - 1) / (m + 1), t2 = t * t, sum = 0;
    for (int k = 12; k >= 0; k--)
        sum = sum * t2 + 1.0 / (2 * k + 1);
    return e + 2 * t * sum * LOG2E;
}

/* 2^y for 0 <= y <= 100: a whole part, and Taylor's series of e^r for |r| <= ln 2 / 2. */
static double exp2_of(double y)
{
    int n = (int)(y + 0.5);
    double r = (y - n) * LN2, sum = 1;

    for (int k = 18; k >= 1; k--)
        sum = 1 + sum * r / k;
    return ldexp(sum, n);
}

float mzg_rope_power(double base, double exponent)
{
    return (float)exp2_of(log2_of(base) * exponent);
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
