#include "exact.h"
#include <float.h>
#include <math.h>

#if FLT_EVAL_METHOD != 0
#error "arithmetic must round to its type at every step"
#endif

/* Nearest doubles of ln 2 and 1 / ln 2. */
#define LN2 0x1.62e42fefa39efp-1
#define LOG2E 0x1.71547652b82fep+0

/* x = m * 2^e with m around 1, then the series of atanh((m - 1) / (m + 1)), whose terms fall by 34 at
 * least: 12 of them reach a double's last bit. frexp and ldexp are exact. */
double mzg_exact_log2(double x)
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

double mzg_exact_log(double x)
{
    return mzg_exact_log2(x) * LN2;
}

/* A whole part, and Taylor's series of e^r for |r| <= ln 2 / 2. */
double mzg_exact_exp2(double x)
{
    if (!(x > -1100))
        return isnan(x) ? x : 0;
    if (x > 1100)
        return INFINITY;
    int n = (int)(x < 0 ? x - 0.5 : x + 0.5);
    double r = (x - n) * LN2, sum = 1;

    for (int k = 18; k >= 1; k--)
        sum = 1 + sum * r / k;
    return ldexp(sum, n);
}

double mzg_exact_exp(double x)
{
    return mzg_exact_exp2(x * LOG2E);
}
