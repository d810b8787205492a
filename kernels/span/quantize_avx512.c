/* quantize_avx512.c: the search of search.h in the lanes of lanes_avx512.h. */
#include "../lanes/lanes_avx512.h"
#include "quantize.h"

MZG_SPAN_QUANTIZERS(avx512)
