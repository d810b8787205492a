/* q32_search_neon.c: q32_search.h over lanes_neon.h. */
#include "../lanes/lanes_neon.h"
#include "q32_search.h"

MZG_Q32_SEARCHES(neon)
