/* grid_search_ref.c: quantizers of the grids' types. */
#define MZG_GRID_WALK
#include "../lanes/lanes_ref.h"
#include "grid_types.h"

MZG_GRID_KERNELS(ref)
