/* q32_search_neon.c: q32_search.h over lanes_neon.h. */
#include "../lanes/lanes_neon.h"

#define MZG_Q32_ISA neon
#include "q32_search.h"
