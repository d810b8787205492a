/* q32_search_avx2.c: q32_search.h over lanes_avx2.h. */
#include "../lanes/lanes_avx2.h"
#include "q32_search.h"

MZG_Q32_SEARCHES(avx2)
