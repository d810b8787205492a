/* quantize.h: the quantizers of the types with scales and minima, for the instruction set whose lanes_*.h
 * was included before. */
#ifndef MZG_KERNELS_SPAN_QUANTIZE_H
#define MZG_KERNELS_SPAN_QUANTIZE_H

#include "../list.h"
#include "search.h"

/* Without and with importance; fast, default, best. Importance asks for more clipping, for the extreme
 * elements may be of little of it. */
static const struct mzg_span_plan mzg_q4_k_plans[2][MZG_EFFORT_BEST + 1] = {
    {{{-0.375f, 0.5f, 3}, {-0.375f, 0.5f, 3}, 1, {0.0f, 0.0f, 1}, 1},
     {{-0.375f, 0.5f, 3}, {-0.5f, 0.375f, 4}, 1, {-0.1875f, 0.375f, 2}, 2},
     {{-0.5f, 0.25f, 6}, {-0.5f, 0.25f, 6}, 2, {-0.1875f, 0.1875f, 3}, 4}},
    {{{-0.375f, 0.5f, 3}, {-0.375f, 0.5f, 3}, 1, {0.0f, 0.0f, 1}, 1},
     {{-0.5f, 0.5f, 4}, {-0.5f, 0.5f, 4}, 1, {-0.1875f, 0.375f, 2}, 2},
     {{-0.5f, 0.25f, 7}, {-0.5f, 0.25f, 7}, 2, {-0.1875f, 0.1875f, 3}, 4}},
};

/* One function a type, with and without importance. */
#define MZG_SPAN_SEARCH(type, FORMAT, BYTES, weighted)                                             \
    static void type##_search_##weighted(const float *x, const float *w, uint8_t *q, size_t n,     \
                                         const struct mzg_span_plan *plan)                         \
    {                                                                                              \
        const struct mzg_span_format f = FORMAT;                                                   \
        const size_t group = (size_t)f.sub * MZG_LANES;                                            \
        while (n) {                                                                                \
            struct mzg_span_block blocks[2];                                                       \
            size_t some = n < group ? n : group;                                                   \
            mzg_span_group(f, plan, weighted, x, w, some, blocks);                                 \
            for (size_t i = 0; i < some / MZG_SUPER; i++, q += BYTES)                              \
                mzg_##type##_pack(&blocks[i], q);                                                  \
            x += some;                                                                             \
            w = weighted ? w + some : w;                                                           \
            n -= some;                                                                             \
        }                                                                                          \
    }

#define MZG_SPAN_QUANTIZER(type, FORMAT, BYTES, isa)                                               \
    MZG_SPAN_SEARCH(type, FORMAT, BYTES, 0)                                                        \
    MZG_SPAN_SEARCH(type, FORMAT, BYTES, 1)                                                        \
    void mzg_##type##_search_##isa(const float *x, const float *w, void *q, size_t n,              \
                                   enum mzg_effort effort)                                         \
    {                                                                                              \
        if (w)                                                                                     \
            type##_search_1(x, w, q, n, &mzg_##type##_plans[1][effort]);                           \
        else                                                                                       \
            type##_search_0(x, w, q, n, &mzg_##type##_plans[0][effort]);                           \
    }                                                                                              \
    void mzg_##type##_quantize_##isa(const float *x, void *q, size_t n)                            \
    {                                                                                              \
        mzg_##type##_search_##isa(x, NULL, q, n, MZG_EFFORT_DEFAULT);                              \
    }

#define MZG_SPAN_QUANTIZERS(isa) MZG_SPAN_QUANTIZER(q4_k, MZG_Q4_K_FORMAT, MZG_Q4_K_BYTES, isa)

#endif
