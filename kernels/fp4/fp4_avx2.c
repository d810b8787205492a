/* fp4_avx2.c: MXFP4 and NVFP4: fp4_lanes.h's searches and decoders. */
#include "../list.h"
#include "../lanes/lanes_avx2.h"
#include "fp4_decode.h"
#include "mxfp4_search.h"
#include "nvfp4_search.h"

MZG_MXFP4_ENCODERS(avx2)
MZG_NVFP4_ENCODERS(avx2)
MZG_FP4_DECODERS(avx2)
