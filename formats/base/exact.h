/* exact.h: transcendental functions that give the same bits on every machine: made of additions,
 * multiplications and divisions of doubles alone, where libm's last bit varies (SPEC.md, "Conversion"). */
#ifndef MZG_BASE_EXACT_H
#define MZG_BASE_EXACT_H

/* Within 1e-14 of the true value, relatively; x > 0 and finite. */
double mzg_exact_log2(double x);
double mzg_exact_log(double x);
/* Within 1e-13 relatively for |x| <= 700. Beyond: 0, infinity; NaN stays NaN. */
double mzg_exact_exp2(double x);
double mzg_exact_exp(double x);

#endif
