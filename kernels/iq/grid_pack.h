/* grid_pack.h: from what a search has chosen to the bytes of a block. */
#ifndef MZG_KERNELS_IQ_GRID_PACK_H
#define MZG_KERNELS_IQ_GRID_PACK_H

#include "../scalar.h"
#include "grids.h"

/* What was chosen for sixteen runs of elements (32 or 16 of them, with one step each). */
struct mzg_grid_codes {
    int32_t point[8][16]; /* places in the table of indices, point by point */
    int32_t signs[4][16]; /* eight elements' signs, the first in bit 0 */
    int32_t step[16];
};

/* Writes the block whose runs begin at `lane`; d: the scale, as stored. */
typedef void mzg_grid_pack(const struct mzg_grid_codes *c, int lane, uint16_t d, uint8_t *out);

static void iq3_s_pack(const struct mzg_grid_codes *c, int lane, uint16_t d, uint8_t *out)
{
    memset(out, 0, MZG_IQ3_S_BYTES);
    mzg_store16(out, d);
    for (int b = 0; b < 8; b++, lane++) {
        unsigned high = 0;
        for (int p = 0; p < 8; p++) {
            unsigned index = mzg_iq3_s_index[c->point[p][lane]];
            out[MZG_IQ3_S_INDEX + 8 * b + p] = (uint8_t)index;
            high |= index >> 8 << p;
        }
        out[MZG_IQ3_S_HIGH + b] = (uint8_t)high;
        for (int o = 0; o < 4; o++)
            out[MZG_IQ3_S_SIGNS + 4 * b + o] = (uint8_t)c->signs[o][lane];
        out[MZG_IQ3_S_STEPS + b / 2] |= (uint8_t)(c->step[lane] << 4 * (b & 1));
    }
}

/* Four times seven signs, the step above. */
static inline uint32_t mzg_grid_signs_word(const struct mzg_grid_codes *c, int lane)
{
    uint32_t word = (uint32_t)c->step[lane] << 28;
    for (int o = 0; o < 4; o++)
        word |= (uint32_t)(c->signs[o][lane] & 127) << 7 * o;
    return word;
}

static void iq3_xxs_pack(const struct mzg_grid_codes *c, int lane, uint16_t d, uint8_t *out)
{
    mzg_store16(out, d);
    for (int b = 0; b < 8; b++, lane++) {
        for (int p = 0; p < 8; p++)
            out[MZG_IQ3_XXS_INDEX + 8 * b + p] = (uint8_t)mzg_iq3_xxs_index[c->point[p][lane]];
        mzg_store32(out + MZG_IQ3_XXS_SIGNS + 4 * b, mzg_grid_signs_word(c, lane));
    }
}

static void iq2_xxs_pack(const struct mzg_grid_codes *c, int lane, uint16_t d, uint8_t *out)
{
    mzg_store16(out, d);
    out += MZG_IQ2_XXS_CODES;
    for (int b = 0; b < 8; b++, lane++, out += 8) {
        for (int p = 0; p < 4; p++)
            out[p] = (uint8_t)mzg_iq2_xxs_index[c->point[p][lane]];
        mzg_store32(out + 4, mzg_grid_signs_word(c, lane));
    }
}

static void iq2_xs_pack(const struct mzg_grid_codes *c, int lane, uint16_t d, uint8_t *out)
{
    memset(out + MZG_IQ2_XS_STEPS, 0, 8);
    mzg_store16(out, d);
    for (int b = 0; b < 16; b++, lane++) {
        for (int p = 0; p < 2; p++) {
            unsigned index = mzg_iq2_xs_index[c->point[p][lane]];
            unsigned code = index | (unsigned)(c->signs[p][lane] & 127) << 9;
            mzg_store16(out + MZG_IQ2_XS_CODES + 4 * b + 2 * p, (uint16_t)code);
        }
        out[MZG_IQ2_XS_STEPS + b / 2] |= (uint8_t)(c->step[lane] << 4 * (b & 1));
    }
}

static void iq2_s_pack(const struct mzg_grid_codes *c, int lane, uint16_t d, uint8_t *out)
{
    memset(out + MZG_IQ2_S_HIGH, 0, 16);
    mzg_store16(out, d);
    for (int b = 0; b < 16; b++, lane++) {
        for (int p = 0; p < 2; p++) {
            unsigned index = mzg_iq2_s_index[c->point[p][lane]], place = 2 * (unsigned)b + (unsigned)p;
            out[MZG_IQ2_S_INDEX + place] = (uint8_t)index;
            out[MZG_IQ2_S_SIGNS + place] = (uint8_t)c->signs[p][lane];
            out[MZG_IQ2_S_HIGH + b / 2] |= (uint8_t)(index >> 8 << 2 * (place & 3));
        }
        out[MZG_IQ2_S_STEPS + b / 2] |= (uint8_t)(c->step[lane] << 4 * (b & 1));
    }
}

#endif
