/* iq1_search_avx512.c: iq1_search.h over lanes_avx512.h. */
#include "../lanes/lanes_avx512.h"
#include "iq1_search.h"

MZG_IQ1_SEARCH(iq1_s, avx512)
MZG_IQ1_SEARCH(iq1_m, avx512)
