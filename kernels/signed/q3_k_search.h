/* q3_k_search.h: Q3_K's search in lanes, and how a block is packed. */
#ifndef MZG_KERNELS_SIGNED_Q3_K_SEARCH_H
#define MZG_KERNELS_SIGNED_Q3_K_SEARCH_H

#include "signed_search.h"

static const struct mzg_signed_format mzg_q3_k_format = {
    .lowest = -4.0f,
    .highest = 3.0f,
    .lowest_k = -32.0f,
    .highest_k = 31.0f,
    .usual_k = 28.0f,
    .max_abs = 31.0f * 4.0f * MZG_F16_MAX,
};

/* By effort, without importance and with it: with so few codes it can pay to clip even the largest
 * element of a run, if it matters little. */
#define MZG_Q3_K_PLAN(n, from, to)                                                                 \
    .trials = (n), .first = 1.0f / (from), .step = (1.0f / (to) - 1.0f / (from)) / ((n) - 1.0f)
static const struct mzg_signed_plan mzg_q3_k_plain[] = {
    {MZG_Q3_K_PLAN(5, 4.4f, 2.6f), .scales = 1},
    {MZG_Q3_K_PLAN(6, 4.4f, 2.5f), .refits = 1, .window = 1, .scales = 1},
    {MZG_Q3_K_PLAN(12, 6.0f, 2.2f), .refits = 2, .window = 1, .scales = 3, .spread = 0.05f},
};
static const struct mzg_signed_plan mzg_q3_k_weighted[] = {
    {MZG_Q3_K_PLAN(8, 6.0f, 2.2f), .refits = 1, .window = 1, .scales = 1},
    {MZG_Q3_K_PLAN(10, 6.0f, 2.2f), .both = 1, .refits = 2, .window = 1, .scales = 1},
    {MZG_Q3_K_PLAN(16, 8.0f, 2.0f), .both = 1, .refits = 2, .window = 1, .scales = 3,
     .spread = 0.05f},
};

/* Six bits each: the low four of scales 0 to 7 and, in the upper half of the bytes, of 8 to 15; then
 * pairs of bits, those of scale i at bits 2 (i / 4) of byte i mod 4. */
static inline void mzg_q3_k_pack_scales(uint8_t *out, const int8_t k[MZG_SUBS])
{
    uint64_t low = mzg_load64((const uint8_t *)k), high = mzg_load64((const uint8_t *)k + 8);
    low = (low ^ 0x8080808080808080) - 0x6060606060606060; /* + 32: -32..31 becomes 0..63 */
    high = (high ^ 0x8080808080808080) - 0x6060606060606060;
    const uint64_t nibble = 0x0f0f0f0f0f0f0f0f, pair = 0x0303030303030303;
    mzg_store64(out, (low & nibble) | (high & nibble) << 4);
    low = low >> 4 & pair;
    high = high >> 4 & pair;
    mzg_store32(out + 8, (uint32_t)(low | low >> 30 | high << 4 | high >> 26));
}

/* Eight bytes at a time. */
static inline void mzg_q3_k_pack(uint8_t *out, uint16_t d, const int8_t k[MZG_SUBS],
                                 const uint8_t codes[MZG_SUPER])
{
    const uint64_t bit = 0x0101010101010101, pair = 0x0303030303030303;
    for (int i = 0; i < 32; i += 8) {
        uint64_t third = 0, low[2] = {0, 0};
        for (int g = 0; g < 8; g++) {
            uint64_t c = mzg_load64(codes + 32 * g + i);
            third |= (c >> 2 & bit) << g;
            low[g / 4] |= (c & pair) << 2 * (g % 4);
        }
        mzg_store64(out + i, third);
        mzg_store64(out + MZG_Q3_K_LOW + i, low[0]);
        mzg_store64(out + MZG_Q3_K_LOW + 32 + i, low[1]);
    }
    mzg_q3_k_pack_scales(out + MZG_Q3_K_SCALES, k);
    mzg_store16(out + MZG_Q3_K_D, d);
}

MZG_INLINE void mzg_q3_k_search(const float *x, const float *w, void *q, size_t n,
                                enum mzg_effort effort)
{
    uint8_t *out = q, codes[MZG_SUPER];
    int8_t k[MZG_SUBS];
    for (size_t i = 0; i + MZG_SUPER <= n; i += MZG_SUPER, out += MZG_Q3_K_BYTES) {
        uint16_t d = mzg_signed_block(&mzg_q3_k_format, &mzg_q3_k_plain[effort],
                                      &mzg_q3_k_weighted[effort], x + i, w ? w + i : NULL, k,
                                      codes);
        mzg_q3_k_pack(out, d, k, codes);
    }
}

#endif
