/* grid_search_avx512.c: quantizers of the grids' types. */
#include "../lanes/lanes_avx512.h"
#include "grid_types.h"

MZG_GRID_KERNELS(avx512)
