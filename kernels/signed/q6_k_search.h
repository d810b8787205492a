/* q6_k_search.h: Q6_K's search in lanes, and how a block is packed. */
#ifndef MZG_KERNELS_SIGNED_Q6_K_SEARCH_H
#define MZG_KERNELS_SIGNED_Q6_K_SEARCH_H

#include "signed_search.h"

static const struct mzg_signed_format mzg_q6_k_format = {
    .lowest = -32.0f,
    .highest = 31.0f,
    .lowest_k = -128.0f,
    .highest_k = 127.0f,
    .usual_k = 108.0f, /* above it there must be room for a lane that is better off with more */
    .max_abs = 127.0f * 32.0f * MZG_F16_MAX,
};

/* By effort: the largest element's code goes from 32.5 down to 27 or 25. */
#define MZG_Q6_K_PLAN(n, last) \
    .trials = (n), .first = 1.0f / 32.5f, .step = (1.0f / (last) - 1.0f / 32.5f) / ((n) - 1.0f)
static const struct mzg_signed_plan mzg_q6_k_plans[] = {
    {MZG_Q6_K_PLAN(10, 27.0f), .scales = 1},
    {MZG_Q6_K_PLAN(16, 25.0f), .refits = 1, .window = 1, .scales = 1},
    {MZG_Q6_K_PLAN(24, 25.0f), .refits = 1, .window = 1, .scales = 3, .spread = 0.02f},
};

/* Eight bytes at a time. */
static inline void mzg_q6_k_pack(uint8_t *out, uint16_t d, const int8_t k[MZG_SUBS],
                                 const uint8_t codes[MZG_SUPER])
{
    const uint64_t nibble = 0x0f0f0f0f0f0f0f0f, pair = 0x0303030303030303;
    for (int half = 0; half < 2; half++) {
        const uint8_t *c = codes + 128 * half;
        uint8_t *low = out + 64 * half, *high = out + MZG_Q6_K_HIGH + 32 * half;
        for (int i = 0; i < 32; i += 8) {
            uint64_t a = mzg_load64(c + i), b = mzg_load64(c + i + 32);
            uint64_t e = mzg_load64(c + i + 64), g = mzg_load64(c + i + 96);
            mzg_store64(low + i, (a & nibble) | (e & nibble) << 4);
            mzg_store64(low + i + 32, (b & nibble) | (g & nibble) << 4);
            mzg_store64(high + i, (a >> 4 & pair) | (b >> 4 & pair) << 2 | (e >> 4 & pair) << 4 |
                                      (g >> 4 & pair) << 6);
        }
    }
    memcpy(out + MZG_Q6_K_SCALES, k, MZG_SUBS);
    mzg_store16(out + MZG_Q6_K_D, d);
}

MZG_INLINE void mzg_q6_k_search(const float *x, const float *w, void *q, size_t n,
                                enum mzg_effort effort)
{
    const struct mzg_signed_plan *plan = &mzg_q6_k_plans[effort];
    uint8_t *out = q, codes[MZG_SUPER];
    int8_t k[MZG_SUBS];
    for (size_t i = 0; i + MZG_SUPER <= n; i += MZG_SUPER, out += MZG_Q6_K_BYTES) {
        uint16_t d = mzg_signed_block(&mzg_q6_k_format, plan, plan, x + i, w ? w + i : NULL, k,
                                      codes);
        mzg_q6_k_pack(out, d, k, codes);
    }
}

#endif
