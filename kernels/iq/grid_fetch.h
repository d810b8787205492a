/* grid_fetch.h: what 32 elements of a block are made of: for decoders and dot products. */
#ifndef MZG_KERNELS_IQ_GRID_FETCH_H
#define MZG_KERNELS_IQ_GRID_FETCH_H

#include "../scalar.h"
#include "grids.h"

struct mzg_grid_32 {
    uint64_t point[4]; /* magnitudes, a byte each, the first lowest */
    uint32_t signs;    /* bit i: element i is negative */
};

/* Elements 32 b to 32 b + 31 of a block. */
typedef struct mzg_grid_32 mzg_grid_fetch(const uint8_t *block, int b);

/* Sets the upper bit of each byte so that an even number of bits is set. */
MZG_INLINE uint32_t mzg_grid_even_bytes(uint32_t sevens)
{
    uint32_t odd = sevens ^ sevens >> 4;
    odd ^= odd >> 2;
    return sevens | ((odd ^ odd >> 1) & 0x01010101) << 7;
}

/* From four times seven bits. */
MZG_INLINE uint32_t mzg_grid_signs_of(uint32_t word)
{
    return mzg_grid_even_bytes((word & 0x7f) | (word << 1 & 0x7f00) | (word << 2 & 0x7f0000) |
                               (word << 3 & 0x7f000000));
}

MZG_INLINE uint64_t mzg_grid_two(uint32_t low, uint32_t high)
{
    return low | (uint64_t)high << 32;
}

MZG_INLINE struct mzg_grid_32 mzg_iq3_s_fetch(const uint8_t *block, int b)
{
    const uint8_t *index = block + MZG_IQ3_S_INDEX + 8 * b;
    uint32_t high = block[MZG_IQ3_S_HIGH + b];
    struct mzg_grid_32 r = {.signs = mzg_load32(block + MZG_IQ3_S_SIGNS + 4 * b)};
    MZG_UNROLL
    for (int o = 0; o < 4; o++)
        r.point[o] = mzg_grid_two(mzg_iq3_s_grid[index[2 * o] | (high << (8 - 2 * o) & 256)],
                                  mzg_iq3_s_grid[index[2 * o + 1] | (high << (7 - 2 * o) & 256)]);
    return r;
}

MZG_INLINE struct mzg_grid_32 mzg_iq3_xxs_fetch(const uint8_t *block, int b)
{
    const uint8_t *index = block + MZG_IQ3_XXS_INDEX + 8 * b;
    uint32_t word = mzg_load32(block + MZG_IQ3_XXS_SIGNS + 4 * b);
    struct mzg_grid_32 r = {.signs = mzg_grid_signs_of(word)};
    MZG_UNROLL
    for (int o = 0; o < 4; o++)
        r.point[o] = mzg_grid_two(mzg_iq3_xxs_grid[index[2 * o]],
                                  mzg_iq3_xxs_grid[index[2 * o + 1]]);
    return r;
}

MZG_INLINE struct mzg_grid_32 mzg_iq2_xxs_fetch(const uint8_t *block, int b)
{
    const uint8_t *codes = block + MZG_IQ2_XXS_CODES + 8 * b;
    struct mzg_grid_32 r = {.signs = mzg_grid_signs_of(mzg_load32(codes + 4))};
    MZG_UNROLL
    for (int o = 0; o < 4; o++)
        r.point[o] = mzg_iq2_xxs_grid[codes[o]];
    return r;
}

MZG_INLINE struct mzg_grid_32 mzg_iq2_xs_fetch(const uint8_t *block, int b)
{
    uint64_t codes, sevens;
    struct mzg_grid_32 r;
    memcpy(&codes, block + MZG_IQ2_XS_CODES + 8 * b, sizeof codes);
    sevens = codes >> 9 & 0x007f007f007f007f;
    sevens = (sevens | sevens >> 8) & 0x0000ffff0000ffff;
    r.signs = mzg_grid_even_bytes((uint32_t)(sevens | sevens >> 16));
    MZG_UNROLL
    for (int o = 0; o < 4; o++)
        r.point[o] = mzg_iq2_xs_grid[codes >> 16 * o & 511];
    return r;
}

MZG_INLINE struct mzg_grid_32 mzg_iq2_s_fetch(const uint8_t *block, int b)
{
    const uint8_t *index = block + MZG_IQ2_S_INDEX + 4 * b;
    uint32_t high = block[MZG_IQ2_S_HIGH + b];
    struct mzg_grid_32 r = {.signs = mzg_load32(block + MZG_IQ2_S_SIGNS + 4 * b)};
    MZG_UNROLL
    for (int o = 0; o < 4; o++)
        r.point[o] = mzg_iq2_s_grid[index[o] | (high << (8 - 2 * o) & 768)];
    return r;
}

#endif
