/* quantize_neon.c: the search of search.h in the lanes of lanes_neon.h. */
#include "../lanes/lanes_neon.h"
#include "quantize.h"

MZG_SPAN_QUANTIZERS(neon)
