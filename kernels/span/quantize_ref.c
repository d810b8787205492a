/* quantize_ref.c: the search of search.h in the lanes of lanes_ref.h. */
#include "../lanes/lanes_ref.h"
#include "quantize.h"

MZG_SPAN_QUANTIZERS(ref)
