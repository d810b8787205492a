#include "mel.h"

#include "../../base/exact.h"

#define TOP 8000.0      /* Hz: half of the samples in a second */
#define BIN_WIDTH 40.0  /* Hz: 16000 / 400 */
#define LINEAR_TOP 15.0 /* mels: up to here, which is 1000 Hz, three are 200 Hz */

static double step(void)
{
    return mzg_exact_log(6.4) / 27.0; /* between mels above, in logarithms */
}

static double to_hertz(double mel)
{
    return mel < LINEAR_TOP ? 200.0 * mel / 3.0 : 1000.0 * mzg_exact_exp(step() * (mel - LINEAR_TOP));
}

void mzg_mel_filters(unsigned n, float *out)
{
    double top = LINEAR_TOP + mzg_exact_log(TOP / 1000.0) / step(), hertz[MZG_MEL_MAX + 2];

    for (unsigned i = 0; i < n + 2; i++)
        hertz[i] = to_hertz(top / (n + 1) * i);
    for (unsigned i = 0; i < n; i++) {
        double left = hertz[i], middle = hertz[i + 1], right = hertz[i + 2];
        for (unsigned b = 0; b < MZG_MEL_BINS; b++) {
            double up = (b * BIN_WIDTH - left) / (middle - left);
            double down = (right - b * BIN_WIDTH) / (right - middle);
            double weight = up < down ? up : down;
            float rounded = weight > 0 ? (float)weight : 0;
            out[i * MZG_MEL_BINS + b] = (float)((double)rounded * (2.0 / (right - left)));
        }
    }
}
