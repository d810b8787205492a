/* grids.h: the types whose magnitudes are points of a grid: where things are in their blocks of 256,
 * and their grids.
 *
 * A point is a tuple of 4 or 8 magnitudes, each one of a few levels; an index names it. The signs are
 * stored apart: a bit an element, or seven bits for eight elements, of which an even number is then
 * negative. Elements follow each other, and so do their points, signs and steps. A block has no
 * alignment.
 *
 *   IQ3_S    d:f16  index:64 (low 8 bits)  high:8 (bit 8 of each)  signs:32  steps:4
 *   IQ3_XXS  d:f16  index:64  8 x u32: 4 x 7 bits of signs, 4 bits of step
 *   IQ2_XXS  d:f16  8 x (4 indices of a byte, u32: 4 x 7 bits of signs, 4 bits of step)
 *   IQ2_XS   d:f16  32 x u16: 9 bits of index, 7 of signs  steps:8
 *   IQ2_S    d:f16  index:32 (low 8 bits)  signs:32  high:8 (2 bits of each)  steps:8
 *
 * A step s of four bits, one for 32 elements in the first three and for 16 in the last two, makes the
 * scale d (2 s + 1) times a unit: 1, 1/4, 1/8, 1/8, 1/8. */
#ifndef MZG_KERNELS_IQ_GRIDS_H
#define MZG_KERNELS_IQ_GRIDS_H

#include "../k/superblocks.h"

#include <stdint.h>

enum {
    MZG_IQ3_S_BYTES = 110,
    MZG_IQ3_S_INDEX = 2,
    MZG_IQ3_S_HIGH = 66,
    MZG_IQ3_S_SIGNS = 74,
    MZG_IQ3_S_STEPS = 106,
    MZG_IQ3_XXS_BYTES = 98,
    MZG_IQ3_XXS_INDEX = 2,
    MZG_IQ3_XXS_SIGNS = 66,
    MZG_IQ2_XXS_BYTES = 66,
    MZG_IQ2_XXS_CODES = 2,
    MZG_IQ2_XS_BYTES = 74,
    MZG_IQ2_XS_CODES = 2,
    MZG_IQ2_XS_STEPS = 66,
    MZG_IQ2_S_BYTES = 82,
    MZG_IQ2_S_INDEX = 2,
    MZG_IQ2_S_SIGNS = 34,
    MZG_IQ2_S_HIGH = 66,
    MZG_IQ2_S_STEPS = 74
};

/* A point as a number: its levels, three bits each (of 4) or two (of 8), element 0 lowest. Grids are
 * listed in rows, the points with the same upper half in each, by X-macros *_POINTS(F, M, E) in
 * *_points.h: F is the first point of a row, M one of its others, E(upper half) comes behind its last.
 * Where tables are short, a half of eight levels is taken to the base three. */
#define MZG_LOW4(c) ((c) & 63)
#define MZG_HIGH4(a) (a)
#define MZG_THREES(v) ((v) - ((v) >> 2) - 3 * ((v) >> 4) - 9 * ((v) >> 6))
#define MZG_LOW8(c) MZG_THREES((c) & 255)
#define MZG_HIGH8(a) MZG_THREES(a)

/* The points by index: a magnitude a byte, element 0 lowest. */
extern const uint32_t mzg_iq3_s_grid[512], mzg_iq3_xxs_grid[256];
extern const uint64_t mzg_iq2_xxs_grid[256], mzg_iq2_xs_grid[512], mzg_iq2_s_grid[1024];

/* The index of a point; 0 where there is none. Rows of lower halves, one for each upper half. */
extern const uint16_t mzg_iq3_s_index[64 * 64], mzg_iq3_xxs_index[64 * 64];
extern const uint16_t mzg_iq2_xxs_index[81 * 81], mzg_iq2_xs_index[81 * 81],
    mzg_iq2_s_index[81 * 81];

/* The grids for loops: the lower halves of each row, 255, the upper half; 255 at the end. */
extern const uint8_t mzg_iq3_s_walk[], mzg_iq3_xxs_walk[];
extern const uint8_t mzg_iq2_xxs_walk[], mzg_iq2_xs_walk[], mzg_iq2_s_walk[];

#endif
