/* grid_search_neon.c: quantizers of the grids' types. */
#include "../lanes/lanes_neon.h"
#include "grid_types.h"

MZG_GRID_KERNELS(neon)
