/* iq1_search_ref.c: iq1_search.h over lanes_ref.h. */
#include "../lanes/lanes_ref.h"
#include "iq1_search.h"

MZG_IQ1_SEARCH(iq1_s, ref)
MZG_IQ1_SEARCH(iq1_m, ref)
