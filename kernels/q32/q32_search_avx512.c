/* q32_search_avx512.c: q32_search.h over lanes_avx512.h. */
#include "../lanes/lanes_avx512.h"

#define MZG_Q32_ISA avx512
#include "q32_search.h"
