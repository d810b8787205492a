/* q32_search.h: the searches of Q4_0, Q4_1, Q5_0 and Q5_1 for the instruction set whose lanes are
 * included before. Define MZG_Q32_ISA first.
 *
 * Without importance the default and fast efforts are the quantizer itself, which is another piece of
 * code: it tries less, but at the speed of memory (trials.h). */
#ifndef MZG_KERNELS_Q32_Q32_SEARCH_H
#define MZG_KERNELS_Q32_Q32_SEARCH_H

#include "q32_signed.h"
#include "q32_span.h"

#include "../list.h"

static const struct mzg_signed_plan q4_0_plans[] = {
    [MZG_EFFORT_FAST] = {8.0f, 7.75f, 0.75f, 3, 1, 10.0f},
    [MZG_EFFORT_DEFAULT] = {8.0f, 7.5f, 0.75f, 4, 1, 10.0f},
    [MZG_EFFORT_BEST] = {8.0f, 7.0f, 0.0625f, 49, 3, 10.0f},
};
static const struct mzg_signed_plan q5_0_plans[] = {
    [MZG_EFFORT_FAST] = {16.0f, 15.75f, 1.25f, 3, 0, 20.0f},
    [MZG_EFFORT_DEFAULT] = {16.0f, 15.625f, 0.75f, 4, 0, 20.0f},
    [MZG_EFFORT_BEST] = {16.0f, 15.0f, 0.09375f, 49, 3, 20.0f},
};
static const struct mzg_span_plan q4_1_plans[] = {
    [MZG_EFFORT_FAST] = {15.0f, -0.625f, 0.625f, 3, 1, 0.2f},
    [MZG_EFFORT_DEFAULT] = {15.0f, -1.0f, 0.625f, 5, 1, 0.2f},
    [MZG_EFFORT_BEST] = {15.0f, -1.5f, 0.5f, 9, 3, 0.2f},
};
static const struct mzg_span_plan q5_1_plans[] = {
    [MZG_EFFORT_FAST] = {31.0f, -0.75f, 0.75f, 3, 1, 0.2f},
    [MZG_EFFORT_DEFAULT] = {31.0f, -1.5f, 0.75f, 5, 1, 0.2f},
    [MZG_EFFORT_BEST] = {31.0f, -2.0f, 0.5f, 9, 3, 0.2f},
};

#define MZG_Q32_SEARCH(type, TYPE, kind, min, high, isa)                                           \
    static inline void type##_lot(const float *x, const float *w, uint8_t *out, int blocks,        \
                                  enum mzg_effort effort)                                          \
    {                                                                                              \
        static const struct mzg_lot_layout layout = {MZG_##TYPE##_BYTES, min, high,                \
                                                     MZG_##TYPE##_CODES};                          \
        mzg_##kind##_search(x, w, out, blocks, &type##_plans[effort], &layout);                    \
    }                                                                                              \
    void mzg_##type##_search_##isa(const float *x, const float *w, void *q, size_t n,              \
                                   enum mzg_effort effort)                                         \
    {                                                                                              \
        if (!w && effort != MZG_EFFORT_BEST)                                                       \
            mzg_##type##_quantize_##isa(x, q, n);                                                  \
        else                                                                                       \
            mzg_lots(x, w, q, n, MZG_##TYPE##_BYTES, effort, type##_lot);                          \
    }

#define MZG_Q32_SEARCHES(isa)                                                                      \
    MZG_Q32_SEARCH(q4_0, Q4_0, signed, -1, -1, isa)                                                \
    MZG_Q32_SEARCH(q4_1, Q4_1, span, MZG_Q4_1_MIN, -1, isa)                                        \
    MZG_Q32_SEARCH(q5_0, Q5_0, signed, -1, MZG_Q5_0_HIGH, isa)                                     \
    MZG_Q32_SEARCH(q5_1, Q5_1, span, MZG_Q5_1_MIN, MZG_Q5_1_HIGH, isa)

#endif
