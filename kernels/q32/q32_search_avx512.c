/* q32_search_avx512.c: q32_search.h over lanes_avx512.h. */
#include "../lanes/lanes_avx512.h"
#include "q32_search.h"

MZG_Q32_SEARCHES(avx512)
