/* grid_search_avx2.c: quantizers of the grids' types. */
#include "../lanes/lanes_avx2.h"
#include "grid_types.h"

MZG_GRID_KERNELS(avx2)
