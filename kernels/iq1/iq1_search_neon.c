/* iq1_search_neon.c: iq1_search.h over lanes_neon.h. */
#include "../lanes/lanes_neon.h"

#define MZG_IQ1_ISA neon
#include "iq1_search.h"
