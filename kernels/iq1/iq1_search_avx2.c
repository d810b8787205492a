/* iq1_search_avx2.c: iq1_search.h over lanes_avx2.h. */
#include "../lanes/lanes_avx2.h"
#include "iq1_search.h"

MZG_IQ1_SEARCH(iq1_s, avx2)
MZG_IQ1_SEARCH(iq1_m, avx2)
