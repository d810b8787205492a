/* quantize_avx2.c: the search of search.h in the lanes of lanes_avx2.h. */
#include "../lanes/lanes_avx2.h"
#include "quantize.h"

MZG_SPAN_QUANTIZERS(avx2)
