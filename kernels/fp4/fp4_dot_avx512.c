/* fp4_dot_avx512.c: MXFP4 and NVFP4 with Q8_0: fp4_dot512.h, compiled for this instruction set. */
#include "../list.h"
#include "fp4_dot512.h"

MZG_FP4_DOTS(avx512)
