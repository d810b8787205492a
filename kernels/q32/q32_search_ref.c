/* q32_search_ref.c: q32_search.h over lanes_ref.h. */
#include "../lanes/lanes_ref.h"
#include "q32_search.h"

MZG_Q32_SEARCHES(ref)
