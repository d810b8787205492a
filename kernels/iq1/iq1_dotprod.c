/* iq1_dotprod.c: dot products of IQ1_S and IQ1_M, with one instruction for sixteen products. */
#define MZG_IQ1_ISA dotprod
#define MZG_IQ1_FOURS(a, b) vdotq_s32(vdupq_n_s32(0), a, b)
#include "iq1_arm.h"
