/* grids.c: the grids' tables, all of them made of the lists of points by the preprocessor, so that
 * there is nothing to set up when a program starts. */
#include "grids.h"

#include "iq2_s_points.h"
#include "iq2_xs_points.h"
#include "iq2_xxs_points.h"
#include "iq3_s_points.h"
#include "iq3_xxs_points.h"

#define NOTHING(a)
#define WALK_END(a) 255, a,

/* ---- points of four ---- */

#define IQ3_S_LEVEL(l) (2u * (l) + 1)
#define IQ3_XXS_LEVEL(l) (8u * (l) + 4 + ((l) == 7 ? 2 : 0))
#define FOUR(LEVEL, c)                                                                             \
    (LEVEL((c) & 7) | LEVEL((c) >> 3 & 7) << 8 | LEVEL((c) >> 6 & 7) << 16 | LEVEL((c) >> 9) << 24)
#define IQ3_S_POINT(c) FOUR(IQ3_S_LEVEL, c),
#define IQ3_XXS_POINT(c) FOUR(IQ3_XXS_LEVEL, c),
#define LOW4(c) MZG_LOW4(c),

const uint32_t mzg_iq3_s_grid[] = {MZG_IQ3_S_POINTS(IQ3_S_POINT, IQ3_S_POINT, NOTHING)};
const uint32_t mzg_iq3_xxs_grid[] = {MZG_IQ3_XXS_POINTS(IQ3_XXS_POINT, IQ3_XXS_POINT, NOTHING)};
const uint8_t mzg_iq3_s_walk[] = {MZG_IQ3_S_POINTS(LOW4, LOW4, WALK_END) 255};
const uint8_t mzg_iq3_xxs_walk[] = {MZG_IQ3_XXS_POINTS(LOW4, LOW4, WALK_END) 255};

/* ---- points of eight ---- */

#define IQ2_LEVEL(l) ((l) == 0 ? UINT64_C(8) : (l) == 1 ? UINT64_C(25) : UINT64_C(43))
#define HALF(c)                                                                                    \
    (IQ2_LEVEL((c) & 3) | IQ2_LEVEL((c) >> 2 & 3) << 8 | IQ2_LEVEL((c) >> 4 & 3) << 16 |           \
     IQ2_LEVEL((c) >> 6 & 3) << 24)
#define EIGHT(c) HALF(c) | HALF((c) >> 8) << 32,
#define LOW8(c) MZG_LOW8(c),

const uint64_t mzg_iq2_xxs_grid[] = {MZG_IQ2_XXS_POINTS(EIGHT, EIGHT, NOTHING)};
const uint64_t mzg_iq2_xs_grid[] = {MZG_IQ2_XS_POINTS(EIGHT, EIGHT, NOTHING)};
const uint64_t mzg_iq2_s_grid[] = {MZG_IQ2_S_POINTS(EIGHT, EIGHT, NOTHING)};
const uint8_t mzg_iq2_xxs_walk[] = {MZG_IQ2_XXS_POINTS(LOW8, LOW8, WALK_END) 255};
const uint8_t mzg_iq2_xs_walk[] = {MZG_IQ2_XS_POINTS(LOW8, LOW8, WALK_END) 255};
const uint8_t mzg_iq2_s_walk[] = {MZG_IQ2_S_POINTS(LOW8, LOW8, WALK_END) 255};

/* ---- from points to indices: the enumerators count them ---- */

#define AT4(c) [c] =
#define AT8(c) [MZG_HIGH8((c) >> 8) * 81 + MZG_LOW8(c)] =

#define NAME(c) IQ3_S_##c,
enum { MZG_IQ3_S_POINTS(NAME, NAME, NOTHING) };
#undef NAME
#define ENTRY(c) AT4(c) IQ3_S_##c,
const uint16_t mzg_iq3_s_index[64 * 64] = {MZG_IQ3_S_POINTS(ENTRY, ENTRY, NOTHING)};
#undef ENTRY

#define NAME(c) IQ3_XXS_##c,
enum { MZG_IQ3_XXS_POINTS(NAME, NAME, NOTHING) };
#undef NAME
#define ENTRY(c) AT4(c) IQ3_XXS_##c,
const uint16_t mzg_iq3_xxs_index[64 * 64] = {MZG_IQ3_XXS_POINTS(ENTRY, ENTRY, NOTHING)};
#undef ENTRY

#define NAME(c) IQ2_XXS_##c,
enum { MZG_IQ2_XXS_POINTS(NAME, NAME, NOTHING) };
#undef NAME
#define ENTRY(c) AT8(c) IQ2_XXS_##c,
const uint16_t mzg_iq2_xxs_index[81 * 81] = {MZG_IQ2_XXS_POINTS(ENTRY, ENTRY, NOTHING)};
#undef ENTRY

#define NAME(c) IQ2_XS_##c,
enum { MZG_IQ2_XS_POINTS(NAME, NAME, NOTHING) };
#undef NAME
#define ENTRY(c) AT8(c) IQ2_XS_##c,
const uint16_t mzg_iq2_xs_index[81 * 81] = {MZG_IQ2_XS_POINTS(ENTRY, ENTRY, NOTHING)};
#undef ENTRY

#define NAME(c) IQ2_S_##c,
enum { MZG_IQ2_S_POINTS(NAME, NAME, NOTHING) };
#undef NAME
#define ENTRY(c) AT8(c) IQ2_S_##c,
const uint16_t mzg_iq2_s_index[81 * 81] = {MZG_IQ2_S_POINTS(ENTRY, ENTRY, NOTHING)};
#undef ENTRY
