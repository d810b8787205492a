/* grid_types.h: the types of grids.h as the search sees them, and their kernels for one instruction
 * set: MZG_GRID_KERNELS(avx2). Include lanes first. */
#ifndef MZG_KERNELS_IQ_GRID_TYPES_H
#define MZG_KERNELS_IQ_GRID_TYPES_H

#include "../list.h"
#include "grid_search.h"
#include "iq2_s_points.h"
#include "iq2_xs_points.h"
#include "iq2_xxs_points.h"
#include "iq3_s_points.h"
#include "iq3_xxs_points.h"

static const float iq3_s_levels[16] = {1, 3, 5, 7, 9, 11, 13, 15};
static const float iq3_xxs_levels[16] = {4, 12, 20, 28, 36, 44, 52, 62};
static const float iq2_levels[16] = {8, 25, 43};

/* fast, default, best */
static const struct mzg_grid_effort iq3_s_efforts[] = {
    {3, 0, {0, 0, -1}}, {5, 0, {1, 0, -1}}, {5, 1, {2, 1, -1}}};
static const struct mzg_grid_effort iq3_xxs_efforts[] = {
    {3, 0, {0, 0, -1}}, {5, 0, {1, 1, -1}}, {5, 1, {2, 1, -1}}};
static const struct mzg_grid_effort iq2_efforts[] = {
    {5, 0, {1, 0, -1}}, {5, 0, {2, 1, -1}}, {5, 1, {2, 1, -1}}};
static const struct mzg_grid_effort iq2_s_efforts[] = {
    {3, 0, {0, 0, -1}}, {5, 0, {1, 0, -1}}, {5, 1, {2, 1, -1}}};

#define MZG_GRID_SCAN(type, POINTS, elems, run, levels)                                            \
    MZG_GRID_NEAR(type, POINTS, elems)                                                             \
    static __attribute__((noinline)) void type##_scan(const struct mzg_grid_group *g,              \
                                                      mzg_vf scale, struct mzg_grid_fit *f)        \
    {                                                                                              \
        mzg_grid_scan_run(g, scale, f, elems, run, levels, type##_near);                           \
    }
#define MZG_GRID_TYPE(type, TYPE, elems, run, even, unit, levels, top, efforts)                    \
    static const struct mzg_grid_type type = {                                                     \
        elems,  run,        even,      unit,   31 * top * unit * MZG_F16_MAX, MZG_##TYPE##_BYTES,  \
        levels, type##_scan, type##_pack, efforts};

MZG_GRID_SCAN(iq3_s, MZG_IQ3_S_POINTS, 4, 32, iq3_s_levels)
MZG_GRID_SCAN(iq3_xxs, MZG_IQ3_XXS_POINTS, 4, 32, iq3_xxs_levels)
MZG_GRID_SCAN(iq2_xxs, MZG_IQ2_XXS_POINTS, 8, 32, iq2_levels)
MZG_GRID_SCAN(iq2_xs, MZG_IQ2_XS_POINTS, 8, 16, iq2_levels)
MZG_GRID_SCAN(iq2_s, MZG_IQ2_S_POINTS, 8, 16, iq2_levels)
MZG_GRID_TYPE(iq3_s, IQ3_S, 4, 32, 0, 1.0f, iq3_s_levels, 15, iq3_s_efforts)
MZG_GRID_TYPE(iq3_xxs, IQ3_XXS, 4, 32, 1, 0.25f, iq3_xxs_levels, 62, iq3_xxs_efforts)
MZG_GRID_TYPE(iq2_xxs, IQ2_XXS, 8, 32, 1, 0.125f, iq2_levels, 43, iq2_efforts)
MZG_GRID_TYPE(iq2_xs, IQ2_XS, 8, 16, 1, 0.125f, iq2_levels, 43, iq2_efforts)
MZG_GRID_TYPE(iq2_s, IQ2_S, 8, 16, 0, 0.125f, iq2_levels, 43, iq2_s_efforts)

#define MZG_GRID_ENTRIES(type, isa)                                                                \
    void mzg_##type##_search_##isa(const float *x, const float *w, void *q, size_t n,              \
                                   enum mzg_effort effort)                                         \
    {                                                                                              \
        mzg_grid_search(&type, x, w, q, n, effort);                                                \
    }
#define MZG_GRID_KERNELS(isa)                                                                      \
    MZG_GRID_ENTRIES(iq3_s, isa)                                                                   \
    MZG_GRID_ENTRIES(iq3_xxs, isa)                                                                 \
    MZG_GRID_ENTRIES(iq2_xxs, isa)                                                                 \
    MZG_GRID_ENTRIES(iq2_xs, isa)                                                                  \
    MZG_GRID_ENTRIES(iq2_s, isa)

#endif
