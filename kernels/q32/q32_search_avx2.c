/* q32_search_avx2.c: q32_search.h over lanes_avx2.h. */
#include "../lanes/lanes_avx2.h"

#define MZG_Q32_ISA avx2
#include "q32_search.h"
