/* fp4_dot_neon.c: MXFP4 and NVFP4 with Q8_0: fp4_dot_neon.h, compiled for this instruction set. */
#include "../list.h"
#include "fp4_dot_neon.h"

MZG_FP4_DOTS(neon)
