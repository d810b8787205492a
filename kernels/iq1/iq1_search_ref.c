/* iq1_search_ref.c: iq1_search.h over lanes_ref.h. */
#include "../lanes/lanes_ref.h"

#define MZG_IQ1_ISA ref
#include "iq1_search.h"
