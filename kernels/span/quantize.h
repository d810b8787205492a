/* quantize.h: the quantizers of the types with scales and minima, for the instruction set whose lanes_*.h
 * was included before. */
#ifndef MZG_KERNELS_SPAN_QUANTIZE_H
#define MZG_KERNELS_SPAN_QUANTIZE_H

#include "../list.h"
#include "search.h"

/* fast, default, and what best does after default; without importance, then with it. Importance asks for
 * more clipping, for the extreme elements may be of little of it. fast starts as default does and stops at
 * the first whole numbers, so that default hardly ever loses more. */
typedef const struct mzg_span_plan mzg_span_plans[2][MZG_EFFORT_BEST + 1];

static mzg_span_plans mzg_q4_k_plans = {
    {{{-0.375f, 0.5f, 3}, {-0.5f, 0.375f, 4}, 1, {0.0f, 0.0f, 0}, 1},
     {{-0.375f, 0.5f, 3}, {-0.5f, 0.375f, 4}, 1, {-0.1875f, 0.375f, 2}, 2},
     {{-0.5f, 0.25f, 6}, {-0.5f, 0.25f, 6}, 2, {-0.1875f, 0.1875f, 3}, 4}},
    {{{-0.5f, 0.5f, 4}, {-0.5f, 0.5f, 4}, 1, {0.0f, 0.0f, 0}, 1},
     {{-0.5f, 0.5f, 4}, {-0.5f, 0.5f, 4}, 1, {-0.1875f, 0.375f, 2}, 2},
     {{-0.5f, 0.25f, 7}, {-0.5f, 0.25f, 7}, 2, {-0.1875f, 0.1875f, 3}, 4}},
};

static mzg_span_plans mzg_q5_k_plans = {
    {{{-0.375f, 0.5f, 3}, {-0.375f, 0.5f, 3}, 1, {0.0f, 0.0f, 0}, 1},
     {{-0.375f, 0.5f, 3}, {-0.375f, 0.5f, 3}, 1, {-0.1875f, 0.375f, 2}, 2},
     {{-0.5f, 0.25f, 6}, {-0.5f, 0.25f, 6}, 2, {-0.1875f, 0.1875f, 3}, 4}},
    {{{-0.5f, 0.5f, 4}, {-0.5f, 0.5f, 4}, 1, {0.0f, 0.0f, 0}, 1},
     {{-0.5f, 0.5f, 4}, {-0.5f, 0.5f, 4}, 1, {-0.1875f, 0.375f, 2}, 2},
     {{-0.5f, 0.25f, 7}, {-0.5f, 0.25f, 7}, 2, {-0.1875f, 0.1875f, 3}, 4}},
};

static mzg_span_plans mzg_q2_k_plans = {
    {{{0.0f, 0.375f, 2}, {0.0f, 0.375f, 2}, 1, {0.0f, 0.0f, 0}, 1},
     {{0.0f, 0.375f, 2}, {0.0f, 0.375f, 2}, 1, {-0.125f, 0.25f, 2}, 2},
     {{-0.125f, 0.125f, 6}, {-0.125f, 0.125f, 6}, 2, {-0.25f, 0.25f, 3}, 4}},
    {{{0.0f, 0.375f, 3}, {0.0f, 0.375f, 3}, 1, {0.0f, 0.0f, 0}, 1},
     {{0.0f, 0.375f, 3}, {0.0f, 0.375f, 3}, 1, {-0.125f, 0.25f, 2}, 2},
     {{-0.125f, 0.125f, 8}, {-0.125f, 0.125f, 8}, 2, {-0.25f, 0.25f, 3}, 4}},
};

/* One function a type without importance, one with it. */
#define MZG_SPAN_SEARCH(type, FORMAT, BYTES, weighted)                                             \
    static void type##_search_##weighted(const float *x, const float *w, uint8_t *q, size_t n,     \
                                         enum mzg_effort effort)                                   \
    {                                                                                              \
        const struct mzg_span_format f = FORMAT;                                                   \
        struct mzg_span_input in;                                                                  \
        while (n) {                                                                                \
            struct mzg_span_block blocks[2];                                                       \
            float lost[2] = {INFINITY, INFINITY};                                                  \
            int plan = effort == MZG_EFFORT_BEST ? MZG_EFFORT_DEFAULT : (int)effort;               \
            mzg_span_read(f, weighted, x, w, n, &in);                                              \
            for (; plan <= (int)effort; plan++)                                                    \
                mzg_span_follow(f, weighted, &mzg_##type##_plans[weighted][plan], &in, blocks,     \
                                lost);                                                             \
            for (int i = 0; i < in.some / MZG_SUPER; i++, q += BYTES)                              \
                mzg_##type##_pack(&blocks[i], q);                                                  \
            x += in.some;                                                                          \
            w = weighted ? w + in.some : w;                                                        \
            n -= (size_t)in.some;                                                                  \
        }                                                                                          \
    }

#define MZG_SPAN_QUANTIZER(type, FORMAT, BYTES, isa)                                               \
    MZG_SPAN_SEARCH(type, FORMAT, BYTES, 0)                                                        \
    MZG_SPAN_SEARCH(type, FORMAT, BYTES, 1)                                                        \
    void mzg_##type##_search_##isa(const float *x, const float *w, void *q, size_t n,              \
                                   enum mzg_effort effort)                                         \
    {                                                                                              \
        if (w)                                                                                     \
            type##_search_1(x, w, q, n, effort);                                                   \
        else                                                                                       \
            type##_search_0(x, w, q, n, effort);                                                   \
    }

#define MZG_SPAN_QUANTIZERS(isa)                                                                   \
    MZG_SPAN_QUANTIZER(q4_k, MZG_Q4_K_FORMAT, MZG_Q4_K_BYTES, isa)                                 \
    MZG_SPAN_QUANTIZER(q5_k, MZG_Q5_K_FORMAT, MZG_Q5_K_BYTES, isa)                                 \
    MZG_SPAN_QUANTIZER(q2_k, MZG_Q2_K_FORMAT, MZG_Q2_K_BYTES, isa)

#endif
