/* iq1_search_avx2.c: iq1_search.h over lanes_avx2.h. */
#include "../lanes/lanes_avx2.h"

#define MZG_IQ1_ISA avx2
#include "iq1_search.h"
