/* iq1_search_avx512.c: iq1_search.h over lanes_avx512.h. */
#include "../lanes/lanes_avx512.h"

#define MZG_IQ1_ISA avx512
#include "iq1_search.h"
