/* q32_search_ref.c: q32_search.h over lanes_ref.h. */
#include "../lanes/lanes_ref.h"

#define MZG_Q32_ISA ref
#include "q32_search.h"
