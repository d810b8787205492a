/* iq1_search_neon.c: iq1_search.h over lanes_neon.h. */
#include "../lanes/lanes_neon.h"
#include "iq1_search.h"

MZG_IQ1_SEARCH(iq1_s, neon)
MZG_IQ1_SEARCH(iq1_m, neon)
